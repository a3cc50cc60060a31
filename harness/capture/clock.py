"""How far the device's clock is from this machine's.

A question is sent and answered; the device's time lies between the two, so the offset is known to within half the
time the answer took. The quickest of several answers says it best (Cristian, Distributed Computing 3, 1989).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from harness.errors import RigError
from harness.model import Event, Fact

ROUNDS = 8


class Journal(Protocol):
    def append(self, event: Event) -> Event: ...


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


def record(journal: Journal, offset: Offset, clock: Callable[[], int] = time.time_ns) -> None:
    """The device's offset, which tables set all device times right with."""
    journal.append(Fact(host_ns=clock(), type="clock", data=asdict(offset)))


def compare(journal: Journal, agent: Offset, device: Offset, clock: Callable[[], int] = time.time_ns) -> dict[str, Any]:
    """The agent's clock against `date`. They are one clock, so a difference beyond both uncertainties means that
    one of them is wrong; then `agree` is false."""
    difference = agent.offset_ns - device.offset_ns
    data = {
        "source": agent.source,
        "agent_offset_ns": agent.offset_ns,
        "agent_uncertainty_ns": agent.uncertainty_ns,
        "difference_ns": difference,
        "agree": abs(difference) <= agent.uncertainty_ns + device.uncertainty_ns,
    }
    journal.append(Fact(host_ns=clock(), type="clock", data=data))
    return data


class _NoFraction(Exception):
    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds
