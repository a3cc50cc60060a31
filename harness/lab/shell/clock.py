"""The device's clock and time zone."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from harness.lab.adbd.device import Device


def device_zone(device: Device, override: str = "") -> ZoneInfo:
    """persist.sys.timezone, or TZ; GMT where it names none."""
    name = override or device.properties.get("persist.sys.timezone", "GMT")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("Etc/GMT")
