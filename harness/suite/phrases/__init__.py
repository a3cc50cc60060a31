"""The words of notices and dialogs, as data: one YAML file each for folding, roles, kinds and system windows.

Patterns are compiled once. A pattern may name `DOCUMENT`, `PRIVACY_DOCUMENT` or `TERMS_DOCUMENT`: the names
of the texts a notice asks to read, which stand in roles.yaml.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FOLDER = Path(__file__).parent
_INVISIBLE_TEXT = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
_INVISIBLE = dict.fromkeys(map(ord, _INVISIBLE_TEXT))
_BEFORE_NFKC = {ord("…"): "...", ord("⋯"): "..."}
_SPACE = re.compile(r"\s+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_EDGE = " \t\n.。!！,，;；:：>›»→-~·|*"
_MATCHED = {"(": ")", "[": "]", "【": "】", "<": ">", '"': '"', "「": "」"}


@dataclass(frozen=True, slots=True)
class Length:
    """The length from which on a text counts as long: by characters, fewer of them where it is Chinese."""

    han: int
    other: int

    def exceeded_by(self, text: str) -> bool:
        return len(text) > (self.han if _HAN.search(text) else self.other)


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
class Topic:
    points: int
    pattern: re.Pattern[str] | None
    longer_than: Length | None = None

    def find(self, text: str) -> str | None:
        if self.longer_than is not None:
            return f"{len(text)} characters" if self.longer_than.exceeded_by(text) else None
        assert self.pattern is not None
        match = self.pattern.search(text)
        return match.group(0) if match else None


@dataclass(frozen=True, slots=True)
class OtherKind:
    kind: str
    pattern: re.Pattern[str]
    controls: frozenset[str]


@dataclass(frozen=True, eq=False)
class Phrases:
    """Everything the recogniser knows about words."""

    caption: Length
    link_caption: Length
    roles: tuple[RolePhrase, ...]
    link: re.Pattern[str]
    box_id: re.Pattern[str]
    box_text: re.Pattern[str]
    id_roles: tuple[tuple[str, re.Pattern[str]], ...]
    privacy_document: re.Pattern[str]
    terms_document: re.Pattern[str]
    policy_topics: tuple[Topic, ...]
    policy_enough: int
    policy_enough_weak: int
    asks: re.Pattern[str]
    second_controls: tuple[Topic, ...]
    second_body: tuple[Topic, ...]
    second_enough: int
    permission_topics: tuple[Topic, ...]
    permission_enough: int
    permission_settings: re.Pattern[str]
    login_button: re.Pattern[str]
    login_body: re.Pattern[str]
    others: tuple[OtherKind, ...]
    against: tuple[re.Pattern[str], ...]
    permission_packages: frozenset[str]
    decoration: frozenset[str]
    crash_packages: frozenset[str]
    crash: re.Pattern[str]
    crash_buttons: tuple[tuple[re.Pattern[str], str], ...]
    system_ids: dict[str, str]
    system_texts: tuple[tuple[str, re.Pattern[str]], ...]
    message_ids: frozenset[str]
    message_tail: tuple[re.Pattern[str], ...]
    groups: tuple[tuple[str, re.Pattern[str]], ...]


def _read(name: str) -> dict[str, Any]:
    data = yaml.safe_load((_FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    assert isinstance(data, dict)
    return data


@cache
def _folding() -> tuple[dict[int, str], tuple[re.Pattern[str], ...]]:
    data = _read("fold")
    pairs = "".join(str(data["traditional"]).split())
    if len(pairs) % 2:
        raise ValueError("phrases/fold.yaml: `traditional` holds pairs, and one has no partner")
    table: dict[int, str] = {ord(pairs[i]): pairs[i + 1] for i in range(0, len(pairs), 2)}
    for plain, curly in data["quotes"].items():
        table.update({ord(character): plain for character in curly})
    return table, tuple(re.compile(pattern) for pattern in data["countdown"])


def fold(text: str) -> str:
    """A text with one spelling for what reads the same: full-width and half-width, curly and straight
    quotes, traditional and simplified Chinese, capitals and small letters, any white space."""
    table, _ = _folding()
    folded = unicodedata.normalize("NFKC", text.translate(_INVISIBLE).translate(_BEFORE_NFKC))
    return _SPACE.sub(" ", folded.translate(table).lower()).strip()


def caption(text: str) -> str:
    """A folded control text without count-down, brackets and punctuation round it."""
    _, countdown = _folding()
    folded = fold(text).strip(_EDGE)
    for pattern in countdown:
        shorter = pattern.sub("", folded).strip(_EDGE)
        folded = shorter or folded
    while len(folded) > 2 and _MATCHED.get(folded[0]) == folded[-1]:
        folded = folded[1:-1].strip(_EDGE)
    if len(folded) <= 12 and _HAN.search(folded):
        folded = folded.replace(" ", "")
    return folded


@cache
def load() -> Phrases:
    """The shipped phrases. Raises re.error or KeyError where a file is wrong: that is a bug, not input."""
    roles, kinds, system = _read("roles"), _read("kinds"), _read("system")
    documents = roles["documents"]
    names = {
        "PRIVACY_DOCUMENT": documents["privacy"],
        "TERMS_DOCUMENT": documents["terms"],
        "DOCUMENT": f"{documents['privacy']}|{documents['terms']}",
    }

    def compiled(pattern: str) -> re.Pattern[str]:
        for name, value in names.items():
            pattern = pattern.replace(name, f"(?:{value})")
        return re.compile(pattern)

    def topics(entries: list[dict[str, Any]]) -> tuple[Topic, ...]:
        return tuple(
            Topic(
                points=entry["points"],
                pattern=compiled(entry["pattern"]) if "pattern" in entry else None,
                longer_than=Length(**entry["longer_than"]) if "longer_than" in entry else None,
            )
            for entry in entries
        )

    policy, permission, login = kinds["policy"], kinds["permission"], kinds["login"]
    second = policy["second_chance"]
    return Phrases(
        caption=Length(**roles["longest"]),
        link_caption=Length(**roles["link_longest"]),
        roles=tuple(
            RolePhrase(
                entry["role"],
                bool(entry.get("weak")),
                tuple(compiled(pattern) for pattern in entry["patterns"]),
                compiled(entry["unless"]) if "unless" in entry else None,
            )
            for entry in roles["roles"]
        ),
        link=compiled(roles["link"]),
        box_id=compiled(roles["box"]["id"]),
        box_text=compiled(roles["box"]["text"]),
        id_roles=tuple((role, compiled(pattern)) for role, pattern in roles["ids"].items()),
        privacy_document=re.compile(documents["privacy"]),
        terms_document=re.compile(documents["terms"]),
        policy_topics=topics(policy["topics"]),
        policy_enough=policy["enough"],
        policy_enough_weak=policy["enough_weak"],
        asks=compiled(policy["asks"]),
        second_controls=topics(second["controls"]),
        second_body=topics(second["body"] + second["against"]),
        second_enough=second["enough"],
        permission_topics=topics(permission["topics"]),
        permission_enough=permission["enough"],
        permission_settings=compiled(permission["settings"]),
        login_button=compiled(login["buttons"]),
        login_body=compiled(login["body"]),
        others=tuple(
            OtherKind(entry["kind"], compiled(entry["pattern"]), frozenset(entry["controls"]))
            for entry in kinds["others"]
        ),
        against=tuple(compiled(pattern) for pattern in kinds["against"]),
        permission_packages=frozenset(system["permission_packages"]),
        decoration=frozenset(system["decoration"]),
        crash_packages=frozenset(system["crash"]["packages"]),
        crash=compiled(system["crash"]["pattern"]),
        crash_buttons=tuple((compiled(p), role) for p, role in system["crash"]["buttons"].items()),
        system_ids=dict(system["ids"]),
        system_texts=tuple((entry["role"], compiled(entry["pattern"])) for entry in system["texts"]),
        message_ids=frozenset(system["message_ids"]),
        message_tail=tuple(compiled(pattern) for pattern in system["message_tail"]),
        groups=tuple((entry["group"], compiled(entry["pattern"])) for entry in system["groups"]),
    )
