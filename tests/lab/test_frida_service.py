"""The device's Frida endpoint: what clients see, and who waits at the gate for whom."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from namespaces import in_own_space, needs_containment
from test_containment import SECONDS, classes, device, start_hostile

from harness.lab.containment.ownspace import OwnSpace
from harness.lab.containment.process import ContainedProcess
from harness.lab.frida_service import FridaService

__all__ = ["classes"]

pytestmark = [pytest.mark.lab, needs_containment]

# A controller: prints what the bus says, obeys one-word orders on stdin.
CONTROLLER = """
import frida, json, os, sys
device = frida.get_device_manager().add_remote_device("127.0.0.1:" + sys.argv[1])
def say(*words): print(json.dumps(words), flush=True)
device.bus.on("message", lambda message, data: say("bus", message))
say("here", sorted([p.pid, p.name] for p in device.enumerate_processes()),
    sorted([a.identifier, a.pid] for a in device.enumerate_applications()))
for line in sys.stdin:
    word, *rest = line.split()
    if word == "subscribe": device.bus.attach()
    elif word == "resume": device.bus.post({"type": "resume", "pid": int(rest[0])})
    elif word == "attach":
        session = device.attach(rest[0] if not rest[0].isdecimal() else int(rest[0]))
        script = session.create_script("rpc.exports = { pid() { return Process.id; } }")
        script.load()
        say("attached", script.exports_sync.pid())
        continue
    elif word == "quit": os._exit(0)
    say("did", word)
"""


class Controller:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def hear(self) -> list[Any]:
        assert self.process.stdout
        async with asyncio.timeout(SECONDS):
            return list(json.loads(await self.process.stdout.readline()))

    async def order(self, words: str) -> list[Any]:
        assert self.process.stdin
        self.process.stdin.write(words.encode() + b"\n")
        await self.process.stdin.drain()
        return await self.hear() if words != "quit" else []


@asynccontextmanager
async def endpoint(space: OwnSpace, classes: Path) -> AsyncIterator[tuple[Any, FridaService, list[tuple[str, str]], Any]]:
    """(device, service, its log, a function that connects a controller)."""
    async with device(space, classes) as made:
        told: list[tuple[str, str]] = []
        service = await FridaService.start(made.walls, log=lambda *line: told.append(line), on_lost=made.lost.append)
        server = await asyncio.start_server(service.serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        controllers: list[Controller] = []

        async def connect() -> Controller:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", CONTROLLER, str(port)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
            controllers.append(Controller(process))
            return controllers[-1]

        try:
            yield made, service, told, connect
        finally:
            for one in controllers:
                if one.process.returncode is None:
                    one.process.kill()
                    await one.process.wait()
            server.close()
            await service.stop()


async def warm(made: Any) -> ContainedProcess:
    talk = await start_hostile(made, 1)
    await talk.until_end()
    process: ContainedProcess = talk.process
    return process


async def announced(controller: Controller, pid: int, name: str) -> None:
    assert await controller.hear() == ["bus", {"type": "spawn", "pid": pid, "identifier": name}]


def test_a_process_is_listed_and_attached_by_its_name(classes: Path) -> None:
    async def piece(space: OwnSpace) -> None:
        async with endpoint(space, classes) as (made, service, told, connect):
            first, second = await warm(made), await warm(made)
            await service.prepare(first)
            await service.gate(first, "com.example.shop", "com.example.shop")  # nobody holds it
            await service.gate(second, "com.example.shop", "com.example.shop:push")
            controller = await connect()
            assert await controller.hear() == [
                "here",
                [[first.pid, "com.example.shop"], [second.pid, "com.example.shop:push"]],
                [["com.example.shop", first.pid], ["com.example.shop:push", second.pid]],
            ]
            assert await controller.order("attach com.example.shop:push") == ["attached", second.pid]
            assert await controller.order(f"attach {first.pid}") == ["attached", first.pid]
            assert (told, made.lost) == ([], [])

    in_own_space(piece, readable=[classes])


def test_a_subscribed_controller_holds_each_new_process_until_it_resumes_it(classes: Path) -> None:
    async def piece(space: OwnSpace) -> None:
        async with endpoint(space, classes) as (made, service, _told, connect):
            controller = await connect()
            await controller.hear()
            assert await controller.order("subscribe") == ["did", "subscribe"]
            process = await warm(made)
            gate = asyncio.create_task(service.gate(process, "com.example.shop", "com.example.shop"))
            await announced(controller, process.pid, "com.example.shop")
            assert await controller.order(f"attach {process.pid}") == ["attached", process.pid]
            await controller.order("resume 1")  # another's number changes nothing
            assert not gate.done()
            await controller.order(f"resume {process.pid}")
            async with asyncio.timeout(SECONDS):
                await gate

    in_own_space(piece, readable=[classes])


def test_all_are_released_when_their_controllers_have_resumed_or_left(classes: Path) -> None:
    async def piece(space: OwnSpace) -> None:
        async with endpoint(space, classes) as (made, service, _told, connect):
            one, other, bystander = await connect(), await connect(), await connect()
            for controller in (one, other, bystander):
                await controller.hear()
            for controller in (one, other):
                await controller.order("subscribe")
            processes = [await warm(made), await warm(made)]
            gates = [asyncio.create_task(service.gate(process, "p", f"p:{process.pid}")) for process in processes]
            for controller in (one, other):
                heard = sorted([(await controller.hear())[1]["pid"], (await controller.hear())[1]["pid"]])
                assert heard == [process.pid for process in processes]
            await bystander.order("quit")  # never subscribed, holds nobody
            await one.order(f"resume {processes[0].pid}")
            assert not gates[0].done()  # the other still holds it
            await other.order("quit")
            async with asyncio.timeout(SECONDS):
                await gates[0]
            assert not gates[1].done()
            one.process.kill()  # dies without a word
            async with asyncio.timeout(SECONDS):
                await gates[1]

    in_own_space(piece, readable=[classes])


def test_a_process_that_dies_or_cannot_be_entered_holds_nobody_up(classes: Path) -> None:
    async def piece(space: OwnSpace) -> None:
        async with endpoint(space, classes) as (made, service, told, connect):
            controller = await connect()
            await controller.hear()
            await controller.order("subscribe")
            process = await warm(made)
            gate = asyncio.create_task(service.gate(process, "p", "p"))
            await announced(controller, process.pid, "p")
            process.kill()
            await process.wait()
            await service.forget(process)
            async with asyncio.timeout(SECONDS):
                await gate
                await service.gate(process, "p", "p:late")
            _, message = await controller.hear()
            assert (message["type"], message["pid"], message["identifier"]) == ("unreachable", process.pid, "p:late")
            assert [priority for priority, _ in told] == ["E"]

    in_own_space(piece, readable=[classes])


def test_the_end_of_the_endpoint_is_told(classes: Path) -> None:
    async def piece(space: OwnSpace) -> None:
        async with endpoint(space, classes) as (made, service, _told, _connect):
            assert service._process is not None
            service._process.kill()
            await service._process.wait()
            async with asyncio.timeout(SECONDS):
                while not made.lost:
                    await asyncio.sleep(0.01)
            assert made.lost == ["the Frida endpoint ended"]

    in_own_space(piece, readable=[classes])
