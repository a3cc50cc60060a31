"""Words that tell of pages which are no kind of screen that the recogniser knows: words.yaml."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml

from harness.screens.phrases import fold
from harness.suite.driver import Sight


@cache
def _patterns(name: str) -> tuple[re.Pattern[str], ...]:
    data = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    return tuple(re.compile(pattern) for pattern in data[name])


def any_of(name: str, text: str) -> bool:
    """Whether the text has words of that entry."""
    folded = fold(text)
    return any(pattern.search(folded) for pattern in _patterns(name))


def says(seen: Sight, name: str) -> bool:
    """Whether the screen has words of that entry."""
    return any_of(name, f"{seen.reading.text}\n{seen.reading.words}")
