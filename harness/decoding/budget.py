"""What decoding one message may take, so that a hostile one ends."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


class Spent(Exception):
    """The budget is used up. `what`: depth, layers, bytes or time."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class Broken(ValueError):
    """The data is of this format by its marks, and cannot be read to its end: truncated, damaged, or made to grow."""


@dataclass
class Budget:
    """`part`: bytes of one part of the message, its body for instance, that are read and looked at; what stands behind them is
    told as `bytes`; `depth`: steps one inside another; `layers`: how many in all; `bytes`: what they hold together; `seconds`:
    of this process's own time, a last guard, so that a slow machine comes to the same result.

    Searching takes about six times the largest layer besides: at most 0.3 GB with these figures, whatever was sent.
    """

    part: int = 32 << 20
    depth: int = 16
    layers: int = 4000
    bytes: int = 64 << 20
    seconds: float = 20.0
    used_layers: int = 0
    used_bytes: int = 0
    _until: float = field(default=0.0, repr=False)
    _asked: int = field(default=0, repr=False)

    def __post_init__(self) -> None:
        self._until = time.process_time() + self.seconds

    @property
    def room(self) -> int:
        """Bytes that may still be made."""
        return max(0, self.bytes - self.used_bytes)

    def take(self, size: int) -> None:
        """Counts one layer. Raises Spent."""
        if self.used_layers >= self.layers:
            raise Spent("layers")
        if self.used_bytes + size > self.bytes:
            raise Spent("bytes")
        self.used_layers += 1
        self.used_bytes += size

    def check_time(self) -> None:
        """Raises Spent. It looks at the clock at the first call and at each 32nd, for that is a call of the system."""
        self._asked += 1
        if self._asked % 32 == 1 and time.process_time() > self._until:
            raise Spent("time")
