"""One run, one device: a lock for each serial, for all runs of this user on this machine.

The lock is the kernel's (flock), so that it is free when its holder has died, however that was. The file says who holds
it; what it says is read by people and decides nothing. It is never removed: another may be waiting at it.
"""

from __future__ import annotations

import datetime
import errno
import json
import os
import shlex
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from harness.errors import RigError
from harness.resources import as_file_name, lease_dir

try:
    import fcntl
except ImportError:      # Windows: whoever runs two at once there must name two devices
    fcntl = None  # type: ignore[assignment]

_POLL_SECONDS = 0.2
_TOLD = 200     # characters of a command line


class DeviceTaken(RigError):
    """Another run has the device. Worth a retry, or waiting for."""


@dataclass(frozen=True)
class Holder:
    """Who has a device: process, its command line, since when (UTC)."""

    pid: int
    command: str
    since: str

    def __str__(self) -> str:
        return f"process {self.pid} ({self.command}), since {self.since}"


class Lease:
    """A device that is ours until `release`, or until this process ends."""

    def __init__(self, serial: str, file: int) -> None:
        self.serial = serial
        self._file: int | None = file

    def release(self) -> None:
        """May be called again."""
        file, self._file = self._file, None
        if file is not None:
            os.ftruncate(file, 0)
            os.close(file)

    def __enter__(self) -> Lease:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.release()


def lease(serial: str, wait: float = 0.0, say: Callable[[str], None] = lambda text: None) -> Lease:
    """The device, for this process alone. Waits up to `wait` seconds for whoever has it. Raises DeviceTaken."""
    return lease_one([serial], wait, say)


def lease_one(
    serials: Sequence[str], wait: float = 0.0, say: Callable[[str], None] = lambda text: None,
    listed: Callable[[], Sequence[str]] | None = None,
) -> Lease:
    """The first of the devices that is free, or becomes so within `wait` seconds. `listed`: asked for them again each time
    all were taken, for devices come and go. Raises DeviceTaken; ValueError where there is none to choose from."""
    if not serials:
        raise ValueError("no devices to lease one of")
    until = time.monotonic() + wait
    told = False
    while True:
        for serial in serials:
            taken = _try(serial)
            if taken is not None:
                return taken
        if time.monotonic() >= until:
            raise _taken(serials, wait)
        if not told:
            told = True
            say(f"waiting up to {wait:g} s: " + "; ".join(f"{serial} is with {_who(serial)}" for serial in serials))
        time.sleep(_POLL_SECONDS)
        serials = (listed() if listed is not None else None) or serials


def free(serials: Sequence[str]) -> list[str]:
    """Those that nobody has at this moment."""
    found = []
    for serial in serials:
        taken = _try(serial)
        if taken is not None:
            taken.release()
            found.append(serial)
    return found


def holder(serial: str) -> Holder | None:
    """Who wrote last that it has the device; None where nobody did, or gave it back."""
    try:
        said: Any = json.loads(_path(serial).read_text("utf-8"))
        return Holder(pid=int(said["pid"]), command=str(said["command"]), since=str(said["since"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _try(serial: str) -> Lease | None:
    # Python's files are closed in every program that this process starts, so that no child keeps the lock.
    file = os.open(_path(serial), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as bad:
        os.close(file)
        if bad.errno in (errno.EWOULDBLOCK, errno.EACCES):
            return None
        raise RigError(f"The lock of {serial} cannot be had: {bad.strerror}.", f"It is {_path(serial)}.",
                       "Set HARNESS_LEASES to a folder on a local disk.") from bad
    me = Holder(os.getpid(), _command(), datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M:%S UTC"))
    os.ftruncate(file, 0)
    os.pwrite(file, json.dumps(asdict(me), ensure_ascii=True).encode(), 0)
    return Lease(serial, file)


def _command() -> str:
    """As people know it: an xdist worker has no command line of its own worth telling."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    words = shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])
    text = f"pytest worker {worker} of process {os.getppid()}" if worker else words
    return text if len(text) <= _TOLD else text[:_TOLD] + " …"


def _taken(serials: Sequence[str], wait: float) -> DeviceTaken:
    waited = f" It was waited for {wait:g} s." if wait else ""
    fix = "Wait for it (harness run --wait SECONDS, pytest --harness-wait SECONDS), or use another device."
    if len(serials) == 1:
        return DeviceTaken(f"The device {serials[0]} is taken by another run.",
                           f"It is with {_who(serials[0])}.{waited}", fix)
    return DeviceTaken("All devices are taken by other runs.",
                       "; ".join(f"{serial} is with {_who(serial)}" for serial in serials) + f".{waited}", fix)


def _who(serial: str) -> str:
    found = holder(serial)
    return str(found) if found else "a process that has not said who it is"


def _path(serial: str) -> Path:
    return lease_dir() / f"{as_file_name(serial)}.lock"
