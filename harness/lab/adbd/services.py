"""Which service answers which destination (AOSP daemon/services.cpp, SERVICES.TXT)."""

from __future__ import annotations

import asyncio
import io
import logging
import shlex
import socket
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from PIL import Image

from harness.lab.adbd.device import UIAUTOMATOR_PORT, Device, Handler
from harness.lab.adbd.ownership import ROOT, SHELL, Credentials
from harness.lab.adbd.reverse import ReverseForwards, relay
from harness.lab.adbd.shell_service import ShellArguments, serve_shell
from harness.lab.adbd.stream import Stream, StreamClosed
from harness.lab.adbd.sync import SyncService
from harness.lab.adbd.transport import Serve, Transport
from harness.lab.shell.call import ShellCommand
from harness.lab.shell.session import Session

CONNECT_S = 10.0

log = logging.getLogger(__name__)


@dataclass
class Services:
    """All services of one daemon. `as_root`: what `adb root` switches; the lab device is a rooted one."""

    device: Device
    commands: Mapping[str, ShellCommand]
    restart: Callable[[], None]
    reboot: Callable[[str], None]
    as_root: bool = False
    _reverse: dict[Transport, ReverseForwards] = field(default_factory=dict)

    @property
    def who(self) -> Credentials:
        return ROOT if self.as_root else SHELL

    async def open(self, transport: Transport, destination: str) -> Serve | None:
        """None where nothing answers."""
        name, _, rest = destination.partition(":")
        if name.split(",")[0] == "shell":
            return self._shell(ShellArguments.parse(destination))
        if name == "exec":
            return self._shell(ShellArguments(rest, framed=False, terminal=False))
        if name in ("abb", "abb_exec"):
            words = ["cmd", *(word for word in rest.split("\0") if rest)]
            return self._shell(ShellArguments(shlex.join(words), framed=name == "abb", terminal=False))
        if name == "sync":
            return lambda stream: SyncService(self.device.tree.seen_by(self.who), stream).run()
        if name == "tcp":
            return await self._tcp(rest)
        if name == "framebuffer":
            return self._framebuffer
        if name == "reverse":
            return self._reversal(transport, rest)
        if name in ("root", "unroot"):
            return self._switch_user(name == "root")
        if name == "reboot":
            return self._reboot(rest)
        if name == "remount":
            return _say("Not running as root. Try \"adb root\" first.\n" if not self.as_root else
                        "the lab device's system is read-only\n")  # fmt: skip
        if name in ("tcpip", "usb"):
            return _say("the lab device listens on TCP only, and stays there\n")
        return None

    def _shell(self, arguments: ShellArguments) -> Serve:
        async def serve(stream: Stream) -> None:
            session = Session(self.device, self.who, self.commands, self.reboot)
            await serve_shell(stream, session, arguments)

        return serve

    async def _tcp(self, rest: str) -> Serve | None:
        """tcp:PORT and tcp:localhost:PORT inside the device; other hosts are refused."""
        host, _, port_text = rest.rpartition(":")
        if host not in ("", "localhost", "127.0.0.1") or not port_text.isascii() or not port_text.isdigit():
            return None
        port = int(port_text)
        if not 0 < port < 65536:
            return None
        handler = self._answered_here(port)
        if handler is not None:
            return lambda stream: _serve_handler(stream, handler)
        try:
            async with asyncio.timeout(CONNECT_S):
                sock = await self.device.network.connect(port)
        except OSError as refused:
            log.debug("tcp:%d refused: %s", port, refused)
            return None
        return lambda stream: _serve_socket(stream, sock)

    async def _framebuffer(self, stream: Stream) -> None:
        """The screen's pixels behind a header (framebuffer_service.cpp, struct fbinfo, version 2)."""
        png = await self.device.system.screenshot()
        with Image.open(io.BytesIO(png)) as image:
            rgba = image.convert("RGBA")
        pixels = rgba.tobytes()
        red, blue, green, alpha = (0, 8), (16, 8), (8, 8), (24, 8)
        header = (2, 32, 1, len(pixels), rgba.width, rgba.height, *red, *blue, *green, *alpha)
        await stream.write(struct.pack("<14I", *header) + pixels)

    def _answered_here(self, port: int) -> Handler | None:
        held = self.device.processes.listening(port)
        if held is not None or port == UIAUTOMATOR_PORT:
            return held
        return self.device.services.get(port)

    def _reversal(self, transport: Transport, command: str) -> Serve:
        forwards = self._reverse.get(transport)
        if forwards is None:
            forwards = self._reverse[transport] = ReverseForwards(transport, self.device.network.listen)
            transport.on_close.append(lambda: self._end_reversal(transport))

        async def serve(stream: Stream) -> None:
            await stream.write(await forwards.answer(command))

        return serve

    def _end_reversal(self, transport: Transport) -> None:
        forwards = self._reverse.pop(transport, None)
        if forwards is not None:
            forwards.stop_all()

    def _switch_user(self, to_root: bool) -> Serve:
        async def serve(stream: Stream) -> None:
            if self.as_root == to_root:
                known = "adbd is already running as root\n" if to_root else "adbd not running as root\n"
                await stream.write(known.encode())
                return
            self.as_root = to_root
            await stream.write(f"restarting adbd as {'root' if to_root else 'non root'}\n".encode())
            await stream.close()
            self.restart()

        return serve

    def _reboot(self, reason: str) -> Serve:
        async def serve(stream: Stream) -> None:
            await stream.close()
            self.reboot(reason)

        return serve


def _say(text: str) -> Serve:
    async def serve(stream: Stream) -> None:
        await stream.write(text.encode())

    return serve


async def _serve_socket(stream: Stream, sock: socket.socket) -> None:
    sock.setblocking(False)
    reader, writer = await asyncio.open_connection(sock=sock)
    await relay(stream, reader, writer)


async def _serve_handler(stream: Stream, handler: Handler) -> None:
    """A handler of the daemon's on the other end of a socket pair."""
    ours, theirs = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=ours)
    their_reader, their_writer = await asyncio.open_connection(sock=theirs)
    handling = asyncio.ensure_future(_handle(handler, their_reader, their_writer))
    try:
        await relay(stream, reader, writer)
    except StreamClosed:
        return
    finally:
        writer.close()
        done, _ = await asyncio.wait([handling], timeout=1.0)
        handling.cancel()
        await asyncio.gather(handling, return_exceptions=not done)


async def _handle(handler: Handler, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        await handler(reader, writer)
    except ConnectionError:
        return
    finally:
        writer.close()
