"""What a command reads from and writes to. All of it is bounded: a writer waits for its reader."""

from __future__ import annotations

import asyncio
import os
from collections import deque
from dataclasses import dataclass
from typing import Protocol

PIPE_BYTES = 64 * 1024  # as Linux: pipe(7)
BLOCK = 64 * 1024


class Source(Protocol):
    async def read(self, limit: int = BLOCK) -> bytes:
        """At most `limit` bytes, b"" at the end."""


class Sink(Protocol):
    async def write(self, data: bytes) -> None:
        """Raises a ConnectionError (BrokenPipeError) where nobody reads any more, OSError from a file."""


class Pipe:
    """One writer, one reader."""

    def __init__(self) -> None:
        self._chunks: deque[bytes] = deque()
        self._held = 0
        self._no_writer = False
        self._no_reader = False
        self._changed = asyncio.Event()

    async def write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            while self._held >= PIPE_BYTES and not self._no_reader and not self._no_writer:
                await self._wait()
            if self._no_reader or self._no_writer:
                raise BrokenPipeError("nobody reads the pipe")
            chunk = bytes(view[: PIPE_BYTES - self._held])
            view = view[len(chunk) :]
            self._chunks.append(chunk)
            self._held += len(chunk)
            self._changed.set()

    async def read(self, limit: int = BLOCK) -> bytes:
        while not self._chunks:
            if self._no_writer:
                return b""
            await self._wait()
        chunk = self._chunks.popleft()
        if len(chunk) > limit:
            self._chunks.appendleft(chunk[limit:])
            chunk = chunk[:limit]
        self._held -= len(chunk)
        self._changed.set()
        return chunk

    def unread(self, data: bytes) -> None:
        """Puts back what a reader took too much of (`read` reads a line, the rest is the next command's)."""
        if data:
            self._chunks.appendleft(data)
            self._held += len(data)
            self._changed.set()

    def offer(self, data: bytes) -> None:
        """Takes as much as there is room for, without waiting: what is typed at a busy terminal."""
        data = data[: max(0, PIPE_BYTES - self._held)]
        if data and not self._no_reader:
            self._chunks.append(data)
            self._held += len(data)
            self._changed.set()

    def take_all(self) -> bytes:
        """What is held, without waiting."""
        data = b"".join(self._chunks)
        self._chunks.clear()
        self._held = 0
        self._changed.set()
        return data

    def close(self) -> None:
        """The writer is done."""
        self._no_writer = True
        self._changed.set()

    def abandon(self) -> None:
        """The reader is done."""
        self._no_reader = True
        self._chunks.clear()
        self._held = 0
        self._changed.set()

    async def _wait(self) -> None:
        self._changed.clear()
        await self._changed.wait()


class Empty:
    """/dev/null as stdin."""

    async def read(self, limit: int = BLOCK) -> bytes:
        return b""


class Collected:
    """Keeps what is written, up to `limit` bytes: command substitution."""

    def __init__(self, limit: int = 16 * 1024 * 1024) -> None:
        self.data = bytearray()
        self._limit = limit

    async def write(self, data: bytes) -> None:
        if len(self.data) + len(data) > self._limit:
            raise BrokenPipeError("command substitution: output too long")
        self.data += data


@dataclass
class OpenFile:
    """A redirection's file, for reading or writing."""

    descriptor: int

    async def read(self, limit: int = BLOCK) -> bytes:
        await asyncio.sleep(0)
        return os.read(self.descriptor, limit)

    async def write(self, data: bytes) -> None:
        await asyncio.sleep(0)
        view = memoryview(data)
        while view:
            view = view[os.write(self.descriptor, view) :]

    def close(self) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


@dataclass(frozen=True)
class TerminalSink:
    """A terminal's output: a line feed becomes carriage return and line feed (termios ONLCR)."""

    below: Sink

    async def write(self, data: bytes) -> None:
        await self.below.write(data.replace(b"\n", b"\r\n"))


@dataclass(frozen=True)
class Streams:
    """A command's three standard streams. `terminal`: whether they are one, [ -t 0 ]."""

    stdin: Source
    stdout: Sink
    stderr: Sink
    terminal: bool = False


async def read_line(source: Source) -> bytes | None:
    """The next line with its line feed, the last one perhaps without; None at the end.

    Reads byte by byte, as sh's `read` must, where the source cannot take bytes back.
    """
    line = bytearray()
    while True:
        chunk = await source.read(BLOCK if isinstance(source, Pipe) else 1)
        if not chunk:
            return bytes(line) if line else None
        head, feed, rest = chunk.partition(b"\n")
        line += head + feed
        if isinstance(source, Pipe):
            source.unread(rest)
        if feed:
            return bytes(line)
