"""Lab devices that ended without a word: adb and the harness forget them."""

from __future__ import annotations

import json
import os
from types import SimpleNamespace
from typing import Any

import adbutils
import pytest

from harness.cli import lab
from harness.device.restore_file import RestoreFile
from harness.lab import registry
from harness.resources import state_dir

DEAD, ALIVE = "127.0.0.1:7001", "127.0.0.1:7002"


class Adb:
    def __init__(self, **states: str) -> None:
        self.states = states
        self.disconnected: list[str] = []

    def list(self) -> list[Any]:
        return [SimpleNamespace(serial=serial, state=state) for serial, state in self.states.items()]

    def disconnect(self, serial: str) -> None:
        self.disconnected.append(serial)
        self.states.pop(serial, None)


def recorded(serial: str, *, pid: int, name: str) -> None:
    """A device's entry, as a start leaves it."""
    folder = state_dir("lab", "devices", name)
    about = {"serial": serial, "name": name, "pid": pid, "profile": "p", "seed": 1, "contained": True, "why_not": "",
             "started": registry._start_time(pid), "folder": str(folder)}
    (folder / "device.json").write_text(json.dumps(about))


def restore(serial: str) -> RestoreFile:
    made = RestoreFile.of(serial)
    made.add({"act": "reverse", "port": 1})
    return made


@pytest.fixture
def adb(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Adb:
    monkeypatch.setenv("HARNESS_STATE", str(tmp_path / "state"))
    made = Adb(**{DEAD: "offline", ALIVE: "device", "A1": "device"})
    monkeypatch.setattr(adbutils, "AdbClient", lambda: made)
    return made


def test_what_is_left_of_a_dead_device_is_cleared_away(adb: Adb) -> None:
    recorded(DEAD, pid=2**22 + 1, name="lab1")
    recorded(ALIVE, pid=os.getpid(), name="lab2")
    of_dead, of_alive = restore(DEAD), restore(ALIVE)
    assert [h.serial for h in registry.running()] == [ALIVE]    # listed by somebody else before: the serial is still known
    assert registry.gone() == [DEAD]
    lab.clear_away_dead()
    assert adb.disconnected == [DEAD]
    assert not of_dead.path.exists()
    assert of_alive.path.exists()
    assert registry.gone() == []
    lab.clear_away_dead()
    assert adb.disconnected == [DEAD]


def test_another_device_that_answers_at_the_same_port_stays_connected(adb: Adb) -> None:
    recorded(DEAD, pid=2**22 + 1, name="lab1")
    adb.states[DEAD] = "device"
    lab.clear_away_dead()
    assert adb.disconnected == []
    assert registry.gone() == []


def test_a_new_lab_device_with_the_port_of_a_dead_one_is_not_dead(adb: Adb) -> None:
    recorded(DEAD, pid=2**22 + 1, name="lab1")
    assert registry.gone() == [DEAD]
    recorded(DEAD, pid=os.getpid(), name="lab2")
    assert registry.gone() == []


def test_where_adb_cannot_be_asked_it_stays_to_be_done(
    adb: Adb, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    recorded(DEAD, pid=2**22 + 1, name="lab1")

    def refuse() -> list[Any]:
        raise adbutils.AdbError("connect to adb server failed")

    monkeypatch.setattr(adb, "list", refuse)
    lab.clear_away_dead()
    assert "adb still lists" in capsys.readouterr().err
    assert registry.gone() == [DEAD]


def test_with_a_device_its_restore_file_ends(adb: Adb, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded(ALIVE, pid=os.getpid(), name="lab2")
    stopped: list[str] = []
    monkeypatch.setattr(registry, "stop", stopped.append)
    file = restore(ALIVE)
    lab.end(ALIVE)
    assert (adb.disconnected, stopped, file.path.exists()) == ([ALIVE], [ALIVE], False)


def test_a_device_that_ended_by_itself_is_ended_without_an_error(adb: Adb) -> None:
    recorded(DEAD, pid=2**22 + 1, name="lab1")
    file = restore(DEAD)
    lab.end(DEAD)
    assert (adb.disconnected, file.path.exists(), registry.gone()) == ([DEAD], False, [])
