"""What reading one file may take of the machine: memory by a setting, and time."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from harness.decoding import Budget

_ITSELF = 256 << 20  # bytes: the interpreter, its libraries, what is known of hosts and values
_PARSED = 8  # times its size that a HAR takes while it is read
_LARGEST_PART, _LARGEST_MESSAGE = 32 << 20, 64 << 20


@dataclass(frozen=True)
class Limits:
    """`memory` in bytes, for the process; `seconds` of processor time for a whole file, counted from when this is made."""

    memory: int = 3 << 30
    seconds: float = 3600.0
    _begun: float = field(default_factory=time.process_time, repr=False)

    @property
    def file(self) -> int:
        """Bytes of a file, or of one flow in it, that is read as a whole."""
        return max(0, self.memory - _ITSELF) // _PARSED

    def left(self) -> float:
        """Seconds; 0 where they are used up."""
        return max(0.0, self._begun + self.seconds - time.process_time())

    def budget(self) -> Budget:
        """For one request. Searching takes about six times its largest layer, and all of its layers stay until its end."""
        usual = Budget(seconds=min(20.0, self.left()))
        room = max(1 << 20, (self.memory - _ITSELF) // 16)
        usual.part, usual.bytes = min(_LARGEST_PART, room), min(_LARGEST_MESSAGE, 2 * room)
        return usual
