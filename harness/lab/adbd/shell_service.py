"""shell: and exec: services: a shell of the device on a stream.

Version 1 carries stdout and stderr mixed, without an exit status. Version 2 (`shell,v2`) frames
everything: one byte of kind, four of length, the data (AOSP shell_protocol.h).
"""

from __future__ import annotations

import asyncio
import struct
from dataclasses import dataclass

from harness.lab.adbd.stream import Stream, StreamClosed
from harness.lab.shell.pipes import Pipe, Sink
from harness.lab.shell.session import Session, SessionRequest

_FRAME = struct.Struct("<BI")
STDIN, STDOUT, STDERR, EXIT, CLOSE_STDIN, WINDOW_SIZE = range(6)
FRAME_MAX = 1024 * 1024


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


@dataclass(frozen=True)
class StreamSink:
    """Bytes to the stream as they are, or framed as `kind`."""

    stream: Stream
    kind: int | None = None

    async def write(self, data: bytes) -> None:
        if self.kind is None:
            await self.stream.write(data)
            return
        for start in range(0, len(data), FRAME_MAX):
            part = data[start : start + FRAME_MAX]
            await self.stream.write(_FRAME.pack(self.kind, len(part)) + part)


async def serve_shell(stream: Stream, session: Session, arguments: ShellArguments) -> None:
    """Runs the command line; when the peer closes first, the session is hung up (SIGHUP)."""
    stdin = Pipe()
    out: Sink = StreamSink(stream, STDOUT if arguments.framed else None)
    err: Sink = StreamSink(stream, STDERR if arguments.framed and not arguments.terminal else
                           STDOUT if arguments.framed else None)
    request = SessionRequest(arguments.command, stdin, out, err, terminal=arguments.terminal)
    running = asyncio.ensure_future(session.run(request))
    feeding = asyncio.ensure_future(_feed_framed(stream, stdin) if arguments.framed else _feed(stream, stdin))
    hangup = asyncio.ensure_future(stream.wait_hangup())
    try:
        await asyncio.wait([running, hangup], return_when=asyncio.FIRST_COMPLETED)
        if not running.done():
            stdin.close()
            await session.hang_up(running)
            return
        status = running.result()
        if arguments.framed:
            await stream.write(_FRAME.pack(EXIT, 1) + bytes([status & 0xFF]))
    finally:
        for task in (running, feeding, hangup):
            task.cancel()
        await asyncio.gather(running, feeding, hangup, return_exceptions=True)


async def _feed(stream: Stream, stdin: Pipe) -> None:
    try:
        while data := await stream.read():
            await stdin.write(data)
    except BrokenPipeError:
        await _drain(stream)
    finally:
        stdin.close()


async def _drain(stream: Stream) -> None:
    """Input that nobody reads is taken and dropped, so that the client's own output is not held up."""
    while await stream.read():
        pass


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
                    await stdin.write(data)
    except BrokenPipeError:
        await _drain(stream)
    except StreamClosed:
        return
    finally:
        stdin.close()
