"""Which device a run gets by the word that names it; it is leased, and a lab device that was started for it is ended."""

from __future__ import annotations

import os
from types import SimpleNamespace

import adbutils
import pytest

from harness.device.lease import DeviceTaken, free, lease
from harness.errors import RigError
from harness.suite import devices
from harness.suite.devices import device_for


@pytest.fixture
def adb(monkeypatch):
    """adb lists what is put here."""
    listed: list[tuple[str, str]] = []
    monkeypatch.setattr(adbutils.AdbClient, "list", lambda self: [SimpleNamespace(serial=s, state=t) for s, t in listed])
    return listed


@pytest.fixture
def lab(monkeypatch):
    """The commands of the lab that were asked; `rows`: what runs."""
    asked: list[tuple[str, ...]] = []
    rows: list[dict[str, object]] = []

    def ask(command, *words):
        asked.append((command, *words))
        if command == "list":
            return rows
        return [{"serial": "127.0.0.1:7001", "contained": True, "why_not": ""}] if command == "start" else []

    monkeypatch.setattr(devices, "_ask", ask)
    return SimpleNamespace(asked=asked, rows=rows)


def test_auto_is_any_device_that_is_free_and_usable(adb):
    adb += [("phone-0", "unauthorized"), ("phone-1", "device"), ("phone-2", "device")]
    with lease("phone-1"), device_for("auto") as serial:
        assert serial == "phone-2"
        with pytest.raises(DeviceTaken), device_for("auto"):
            pass
    assert free(["phone-1", "phone-2"]) == ["phone-1", "phone-2"]


def test_auto_without_a_device_says_what_is_attached(adb):
    adb.append(("phone-0", "unauthorized"))
    with pytest.raises(RigError, match=r"No device.*can be used.*phone-0 \(unauthorized\)"), device_for("auto"):
        pass


def test_a_serial_is_leased_too(adb):
    adb += [("phone-1", "device"), ("phone-2", "device")]
    with device_for("phone-2") as serial:
        assert serial == "phone-2" and free(["phone-2"]) == []
        with pytest.raises(DeviceTaken, match="phone-2"), device_for("phone-2"):
            pass


def test_a_lab_device_that_is_free_is_used_and_stays(adb, lab):
    adb.append(("127.0.0.1:7000", "device"))
    lab.rows.append({"serial": "127.0.0.1:7000", "ends_with": None})
    with device_for("lab") as serial:
        assert serial == "127.0.0.1:7000"
    assert lab.asked == [("list",)]


@pytest.mark.parametrize("rows", [[], [{"serial": "127.0.0.1:7000", "ends_with": 77}]])
def test_where_none_is_to_be_had_one_is_started_and_ended(adb, lab, rows):
    """One that ends with another run is that run's."""
    lab.rows += rows
    said: list[str] = []
    with device_for("lab", say=said.append) as serial:
        assert serial == "127.0.0.1:7001" and free([serial]) == []
    assert lab.asked == [("list",), ("start", "--ends-with", str(os.getpid())), ("stop", "127.0.0.1:7001")]
    assert "starting a lab device" in said[0] and "is up" in said[1]


def test_a_taken_one_is_left_to_whoever_has_it(adb, lab):
    lab.rows.append({"serial": "127.0.0.1:7000", "ends_with": None})
    with lease("127.0.0.1:7000"), device_for("lab") as serial:
        assert serial == "127.0.0.1:7001"


def test_a_profile_wants_a_new_device(adb, lab):
    lab.rows.append({"serial": "127.0.0.1:7000", "ends_with": None})
    with device_for("lab", lab_options=("--profile", "tablet")):
        pass
    assert lab.asked[1] == ("start", "--ends-with", str(os.getpid()), "--profile", "tablet")


def test_a_run_that_fails_ends_its_device_too(adb, lab):
    with pytest.raises(ZeroDivisionError), device_for("lab"):
        raise ZeroDivisionError
    assert lab.asked[-1][0] == "stop" and free(["127.0.0.1:7001"]) == ["127.0.0.1:7001"]


def test_what_the_lab_says_of_its_failure_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("HARNESS_STATE", str(tmp_path))
    with pytest.raises(RigError, match=r"`harness lab start` failed\. .*no such profile|There is no"):
        devices._ask("start", "--profile", "nosuch")
