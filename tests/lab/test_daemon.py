"""A lab device's life from outside: start, several at once, stop, and every way its starter or a part can die."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from namespaces import needs_containment

from harness.errors import HarnessError, RigError, UsageError
from harness.lab import registry
from harness.lab.registry import LabDeviceHandle
from harness.resources import state_dir

SECONDS = 60.0


@pytest.fixture
def own_registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("HARNESS_STATE", str(tmp_path / "state"))
    yield state_dir("lab", "devices")
    registry.stop_all()


def gone(pid: int) -> bool:
    """Waits until the process has ended."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], SECONDS)[0])
    finally:
        os.close(handle)


def answers(handle: LabDeviceHandle) -> bool:
    host, port = handle.serial.split(":")
    try:
        with socket.create_connection((host, int(port)), 5):
            return True
    except ConnectionRefusedError:
        return False


def host_processes_of(pid: int) -> list[int]:
    """The host's numbers of a process's children and theirs."""
    found = []
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found += [int(child), *host_processes_of(int(child))]
    return found


@pytest.mark.lab
@pytest.mark.usefixtures("own_registry")
def test_several_devices_are_different_and_end_without_a_trace() -> None:
    said: list[str] = []
    one, other = registry.start_several(2, warm=0, progress=said.append)
    assert said[0] == "preparing the Android runtime"
    assert one.serial != other.serial
    assert one.seed != other.seed
    assert not {int(handle.serial.split(":")[1]) for handle in (one, other)} & set(range(5555, 5586))
    assert [handle.name for handle in registry.running()] == ["lab1", "lab2"]
    assert registry.find(one.serial) == registry.find("lab1") == one
    processes = [one.pid, *host_processes_of(one.pid)]
    assert answers(one)
    registry.stop("lab1")
    assert all(gone(pid) for pid in processes)
    assert not answers(one)
    assert not Path(one.folder).exists()
    assert [handle.name for handle in registry.running()] == ["lab2"]
    assert registry.stop_all() == [other.serial]
    assert registry.running() == []


@pytest.mark.lab
@needs_containment
@pytest.mark.usefixtures("own_registry")
def test_a_device_killed_outright_leaves_no_process_and_no_entry() -> None:
    handle = registry.start("victim", warm=0)
    assert handle.contained
    processes = host_processes_of(handle.pid)
    assert len(processes) >= 3  # what stands outside its pid namespace, its init, its Frida endpoint
    os.kill(handle.pid, signal.SIGKILL)
    assert all(gone(pid) for pid in [handle.pid, *processes])
    assert registry.running() == []
    assert not Path(handle.folder).exists()


STARTER = """
import os, sys, time
from harness.lab import registry
handle = registry.start("orphan", warm=0, die_with=os.getpid())
print(handle.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.lab
@pytest.mark.usefixtures("own_registry")
def test_a_device_ends_with_the_process_it_was_started_for() -> None:
    starter = subprocess.Popen([sys.executable, "-c", STARTER], stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    with starter.stdout as words:
        pid = int(words.readline())
    starter.kill()
    starter.wait()
    assert gone(pid)
    assert registry.running() == []


@pytest.mark.lab
@needs_containment
@pytest.mark.usefixtures("own_registry")
def test_the_end_of_a_part_ends_the_device_and_its_log_says_which() -> None:
    handle = registry.start(warm=0)
    log = handle.log.open()
    portal = next(pid for pid in host_processes_of(handle.pid) if b"frida_portal" in Path(f"/proc/{pid}/cmdline").read_bytes())
    os.kill(portal, signal.SIGKILL)
    assert gone(handle.pid)
    assert "a part of it failed: the Frida endpoint ended" in log.read()
    log.close()


@pytest.mark.lab
@pytest.mark.usefixtures("own_registry")
def test_a_device_that_cannot_start_says_why_and_leaves_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(HarnessError, match="in use"):
        registry.start(port=taken.getsockname()[1], warm=0)
    with pytest.raises(HarnessError, match="There is no profile nobody"):
        registry.start(profile="nobody")
    assert list(state_dir("lab", "devices").iterdir()) == []


def test_names_are_checked_and_taken_once(own_registry: Path) -> None:
    for name in ("../up", "a b", "", ".hidden", "x" * 60):
        with pytest.raises(UsageError):
            registry._claim_folder(name or "/")
    registry._claim_folder("mine")
    with pytest.raises(UsageError, match="mine already"):
        registry._claim_folder("mine")
    assert registry._claim_folder(None).name == "lab1"


def entry(folder: Path, pid: int, started: str) -> LabDeviceHandle:
    folder.mkdir(parents=True)
    handle = LabDeviceHandle(
        serial="127.0.0.1:7", name=folder.name, pid=pid, profile="p", seed=1, contained=True, why_not="", started=started,
        folder=str(folder),
    )  # fmt: skip
    (folder / "device.json").write_text(json.dumps(handle.__dict__))
    return handle


@pytest.fixture
def bystander() -> Iterator[int]:
    """The number of a process that waits."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        yield child.pid
        child.kill()


def test_entries_of_dead_daemons_are_cleared(own_registry: Path, bystander: int) -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    entry(own_registry / "dead", child.pid, "1")
    alive = entry(own_registry / "alive", bystander, registry._start_time(bystander))
    entry(own_registry / "reused", bystander, "1")  # the number lives, but another process has it
    (own_registry / "broken").mkdir()
    (own_registry / "broken" / "device.json").write_text("{")
    long_ago = time.time() - 3600
    os.utime(own_registry / "broken", (long_ago, long_ago))
    assert registry.running() == [alive]
    assert [folder.name for folder in own_registry.iterdir()] == ["alive"]


def test_a_device_that_is_still_starting_is_left_alone(own_registry: Path, bystander: int) -> None:
    starting = registry._claim_folder("young")
    (starting / "starting.json").write_text(json.dumps({"pid": bystander, "started": registry._start_time(bystander)}))
    assert registry.running() == []
    assert starting.is_dir()
    with pytest.raises(UsageError, match="There is no lab device young"):
        registry.stop("young")


def test_a_daemon_that_ends_without_a_word_is_reported_with_its_log(own_registry: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = own_registry.parent / "broken-python"
    broken.write_text("#!/bin/sh\necho the disk is on fire >&2\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))
    with pytest.raises(RigError, match="the disk is on fire"):
        registry.start()
    assert registry.running() == []
