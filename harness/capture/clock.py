"""How far the device's clock is from this machine's.

A question is sent and answered; the device's time lies between the two, so the offset is known to within half the
time the answer took. The quickest of several answers says it best (Cristian, Distributed Computing 3, 1989).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from harness.errors import RigError

ROUNDS = 8


class Shell(Protocol):
    """Runs a command on the device and gives what it printed."""

    def __call__(self, *words: str) -> str: ...


@dataclass(frozen=True)
class Offset:
    """Device clock minus host clock, ns. The true offset is within `uncertainty_ns` of it. `source` says which of
    the device's clocks: `date` over adb, or the hook agent's own."""

    offset_ns: int
    uncertainty_ns: int
    source: str
    rounds: int = 1


def measure(
    ask: Callable[[], int], source: str, rounds: int = ROUNDS, clock: Callable[[], int] = time.time_ns
) -> Offset:
    """`ask` gives the device's time, ns since 1970."""
    best: Offset | None = None
    for _ in range(rounds):
        sent = clock()
        device = ask()
        half = (clock() - sent) // 2
        if best is None or half < best.uncertainty_ns:
            best = Offset(device - sent - half, half, source, rounds)
    assert best is not None
    return best


def measure_device(shell: Shell, clock: Callable[[], int] = time.time_ns) -> Offset:
    """By `date`. A toybox without nanoseconds prints %N as it stands; whole seconds are then known to a second."""

    def ask() -> int:
        said = shell("date", "+%s %N").split()
        if len(said) == 2 and re.fullmatch(r"\d{9,}", said[0]):
            if re.fullmatch(r"\d{9}", said[1]):
                return int(said[0]) * 10**9 + int(said[1])
            raise _NoFraction(int(said[0]))
        raise RigError("The device's clock cannot be read.", f"date answered {' '.join(said)!r}.", "Run again.")

    try:
        return measure(ask, "date", clock=clock)
    except _NoFraction as coarse:
        now = clock()
        half = 10**9 // 2
        return Offset(coarse.seconds * 10**9 + half - now, half, "date")


def agree(one: Offset, other: Offset) -> bool:
    """Whether two measurements of one clock can both be true."""
    return abs(one.offset_ns - other.offset_ns) <= one.uncertainty_ns + other.uncertainty_ns


DRIFT = 200e-6
"""Seconds that a clock may gain or lose in a second and still be in order; quartz does 20e-6 to 100e-6."""


def jumped(start: Offset, end: Offset, seconds: float) -> bool:
    """Whether a clock was set between two measurements so many seconds apart."""
    drift = int(seconds * DRIFT * 1e9)
    return abs(end.offset_ns - start.offset_ns) > start.uncertainty_ns + end.uncertainty_ns + drift


class _NoFraction(Exception):
    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds
