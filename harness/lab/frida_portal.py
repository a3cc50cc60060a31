"""The process behind a lab device's Frida endpoint: `python -m harness.lab.frida_portal --door-fd N`.

It runs among the device's processes, where it can trace them. It puts Frida's agent into each new app process
and lets it join a portal (frida's PortalService), which stands in for frida-server: clients list, attach and
script through it. Without Android's zygote there is no spawn gating, so the portal's message bus does it:

    a controller subscribes (device.bus.attach())
    portal -> controllers   {"type": "spawn", "pid", "identifier"}        the process waits before its first line
    controller -> portal    {"type": "resume", "pid"}                      it goes on once each controller has said so
                                                                          or has left
    portal -> controllers   {"type": "unreachable", "pid", "identifier", "why"}   no agent could be put into it

Orders come as lines of JSON on stdin, answers and events go to stdout:

    {"id", "op": "attach", pid}    {"id", "op": "join", pid, name}    {"id", "op": "gate", pid, name}
    {"id", "op": "forget", pid}    {"id", "op": "unreachable", pid, name, why}
    -> {"id", ...} or {"id", "error"};  event: {"event": "ready", "control": port}
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import secrets
import socket
import sys
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import frida

from harness.lab.frida_join import Identity, admit

CONTROL_PORT = 27042
CLUSTER_PORT = 27052


class Portal:
    """The portal, the processes in it and those held at the gate. Runs on one event loop; Frida calls from threads
    of its own, so its signals are passed on to the loop."""

    def __init__(self, control_port: int, cluster_port: int, door: socket.socket) -> None:
        self._loop = asyncio.get_running_loop()
        self._control_port = control_port
        self._cluster_port = cluster_port
        self._door = door
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="frida-call")
        self._tokens: dict[str, Identity] = {}
        self._sessions: dict[int, Any] = {}
        self._joined: dict[int, asyncio.Event] = {}
        self._subscribers: set[int] = set()
        self._held: dict[int, set[int]] = {}
        self._released: dict[int, asyncio.Event] = {}
        self._device = frida.get_local_device()
        self._admitted: set[str] = set()
        self._service: Any = frida.PortalService(  # type: ignore[no-untyped-call]
            frida.EndpointParameters(address="127.0.0.1", port=cluster_port, authentication=("callback", self._authenticate)),
            frida.EndpointParameters(address="127.0.0.1", port=control_port),
        )

    async def start(self) -> None:
        for signal, handler in (
            ("node-joined", self._node_joined),
            ("subscribe", self._subscribed),
            ("controller-disconnected", self._left),
            ("message", self._heard),
        ):
            self._service.on(signal, self._on_loop(handler))
        await self._in_thread(self._service.start)
        await asyncio.start_server(lambda reader, writer: admit(reader, writer, self._claim, self._cluster_port), sock=self._door)

    def _on_loop(self, handler: Any) -> Any:
        def passed_on(*arguments: Any) -> None:
            self._loop.call_soon_threadsafe(handler, *arguments)

        return passed_on

    async def _in_thread(self, work: Any, *arguments: Any) -> Any:
        return await self._loop.run_in_executor(self._threads, work, *arguments)

    # orders

    async def attach(self, pid: int, **_: Any) -> dict[str, Any]:
        """Puts the agent in. It stays for the life of the process: detaching can crash HotSpot."""
        if pid not in self._sessions:
            self._sessions[pid] = await self._in_thread(self._device.attach, pid)
        return {}

    async def join(self, pid: int, name: str, **_: Any) -> dict[str, Any]:
        await self.attach(pid)
        token = secrets.token_hex(16)
        self._tokens[token] = Identity(pid, name)
        joined = self._joined[pid] = asyncio.Event()
        try:
            address = f"127.0.0.1:{self._door.getsockname()[1]}"
            session = self._sessions[pid]
            await self._in_thread(lambda: session.join_portal(address, token=token))
            await joined.wait()
        finally:
            self._tokens.pop(token, None)
            self._joined.pop(pid, None)
        return {}

    async def gate(self, pid: int, name: str, **_: Any) -> dict[str, Any]:
        """Waits until no controller that was told of the process holds it any more."""
        if not self._subscribers:
            return {"held": False}
        released = self._released[pid] = asyncio.Event()
        self._held[pid] = set(self._subscribers)
        self._tell({"type": "spawn", "pid": pid, "identifier": name})
        try:
            await released.wait()
        finally:
            self._held.pop(pid, None)
            self._released.pop(pid, None)
        return {"held": True}

    async def unreachable(self, pid: int, name: str, why: str, **_: Any) -> dict[str, Any]:
        self._tell({"type": "unreachable", "pid": pid, "identifier": name, "why": why})
        return {}

    async def forget(self, pid: int, **_: Any) -> dict[str, Any]:
        """The process has ended."""
        self._sessions.pop(pid, None)
        if released := self._released.get(pid):
            released.set()
        return {}

    # what Frida says

    def _authenticate(self, token: str) -> dict[str, Any]:
        """Called by the portal, in a thread of Frida's; only what came through the door is known."""
        try:
            self._admitted.remove(token)
        except KeyError:
            raise ValueError("unknown token") from None
        return {}

    def _claim(self, token: str) -> Identity | None:
        identity = self._tokens.pop(token, None)
        if identity:
            self._admitted.add(token)
        return identity

    def _node_joined(self, _connection: int, application: Any) -> None:
        if joined := self._joined.get(application.pid):
            joined.set()

    def _subscribed(self, connection: int) -> None:
        self._subscribers.add(connection)

    def _left(self, connection: int, *_: Any) -> None:
        self._subscribers.discard(connection)
        for pid in list(self._held):
            self._let_go(pid, connection)

    def _heard(self, connection: int, message: Any, _data: bytes | None) -> None:
        if isinstance(message, dict) and message.get("type") == "resume" and message.get("pid") in self._held:
            self._let_go(message["pid"], connection)

    def _let_go(self, pid: int, connection: int) -> None:
        self._held[pid].discard(connection)
        if not self._held[pid]:
            self._released[pid].set()

    def _tell(self, message: dict[str, Any]) -> None:
        for connection in self._subscribers:
            self._service.post(connection, message)


async def serve(door: socket.socket, control_port: int, cluster_port: int) -> None:
    """Until stdin ends."""
    portal = Portal(control_port, cluster_port, door)
    await portal.start()
    say({"event": "ready", "control": control_port})
    loop = asyncio.get_running_loop()
    orders: asyncio.Queue[str] = asyncio.Queue()
    threading.Thread(target=_read_orders, args=(loop, orders), daemon=True).start()
    running: set[asyncio.Task[None]] = set()
    while line := await orders.get():
        task = asyncio.create_task(_carry_out(portal, json.loads(line)))
        running.add(task)
        task.add_done_callback(running.discard)
    os._exit(0)  # sessions and portal go with the process; taking them down would detach from the JVMs


def _read_orders(loop: asyncio.AbstractEventLoop, orders: asyncio.Queue[str]) -> None:
    for line in sys.stdin:
        loop.call_soon_threadsafe(orders.put_nowait, line)
    loop.call_soon_threadsafe(orders.put_nowait, "")


async def _carry_out(portal: Portal, order: dict[str, Any]) -> None:
    operations: dict[str, Callable[..., Awaitable[dict[str, Any]]]] = {
        "attach": portal.attach,
        "join": portal.join,
        "gate": portal.gate,
        "forget": portal.forget,
        "unreachable": portal.unreachable,
    }
    try:
        answer = await operations[order.pop("op")](**order)
        say({"id": order["id"], **answer})
    except Exception as error:  # noqa: BLE001 - frida raises many types; each is this order's answer, none is dropped
        say({"id": order["id"], "error": f"{type(error).__name__}: {error}"})


def say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--door-fd", type=int, help="listening socket in the apps' network")
    arguments = parser.parse_args()
    if arguments.door_fd is not None:
        asyncio.run(serve(socket.socket(fileno=arguments.door_fd), CONTROL_PORT, CLUSTER_PORT))
        return
    door = socket.create_server(("127.0.0.1", 0))
    asyncio.run(serve(door, _free_port(), _free_port()))


if __name__ == "__main__":
    main()
