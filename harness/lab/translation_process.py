"""The process that translates dex: what it may take of the machine, and that it ends when nobody wants its work any more.

It is a JVM of the host's that runs our own program, yet what it works on is a stranger's, who may have made it to take for ever
or to fill the memory. The heap is bounded by the JVM; time, memory and files by the kernel (prlimit, Linux alone); it
watches its standard input, which closes when the process that started it ends, however it ends.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

HEAP = "-Xmx1536m"
_DATA_BYTES = 3 << 30  # heap, and a JVM's own needs
_FILE_BYTES = 2 << 30
_NICE = 5
_OOM_SCORE = 800  # of 1000: when the machine's memory runs out, this goes before the tester's own programs
_MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """What one translation may take, in seconds of processor time: `base`, and `per_mib` of dex.

    Real apps take 1.5 to 2 per MiB on a machine of 2020. The clock's time is bounded by `patience` times as much, for a
    translation that waits instead of working.
    """

    base: float = 120
    per_mib: float = 6
    patience: float = 5

    def seconds(self, dex_bytes: int) -> int:
        """Of processor time, for that much unpacked dex."""
        return max(1, int(self.base + self.per_mib * dex_bytes / _MIB))


INSTALL = Limits()
LOADED = Limits(base=30)
"""For code that an app loads while it runs: smaller, and other apps may wait for it."""


class Stopped(Exception):
    """The translation was ended since its work is not wanted any more."""


class TooMuch(Exception):
    """The translation took more than it may; the text says of what."""


class Translations:
    """Those that are under way for one device, to be ended with it. May be used from any thread."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[str]] = set()
        self._lock = threading.Lock()
        self._stopped = False

    def stop(self) -> None:
        """Ends them; none is begun any more."""
        with self._lock:
            self._stopped = True
            for process in self._running:
                process.kill()

    @property
    def stopped(self) -> bool:
        return self._stopped

    def begun(self, process: subprocess.Popen[str]) -> None:
        with self._lock:
            self._running.add(process)
            if self._stopped:
                process.kill()

    def ended(self, process: subprocess.Popen[str]) -> None:
        with self._lock:
            self._running.discard(process)


def run(
    command: Sequence[str],
    errors: IO[str],
    seconds: int,
    patience: float,
    hear: Callable[[Iterable[str]], None],
    among: Translations,
) -> int:
    """Runs the program to its end; `hear` is given its lines. Gives its exit status. Raises TooMuch or Stopped."""
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, encoding="utf-8", errors="replace"
    ) as process:
        assert process.stdout is not None
        late = threading.Event()

        def give_up() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(seconds * patience, give_up)
        timer.daemon = True
        among.begun(process)
        try:
            _bound(process.pid, seconds)
            timer.start()
            hear(process.stdout)
        finally:
            timer.cancel()
            if sys.exc_info()[0] is not None:
                process.kill()
            process.wait()
            among.ended(process)
    if process.returncode < 0 and among.stopped:
        raise Stopped
    if late.is_set():
        raise TooMuch(f"{seconds * patience:.0f} s")
    if process.returncode == -signal.SIGXCPU:
        raise TooMuch(f"{seconds} s of processor time")
    if process.returncode == -signal.SIGKILL:
        raise TooMuch("the system has ended it, which it does where memory runs out")
    return process.returncode


def _bound(pid: int, seconds: int) -> None:
    """Nothing to do where the process is gone already."""
    if sys.platform != "linux":
        return
    import resource

    with contextlib.suppress(ProcessLookupError, PermissionError):
        # what was started is the JVM itself, and its threads are only now being made
        resource.prlimit(pid, resource.RLIMIT_CPU, (seconds, seconds + 10))
        resource.prlimit(pid, resource.RLIMIT_DATA, (_DATA_BYTES, _DATA_BYTES))
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (_FILE_BYTES, _FILE_BYTES))
        resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))
        os.setpriority(os.PRIO_PROCESS, pid, _NICE)
    with contextlib.suppress(OSError):  # a /proc that may not be written to: then the kernel chooses by size alone
        Path(f"/proc/{pid}/oom_score_adj").write_text(str(_OOM_SCORE))
