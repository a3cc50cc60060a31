"""Which device is used, and what is said where it cannot be told."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import adbutils
import pytest

from harness.device.choosing import adb_errors, candidates, choose
from harness.errors import HarnessError, RigError, UsageError


class Adb:
    """Answers as adb's server does."""

    def __init__(self, *devices: tuple[str, str], connects: bool = False) -> None:
        self.devices = list(devices)
        self.connects = connects

    def list(self) -> list[Any]:
        return [SimpleNamespace(serial=s, state=state) for s, state in self.devices]

    def connect(self, address: str) -> str:
        if self.connects:
            self.devices.append((address, "device"))
            return f"connected to {address}"
        return f"failed to connect to '{address}': Connection refused"


def told(error: type[HarnessError], adb: Adb, serial: str | None = None, **environment: str) -> HarnessError:
    with pytest.raises(error) as caught:
        choose(adb, serial, environment)  # type: ignore[arg-type]
    assert caught.value.what
    assert caught.value.fix
    return caught.value


def test_the_only_device_is_taken() -> None:
    assert choose(Adb(("A1", "device")), None, {}) == "A1"  # type: ignore[arg-type]


def test_the_named_one_is_taken_before_that_of_the_environment() -> None:
    adb: Any = Adb(("A1", "device"), ("B2", "device"))
    assert choose(adb, "B2", {"ANDROID_SERIAL": "A1"}) == "B2"
    assert choose(adb, None, {"ANDROID_SERIAL": "A1"}) == "A1"


def test_two_devices_and_none_named_are_listed() -> None:
    error = told(UsageError, Adb(("A1", "device"), ("192.0.2.7:5555", "offline")))
    assert error.exit_status == 2
    assert "A1, 192.0.2.7:5555 (offline)" in error.why
    assert "--serial" in error.fix


@pytest.mark.parametrize("remains", ["127.0.0.1:7001", "localhost:7001", "[::1]:7001"])
def test_a_device_on_this_machine_that_has_ended_is_no_choice(remains: str) -> None:
    adb: Any = Adb((remains, "offline"), ("A1", "device"))
    assert choose(adb, None, {}) == "A1"
    assert [device.serial for device in candidates(adb)] == ["A1"]
    error = told(RigError, Adb((remains, "offline")))
    assert error.what == "No device is attached."
    assert remains in error.why
    assert "offline" in told(RigError, Adb((remains, "offline")), remains).why    # named all the same


def test_one_on_this_machine_that_answers_is_a_choice() -> None:
    assert choose(Adb(("127.0.0.1:7001", "device")), None, {}) == "127.0.0.1:7001"  # type: ignore[arg-type]


def test_no_device_is_the_rigs_fault() -> None:
    assert told(RigError, Adb()).exit_status == 4


@pytest.mark.parametrize(
    ("state", "words"),
    [("unauthorized", "USB debugging"), ("offline", "adb reconnect"), ("no permissions", "udev"), ("sideload", "again")],
)
def test_a_device_that_cannot_be_used_says_why(state: str, words: str) -> None:
    assert words in told(RigError, Adb(("A1", state))).fix
    assert words in told(RigError, Adb(("A1", state), ("B2", "device")), "A1").fix


def test_a_serial_that_is_not_there_lists_those_that_are() -> None:
    assert "Attached: A1." in told(RigError, Adb(("A1", "device")), "Z9").why


def test_an_address_is_connected_to() -> None:
    assert choose(Adb(connects=True), "127.0.0.1:7001", {}) == "127.0.0.1:7001"  # type: ignore[arg-type]
    assert "Connection refused" in told(RigError, Adb(), "127.0.0.1:7001").why


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (adbutils.AdbError("device 'A1' not found"), "gone from adb"),
        (adbutils.AdbError("device unauthorized."), "does not yet trust"),
        (adbutils.AdbTimeout("time out"), "time out"),
        (ConnectionResetError("Connection reset by peer"), "Connection reset by peer"),
    ],
)
def test_what_adb_says_becomes_an_error_of_the_rig(raised: Exception, said: str) -> None:
    with pytest.raises(RigError) as caught, adb_errors("Reading the log"):
        raise raised
    assert said in str(caught.value)
    assert caught.value.what.startswith("Reading the log")
