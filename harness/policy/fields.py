"""Labels and what stands after them: the columns of a table, and lines such as `使用目的：推送消息`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from harness.policy.folding import fold
from harness.policy.words import compiled, read


@dataclass(frozen=True)
class Value:
    """What a label says, from `start` to `end` of the folded text. `role`: words/fields.yaml; `label` folded."""

    role: str
    label: str
    start: int
    end: int


_BRACKETED = re.compile(r"(?<=.)\(.*?\)?$|\(.*?\)(?=.)")


_TAG = compiled("fields", "tag")


@cache
def _labels() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((entry["role"], re.compile(entry["pattern"])) for entry in read("fields")["labels"])


@cache
def words(name: str) -> re.Pattern[str]:
    """One of the patterns of words/fields.yaml."""
    return re.compile(read("fields")[name])


@cache
def role_of_label(label: str) -> str:
    """What a column or a label is about: name, company, purpose, kinds, link, permissions, method, platform, type; "" where it
    is none of these."""
    said = fold(label).strip(" *_#:\t\n\"'")
    said = _BRACKETED.sub("", said).strip(" ()")
    if not said or len(said) > 44 or "、" in said or _TAG.match(said):
        return ""
    return next((role for role, pattern in _labels() if pattern.search(said)), "")


def is_company(said: str) -> bool:
    """Whether all that a folded line or cell says is what companies are called."""
    said = said.strip()
    return len(said) <= 80 and bool(words("companies_alone").search(said)) and not words("name_of_sdk").search(said)


def pairs(text: str, start: int, end: int) -> list[Value]:
    """The labels of one line of folded text with their values; a value goes on to the next label or the end of the line."""
    places = []
    for match in words("label").finditer(text, start, end):
        if text.startswith("//", match.end()):
            continue
        role = role_of_label(match["label"])
        if role:
            places.append((role, match["label"], match.start("label"), match.end()))
    found = []
    for number, (role, label, _, at) in enumerate(places):
        stop = places[number + 1][2] if number + 1 < len(places) else end
        first, last = at, stop
        while first < last and text[first] in " \t*_\n":
            first += 1
        while last > first and text[last - 1] in " \t*_,;\n":
            last -= 1
        found.append(Value(role, label, first, last))
    return found


def platforms_of(text: str) -> tuple[str, ...]:
    """Which systems a folded text names, where it names some but not all of them."""
    return tuple(name for name, pattern in read("fields")["platforms"].items() if re.search(pattern, text))
