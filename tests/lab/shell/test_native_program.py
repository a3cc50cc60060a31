"""What the lab does with a native program: it stands in for frida-server, and for no other."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "device"))

from memory_device import MemoryDevice
from stand_in import X86_64, frida_server

from harness.lab.adbd.device import FRIDA_PORT
from harness.lab.adbd.ownership import ROOT, SHELL, Credentials
from harness.lab.shell.catalogue import load_commands
from harness.lab.shell.pipes import Collected, Pipe
from harness.lab.shell.session import Session, SessionRequest

COMMANDS = load_commands()
FS = "/data/local/tmp/fs"


def put(device: MemoryDevice, content: bytes, mode: int = 0o755) -> None:
    path = device.root / FS[1:]
    path.write_bytes(content)
    path.chmod(mode)


def said(device: MemoryDevice, *scripts: str, who: Credentials = ROOT) -> list[tuple[int, str, str]]:
    """What each script comes to, one after the other on one device that goes on meanwhile."""

    async def run() -> list[tuple[int, str, str]]:
        found = []
        for script in scripts:
            out, err, pipe = Collected(), Collected(), Pipe()
            pipe.close()
            session = Session(device, who, COMMANDS, lambda reason: None)
            async with asyncio.timeout(20):
                status = await session.run(SessionRequest(script, pipe, out, err, terminal=False))
            found.append((status, out.data.decode(), err.data.decode()))
        await device.processes.stop()
        return found

    return asyncio.run(run())


def test_a_frida_server_says_its_version(device: MemoryDevice) -> None:
    put(device, frida_server("1.2.3"))
    assert said(device, f"{FS} --version", who=SHELL) == [(0, "1.2.3\n", "")]


def test_one_for_another_processor_is_not_executed(device: MemoryDevice) -> None:
    put(device, frida_server(machine=X86_64))
    [(status, _, why)] = said(device, f"{FS} --version")
    assert (status, "another processor" in why) == (126, True)


def test_one_that_is_not_executable_is_not(device: MemoryDevice) -> None:
    put(device, frida_server(), 0o644)
    assert said(device, FS)[0][0] == 126


def test_another_program_is_not_run(device: MemoryDevice) -> None:
    put(device, frida_server().replace(b"re.frida.server", b"something.else."))
    [(status, _, why)] = said(device, FS)
    assert (status, "no native programs" in why) == (126, True)


def test_it_is_a_process_until_it_is_killed(device: MemoryDevice) -> None:
    device.services = {}
    put(device, frida_server())
    port = "   0: 0100007F:792D 00000000:0000 0A"
    started, exe, ports, killed, left, after = said(
        device, f"{FS} -l 127.0.0.1:31021 -d mine -D; ps -A -o PPID,USER,NAME | grep fs; ls -d /data/local/tmp/mine",
        "readlink /proc/$(pidof fs)/exe; ls -l /proc/[0-9]*/exe | grep -c fs", "cat /proc/net/tcp",
        "kill $(pidof fs); sleep 0.1; pidof fs", "cat /proc/net/tcp", f"ls {FS}")
    assert (started[0], started[1].split(), started[2]) == (0, ["1", "root", "fs", "/data/local/tmp/mine"], "")
    assert exe == (0, f"{FS}\n1\n", "")
    assert port in ports[1]
    assert killed[0] == 1
    assert port not in left[1]
    assert after[0] == 0


def test_it_is_not_started_twice_at_a_port_nor_without_root(device: MemoryDevice) -> None:
    put(device, frida_server())
    [(status, _, why)] = said(device, f"{FS} -D")       # the device's own endpoint is there
    assert (status, why) == (1, f"Unable to start: Error binding to address 127.0.0.1:{FRIDA_PORT}: Address already in use\n")
    first, second = said(device, f"{FS} -l 127.0.0.1:31022 -D", f"{FS} -l 127.0.0.1:31022 -D")
    assert (first[0], second[0]) == (0, 1)
    assert said(device, f"{FS} -l 127.0.0.1:31022 -D", who=SHELL)[0][0] == 1


def test_what_it_does_not_know_it_says(device: MemoryDevice) -> None:
    put(device, frida_server())
    assert said(device, f"{FS} --bogus")[0] == (1, "", "Unknown option --bogus\n")


def test_the_processes_are_listed_below_proc(out: Callable[[str], str]) -> None:
    assert "1200" in out("ls /proc").split()
    assert out("ls /proc/1200").split() == ["cmdline", "comm", "exe", "oom_score_adj", "stat", "status"]
    assert out("readlink /proc/1200/exe") == "/system/bin/app_process64\n"
