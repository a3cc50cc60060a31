"""What a tester brings beside the app itself: a later version, another app, profiles, an earlier run, files to attach.

It stands under `material` in the app file (docs/app-file.md); a path in it is meant from the file's own folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.errors import UsageError
from harness.suite.app_file import KnownPage, page_of

_PATHS = ("update", "other_app", "earlier_run")
KEYS = (*_PATHS, "profiles", "attachments")


@dataclass(frozen=True, kw_only=True)
class Material:
    """None, empty: not brought. `profiles`: for each its name and the way to become it; `attachments`: clause -> file."""

    update: Path | None = None
    other_app: Path | None = None
    earlier_run: Path | None = None
    profiles: tuple[KnownPage, ...] = ()
    attachments: Mapping[str, Path] = field(default_factory=dict)


def material_of(data: Mapping[str, Any] | None, where: str = "the app file", folder: Path | None = None) -> Material:
    """From the mapping of an app file. `folder`: that paths are relative to. Raises UsageError naming what is wrong."""
    listed = (data or {}).get("material")
    listed = {} if listed is None else listed
    if not isinstance(listed, dict):
        raise UsageError(f"{where}: `material` is not a mapping.", f"It is {listed!r}.", "docs/app-file.md has an example.")
    unknown = set(listed) - set(KEYS)
    if unknown:
        named = ", ".join(sorted(map(str, unknown)))
        raise UsageError(f"{where}: `material` has unknown keys.", named, f"Known: {', '.join(KEYS)}.")
    paths = {name: _path(listed[name], f"{where}: material.{name}", folder) for name in _PATHS if name in listed}
    attached = listed.get("attachments", {})
    if not isinstance(attached, dict):
        raise UsageError(f"{where}: material.attachments is no mapping.", f"It is {attached!r}.", "Write {store-03: letter.pdf}.")
    files = {str(clause): _path(file, f"{where}: material.attachments.{clause}", folder) for clause, file in attached.items()}
    return Material(**paths, profiles=_profiles(listed.get("profiles", []), f"{where}: material.profiles"), attachments=files)


def with_whole_paths(data: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The same mapping with the paths of its material as they are from anywhere, for the bundle."""
    material = data.get("material")
    if not isinstance(material, dict):
        return data
    found = material_of(data, folder=folder)
    whole = {name: str(getattr(found, name)) for name in _PATHS if name in material}
    if found.attachments:
        whole |= {"attachments": {clause: str(file) for clause, file in found.attachments.items()}}  # type: ignore[dict-item]
    return {**data, "material": {**material, **whole}}


def _path(text: Any, where: str, folder: Path | None) -> Path:
    if not isinstance(text, str) or not text:
        raise UsageError(f"{where} is no path.", f"It is {text!r}.", "Write the path of a file.")
    return (folder or Path()) / text


def _profiles(listed: Any, where: str) -> tuple[KnownPage, ...]:
    if not isinstance(listed, list) or len(listed) == 1:
        raise UsageError(f"{where} is no list of two or more.", f"It is {listed!r}.", "Write [{name: 甲, open: [登录]}, ...].")
    found = []
    for i, entry in enumerate(listed):
        name = entry.get("name") if isinstance(entry, dict) else None
        if not isinstance(name, str) or not name:
            raise UsageError(f"{where}[{i}] has no name.", f"It is {entry!r}.", "Give it one: it is what reports call it.")
        found.append(page_of(name, {key: value for key, value in entry.items() if key != "name"}, f"{where}[{i}]"))
    if len({one.name for one in found}) != len(found):
        raise UsageError(f"{where}: two have one name.", "", "Call each by a name of its own.")
    return tuple(found)
