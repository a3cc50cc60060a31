"""What a tester knows of an app, as a YAML file (docs/app-file.md): read and checked whole, for every door.

Its functions and the way to each are made into records here; whom the app shares with, in `harness.tables`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from harness.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class Function:
    """A function of the app. `open`: texts or ids to tap, one after the other, from the first page.

    `permissions`: groups or names it may need; `core`: whether the app is nothing without it.
    """

    name: str
    open: tuple[str, ...]
    permissions: tuple[str, ...] = ()
    core: bool = False


def read_app_file(path: Path) -> dict[str, Any]:
    """The mapping in an app file, every key of it checked. Raises UsageError naming file, key and what is wanted."""
    from harness.tables import AppFacts  # here, since pandas comes with it

    try:
        data: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as bad:
        raise UsageError(f"The app file {path} cannot be read.", bad.strerror or "", "Name a YAML file.") from bad
    except (yaml.YAMLError, UnicodeDecodeError) as bad:
        raise UsageError(f"The app file {path} is no YAML.", str(bad), "docs/app-file.md shows its shape.") from bad
    if not isinstance(data, dict):
        raise UsageError(f"The app file {path} holds no mapping.", "", "docs/app-file.md shows its shape.")
    AppFacts.of(data, where=str(path), strict=True)
    functions_of(data, str(path))
    return data


def functions_of(data: Mapping[str, Any] | None, where: str = "the app file") -> tuple[Function, ...]:
    """The functions in the mapping of an app file. Raises UsageError naming what is wrong and where."""
    listed = (data or {}).get("functions") or []
    if not isinstance(listed, list):
        raise UsageError(f"{where}: `functions` is not a list.", "", "docs/app-file.md has an example.")
    return tuple(_function(entry, f"{where}: functions[{i}]") for i, entry in enumerate(listed))


def _function(entry: Any, where: str) -> Function:
    if not isinstance(entry, dict):
        raise UsageError(f"{where} is not a mapping.", f"It is {entry!r}.", "docs/app-file.md has an example.")
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
    permissions, core = entry.get("permissions", []), entry.get("core", False)
    if not isinstance(permissions, list) or not all(isinstance(p, str) and p for p in permissions):
        raise UsageError(f"{where} ({name}): `permissions` is no list of texts.", f"It is {permissions!r}.",
                         "Write a list, such as permissions: [location].")
    if not isinstance(core, bool):
        raise UsageError(f"{where} ({name}): `core` is neither true nor false.", f"It is {core!r}.", "Write core: true.")
    return Function(name=name, open=tuple(way), permissions=tuple(permissions), core=core)
