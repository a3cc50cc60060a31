"""What the words on a task's pages mean: on, back, done, and what is asked of the user. Words as data: entries.yaml."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from harness.screens.phrases import fold

_AROUND = 30
"""Characters kept on each side of words that demand something."""


@cache
def _patterns(key: str) -> tuple[re.Pattern[str], ...]:
    """`a.b`: of tasks; else of the file's own key. Empty where there are none."""
    data: Any = yaml.safe_load((Path(__file__).parent / "entries.yaml").read_text(encoding="utf-8"))
    task, _, part = key.partition(".")
    found = data["tasks"].get(task, {}).get(part, ()) if part else data[key]
    return tuple(re.compile(p) for p in found)


@cache
def _named(key: str) -> dict[str, tuple[re.Pattern[str], ...]]:
    """Patterns by name: of `demands`, of `sensitive`."""
    data: Any = yaml.safe_load((Path(__file__).parent / "entries.yaml").read_text(encoding="utf-8"))
    return {name: tuple(map(re.compile, listed)) for name, listed in data[key].items()}


def has_words(text: str, key: str) -> bool:
    """Whether a text has words of that key: `withdraw.done`, `errors`, `guardian`, ..."""
    folded = fold(text)
    return any(p.search(folded) for p in _patterns(key))


def goes_on(caption: str, task: str) -> bool:
    """Whether a caption carries that task on; `any`: whether it says yes to whatever it is asked."""
    return bool(caption) and len(caption) <= 40 and has_words(caption, f"{task}.forward")


def gives_up(caption: str) -> bool:
    return has_words(caption, "any.backward")


def demanded(text: str) -> dict[str, str]:
    """What a page asks of the user beyond a yes, with the words that say so."""
    folded = fold(text)
    found: dict[str, str] = {}
    for what, listed in _named("demands").items():
        for pattern in listed:
            match = pattern.search(folded)
            if match is not None:
                found.setdefault(what, folded[max(0, match.start() - _AROUND) : match.end() + _AROUND].replace("\n", " "))
    return found


def sensitive_items(text: str) -> list[str]:
    """The sensitive information that a text names: id_card, face, location, health, bank."""
    folded = fold(text)
    return [item for item, listed in _named("sensitive").items() if any(p.search(folded) for p in listed)]
