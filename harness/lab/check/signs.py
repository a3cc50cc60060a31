"""The signs of signs.yaml, looked for in an APK."""

from __future__ import annotations

import fnmatch
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from harness.lab.check.content import Content


@dataclass(frozen=True)
class Sign:
    """`found`: what of it is in the APK."""

    name: str
    found: tuple[str, ...]
    package: str = ""


@cache
def table() -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = yaml.safe_load(Path(__file__).with_name("signs.yaml").read_text("utf-8"))
    return loaded


def signs(group: str, content: Content, classes: Collection[str], packages: Collection[str]) -> Iterator[Sign]:
    """Those of a group that are in the APK. `packages`: of its classes, each with a dot at its end and those above it."""
    libraries = {name.rpartition("/")[2] for name in content.entries if name.endswith(".so")}
    for entry in table()[group]:
        found = [name for pattern in entry.get("library", ()) for name in sorted(fnmatch.filter(libraries, pattern))]
        found += [name for name in entry.get("class", ()) if name in (packages if name.endswith(".") else classes)]
        found += [name for name in entry.get("entry", ()) if _has_entry(content, name)]
        if found:
            yield Sign(entry["name"], tuple(found), entry.get("package", ""))


def _has_entry(content: Content, name: str) -> bool:
    return any(one.startswith(name) for one in content.entries) if name.endswith("/") else name in content.entries


def packages_of(classes: Collection[str]) -> set[str]:
    found = set()
    for name in classes:
        at = name.rfind(".")
        while at > 0 and name[: at + 1] not in found:
            found.add(name[: at + 1])
            at = name.rfind(".", 0, at)
    return found
