"""The words of notices and dialogs, as data: YAML files for folding, roles, kinds and system windows, and one for each
further language.

Patterns are compiled once for each set of languages. A pattern may name `DOCUMENT`, `PRIVACY_DOCUMENT` or `TERMS_DOCUMENT`,
the names of the texts that a notice asks to read, and `THING`, what a permission is for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from harness.screens.phrases.language import Language, languages, languages_of
from harness.screens.phrases.spelling import HAN, caption, fold, read, spelled

__all__ = ["Kind", "Length", "Phrases", "RolePhrase", "Second", "caption", "fold", "languages_of", "load"]


@dataclass(frozen=True, slots=True)
class Length:
    """The length from which on a text counts as long: by characters, fewer of them where it is Chinese."""

    han: int
    other: int

    def exceeded_by(self, text: str) -> bool:
        return len(text) > (self.han if HAN.search(text) else self.other)


@dataclass(frozen=True, slots=True)
class RolePhrase:
    role: str
    weak: bool
    patterns: tuple[re.Pattern[str], ...]
    unless: re.Pattern[str] | None

    def find(self, text: str) -> str | None:
        """The words in a folded text that carry this role."""
        if self.unless is not None and self.unless.search(text):
            return None
        for pattern in self.patterns:
            match = pattern.search(text)
            if match:
                return match.group(0)
        return None


@dataclass(frozen=True, slots=True)
class Kind:
    """`points`: place (title, prose, captions, all) -> topic -> points."""

    name: str
    enough: int
    points: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Second:
    """What tells the question that follows a refusal from the first one."""

    enough: int
    points: Mapping[str, Mapping[str, int]]
    still_refuses: tuple[int, re.Pattern[str]]
    thinks_again: tuple[int, re.Pattern[str]]
    leaves: int
    long: tuple[Length, int]
    short: tuple[Length, int]


@dataclass(frozen=True, eq=False)
class Phrases:
    """Everything the recogniser knows about words, for screens in certain languages."""

    caption: Length
    link_caption: Length
    title: Length
    roles: tuple[RolePhrase, ...]
    link: re.Pattern[str]
    login: re.Pattern[str]
    box_id: re.Pattern[str]
    box_text: re.Pattern[str]
    id_roles: tuple[tuple[str, re.Pattern[str]], ...]
    inline: tuple[tuple[str, re.Pattern[str]], ...]
    topics: Mapping[str, re.Pattern[str]]
    kinds: tuple[Kind, ...]
    second: Second
    permission_packages: frozenset[str]
    decoration: frozenset[str]
    stores: frozenset[str]
    crash_packages: frozenset[str]
    crash: re.Pattern[str]
    crash_ids: Mapping[str, str]
    crash_buttons: tuple[tuple[re.Pattern[str], str], ...]
    system_ids: dict[str, str]
    system_texts: tuple[tuple[str, re.Pattern[str]], ...]
    message_ids: frozenset[str]
    message_tail: tuple[re.Pattern[str], ...]
    groups: tuple[tuple[str, re.Pattern[str]], ...]


@cache
def load(spoken: frozenset[str] = frozenset()) -> Phrases:
    """The shipped phrases for screens in Chinese and English, and in these languages besides. Raises re.error or KeyError where
    a file is wrong: that is a bug, not input."""
    roles, kinds, system = read("roles"), read("kinds"), read("system")
    tongues = [one for one in languages() if one.name in spoken]
    documents = {
        name: _either(roles["documents"][name], *(t.documents[name] for t in tongues)) for name in ("privacy", "terms")
    }
    things = _either(*kinds["topics"]["permission_thing"], *(t.topics["permission_thing"] for t in tongues))
    names = {
        "PRIVACY_DOCUMENT": documents["privacy"], "TERMS_DOCUMENT": documents["terms"],
        "DOCUMENT": _either(*documents.values()), "THING": things,
    }  # fmt: skip

    def compiled(*patterns: str) -> re.Pattern[str]:
        whole = _either(*patterns)
        for name, value in names.items():
            whole = whole.replace(name, f"(?:{value})")
        return re.compile(whole)

    def controls(key: str) -> list[str]:
        return [t.controls[key] for t in tongues if key in t.controls]

    topics = {
        name: compiled(*patterns, *(t.topics[name] for t in tongues if name in t.topics))
        for name, patterns in kinds["topics"].items()
    } | {name: re.compile(names[name]) for name in ("PRIVACY_DOCUMENT", "TERMS_DOCUMENT")}
    return Phrases(
        caption=Length(**roles["longest"]),
        link_caption=Length(**roles["link_longest"]),
        title=Length(**roles["title_longest"]),
        roles=tuple(_roles(roles["roles"], tongues, compiled)),
        link=compiled(roles["link"]),
        login=compiled(roles["login"], *controls("login")),
        box_id=compiled(roles["box"]["id"]),
        box_text=compiled(roles["box"]["text"], *(t.topics["consent_word"] for t in tongues)),
        id_roles=tuple((role, compiled(pattern)) for role, pattern in roles["ids"].items()),
        inline=tuple((role, compiled(pattern)) for role, pattern in roles["inline"].items()),
        topics=topics,
        kinds=tuple(
            Kind(name, entry["enough"], {place: topics for place, topics in entry.items() if place != "enough"})
            for name, entry in kinds["kinds"].items()
        ),
        second=_second(kinds["second_chance"], compiled, controls),
        permission_packages=frozenset(system["permission_packages"]),
        decoration=frozenset(system["decoration"]),
        stores=frozenset(system["stores"]),
        crash_packages=frozenset(system["crash"]["packages"]),
        crash=compiled(system["crash"]["pattern"], *(t.topics["crash"] for t in tongues)),
        crash_ids=dict(system["crash"]["ids"]),
        crash_buttons=tuple((compiled(p), role) for p, role in system["crash"]["buttons"].items()),
        system_ids=dict(system["ids"]),
        system_texts=tuple((entry["role"], compiled(entry["pattern"])) for entry in system["texts"]),
        message_ids=frozenset(system["message_ids"]),
        message_tail=tuple(compiled(pattern) for pattern in system["message_tail"]),
        groups=tuple((entry["group"], compiled(entry["pattern"])) for entry in system["groups"]),
    )


def _either(*patterns: str) -> str:
    return "|".join(f"(?:{spelled(p)})" for p in patterns) if len(patterns) > 1 else spelled(patterns[0])


def _roles(entries: Iterable[Mapping[str, Any]], tongues: Iterable[Language], compiled: Any) -> Iterable[RolePhrase]:
    """Each entry with the words that the languages have for its role; the first that fits wins, in any of them."""
    for entry in entries:
        weak = bool(entry.get("weak"))
        key = f"{entry['role']}_weak" if weak else entry["role"]
        added = [t.controls[key] for t in tongues if key in t.controls] if entry["role"] != "other" else []
        yield RolePhrase(
            entry["role"],
            weak,
            tuple(compiled(pattern) for pattern in (*entry["patterns"], *added)),
            compiled(entry["unless"]) if "unless" in entry else None,
        )


def _second(entry: Mapping[str, Any], compiled: Any, controls: Any) -> Second:
    words = entry["controls"]

    def length(name: str) -> tuple[Length, int]:
        one = entry[name]
        return Length(one["han"], one["other"]), one["points"]

    return Second(
        enough=entry["enough"],
        points={place: entry[place] for place in ("title", "prose")},
        still_refuses=(entry["still_refuses"], compiled(words["still_refuses"], *controls("still_refuses"))),
        thinks_again=(entry["thinks_again"], compiled(words["thinks_again"], *controls("thinks_again"))),
        leaves=entry["leaves"],
        long=length("long"),
        short=length("short"),
    )
