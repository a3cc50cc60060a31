"""clauses/*.yaml read and checked: one `Clause` for each obligation.

An entry that is not as clauses/README.md says is an error that names file and line, before anything is judged with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from harness.errors import UsageError
from harness.resources import resource


class Force(StrEnum):
    """What a document is. Only a regulation and a notice bind; none of the others is ever printed as law."""

    REGULATION = "regulation"
    NOTICE = "notice"
    GUIDELINE = "guideline"
    COMMITMENT = "commitment"
    PRESS = "press"
    DRAFT = "draft"


_WORDS: Mapping[str, frozenset[str]] = {
    "text_basis": frozenset({"full-text", "translation", "press", "reproduction"}),
    "force": frozenset(Force),
    "duty_holder": frozenset({"app", "sdk", "store", "terminal", "network_access", "platform", "handler", "other"}),
    "mode": frozenset({"runtime", "document", "manual", "out"}),
    "decidable": frozenset({"violation", "both", "candidate", "none"}),
    "severity": frozenset({"high", "medium", "low"}),
}
_TEXTS = ("id", "source", "zh", "en", "observable", "article_hint", "note")
_LISTS = ("scenario", "thresholds", "related_standards", "same_as")
_MAY_LACK = frozenset({"article_hint", "note", "same_as", "thresholds"})


@dataclass(frozen=True, kw_only=True)
class Clause:
    """One obligation; clauses/README.md explains the fields. `document`: the file's name, `line`: where it stands there."""

    id: str
    source: str
    text_basis: str
    force: str
    zh: str
    en: str
    duty_holder: str
    mode: str
    decidable: str
    observable: str
    scenario: tuple[str, ...]
    severity: str
    thresholds: tuple[str, ...] = ()
    related_standards: tuple[str, ...] = ()
    same_as: tuple[str, ...] = ()
    article_hint: str = ""
    note: str = ""
    document: str = ""
    line: int = 0

    @property
    def quoted(self) -> bool:
        """Whether a part of the Chinese is the document's own wording."""
        return "“" in self.zh

    @property
    def wanted(self) -> str:
        """What would show it, on one line."""
        return " ".join(self.observable.split())

    @property
    def by_hand(self) -> bool:
        """Whether a person answers it: a row of the checklist. Mode `out` concerns no app."""
        return self.mode in {"manual", "out"}

    def said(self, language: str) -> str:
        """`language`: zh or en."""
        return self.zh if language == "zh" else self.en


@cache
def catalogue() -> Mapping[str, Clause]:
    """All clauses, by id, in the order of the files and of their lines."""
    return load_folder(resource("clauses"))


def load_folder(folder: Path) -> Mapping[str, Clause]:
    """The clauses of every YAML file of a folder. Raises UsageError with file and line for what is not as it must be."""
    found: dict[str, Clause] = {}
    for path in sorted(folder.glob("*.yaml")):
        for clause in _entries(path):
            if clause.id in found:
                first = found[clause.id]
                raise _wrong(path, clause.line, f"the clause {clause.id!r} stands twice",
                             f"It is also in {first.document}.yaml, line {first.line}.")
            found[clause.id] = clause
    for clause in found.values():
        for other in clause.same_as:
            if other not in found or other == clause.id:
                raise _wrong(folder / f"{clause.document}.yaml", clause.line,
                             f"{clause.id}: same_as names {other!r}", "There is no such other clause.")
    return found


def counted_once(clause: str, among: Mapping[str, Clause] | None = None) -> tuple[str, ...]:
    """The clauses that ask what this one asks, itself among them: those that it repeats, and those that repeat it."""
    known = catalogue() if among is None else among
    return tuple(i for i, one in known.items() if i == clause or clause in one.same_as)


def _wrong(path: Path, line: int, what: str, why: str) -> UsageError:
    return UsageError(f"{path.name}, line {line}: {what}.", why, "clauses/README.md has the fields and their values.")


def _entries(path: Path) -> list[Clause]:
    try:
        reader = yaml.CSafeLoader(path.read_text("utf-8"))
        node: Any = reader.get_single_node()
        data: Any = reader.construct_document(node) if node is not None else None
    except (yaml.YAMLError, UnicodeDecodeError) as bad:
        mark = getattr(bad, "problem_mark", None)
        raise _wrong(path, mark.line + 1 if mark else 1, "it is no YAML", str(bad)) from bad
    if not isinstance(data, list):
        raise _wrong(path, 1, "it is no list of clauses", f"It is {type(data).__name__}.")
    return [_clause(path, one.start_mark.line + 1, entry) for one, entry in zip(node.value, data, strict=True)]


def _clause(path: Path, line: int, entry: Any) -> Clause:
    if not isinstance(entry, dict):
        raise _wrong(path, line, "a clause is no mapping", f"It is {entry!r}.")
    unknown = set(entry) - {*_TEXTS, *_LISTS, *_WORDS}
    if unknown:
        raise _wrong(path, line, f"unknown key {min(map(str, unknown))!r}", "A misspelt key would be lost in silence.")
    values: dict[str, Any] = {}
    for key in _TEXTS:
        value = entry.get(key)
        if value is None and key in _MAY_LACK:
            continue
        if not isinstance(value, str) or not value.strip():
            raise _wrong(path, line, f"`{key}` is no text", f"It is {value!r}.")
        values[key] = value.strip()
    for key, words in _WORDS.items():
        if entry.get(key) not in words:
            raise _wrong(path, line, f"`{key}` is {entry.get(key)!r}", f"It can be {', '.join(sorted(words))}.")
        values[key] = entry[key]
    for key in _LISTS:
        value = entry.get(key)
        if value is None and (key in _MAY_LACK or entry["mode"] == "out"):
            continue
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise _wrong(path, line, f"`{key}` is no list of texts", f"It is {value!r}.")
        values[key] = tuple(value)
    return Clause(**{"scenario": (), **values, "document": path.stem, "line": line})
