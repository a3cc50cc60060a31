"""Bodies on their way to the disk, in bounded memory, and which of them are kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from harness.bundle import ObjectStore, ObjectWriter
from harness.model import Message

Later = Callable[[Callable[[], None]], object]
HELD = 1 << 16
HELD_SECONDS = 0.05


@dataclass(frozen=True)
class Body:
    """What came of a body: `sha256` is None where there was none; `kept`: whether its bytes are an object."""

    sha256: str | None = None
    size: int = 0
    kept: bool = True

    def message(self, *, headers: list[list[str]] | None = None, trailers: list[list[str]] | None = None,
                complete: bool = True) -> Message:
        return Message(
            headers=headers or [], trailers=trailers or [], complete=complete, size=self.size,
            body=self.sha256 if self.kept else None, omitted=None if self.kept else self.sha256)


def put(store: ObjectStore, content: bytes, limit: int | None = None) -> Body:
    """A body that is there whole. `limit`: from how many bytes on it is not kept; None: always kept."""
    if not content:
        return Body()
    if limit is not None and len(content) > limit:
        return Body(hashlib.sha256(content).hexdigest(), len(content), kept=False)
    return Body(store.put(content), len(content))


class StreamedBody:
    """A body that goes to the disk while it passes. Called by mitmproxy with each piece, b"" at the end.

    One that grows beyond `limit` bytes, or is `expected` to, is counted and hashed on, but not kept. `later` calls what it is
    given after a moment: with it the first 64 KiB may be held as long as that, so that a small body, which most are that
    come in chunks, is one write when it has ended and no file that grows and is renamed.
    """

    def __init__(
        self, store: ObjectStore, label: str, guard: Callable[[BaseException], None], *,
        limit: int | None = None, expected: int = 0, later: Later | None = None,
    ) -> None:
        self._store = store
        self._label = label
        self._guard = guard
        self._limit = limit
        self._writer: ObjectWriter | None = None
        self._size = 0
        self._later = later
        self._held: list[bytes] = []
        self._unkept = hashlib.sha256() if limit is not None and expected > limit else None

    def __call__(self, piece: bytes) -> bytes:
        if piece:
            try:
                self._take(piece)
            except BaseException as bad:
                self._guard(bad)
                raise
        return piece

    def _take(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._unkept is None and self._limit is not None and self._size > self._limit:
            self._unkept = hashlib.sha256(b"".join(self._held)) if self._writer is None else self._writer.forget()
            self._writer, self._held = None, []
        if self._unkept is not None:
            self._unkept.update(piece)
        elif self._later is not None and self._writer is None and self._size <= HELD:
            self._held.append(piece)
            if len(self._held) == 1:
                self._later(self._stop_holding)
        else:
            self._write(piece)

    def _write(self, *pieces: bytes) -> None:
        if self._writer is None:
            self._writer = self._store.begin(self._label)
        held, self._held = self._held, []
        for piece in (*held, *pieces):
            self._writer.write(piece)

    def _stop_holding(self) -> None:
        if self._held:
            try:
                self._write()
            except BaseException as bad:
                self._guard(bad)
                raise

    def finish(self) -> Body:
        """What came, once; nothing the second time."""
        writer, unkept, size, held = self._writer, self._unkept, self._size, self._held
        self._writer, self._unkept, self._size, self._held = None, None, 0, []
        if held:
            return put(self._store, b"".join(held))
        if writer is not None:
            return Body(writer.finish(), size)
        if unkept is not None and size:
            return Body(unkept.hexdigest(), size, kept=False)
        return Body()


class FirstBytes:
    """Counts what passes, and keeps the beginning of it."""

    def __init__(self, store: ObjectStore, limit: int) -> None:
        self._store = store
        self._limit = limit
        self._kept = bytearray()
        self._size = 0

    def add(self, piece: bytes) -> None:
        self._size += len(piece)
        self._kept += piece[: self._limit - len(self._kept)]

    @property
    def empty(self) -> bool:
        return self._size == 0

    def message(self, complete: bool) -> Message:
        return Message(
            body=self._store.put(bytes(self._kept)) if self._kept else None, size=self._size,
            complete=complete and self._size == len(self._kept))
