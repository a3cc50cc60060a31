"""The line discipline of an interactive shell on a pty: echo, rubout, ^C, ^D."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from harness.lab.shell.pipes import Pipe, Streams

INTERRUPT, END, RUBOUT, BACKSPACE, KILL_LINE = 0x03, 0x04, 0x7F, 0x08, 0x15

_T = TypeVar("_T")


class TerminalLines:
    """Reads edited lines; while a command runs, watches for ^C and passes the rest on."""

    def __init__(self, streams: Streams, prompt: Callable[[], str]) -> None:
        self._streams = streams
        self._prompt = prompt
        self._waiting = bytearray()
        self._command_input = Pipe()

    async def read(self) -> str | None:
        """The next line, None at ^D on an empty line or when the client is gone."""
        await self._show(self._prompt().encode())
        line = bytearray()
        while True:
            if not self._waiting:
                chunk = await self._streams.stdin.read()
                if not chunk:
                    return None
                self._waiting += chunk
            byte = self._waiting.pop(0)
            if byte in (0x0A, 0x0D):
                await self._show(b"\n")
                return line.decode(errors="surrogateescape")
            if byte == END and not line:
                await self._show(b"\n")
                return None
            if byte == INTERRUPT:
                await self._show(b"^C\n" + self._prompt().encode())
                line.clear()
            elif byte in (RUBOUT, BACKSPACE):
                if line:
                    while line and line[-1] & 0xC0 == 0x80:
                        line.pop()
                    line.pop()
                    await self._show(b"\b \b")
            elif byte == KILL_LINE:
                await self._show(b"\b \b" * len(line.decode(errors="replace")))
                line.clear()
            elif byte >= 0x20 or byte == 0x09:
                line.append(byte)
                await self._show(bytes([byte]))

    async def watch(self, running: asyncio.Future[_T]) -> _T | None:
        """Until the command ends: its result, or None where ^C ended it.

        What is typed meanwhile is the command's; what it leaves unread is the next line's. The end of
        the client's input is not the command's: a terminal has no half that could be closed.
        """
        try:
            while not running.done():
                reading = asyncio.ensure_future(self._streams.stdin.read())
                try:
                    waiting: set[asyncio.Future[Any]] = {running, reading}
                    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                    if not reading.done():
                        break
                    chunk = reading.result()
                    if INTERRUPT in chunk:
                        await self._show(b"^C\n")
                        return None
                    if not chunk:
                        return await running
                    await self._type(chunk)
                finally:
                    reading.cancel()
                    await asyncio.gather(reading, return_exceptions=True)
            self._waiting += self._command_input.take_all()
            return await running
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            self._command_input = Pipe()

    async def _type(self, chunk: bytes) -> None:
        typed, end, _ = chunk.replace(b"\r", b"\n").partition(bytes([END]))
        await self._show(typed)
        self._command_input.offer(typed)
        if end:
            self._command_input.close()

    async def _show(self, data: bytes) -> None:
        await self._streams.stdout.write(data)

    def for_command(self) -> Streams:
        return replace(self._streams, stdin=self._command_input)
