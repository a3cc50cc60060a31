"""The device's log: a ring of lines that `logcat` prints and follows."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace

CAPACITY = 20_000  # lines
MOST_CHARACTERS = 32 << 20  # in the whole ring
_SYSTEM_SHARE = 4  # so many times as far behind a follower may be for lines of the system
_BEHIND = 5_000  # lines a follower may lag before it loses the oldest
PRIORITIES = "VDIWEF"
MAX_TEXT = 4068  # bytes of a line's payload, as logd's LOGGER_ENTRY_MAX_PAYLOAD
LONGEST = 1000  # characters of what a stranger says in a line of the system's


def one_line(text: str) -> str:
    """With a line feed in it, a stranger's word could forge a line of the log."""
    return "".join(c if c.isprintable() else "?" for c in text)


@dataclass(frozen=True)
class LogLine:
    """One line. `time_ns`: device clock since the epoch. `buffer`: main, system, crash, events."""

    time_ns: int
    pid: int
    tid: int
    priority: str
    tag: str
    text: str
    buffer: str = "main"


def _printable(text: str) -> str:
    """Half a surrogate pair has no bytes in UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")


class LogBuffer:
    """Holds the last `CAPACITY` lines, fewer where they are long, and gives new ones to followers."""

    def __init__(self, now_ns: Callable[[], int] = time.time_ns, system_pid: int = 1000) -> None:
        """`system_pid`: the pid under which the system server writes."""
        self._now_ns = now_ns
        self._system_pid = system_pid
        self._lines: deque[LogLine] = deque()
        self._characters = 0
        self._followers: set[asyncio.Queue[LogLine]] = set()

    def add(self, line: LogLine) -> None:
        """Appends. A follower that is too far behind gets no more lines of apps, and those of the system all the same: no
        flood of an app's takes a line of the system's away."""
        if not line.text.isascii():
            line = replace(line, text=_printable(line.text))
        self._lines.append(line)
        self._characters += len(line.text)
        while len(self._lines) > CAPACITY or self._characters > MOST_CHARACTERS:
            self._characters -= len(self._lines.popleft().text)
        for queue in self._followers:
            room = _BEHIND if line.pid != self._system_pid else _BEHIND * _SYSTEM_SHARE
            if queue.qsize() < room:
                queue.put_nowait(line)

    def write(self, tag: str, text: str, *, priority: str = "I", pid: int = 0, tid: int = 0, buffer: str = "main") -> None:
        """A line of the system's own, or in an app's name; several lines of text become several lines."""
        pid = pid or self._system_pid
        now = self._now_ns()
        for part in text.splitlines() or [""]:
            self.add(LogLine(now, pid, tid or pid, priority, tag, part[:MAX_TEXT], buffer))

    def system(self, tag: str, text: str, *, priority: str = "I") -> None:
        """What ActivityManager and its like say."""
        self.write(tag, text, priority=priority, buffer="system")

    def lines(self) -> list[LogLine]:
        """What is in the ring, oldest first."""
        return list(self._lines)

    def clear(self) -> None:
        """`logcat -c`"""
        self._lines.clear()
        self._characters = 0

    async def follow(self, *, from_start: bool = True) -> AsyncIterator[LogLine]:
        """The lines there are and then each new one; ends only when the caller stops."""
        queue: asyncio.Queue[LogLine] = asyncio.Queue()
        backlog = self.lines() if from_start else []
        self._followers.add(queue)
        try:
            for line in backlog:
                yield line
            while True:
                yield await queue.get()
        finally:
            self._followers.discard(queue)
