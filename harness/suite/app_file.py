"""What a tester knows of an app, as a YAML file (docs/app-file.md): read and checked whole, for every door.

Its functions and the way to each are made into records here; whom the app shares with, in `harness.tables`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from harness.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class Function:
    """A function of the app. `open`: texts or ids to tap, one after the other, from the first page.

    `permissions`: groups or names it may need; `core`: whether the app is nothing without it; `done`: a text that shows
    that it works.
    """

    name: str
    open: tuple[str, ...]
    permissions: tuple[str, ...] = ()
    core: bool = False
    done: str = ""


PAGES = (
    "login", "register", "withdraw", "delete_account", "personalisation", "age", "child_mode", "biometric", "sensitive", "genai",
    "product", "policy", "summary", "collected_list", "shared_list", "permission_list", "minors_rules", "rights", "contact",
    "download",
)  # fmt: skip
"""Pages with a task that scenarios know; docs/app-file.md says what each is for."""


@dataclass(frozen=True, kw_only=True)
class KnownPage:
    """The way to a page and what to do there. `open`, `tap`: texts or ids to tap, one after the other, to it and on it.
    `fill`: label or id of a field -> what to write; "$NAME" is the environment variable of that name, so that no secret
    stands in a file. `done`: a text that shows that it worked."""

    name: str
    open: tuple[str, ...] = ()
    fill: tuple[tuple[str, str], ...] = ()
    tap: tuple[str, ...] = ()
    done: str = ""


@dataclass(frozen=True, kw_only=True)
class KnownDialog:
    """A dialog that is in the way: where this text is on the screen, that is tapped."""

    text: str
    tap: str


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
    pages_of(data, str(path))
    dialogs_of(data, str(path))
    from harness.suite.material import material_of, with_whole_paths

    material_of(data, str(path))
    return with_whole_paths(data, path.parent.resolve())


def functions_of(data: Mapping[str, Any] | None, where: str = "the app file") -> tuple[Function, ...]:
    """The functions in the mapping of an app file. Raises UsageError naming what is wrong and where."""
    listed = (data or {}).get("functions") or []
    if not isinstance(listed, list):
        raise UsageError(f"{where}: `functions` is not a list.", "", "docs/app-file.md has an example.")
    return tuple(_function(entry, f"{where}: functions[{i}]") for i, entry in enumerate(listed))


def _function(entry: Any, where: str) -> Function:
    if not isinstance(entry, dict):
        raise UsageError(f"{where} is not a mapping.", f"It is {entry!r}.", "docs/app-file.md has an example.")
    unknown = set(entry) - {"name", "open", "permissions", "core", "kinds", "page", "done", "background"}
    if unknown:
        raise UsageError(f"{where} has unknown keys.", ", ".join(sorted(map(str, unknown))),
                         "Known: name, open, permissions, core, kinds, page, done, background.")
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
    done = entry.get("done", "")
    if not isinstance(done, str):
        raise UsageError(f"{where} ({name}): `done` is no text.", f"It is {done!r}.", "Write a text that shows that it works.")
    return Function(name=name, open=tuple(way), permissions=tuple(permissions), core=core, done=done)


def pages_of(data: Mapping[str, Any] | None, where: str = "the app file") -> dict[str, KnownPage]:
    """The pages in the mapping of an app file, by name. Raises UsageError naming what is wrong and where."""
    listed = (data or {}).get("pages")
    listed = {} if listed is None else listed
    if not isinstance(listed, dict):
        raise UsageError(f"{where}: `pages` is not a mapping.", f"It is {listed!r}.", "docs/app-file.md has an example.")
    return {str(name): _page(str(name), entry, f"{where}: pages.{name}") for name, entry in listed.items()}


def _page(name: str, entry: Any, where: str) -> KnownPage:
    if name not in PAGES:
        raise UsageError(f"{where} is no page that a scenario knows.", "", f"Known: {', '.join(PAGES)}.")
    return page_of(name, entry, where)


def page_of(name: str, entry: Any, where: str) -> KnownPage:
    """One entry with the keys of a page. Raises UsageError naming what is wrong."""
    if not isinstance(entry, dict):
        raise UsageError(f"{where} is not a mapping.", f"It is {entry!r}.", "Write {open: [设置, 隐私]}.")
    unknown = set(entry) - {"open", "fill", "tap", "done"}
    if unknown:
        raise UsageError(f"{where} has unknown keys.", ", ".join(sorted(map(str, unknown))), "Known: open, fill, tap, done.")
    ways: dict[str, tuple[str, ...]] = {}
    for key in ("open", "tap"):
        way = entry.get(key, [])
        if not isinstance(way, list) or not all(isinstance(step, str) and step for step in way):
            raise UsageError(f"{where}: `{key}` is no list of texts.", f"It is {way!r}.", "List the texts or ids to tap.")
        ways[key] = tuple(way)
    fill, done = entry.get("fill", {}), entry.get("done", "")
    if not isinstance(fill, dict) or not all(isinstance(x, str) and x for pair in fill.items() for x in pair):
        raise UsageError(f"{where}: `fill` is no mapping of texts.", f"It is {fill!r}.", "Write fill: {手机号: $TEST_PHONE}.")
    if not isinstance(done, str):
        raise UsageError(f"{where}: `done` is no text.", f"It is {done!r}.", "Write a text that shows that it worked.")
    return KnownPage(name=name, open=ways["open"], fill=tuple(fill.items()), tap=ways["tap"], done=done)


def written(text: str, where: str = "the app file") -> tuple[str, str]:
    """What is to be typed for an entry of `fill`, and what a journal may have of it. Raises UsageError where the environment
    does not have the variable."""
    if not text.startswith("$"):
        return text, text
    value = os.environ.get(text[1:])
    if value is None:
        why = "Secrets are taken from the environment."
        raise UsageError(f"{where} wants {text}, which is not set.", why, f"Set {text[1:]}.")
    return value, text


def dialogs_of(data: Mapping[str, Any] | None, where: str = "the app file") -> tuple[KnownDialog, ...]:
    """Dialogs that are in the way. Raises UsageError naming what is wrong and where."""
    listed = (data or {}).get("dialogs")
    listed = [] if listed is None else listed
    if not isinstance(listed, list):
        raise UsageError(f"{where}: `dialogs` is not a list.", f"It is {listed!r}.", "Write [{text: 新人礼包, tap: 关闭}].")
    found = []
    for i, entry in enumerate(listed):
        known = isinstance(entry, dict) and set(entry) == {"text", "tap"}
        if not known or not all(isinstance(v, str) and v for v in entry.values()):
            raise UsageError(f"{where}: dialogs[{i}] is no dialog.", f"It is {entry!r}.", "Write {text: 新人礼包, tap: 关闭}.")
        found.append(KnownDialog(text=entry["text"], tap=entry["tap"]))
    return tuple(found)
