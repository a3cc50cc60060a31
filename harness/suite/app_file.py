"""What a tester knows of an app, as a YAML file (docs/scenarios.md): its functions and the way to each.

Keys that other parts of the harness read from the same file are left to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from harness.errors import UsageError

OTHERS = frozenset({"package", "policy", "parties", "sdks", "hosts", "labels", "notes", "title", "first_party", "kinds",
                    "case", "schema"})


@dataclass(frozen=True, kw_only=True)
class Function:
    """A function of the app. `open`: texts or ids to tap, one after the other, from the first page.

    `permissions`: groups or names it may need; `core`: whether the app is nothing without it.
    """

    name: str
    open: tuple[str, ...]
    permissions: tuple[str, ...] = ()
    core: bool = False


def read_functions(path: Path) -> tuple[Function, ...]:
    """The functions of an app file. Raises UsageError naming what is wrong and where."""
    try:
        data: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as bad:
        raise UsageError(f"The app file {path} cannot be read.", bad.strerror or "", "Check --app.") from bad
    except (yaml.YAMLError, UnicodeDecodeError) as bad:
        raise UsageError(f"The app file {path} is no YAML.", str(bad), "Correct it there.") from bad
    if data is None:
        return ()
    if not isinstance(data, dict):
        raise UsageError(f"The app file {path} is not a mapping.", f"It holds a {type(data).__name__}.",
                         "docs/scenarios.md has an example.")
    listed = data.get("functions") or []
    if not isinstance(listed, list):
        raise UsageError(f"{path}: `functions` is not a list.", "", "docs/scenarios.md has an example.")
    return tuple(_function(entry, f"{path}: functions[{i}]") for i, entry in enumerate(listed))


def _function(entry: Any, where: str) -> Function:
    if not isinstance(entry, dict):
        raise UsageError(f"{where} is not a mapping.", f"It is {entry!r}.", "docs/scenarios.md has an example.")
    unknown = set(entry) - {"name", "open", "permissions", "core", "kinds", "page"}
    if unknown:
        raise UsageError(f"{where} has unknown keys.", ", ".join(sorted(map(str, unknown))),
                         "Known: name, open, permissions, core, kinds, page.")
    name, way = entry.get("name"), entry.get("open")
    if not isinstance(name, str) or not name:
        raise UsageError(f"{where} has no name.", "", "Give it one: it is what reports call it.")
    if not isinstance(way, list) or not way or not all(isinstance(step, str) and step for step in way):
        raise UsageError(f"{where} ({name}) does not say how to open it.", f"open is {way!r}.",
                         "List the texts or ids to tap, from the first page on.")
    return Function(name=name, open=tuple(way), permissions=tuple(map(str, entry.get("permissions") or ())),
                    core=bool(entry.get("core", False)))
