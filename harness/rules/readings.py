"""Named profiles of the numbers that rules decide with: thresholds and readings, each with its source.

harness/rules/profiles/NAME.yaml, or a file of the same shape. A profile names what differs from cn-default. A rule asks
for a number by its name and says in `Rule.readings` which it asks for, so that its page and `harness rules --clause ID`
print them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from harness.errors import UsageError

DEFAULT = "cn-default"
_FOLDER = Path(__file__).parent / "profiles"
_KEYS = {"value", "unit", "source", "law"}


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One number. `law`: it stands in the clause or in law that binds; else it is practice or a reading, and printed as such."""

    name: str
    value: float
    unit: str
    source: str
    law: bool = False

    def __str__(self) -> str:
        return f"{self.value:g} {self.unit}"


@dataclass(frozen=True, kw_only=True)
class Readings:
    """A profile. `of(name)` is the number; KeyError for one that no profile has is a fault of the rule."""

    name: str
    title: str
    title_zh: str
    known: Mapping[str, Reading]

    def of(self, name: str) -> float:
        return self.known[name].value

    def told(self, name: str) -> str:
        """The number with its unit and source, for a finding's reason."""
        reading = self.known[name]
        return f"{reading} ({reading.source})"


def profile_names() -> list[str]:
    return sorted(path.stem for path in _FOLDER.glob("*.yaml"))


@cache
def load_readings(name: str = DEFAULT) -> Readings:
    """A shipped profile by name, or a file. Raises UsageError with file and line for what is not as it must be."""
    path = Path(name) if name.endswith((".yaml", ".yml")) else _FOLDER / f"{name}.yaml"
    if not path.is_file():
        raise UsageError(f"There is no profile of thresholds {name!r}.", f"Known: {', '.join(profile_names())}.",
                         "Name one of these or a YAML file.")
    title, own = _read(path)
    known = dict(own)
    if path != _FOLDER / f"{DEFAULT}.yaml":
        usual = load_readings(DEFAULT).known
        if unknown := sorted(set(own) - set(usual)):
            raise UsageError(f"{path.name}: no rule knows the number {unknown[0]!r}.", f"Known: {', '.join(sorted(usual))}.",
                             "A misspelt name would change nothing.")
        known = {**usual, **own}
    return Readings(name=path.stem, title=title.get("en", path.stem), title_zh=title.get("zh", path.stem), known=known)


def _read(path: Path) -> tuple[dict[str, str], dict[str, Reading]]:
    try:
        reader = yaml.SafeLoader(path.read_text("utf-8"))
        node: Any = reader.get_single_node()
        data: Any = reader.construct_document(node) if node is not None else None
    except (yaml.YAMLError, UnicodeDecodeError) as bad:
        mark = getattr(bad, "problem_mark", None)
        raise _wrong(path, mark.line + 1 if mark else 1, "it is no YAML", str(bad)) from bad
    if not isinstance(data, dict) or not isinstance(data.get("readings"), dict):
        raise _wrong(path, 1, "it has no mapping `readings`", "A profile is {name, title: {zh, en}, readings: {NAME: {...}}}.")
    if unknown := set(data) - {"name", "title", "readings"}:
        raise _wrong(path, 1, f"unknown key {min(map(str, unknown))!r}", "Known: name, title, readings.")
    lines = {key.value: key.start_mark.line + 1
             for top, below in node.value if top.value == "readings" for key, _ in below.value}
    found = {}
    for name, entry in data["readings"].items():
        line = lines.get(str(name), 1)
        if not isinstance(entry, dict) or set(entry) - _KEYS:
            raise _wrong(path, line, f"{name}: it is no mapping of {', '.join(sorted(_KEYS))}", f"It is {entry!r}.")
        value = entry.get("value")
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise _wrong(path, line, f"{name}: `value` is no number", f"It is {value!r}.")
        for key in ("unit", "source"):
            if not isinstance(entry.get(key), str) or not entry[key].strip():
                raise _wrong(path, line, f"{name}: `{key}` is no text", "Each number has its unit and its source.")
        found[str(name)] = Reading(name=str(name), value=value, unit=entry["unit"], source=entry["source"],
                                   law=bool(entry.get("law", False)))
    title = data.get("title") or {}
    return (title if isinstance(title, dict) else {}), found


def _wrong(path: Path, line: int, what: str, why: str) -> UsageError:
    return UsageError(f"{path.name}, line {line}: {what}.", why, "harness/rules/profiles/cn-default.yaml is an example.")
