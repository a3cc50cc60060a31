"""A device is one run's alone, until that run ends, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from harness.device.lease import DeviceTaken, free, holder, lease, lease_one

ROOT = Path(__file__).resolve().parents[2]
HOLD = """
import sys, time
from harness.device.lease import lease
held = lease(sys.argv[1])
print("held", flush=True)
time.sleep(60)
"""


def other_run(serial: str) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLD, serial], stdout=subprocess.PIPE, text=True,
                               env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def end(process: subprocess.Popen[str], number: int = signal.SIGKILL) -> None:
    process.send_signal(number)
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def test_a_second_run_is_told_who_has_the_device_and_how_to_wait() -> None:
    other = other_run("phone-1")
    try:
        with pytest.raises(DeviceTaken) as told:
            lease("phone-1")
    finally:
        end(other)
    assert "phone-1 is taken by another run" in told.value.what
    assert f"process {other.pid} " in told.value.why and "since 20" in told.value.why and "UTC" in told.value.why
    assert "--harness-wait" in told.value.fix and "--wait" in told.value.fix
    assert told.value.exit_status == 4


def test_a_killed_run_has_given_it_back() -> None:
    end(other_run("phone-2"))
    with lease("phone-2"):
        found = holder("phone-2")
        assert found is not None and found.pid == os.getpid()


def test_one_that_ends_is_waited_for() -> None:
    other = other_run("phone-3")
    said: list[str] = []
    timer = threading.Timer(0.5, lambda: other.send_signal(signal.SIGKILL))
    timer.start()
    with lease("phone-3", 30, said.append):
        pass
    timer.join()
    end(other)
    assert len(said) == 1 and f"process {other.pid}" in said[0]


def test_waiting_ends() -> None:
    with lease("phone-4"):
        begun = time.monotonic()
        with pytest.raises(DeviceTaken, match="It was waited for 0.3 s"):
            lease("phone-4", 0.3)
        assert time.monotonic() - begun >= 0.3


def test_of_several_the_first_that_is_free_is_had() -> None:
    with lease("a:1"):
        assert free(["a:1", "a:2"]) == ["a:2"]
        with lease_one(["a:1", "a:2"]) as second:
            assert second.serial == "a:2"
            with pytest.raises(DeviceTaken, match="All devices are taken") as told:
                lease_one(["a:1", "a:2"])
            assert "a:1 is with" in told.value.why and "a:2 is with" in told.value.why


def test_a_device_that_comes_while_it_is_waited_is_had() -> None:
    with lease("b:1"):
        with lease_one(["b:1"], 30, listed=lambda: ["b:1", "b:2"]) as had:
            assert had.serial == "b:2"


def test_no_child_keeps_it() -> None:
    child = None
    with lease("phone-5"):
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        with lease("phone-5"):
            pass
    finally:
        child.kill()
        child.wait()


def test_it_counts_whatever_the_state_folder_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with lease("phone-6"):
        monkeypatch.setenv("HARNESS_STATE", str(tmp_path / "another"))
        with pytest.raises(DeviceTaken):
            lease("phone-6")
    monkeypatch.delenv("HARNESS_LEASES")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(sys, "platform", "linux")
    with lease("phone-6"):
        assert (tmp_path / "privacy-harness-leases" / "phone-6.lock").is_file()
