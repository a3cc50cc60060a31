"""The shape of a check, and of what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.doctor.rig import Rig


class Weight(StrEnum):
    """What is lost while it is so."""

    STOPS = "stops"      # no run is possible
    LIMITS = "limits"    # a run is, but part of it is not seen, or is not as on a user's device
    NOTE = "note"        # worth knowing


@dataclass(frozen=True)
class Fine:
    """It is as it should be. `seen`: what was found."""

    seen: str = ""


@dataclass(frozen=True)
class NotLooked:
    """Nothing can be said, and nothing has to be: the device has no such thing."""

    why: str


@dataclass(frozen=True)
class Mend:
    """What `--fix` may do by itself. `settings`: (namespace, key, value), each put back by `--restore`; None deletes it.
    `commands`: words for the device's shell that leave nothing to put back."""

    settings: tuple[tuple[str, str, str | None], ...] = ()
    commands: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Problem:
    """`fix`: what to do; commands for the device begin with `adb shell`. Empty where `mend` says it all. `weight`: where this
    weighs otherwise than its check."""

    what: str
    fix: str = ""
    mend: Mend | None = None
    weight: Weight | None = None


Answer = Fine | NotLooked | Problem
Look = Callable[["Rig"], Answer]


@dataclass
class Check:
    """One file of harness/doctor/checks.

    `why`: what goes wrong otherwise. `needs`: checks without whose success this one says nothing. `canary`: whether it needs
    the short run of the canary app. `sdk`: the least API level that has what it looks at.
    """

    id: str
    title: str
    why: str
    weight: Weight
    needs: tuple[str, ...] = ()
    canary: bool = False
    sdk: int = 0
    _look: Look | None = field(default=None, repr=False)

    def look(self, function: Look) -> Look:
        """Decorates the function that looks."""
        self._look = function
        return function

    def __call__(self, rig: Rig) -> Answer:
        if self._look is None:
            raise TypeError(f"The check {self.id} does not look.")
        return self._look(rig)
