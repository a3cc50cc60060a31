"""Writing journals: a line is on its way to the disk before `append` returns.

Each line is one `write` to a file opened for appending, so a killed process leaves whole lines and at
most one torn one at the end. A journal has one writing process; a lock on the file holds others off.
"""

from __future__ import annotations

import dataclasses
import os
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from harness.bundle.format import MANIFEST, MIXED, PREFIXES, BundleError, encode
from harness.bundle.locks import hold
from harness.bundle.objects import ObjectStore
from harness.model import JOURNALS, Event, Gap, GapKind

E = TypeVar("E", bound=Event)
SYNC_SECONDS = 2.0
_TAIL = 1 << 16


@dataclasses.dataclass
class _Journal:
    path: Path
    fd: int
    count: int          # lines in the file
    size: int           # bytes in the file, all of them whole lines
    synced_at: float
    forcing: threading.Thread | None = None     # forces to the disk what was written until it began
    failure: OSError | None = None              # of the last forcing


class JournalWriter:
    """The journals that one process writes in one bundle. Safe to use from several threads.

    `redirect` sends a type of event to a journal of several types (the proxy's gaps and facts go to
    proxy.jsonl). With `sync`, what was written is forced to the disk every two seconds while lines
    come and at `close`; the death of a process loses nothing either way, that of the machine at most
    the lines since then.
    """

    def __init__(self, bundle: Path, redirect: Mapping[type[Event], str] | None = None, *, sync: bool = True) -> None:
        self._bundle = bundle
        self._redirect = dict(redirect or {})
        self._sync = sync
        self._open: dict[str, _Journal] = {}
        self._lock = threading.RLock()
        self._closed = False

    def append(self, event: E) -> E:
        """Writes the event and returns it with its id. The id of the event passed in is not looked at."""
        name, record = self._journal_of(event)
        with self._lock:
            if self._closed:
                raise BundleError(f"The journals of {self._bundle} are closed.", "The run has ended.", "")
            journal = self._open.get(name) or self._open_journal(name)
            if journal.failure is not None:
                raise self._not_forced(journal, journal.failure)
            numbered = _with_id(event, f"{PREFIXES[name]}{journal.count + 1}")
            self._write(journal, encode(numbered, record))
            journal.count += 1
            if self._sync and time.monotonic() - journal.synced_at > SYNC_SECONDS:
                self._force_soon(journal)
        return numbered

    def open_all(self) -> None:
        """Opens, and so locks and mends, every journal that exists."""
        with self._lock:
            for name in PREFIXES:
                if name not in self._open and (self._bundle / name).exists():
                    self._open_journal(name)

    def sync(self) -> None:
        with self._lock:
            for journal in self._open.values():
                self._force(journal)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            while self._open:
                _, journal = self._open.popitem()
                try:
                    if self._sync:
                        self._force(journal)
                finally:
                    os.close(journal.fd)

    def _journal_of(self, event: Event) -> tuple[str, str | None]:
        if type(event) not in JOURNALS.values():
            raise TypeError(f"{type(event).__name__} is no type of event that a journal holds")
        name = self._redirect.get(type(event))
        if name is None:
            return event.journal, None
        for record, kind in MIXED[name].items():
            if kind is type(event):
                return name, record
        raise TypeError(f"{name} holds no {type(event).__name__}")

    def _open_journal(self, name: str) -> _Journal:
        path = self._bundle / name
        if (self._bundle / MANIFEST).exists():
            raise BundleError(
                f"{self._bundle} is sealed.", "A sealed bundle is never written to again.", "Make a new run.")
        try:
            fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        except OSError as bad:
            raise BundleError(
                f"{path} cannot be written: {bad.strerror}.", "", "Check the folder given with --out.") from bad
        try:
            self._hold(fd, path)
            count, size, torn = _measure(fd)
            journal = self._open[name] = _Journal(path, fd, count, size, time.monotonic())
            if torn:
                self._mend(journal, torn)
        except BaseException:
            self._open.pop(name, None)
            os.close(fd)
            raise
        return journal

    @staticmethod
    def _hold(fd: int, path: Path) -> None:
        try:
            hold(fd, wait=False)
        except BlockingIOError as bad:
            raise BundleError(
                f"{path} is being written by another process.",
                "The run it belongs to has not ended.",
                "Wait until it has, or end it.",
            ) from bad

    def _mend(self, journal: _Journal, torn: bytes) -> None:
        """Takes a line that a killed process left half-written off the journal; it is kept as an object."""
        sha256 = ObjectStore(self._bundle).put(torn)
        os.ftruncate(journal.fd, journal.size)
        now = time.time_ns()
        self.append(Gap(
            host_ns=now, kind=GapKind.CAPTURE_LOST, subject=journal.path.name, to_ns=now,
            detail=f"The last line of {journal.path.name} was cut off at byte {journal.size}; "
                   f"its {len(torn)} bytes are kept as object {sha256}.",
        ))

    def _write(self, journal: _Journal, line: bytes) -> None:
        rest = memoryview(line)
        try:
            while rest:
                rest = rest[os.write(journal.fd, rest) :]
        except OSError as bad:
            if len(rest) != len(line):
                self._take_back(journal)
            raise BundleError(
                f"{journal.path} could not be written: {bad.strerror}.",
                f"Its first {journal.count} lines ({journal.size} bytes) and the other journals are kept.",
                "Free some space, or choose another folder with --out, and run again.",
            ) from bad
        journal.size += len(line)

    def _take_back(self, journal: _Journal) -> None:
        """Cuts off a half-written line. Where even that fails nothing more is written, lest it be glued to the half."""
        try:
            os.ftruncate(journal.fd, journal.size)
        except OSError:
            self._closed = True

    def _force_soon(self, journal: _Journal) -> None:
        """In a thread of its own: a busy disk takes its time, and the traffic would wait. A failure is told by the next
        `append` to that journal, or by `close`."""
        if journal.forcing is not None and journal.forcing.is_alive():
            return
        self._await_forced(journal)
        journal.synced_at = time.monotonic()

        def force() -> None:
            try:
                os.fsync(journal.fd)
            except OSError as bad:
                journal.failure = bad

        journal.forcing = threading.Thread(target=force, name=f"force {journal.path.name}", daemon=True)
        journal.forcing.start()

    def _await_forced(self, journal: _Journal) -> None:
        if journal.forcing is not None:
            journal.forcing.join()
            journal.forcing = None
        if journal.failure is not None:
            raise self._not_forced(journal, journal.failure)

    def _force(self, journal: _Journal) -> None:
        self._await_forced(journal)
        try:
            os.fsync(journal.fd)
        except OSError as bad:
            raise self._not_forced(journal, bad) from bad
        journal.synced_at = time.monotonic()

    @staticmethod
    def _not_forced(journal: _Journal, bad: OSError) -> BundleError:
        return BundleError(
            f"{journal.path} could not be forced to the disk: {bad.strerror}.",
            f"Up to the last two seconds of its {journal.count} lines may be missing.",
            "Look at the disk's health, and run again.",
        )


def _with_id(event: E, identity: str) -> E:
    """`dataclasses.replace`, without calling for twenty fields what makes them: a line is written for each request."""
    copy = object.__new__(type(event))
    copy.__dict__.update(event.__dict__, id=identity)
    return copy


def _measure(fd: int) -> tuple[int, int, bytes]:
    """Whole lines, the bytes they take, and what follows the last line feed."""
    count = size = offset = 0
    tail = bytearray()
    while chunk := os.pread(fd, _TAIL, offset):
        offset += len(chunk)
        end = chunk.rfind(b"\n")
        if end < 0:
            tail += chunk
        else:
            count += chunk.count(b"\n")
            tail = bytearray(chunk[end + 1 :])
            size = offset - len(tail)
    return count, size, bytes(tail)
