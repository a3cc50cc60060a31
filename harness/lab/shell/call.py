"""What a command is given, and how it is declared."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.lab.adbd.device import Device
from harness.lab.adbd.files import Files, resolve
from harness.lab.adbd.ownership import Credentials
from harness.lab.shell.pipes import BLOCK, OpenFile, Source, Streams
from harness.lab.shell.processes import ShellProcess

if TYPE_CHECKING:
    from harness.lab.shell.interpreter import Shell
    from harness.lab.shell.system import System


class Usage(Exception):
    """The arguments are wrong; the text goes to stderr and the status is 1."""


@dataclass(frozen=True)
class Call:
    """One run of a command."""

    name: str
    args: Sequence[str]
    streams: Streams
    shell: Shell
    process: ShellProcess

    @property
    def device(self) -> Device:
        return self.shell.device

    @property
    def system(self) -> System:
        return self.shell.device.system

    @property
    def who(self) -> Credentials:
        return self.shell.who

    @property
    def files(self) -> Files:
        return self.shell.files

    @property
    def env(self) -> Mapping[str, str]:
        return self.shell.variables

    def path(self, argument: str) -> str:
        """An argument as an absolute device path."""
        return resolve(self.shell.cwd, argument)

    async def out(self, text: str) -> None:
        await self.streams.stdout.write(text.encode(errors="surrogateescape"))

    async def out_bytes(self, data: bytes) -> None:
        await self.streams.stdout.write(data)

    async def err(self, text: str) -> None:
        await self.streams.stderr.write(text.encode(errors="surrogateescape"))

    async def complain(self, subject: str, error: OSError) -> int:
        """`ls: /x: No such file or directory`, as toybox words it; gives status 1."""
        reason = os.strerror(error.errno) if error.errno else str(error)
        await self.err(f"{self.name}: {subject}: {reason}\n")
        return 1

    def source(self, argument: str) -> Source:
        """A file named on the command line, "-" being stdin. Raises OSError. Close it if it is an OpenFile."""
        if argument == "-":
            return self.streams.stdin
        return OpenFile(self.files.open(self.path(argument), os.O_RDONLY))

    async def each_input(self, names: Sequence[str], read: Callable[[str, Source], Awaitable[None]]) -> int:
        """Runs `read` over the files, stdin where there are none; complains of those that cannot be read."""
        status = 0
        for name in names or ["-"]:
            try:
                source = self.source(name)
            except OSError as error:
                status = await self.complain(name, error)
                continue
            try:
                await read(name, source)
            except ConnectionError:
                raise
            except OSError as error:
                status = await self.complain(name, error)
            finally:
                if isinstance(source, OpenFile):
                    source.close()
        return status

    async def input_bytes(self, source: Source, limit: int = 64 * 1024 * 1024) -> bytes:
        """All of a source; raises OSError(EFBIG) beyond `limit` bytes."""
        parts = bytearray()
        while chunk := await source.read(BLOCK):
            parts += chunk
            if len(parts) > limit:
                raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
        return bytes(parts)

    def options(self, flags: str, valued: str = "", *, stop_early: bool = True) -> tuple[dict[str, str], list[str]]:
        """getopt: single letters of `flags`, those of `valued` with a value. Raises Usage.

        A flag's value is "" and repeated flags are kept once. Gives (options, operands).
        """
        found: dict[str, str] = {}
        operands: list[str] = []
        rest = list(self.args)
        while rest:
            word = rest.pop(0)
            if word == "--":
                operands += rest
                break
            if not word.startswith("-") or word == "-":
                operands.append(word)
                if stop_early:
                    operands += rest
                    break
                continue
            letters = word[1:]
            while letters:
                letter, letters = letters[0], letters[1:]
                if letter in valued:
                    if not letters and not rest:
                        raise Usage(f"{self.name}: Missing argument to -{letter}")
                    found[letter] = letters or rest.pop(0)
                    break
                if letter not in flags:
                    raise Usage(f"{self.name}: Unknown option '{letter}' (see \"{self.name} --help\")")
                found[letter] = ""
        return found, operands

    async def pause(self) -> None:
        """Lets other tasks run, in loops that do not wait for anything."""
        await asyncio.sleep(0)


Run = Callable[[Call], Awaitable[int]]


@dataclass(frozen=True)
class ShellCommand:
    """A command of the device. `builtin`: part of the shell itself, not a file in /system/bin."""

    names: tuple[str, ...]
    run: Run
    builtin: bool = False


def command(*names: str, builtin: bool = False) -> Callable[[Run], ShellCommand]:
    """Declares a handler: the module keeps the ShellCommand under the function's name."""

    def declare(run: Run) -> ShellCommand:
        return ShellCommand(names, run, builtin)

    return declare
