"""The device's Frida endpoint, seen from the daemon: started with the device, gates each new app process.

The portal itself (`harness.lab.frida_portal`) is a process of its own among the device's; apps cannot reach its control
endpoint, which listens in a network of the lab's services. `serve` is what adbd answers `tcp:27042` with.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from collections.abc import Callable
from typing import Any, Protocol

from harness.errors import RigError
from harness.lab.containment.process import ContainedProcess, Container

_START_SECONDS = 30.0
_ATTACH_SECONDS = 30.0
_CHUNK = 1 << 18


class Numbered(Protocol):
    """An app process as far as Frida is concerned."""

    @property
    def pid(self) -> int: ...


class FridaService:
    """Made with `start`. `log` takes lines for the device's log (priority, text)."""

    def __init__(self, container: Container, log: Callable[[str, str], None], on_lost: Callable[[str], None]) -> None:
        self._container = container
        self._log = log
        self._on_lost = on_lost
        self._process: ContainedProcess | None = None
        self._orders: asyncio.StreamWriter | None = None
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._next = 1
        self._control_port = 0
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False

    @classmethod
    async def start(
        cls, container: Container, *, log: Callable[[str, str], None], on_lost: Callable[[str], None]
    ) -> FridaService:
        service = cls(container, log, on_lost)
        try:
            async with asyncio.timeout(_START_SECONDS):
                await service._start()
        except TimeoutError as error:
            raise RigError("The lab device's Frida endpoint was not ready in time.", "Its log may say why.") from error
        return service

    async def _start(self) -> None:
        argv = [sys.executable, "-m", "harness.lab.frida_portal"]
        orders_read, orders_write = os.pipe()
        answers_read, answers_write = os.pipe()
        door: socket.socket | None = None
        fds = [orders_read, answers_write, 2]
        if self._container.contained:
            door = await self._container.listen(0)
            argv += ["--door-fd", "3"]
            fds.append(door.fileno())
        try:
            self._process = await self._container.spawn_service(argv, env={}, fds=fds)
        finally:
            os.close(orders_read)
            os.close(answers_write)
            if door:
                door.close()
        loop = asyncio.get_running_loop()
        transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, os.fdopen(orders_write, "wb"))
        self._orders = asyncio.StreamWriter(transport, protocol, None, loop)
        answers = asyncio.StreamReader(limit=1 << 20)
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(answers), os.fdopen(answers_read, "rb"))
        ready = json.loads(await answers.readline() or b"{}")
        if ready.get("event") != "ready":
            raise RigError("The lab device's Frida endpoint did not start.", f"It ended with {self._process.status}.")
        self._control_port = ready["control"]
        self._tasks.append(asyncio.create_task(self._listen(answers)))

    async def _listen(self, answers: asyncio.StreamReader) -> None:
        while line := await answers.readline():
            message = json.loads(line)
            future = self._waiting.pop(message["id"], None)
            if future and not future.done():
                future.set_result(message)
        for future in self._waiting.values():
            if not future.done():
                future.set_result({"error": "the Frida endpoint ended"})
        if not self._stopping:
            self._on_lost("the Frida endpoint ended")

    async def _order(self, op: str, **arguments: Any) -> dict[str, Any]:
        assert self._orders is not None
        number = self._next
        self._next += 1
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        try:
            self._orders.write(json.dumps({"id": number, "op": op, **arguments}).encode() + b"\n")
            await self._orders.drain()
            return await future
        except ConnectionError as error:
            return {"error": f"the Frida endpoint ended: {error}"}
        finally:
            self._waiting.pop(number, None)

    async def prepare(self, process: Numbered) -> None:
        """Puts Frida's agent into a warm process ahead of time, so that the gate need not wait for it."""
        answer = await self._timed("attach", pid=process.pid)
        if "error" in answer:
            self._log("W", f"Frida could not enter the warm process {process.pid}: {answer['error']}")

    async def gate(self, process: Numbered, package: str, name: str) -> None:
        """Lists the process under `name` and, while a controller is subscribed, holds it until that one resumes it
        or leaves. A process that Frida cannot enter is announced as unreachable and goes on."""
        answer = await self._timed("join", pid=process.pid, name=name)
        if "error" in answer:
            self._log("E", f"Frida could not enter {name} ({process.pid}): {answer['error']}")
            await self._order("unreachable", pid=process.pid, name=name, why=answer["error"])
            return
        answer = await self._order("gate", pid=process.pid, name=name)
        if "error" in answer:
            self._log("E", f"{name} ({process.pid}) was let go without a word from the harness: {answer['error']}")

    async def _timed(self, op: str, **arguments: Any) -> dict[str, Any]:
        try:
            async with asyncio.timeout(_ATTACH_SECONDS):
                return await self._order(op, **arguments)
        except TimeoutError:
            return {"error": f"{op} took longer than {_ATTACH_SECONDS:.0f} s"}

    async def forget(self, process: Numbered) -> None:
        """The process has ended; nobody waits for it any more."""
        await self._order("forget", pid=process.pid)

    async def connect(self) -> socket.socket:
        """A connection to the control endpoint, as a Frida client would make to frida-server's 27042."""
        return await self._container.connect(self._control_port, service=True)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client's connection, until either side closes it. Raises OSError where the endpoint does not answer."""
        portal_reader, portal_writer = await asyncio.open_connection(sock=await self.connect())
        back = asyncio.create_task(_copy(portal_reader, writer))
        try:
            await _copy(reader, portal_writer)
            await back
        finally:
            back.cancel()
            portal_writer.close()
            writer.close()

    async def stop(self) -> None:
        """Ends the endpoint's process."""
        self._stopping = True
        if self._process:
            self._process.kill()
            await self._process.wait()
        for task in self._tasks:
            task.cancel()
        if self._orders:
            self._orders.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(_CHUNK):
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
    except ConnectionError:
        writer.close()
