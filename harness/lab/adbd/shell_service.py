"""shell: and exec: services: a shell of the device on a stream.

Version 1 carries stdout and stderr mixed, without an exit status. Version 2 (`shell,v2`) frames
everything: one byte of kind, four of length, the data (AOSP shell_protocol.h).
"""

from __future__ import annotations

import asyncio
import struct
from dataclasses import dataclass

from harness.lab.adbd.stream import Stream, StreamClosed
from harness.lab.shell.pipes import Pipe
from harness.lab.shell.session import Session, SessionRequest

_FRAME = struct.Struct("<BI")
STDIN, STDOUT, STDERR, EXIT, CLOSE_STDIN, WINDOW_SIZE = range(6)
HELD_MAX = 32 * 1024
HELD_S = 0.001


@dataclass(frozen=True)
class ShellArguments:
    """What stands between "shell" and the command: `shell,v2,TERM=xterm,pty:COMMAND`."""

    command: str
    framed: bool
    terminal: bool

    @classmethod
    def parse(cls, service: str) -> ShellArguments:
        head, _, command = service.partition(":")
        words = head.split(",")[1:]
        terminal = not command
        for word in words:
            if word in ("raw", "pty"):
                terminal = word == "pty"
        return cls(command, "v2" in words, terminal)


class ShellOutput:
    """What goes to the client. Writes that follow closely travel together.

    A shell that says little and ends would otherwise send two packets at once, and Nagle's algorithm on
    the client's own socket makes it wait 40 ms for the second.
    """

    def __init__(self, stream: Stream, *, framed: bool) -> None:
        self._stream = stream
        self._framed = framed
        self._held = bytearray()
        self._some = asyncio.Event()
        self._sending = asyncio.Lock()
        self._gone = False

    async def add(self, kind: int, data: bytes) -> None:
        """Raises StreamClosed once the client is gone."""
        for start in range(0, len(data), HELD_MAX):
            if self._gone:
                raise StreamClosed("the client is gone")
            part = data[start : start + HELD_MAX]
            if self._framed:
                self._held += _FRAME.pack(kind, len(part))
            self._held += part
            if len(self._held) >= HELD_MAX:
                await self.flush()
            else:
                self._some.set()

    async def end(self, status: int) -> None:
        if self._framed:
            self._held += _FRAME.pack(EXIT, 1) + bytes([status & 0xFF])
        await self.flush()

    async def flush(self) -> None:
        async with self._sending:
            data = bytes(self._held)
            self._held.clear()
            if data:
                await self._stream.write(data)

    async def flush_soon(self) -> None:
        """Runs beside the shell: sends what has been waiting for `HELD_S`."""
        try:
            while True:
                await self._some.wait()
                self._some.clear()
                await asyncio.sleep(HELD_S)
                await self.flush()
        except StreamClosed:
            self._gone = True


@dataclass(frozen=True)
class OutputSink:
    """stdout or stderr."""

    output: ShellOutput
    kind: int

    async def write(self, data: bytes) -> None:
        await self.output.add(self.kind, data)


async def serve_shell(stream: Stream, session: Session, arguments: ShellArguments) -> None:
    """Runs the command line; when the peer closes first, the session is hung up (SIGHUP)."""
    stdin = Pipe()
    output = ShellOutput(stream, framed=arguments.framed)
    request = SessionRequest(
        arguments.command,
        stdin,
        OutputSink(output, STDOUT),
        OutputSink(output, STDOUT if arguments.terminal else STDERR),
        terminal=arguments.terminal,
    )
    running = asyncio.ensure_future(session.run(request))
    flushing = asyncio.ensure_future(output.flush_soon())
    feeding = asyncio.ensure_future(_feed_framed(stream, stdin) if arguments.framed else _feed(stream, stdin))
    hangup = asyncio.ensure_future(stream.wait_hangup())
    try:
        await asyncio.wait([running, hangup], return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            await output.end(running.result())
        else:
            await session.hang_up(running)
    finally:
        tasks = (running, flushing, feeding, hangup)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _feed(stream: Stream, stdin: Pipe) -> None:
    """What the client sends is stdin. The end of the stream is a hang-up, not the end of stdin."""
    while data := await stream.read():
        await _give(stdin, data)


async def _feed_framed(stream: Stream, stdin: Pipe) -> None:
    try:
        while True:
            kind, length = _FRAME.unpack(await stream.read_exactly(_FRAME.size))
            if kind == CLOSE_STDIN:
                stdin.close()
            while length:
                data = await stream.read(length)
                if not data:
                    return
                length -= len(data)
                if kind == STDIN:
                    await _give(stdin, data)
    except StreamClosed:
        return


async def _give(stdin: Pipe, data: bytes) -> None:
    """Input that nobody reads any more is dropped, so that the client's own output is not held up."""
    try:
        await stdin.write(data)
    except BrokenPipeError:
        return
