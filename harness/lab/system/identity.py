"""In whose name something is done: a running app, or one whose pending intent somebody else sends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Caller(Protocol):
    """A package and its uid; a RunningProcess is one."""

    @property
    def package(self) -> str: ...

    @property
    def uid(self) -> int: ...


@dataclass(frozen=True)
class AppIdentity:
    """An app that need not be running."""

    package: str
    uid: int
