"""What started the app, and what it starts: the suite's acts on the device and the hooked starts of components."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from harness.tables import Note, Tables
from harness.tables.attribution import Sdk, load_sdks, longest

USERS = frozenset({"top-activity", "activity", "next-top-activity", "next-activity", "pre-top-activity"})
"""Kinds of a start that bring the app to the front: an act of the user's."""
SYNTHETIC = frozenset({"broadcast"})
"""Acts of the suite that stand for another app's: they show that the app can be woken, not that anybody wakes it."""
SYSTEM = ("android", "com.android.", "com.google.android.")


@cache
def _by_prefix() -> Mapping[str, Sdk]:
    return {prefix: sdk for sdk in load_sdks() if not sdk.transparent for prefix in sdk.packages}


def sdk_of(component: str) -> str:
    """The SDK whose class a component is, "" for one of the app's own, or one that nobody knows."""
    prefix = longest(component, _by_prefix())
    return _by_prefix()[prefix].name if prefix else ""


def starts(run: Tables) -> Iterator[tuple[Note, Mapping[str, Any]]]:
    """Each process that an act on the device started and the user did not ask for, with the fact of the act."""
    for note in run.noted("outside"):
        for one in note.data.get("started") or ():
            if one.get("kind") not in USERS:
                yield note, one


def targets(value: Any) -> Iterator[str]:
    """The packages that intents among a call's arguments are for: {component: "ComponentInfo{a.b/c}", package: ...}."""
    if isinstance(value, Mapping):
        component = value.get("component")
        named = value.get("package")
        if isinstance(component, str) and "/" in component:
            yield component.rpartition("{")[2].partition("/")[0].strip("} ")
        elif isinstance(named, str) and named:
            yield named
        for inner in value.values():
            yield from targets(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from targets(inner)


def is_system(package: str) -> bool:
    return package == "android" or package.startswith(SYSTEM[1:])
