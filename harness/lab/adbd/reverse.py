"""`adb reverse`: ports that listen in the device's network and lead to the host that asked for them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from harness.lab.adbd.stream import Stream, StreamClosed
from harness.lab.adbd.transport import Transport

MAX_LISTENERS = 64
CHUNK = 64 * 1024

Listen = Callable[[int], Awaitable[socket.socket]]
"""Opens a listening socket on 127.0.0.1 of the device's network; port 0 means any. Raises OSError."""


@dataclass(frozen=True)
class Listener:
    local: str
    remote: str
    sock: socket.socket
    task: asyncio.Task[None]

    def stop(self) -> None:
        self.task.cancel()
        self.sock.close()


class ReverseForwards:
    """The listeners of one transport: they end with it, as on a phone."""

    def __init__(self, transport: Transport, listen: Listen) -> None:
        self._transport = transport
        self._listen = listen
        self._listeners: dict[str, Listener] = {}

    async def answer(self, command: str) -> bytes:
        """Carries out what follows "reverse:" and gives the reply as adbd words it (adb.cpp)."""
        verb, _, rest = command.partition(":")
        if command == "list-forward":
            lines = [f"host {one.local} {one.remote}\n" for one in self._listeners.values()]
            return _counted("".join(lines))
        if command == "killforward-all":
            self.stop_all()
            return b"OKAY"
        if verb == "killforward":
            return self._remove(rest)
        if verb == "forward":
            no_rebind = rest.startswith("norebind:")
            return await self._add(rest.removeprefix("norebind:"), no_rebind=no_rebind)
        return _fail("not a reverse forwarding command")

    def stop_all(self) -> None:
        for listener in self._listeners.values():
            listener.stop()
        self._listeners.clear()

    def _remove(self, local: str) -> bytes:
        listener = self._listeners.pop(local, None)
        if listener is None:
            return _fail(f"listener '{local}' not found")
        listener.stop()
        return b"OKAY"

    async def _add(self, spec: str, *, no_rebind: bool) -> bytes:
        local, _, remote = spec.partition(";")
        if not local or not remote or ";" in remote or remote.startswith("*"):
            return _fail(f"bad forward: {spec}")
        port = _tcp_port(local)
        if port is None:
            return _fail("cannot bind listener: the lab device forwards tcp ports only")
        existing = self._listeners.get(local)
        if existing is not None:
            if no_rebind:
                return _fail("cannot rebind existing socket")
            existing.task.cancel()
            self._accept_on(existing.sock, local, remote)
            return b"OKAY"
        if len(self._listeners) >= MAX_LISTENERS:
            return _fail("cannot bind listener: too many listeners")
        try:
            resolved = await self._bind(local, remote, port)
        except OSError as error:
            return _fail(f"cannot bind listener: {error.strerror or error}")
        return b"OKAY" + (_counted(str(resolved)) if port == 0 else b"")

    async def _bind(self, local: str, remote: str, port: int) -> int:
        sock = await self._listen(port)
        sock.setblocking(False)
        resolved: int = sock.getsockname()[1]
        self._accept_on(sock, local if port else f"tcp:{resolved}", remote)
        return resolved

    def _accept_on(self, sock: socket.socket, local: str, remote: str) -> None:
        task = asyncio.get_running_loop().create_task(self._accept(sock, remote))
        self._listeners[local] = Listener(local, remote, sock, task)

    async def _accept(self, sock: socket.socket, remote: str) -> None:
        loop = asyncio.get_running_loop()
        serving: set[asyncio.Task[None]] = set()
        while True:
            try:
                accepted, _ = await loop.sock_accept(sock)
            except OSError:
                return
            task = loop.create_task(self._lead_out(accepted, remote))
            serving.add(task)
            task.add_done_callback(serving.discard)

    async def _lead_out(self, accepted: socket.socket, remote: str) -> None:
        """One connection of the device to the host's side; a refusal there is a reset here."""
        try:
            stream = await self._transport.open_stream(remote)
        except StreamClosed:
            accepted.close()
            return
        reader, writer = await asyncio.open_connection(sock=accepted)
        try:
            await relay(stream, reader, writer)
        except StreamClosed:
            pass
        finally:
            await stream.close()


async def relay(stream: Stream, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carries bytes both ways until either side ends.

    adb has no half-close: the end of the socket closes the stream, the end of the stream the socket;
    what had arrived before is delivered first.
    """

    async def outward() -> None:
        while chunk := await reader.read(CHUNK):
            await stream.write(chunk)

    async def inward() -> None:
        while chunk := await stream.read(CHUNK):
            writer.write(chunk)
            await writer.drain()

    tasks = [asyncio.ensure_future(outward()), asyncio.ensure_future(inward())]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            fault = task.exception()
            if fault is not None and not isinstance(fault, OSError):
                raise fault
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        writer.close()


def _tcp_port(spec: str) -> int | None:
    kind, _, port = spec.partition(":")
    if kind != "tcp" or not port.isascii() or not port.isdigit() or int(port) > 65535:
        return None
    return int(port)


def _counted(text: str) -> bytes:
    data = text.encode()
    return b"%04x" % len(data) + data


def _fail(reason: str) -> bytes:
    return b"FAIL" + _counted(reason)
