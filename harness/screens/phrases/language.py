"""Languages beyond Chinese and English: one file of phrases/languages each, used where a screen is written in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from harness.screens.phrases.spelling import read, spelled

_SCRIPTS = {
    "kana": re.compile(r"[\u3041-\u30ff]"),
    "hangul": re.compile(r"[\uac00-\ud7a3]"),
    "cyrillic": re.compile(r"[\u0400-\u04ff]"),
    "arabic": re.compile(r"[\u0600-\u06ff]"),
    "devanagari": re.compile(r"[\u0900-\u097f]"),
    "thai": re.compile(r"[\u0e00-\u0e7f]"),
}
_LATIN = re.compile(r"[a-z\u00e0-\u024f\u1e00-\u1eff]{2}")
_TELLS = 2
"""Different words of a language with Latin letters that tell it. A screen of few words may be in several."""


@dataclass(frozen=True)
class Language:
    """`tell`: the small words of a language whose letters others have too."""

    name: str
    script: str
    tell: re.Pattern[str] | None
    documents: dict[str, str]
    topics: dict[str, str]
    controls: dict[str, str]

    def writes(self, text: str) -> bool:
        if self.tell is None:
            return bool(_SCRIPTS[self.script].search(text))
        return len({match[0] for match in self.tell.finditer(text)}) >= _TELLS


@cache
def languages() -> tuple[Language, ...]:
    """All of the folder. Raises KeyError or re.error where a file is wrong: that is a bug, not input."""
    folder = Path(__file__).parent / "languages"
    return tuple(_language(path.stem) for path in sorted(folder.glob("*.yaml")))


def _language(name: str) -> Language:
    data = read(f"languages/{name}")

    def words(key: str) -> dict[str, str]:
        return {str(k): spelled(str(v)) for k, v in data[key].items()}

    tell: Any = data.get("tell")
    return Language(
        name=name,
        script=data["script"],
        tell=re.compile(spelled(tell)) if tell else None,
        documents=words("documents"),
        topics=words("topics"),
        controls=words("controls"),
    )


def languages_of(text: str) -> frozenset[str]:
    """The names of the languages in which a folded text is written, apart from Chinese and English."""
    latin = bool(_LATIN.search(text))
    return frozenset(one.name for one in languages() if (one.tell is None or latin) and one.writes(text))
