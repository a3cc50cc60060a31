"""A native program that a shell is told to run. The lab runs none; it stands in for one, frida-server.

A file is taken for a frida-server when it is an ELF file for a processor that the device has and holds the name of the folder
in which frida-server keeps its files. Started as root it is a process of the device with that file as its program, and the
lab's own Frida endpoint answers the port that it holds open, until it is killed.
"""

from __future__ import annotations

import asyncio
import mmap
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

from harness.lab.adbd.device import FRIDA_PORT, Handler
from harness.lab.adbd.files import Files
from harness.lab.shell.pipes import Streams

if TYPE_CHECKING:
    from harness.lab.shell.interpreter import Shell

SH = "/system/bin/sh"
FOLDER = "/data/local/tmp"
MARK = b"re.frida.server"
"""The name of its folder, which stands in the program's own text."""
_VERSION = re.compile(rb"re\.frida\.server\0version=([0-9.]{1,20})\0")
"""How a file that only stands for a frida-server says which."""
_ABIS = {0xB7: "arm64-v8a", 0x28: "armeabi-v7a", 0x3E: "x86_64", 0x03: "x86"}    # e_machine of ELF
_ELF = b"\x7fELF"


@dataclass(frozen=True)
class NativeProgram:
    """`abi`: what it was made for, "" where that is none of Android's. `frida`: its version, "" where it is no frida-server."""

    path: str
    abi: str
    frida: str

    @classmethod
    def read(cls, files: Files, path: str) -> NativeProgram | None:
        """None where the file is no ELF file."""
        with os.fdopen(files.open(path, os.O_RDONLY), "rb") as file:
            head = file.read(20)
            if not head.startswith(_ELF):
                return None
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                frida = ""
                if content.find(MARK) >= 0:
                    named = _VERSION.search(content)
                    frida = named[1].decode() if named else version("frida")
        return cls(files.canonical(path), _ABIS.get(int.from_bytes(head[18:20], "little"), ""), frida)

    async def run(self, shell: Shell, argv: Sequence[str], streams: Streams) -> int:
        """The exit status, as the shell has it."""
        if not self.frida:
            return await _fail(streams, f"{SH}: {argv[0]}: this lab device runs no native programs\n", 126)
        if self.abi not in (shell.device.properties.get("ro.product.cpu.abilist") or "").split(","):
            return await _fail(streams, f"{SH}: {argv[0]}: not executable: ELF file for another processor\n", 126)
        words = list(argv[1:])
        address, folder, daemon = "127.0.0.1", MARK.decode(), False
        while words:
            match words.pop(0):
                case "--version":
                    await streams.stdout.write(f"{self.frida}\n".encode())
                    return 0
                case "-l" | "--listen" if words:
                    address = words.pop(0)
                case "-d" | "--directory" if words:
                    folder = words.pop(0)
                case "-D" | "--daemonize":
                    daemon = True
                case other:
                    return await _fail(streams, f"Unknown option {other}\n", 1)
        host, _, port = address.partition(":")
        if host not in ("127.0.0.1", "localhost", "0.0.0.0") or not (port or "1").isdigit():
            return await _fail(streams, f"Unable to start: this lab device cannot listen at {address}\n", 1)
        return await self._serve(shell, argv, streams, int(port or FRIDA_PORT), f"{FOLDER}/{folder}", daemon=daemon)

    async def _serve(
        self, shell: Shell, argv: Sequence[str], streams: Streams, port: int, folder: str, *, daemon: bool
    ) -> int:
        device = shell.device
        if shell.who.uid != 0:
            return await _fail(streams, "Unable to start: without root this lab device's frida-server enters no process\n", 1)
        if port in device.services or device.processes.listening(port) is not None:
            text = f"Unable to start: Error binding to address 127.0.0.1:{port}: Address already in use\n"
            return await _fail(streams, text, 1)
        shell.files.make_folders(folder)
        gone = asyncio.Event()
        task = asyncio.ensure_future(asyncio.Event().wait())
        process = device.processes.start(tuple(argv), shell.who, parent=1 if daemon else shell.process.pid, task=task)
        process.program = self.path
        process.ports[port] = _until(gone, device.frida)

        def over(_: object) -> None:
            device.processes.end(process)
            gone.set()

        task.add_done_callback(over)
        if daemon:
            return 0
        try:
            await asyncio.wait({task})
        finally:
            task.cancel()
        return 128 + process.signal


def _until(gone: asyncio.Event, handler: Handler) -> Handler:
    """Its connections end with the process."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving, ended = asyncio.ensure_future(handler(reader, writer)), asyncio.ensure_future(gone.wait())
        try:
            await asyncio.wait({serving, ended}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ended.cancel()
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)

    return serve


async def _fail(streams: Streams, text: str, status: int) -> int:
    await streams.stderr.write(text.encode(errors="surrogateescape"))
    return status
