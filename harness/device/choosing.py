"""Which device: by --serial, by ANDROID_SERIAL, or the only one there is."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import adbutils

from harness.errors import RigError, UsageError

_ADDRESS = re.compile(r"[\w.-]+:\d+|\[[0-9a-fA-F:]+\]:\d+")
_ON_THIS_MACHINE = re.compile(r"(127\.0\.0\.1|localhost|\[::1\]):\d+")
_STATES = {
    "unauthorized": (
        "The device does not yet trust this computer.",
        "Unlock it, plug it in again and accept the question about USB debugging.",
    ),
    "offline": ("adb lists it as offline.", "Plug it in again, or run: adb reconnect."),
    "no permissions": (
        "This user may not open the USB device.",
        "Add the udev rule for the device, or run adb as another user.",
    ),
    "recovery": ("It is in recovery.", "Restart it into the system."),
    "bootloader": ("It is in the bootloader.", "Restart it into the system."),
}


@dataclass(frozen=True)
class Listed:
    serial: str
    state: str


@contextmanager
def adb_errors(what: str) -> Iterator[None]:
    """adb's errors as ours."""
    try:
        yield
    except adbutils.AdbTimeout as error:
        why = f"{what}: the device did not answer in time."
        raise RigError(why, str(error), "Check the cable; run again.") from error
    except (adbutils.AdbError, OSError, EOFError, RuntimeError) as error:
        fix = "Look at `adb devices -l`; reconnect the device, then run again."
        raise RigError(f"{what}: {_first_line(error)}", _meaning(str(error)), fix) from error


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0].rstrip(".") + "."


def _meaning(text: str) -> str:
    if "not found" in text or "no devices" in text or "closed" in text.lower() or "offline" in text:
        return "The device is gone from adb."
    if "unauthorized" in text:
        return _STATES["unauthorized"][0]
    if "connect to adb server" in text or "No such file" in text:
        return "adb's server cannot be reached or started."
    return ""


def attached(client: adbutils.AdbClient) -> list[Listed]:
    with adb_errors("Listing the devices"):
        return [Listed(info.serial, info.state) for info in client.list()]


def candidates(client: adbutils.AdbClient) -> list[Listed]:
    """What is attached, without the remains of devices that were a process on this machine (a lab device, say) and have
    ended: adb goes on listing them as offline for a long time."""
    return [device for device in attached(client) if not _is_over(device)]


def _is_over(device: Listed) -> bool:
    return device.state == "offline" and bool(_ON_THIS_MACHINE.fullmatch(device.serial))


def choose(client: adbutils.AdbClient, serial: str | None, environment: Mapping[str, str] | None = None) -> str:
    """The serial of the device to use, after checking that it answers."""
    environment = os.environ if environment is None else environment
    named = serial or environment.get("ANDROID_SERIAL") or None
    listed = attached(client)
    if named is not None:
        return _named(client, named, listed)
    devices = [device for device in listed if not _is_over(device)]
    if not devices:
        over = ", ".join(device.serial for device in listed)
        raise RigError(
            "No device is attached.",
            f"adb lists none but {over}, which was on this machine and has ended." if over else "adb lists none.",
            "Plug one in with USB debugging on, or use the embedded one: --device lab.",
        )
    if len(devices) > 1:
        raise UsageError(
            "There is more than one device and none was named.",
            "Attached: " + ", ".join(_line(d) for d in devices) + ".",
            "Name one with --serial, or set ANDROID_SERIAL.",
        )
    return _usable(devices[0])


def _named(client: adbutils.AdbClient, named: str, devices: list[Listed]) -> str:
    found = next((d for d in devices if d.serial == named), None)
    if found is None and _ADDRESS.fullmatch(named):
        with adb_errors(f"Connecting to {named}"):
            said = client.connect(named)
        found = next((d for d in attached(client) if d.serial == named), None)
        if found is None:
            raise RigError(f"{named} cannot be connected to.", f"adb says: {said}", "Check address and port.")
    if found is None:
        there = ", ".join(_line(d) for d in devices) or "none"
        raise RigError(f"The device {named} is not attached.", f"Attached: {there}.", "Check the cable and the serial.")
    return _usable(found)


def _usable(device: Listed) -> str:
    if device.state == "device":
        return device.serial
    why, fix = _STATES.get(device.state, (f"adb lists it as {device.state}.", "Plug it in again."))
    raise RigError(f"The device {device.serial} cannot be used.", why, fix)


def _line(device: Listed) -> str:
    return device.serial if device.state == "device" else f"{device.serial} ({device.state})"
