"""Where the machine allows no walls: the same interface, the reason told, foreign APKs refused."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.lab.containment.ownspace import OwnSpace
from harness.lab.containment.plain import NoWalls
from harness.lab.frida_service import FridaService
from harness.lab.trust import check_trust, is_example_app

WHY = "this kernel forbids ordinary users their own namespaces"


def test_processes_run_with_their_descriptors_and_can_be_killed(tmp_path: Path) -> None:
    async def piece() -> None:
        container = NoWalls(tmp_path / "device", WHY)
        read, write = os.pipe()
        null = os.open(os.devnull, os.O_RDONLY)
        process = await container.spawn(
            [sys.executable, "-c", "print('here', flush=True); input()"], env={}, fds=[null, write, write]
        )
        os.close(write)
        assert await process.wait() == 1  # input() found the end
        assert os.read(read, 100).startswith(b"here")
        sleeper = await container.spawn([sys.executable, "-c", "import time; time.sleep(600)"], env={}, fds=[null, null, null])
        assert sleeper.pid == sleeper.host_pid
        assert await container.expose(sleeper, tmp_path) == str(tmp_path)
        sleeper.kill()
        assert await sleeper.wait() == -9
        os.close(read)
        os.close(null)
        with await container.listen(0) as listener, await container.connect(listener.getsockname()[1]) as there:
            assert there.getpeername() == listener.getsockname()
        await container.close()
        assert not (tmp_path / "device").exists()

    asyncio.run(piece())


def test_the_container_says_that_there_is_none(tmp_path: Path) -> None:
    from harness.lab.container import start_container
    from harness.lab.runtime import Runtime

    runtime = Runtime(
        java=Path("/java/bin/java"), class_path=(), natives=Path("/natives"), framework=Path("/framework.jar"), browser=(),
            emulator=(), processor=Path("/processor"),
    )
    container = asyncio.run(start_container(tmp_path, OwnSpace(WHY), runtime, on_blocked=lambda _: None, on_lost=lambda _: None))
    assert (container.contained, container.why_not) == (False, WHY)
    assert container.inside(tmp_path) == str(tmp_path)


def test_foreign_code_is_refused_unless_vouched_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))
    built = tmp_path / "cache" / "apps" / "abc" / "shop.apk"
    built.parent.mkdir(parents=True)
    built.write_bytes(b"an example app")
    copy, foreign = tmp_path / "copy.apk", tmp_path / "foreign.apk"
    copy.write_bytes(b"an example app")
    foreign.write_bytes(b"an example app, changed")
    assert is_example_app(copy)
    assert not is_example_app(foreign)
    check_trust(copy, WHY, False)
    check_trust(foreign, "", False)  # walls are enough
    check_trust(foreign, WHY, True)
    with pytest.raises(UsageError, match="--trust-apk") as refusal:
        check_trust(foreign, WHY, False)
    assert "forbids ordinary users" in str(refusal.value)


@pytest.mark.lab
def test_the_frida_endpoint_works_without_walls(tmp_path: Path) -> None:
    """Lists a process of the host by the name it was given; Frida may need root for that where ptrace is restricted."""

    async def piece() -> list[str]:
        container = NoWalls(tmp_path / "device", WHY)
        told: list[tuple[str, str]] = []
        service = await FridaService.start(container, log=lambda *line: told.append(line), on_lost=lambda _: None)
        null = os.open(os.devnull, os.O_RDWR)
        process = await container.spawn([sys.executable, "-c", "import time; time.sleep(600)"], env={}, fds=[null, null, null])
        os.close(null)
        await service.gate(process, "com.example.shop", "com.example.shop")
        server = await asyncio.start_server(service.serve, "127.0.0.1", 0)
        listing = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", LIST, str(server.sockets[0].getsockname()[1])), stdout=asyncio.subprocess.PIPE
        )
        output, _ = await listing.communicate()
        server.close()
        await service.stop()
        await container.close()
        assert told == []
        return output.decode().split()

    assert asyncio.run(piece()) == ["com.example.shop"]


LIST = """
import frida, os, sys
device = frida.get_device_manager().add_remote_device("127.0.0.1:" + sys.argv[1])
print(*(process.name for process in device.enumerate_processes()), flush=True)
os._exit(0)
"""
