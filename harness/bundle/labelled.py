"""A bundle read as one of several: each id says which of them it is of.

`c17` of the bundle `20261129T064615Z-example.shop-3f2a1c` is `c17@3f2a1c`, wherever it is named.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, TypeVar

from harness.bundle.reader import BundleReader
from harness.bundle.source import Source
from harness.model import Call, Event, Fact, Flow, Screen, Step

E = TypeVar("E", bound=Event)
_NAMES: dict[type[Event], tuple[str, ...]] = {
    Call: ("stack", "submitted"), Flow: ("of",), Screen: ("after_step",), Step: ("screen",),
}
"""Fields that hold the id of another record, or a list of them."""

_IN_FACTS = frozenset({"screen", "screens", "notice", "step", "absent", "picture_of", "asked_by", "answered_by"})
_ID = re.compile(r"[csfvtgr]\d+")


class LabelledReader(BundleReader):
    """`label`: what stands behind the `@`."""

    def __init__(self, source: Source, label: str) -> None:
        super().__init__(source)
        self.label = label

    def events(self, kind: type[E]) -> Iterator[E]:
        for event in super().events(kind):
            yield self._labelled(event)

    def named(self, name: str) -> str:
        return f"{name}@{self.label}"

    def _labelled(self, event: E) -> E:
        changed: dict[str, Any] = {"id": self.named(event.id)}
        for field in _NAMES.get(type(event), ()):
            value = getattr(event, field)
            changed[field] = [*map(self.named, value)] if isinstance(value, list) else value and self.named(value)
        if isinstance(event, Step) and event.detail.get("answers"):
            changed["detail"] = event.detail | {"answers": self.named(event.detail["answers"])}
        if isinstance(event, Fact):
            changed["data"] = {key: self._in_fact(key, value) for key, value in event.data.items()}
        return dataclasses.replace(event, **changed)

    def _in_fact(self, key: str, value: Any) -> Any:
        if isinstance(value, str):
            return self.named(value) if key in _IN_FACTS and _ID.fullmatch(value) else value
        if isinstance(value, list):
            return [self._in_fact(key, one) for one in value]
        if isinstance(value, dict):
            return {name: self._in_fact(name, one) for name, one in value.items()}
        return value


class AllObjects(BundleReader):
    """A bundle with the objects of others: those that it goes on from. Objects are named by what they hold."""

    def __init__(self, own: BundleReader, others: Sequence[BundleReader]) -> None:
        super().__init__(own.source)
        self._others = others

    def has_object(self, sha256: str) -> bool:
        return super().has_object(sha256) or any(other.has_object(sha256) for other in self._others)

    def open_object(self, sha256: str) -> BinaryIO:
        there = next((other for other in self._others if other.has_object(sha256)), None)
        return there.open_object(sha256) if there is not None and not super().has_object(sha256) else super().open_object(sha256)


def label_of(name: str) -> str:
    """The six digits at the end of a run's folder; a name that has none is its own label."""
    found = re.search(r"-([0-9a-f]{6})(?:\.zip)?$", name)
    return found.group(1) if found else name
