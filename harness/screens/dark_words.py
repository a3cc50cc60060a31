"""The words by which dark patterns are told, by the language of the screen; and for which of them a language has none.

Names of documents come from the recogniser's phrases, in each language that it knows. The others stand in dark_patterns.yaml, for
Chinese, English and the languages listed there:
what a further language has no words for is not measured, and is said to be left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from harness.screens.phrases import fold, languages_of, load
from harness.screens.phrases.language import languages
from harness.screens.phrases.spelling import HAN, spelled

_ENGLISH = re.compile(
    r"\b(?:the|and|you|your|our|we|to|of|is|are|for|by|please|this|that|with|agree|accept|read|privacy|policy|terms)\b")
_TELLS, _LETTERS = 2, 24    # words that tell English; letters from which on a text is in some language
_NAMES_NONE = re.compile(r"提示$|^个人信息.*(?:指引|说明|授权书)$")    # headings of notices, which name no document
_BY_LANGUAGE = {"bundled_items": ("consents", "items"), "agree_by_continuing": ("by_continuing",)}


@dataclass(frozen=True)
class Words:
    """For a screen in some languages."""

    leaves: re.Pattern[str]
    countdown: re.Pattern[str]
    policy: re.Pattern[str]
    terms: re.Pattern[str]
    consents: re.Pattern[str]
    negated: re.Pattern[str]
    the_whole: re.Pattern[str]
    by_continuing: tuple[re.Pattern[str], ...]
    items: tuple[tuple[str, re.Pattern[str]], ...]

    def names_policy(self, text: str) -> bool:
        """Whether a folded text names a privacy policy."""
        return any(not _NAMES_NONE.search(match[0]) for match in self.policy.finditer(text))


@dataclass(frozen=True)
class LeftOut:
    """A dark pattern that was not looked for, or of whose words only a part was."""

    id: str
    reason: str


@cache
def data() -> dict[str, Any]:
    """dark_patterns.yaml."""
    read = yaml.safe_load(Path(__file__).with_name("dark_patterns.yaml").read_text(encoding="utf-8"))
    assert isinstance(read, dict)
    return read


@lru_cache(maxsize=256)     # asked for each pattern, and each box, of a screen
def spoken(text: str) -> frozenset[str]:
    """The languages of a text besides Chinese and English."""
    return languages_of(fold(text))


def is_known(text: str) -> bool:
    """Whether a text is in a language that any words are known of, or too short to be in one."""
    folded = fold(text)
    if HAN.search(folded) or languages_of(folded) or sum(map(str.isalpha, folded)) < _LETTERS:
        return True
    return len(set(_ENGLISH.findall(folded))) >= _TELLS


@cache
def words(tongues: frozenset[str] = frozenset()) -> Words:
    """For Chinese, English and these. Raises re.error or KeyError where the file is wrong: that is a bug, not input."""
    own = data()["words"]
    more = [data()["languages"][name] for name in sorted(tongues) if name in data()["languages"]]
    exits = [one.controls["exit"] for one in languages() if one.name in tongues and "exit" in one.controls]
    topics = load(tongues).topics

    def both(key: str, added: Iterable[str]) -> re.Pattern[str]:
        return re.compile("|".join(f"(?:{p})" for p in (own[key], *added)))

    def of(key: str) -> re.Pattern[str]:
        return both(key, (spelled(one[key]) for one in more))

    return Words(
        leaves=both("leaves", exits), countdown=re.compile(own["countdown"]),
        policy=both("policy", [topics["PRIVACY_DOCUMENT"].pattern]), terms=both("terms", [topics["TERMS_DOCUMENT"].pattern]),
        consents=of("consents"), negated=of("negated"), the_whole=of("the_whole"),
        by_continuing=tuple(re.compile(p) for p in (*own["by_continuing"], *(spelled(one["by_continuing"]) for one in more))),
        items=tuple(
            (entry["item"], re.compile("|".join((entry["pattern"], *(spelled(one["items"][entry["item"]]) for one in more)))))
            for entry in data()["items"]),
    )  # fmt: skip


def left_out(text: str) -> Iterator[LeftOut]:
    """What is not measured on a notice of this text, since a language that it is in has no words for it."""
    if not is_known(text):
        for which in ("policy_link_missing", *_BY_LANGUAGE):
            yield LeftOut(which, "no words of the notice's language are known")
        return
    for name in sorted(spoken(text)):
        told = data()["languages"].get(name, {})
        for which, keys in _BY_LANGUAGE.items():
            if not all(key in told for key in keys):
                yield LeftOut(which, f"the language {name!r} has no words for it; Chinese and English were looked for")


def items_in(text: str, among: str = "") -> dict[str, str]:
    """Of the items that want a consent of their own, those that a text names, with the words. `among`: the words of its screen,
    which tell its language."""
    folded = fold(text)
    return {item: match.group(0) for item, pattern in _of(text, among).items if (match := pattern.search(folded))}


def documents_in(text: str, among: str = "") -> list[str]:
    """Which of a privacy policy and a user agreement a text names."""
    folded, own = fold(text), _of(text, among)
    return [name for name, named in (("policy", own.names_policy(folded)), ("terms", bool(own.terms.search(folded)))) if named]


def stands_alone(text: str, among: str = "") -> bool:
    """Whether a box of these words is for what they name alone: for no document, nor for all that is said above."""
    return not documents_in(text, among) and _of(text, among).the_whole.search(fold(text)) is None


def consents(text: str, among: str = "") -> bool:
    """Whether a text speaks of agreeing."""
    return bool(_of(text, among).consents.search(fold(text)))


def _of(text: str, among: str) -> Words:
    return words(spoken(f"{text}\n{among}"))
