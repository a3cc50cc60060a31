"""The state of the device that jobs and broadcasts depend on: network, battery. What the shell sets goes before the profile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from harness.lab.system.settings import Settings

_LOW_PERCENT = 15  # config_lowBatteryWarningLevel
_FULL = 5  # BatteryManager.BATTERY_STATUS_FULL
_CHARGING, _DISCHARGING = 2, 3
PLUGS = {"ac": 1, "usb": 2, "wireless": 4, "dock": 8}
"""BatteryManager.BATTERY_PLUGGED_*"""


class Conditions:
    """`changed` is called after a change of the battery; those of the network come as settings."""

    def __init__(self, settings: Settings, battery: Mapping[str, Any]) -> None:
        self._settings = settings
        self._profile = dict(battery)
        self._set: dict[str, Any] = {}
        self.changed: Callable[[Mapping[str, Any]], None] = lambda _before: None

    # --- battery

    @property
    def battery(self) -> dict[str, Any]:
        """As the profile has it (docs/lab-protocol.md), with what `dumpsys battery set` changed."""
        return {**self._profile, **self._set}

    @property
    def overridden(self) -> bool:
        """Whether the shell has set something, as `dumpsys battery` tells."""
        return bool(self._set)

    def set_battery(self, **values: int) -> None:
        """`dumpsys battery set`. Plugging in or out changes the status as on a phone."""
        before = self.battery
        self._set.update(values)
        if "plugged" in values and "status" not in values:
            self._set["status"] = _CHARGING if values["plugged"] else _DISCHARGING
        self.changed(before)

    def reset_battery(self) -> None:
        """`dumpsys battery reset`"""
        before = self.battery
        self._set.clear()
        self.changed(before)

    @property
    def charging(self) -> bool:
        """Plugged in, and charging or full."""
        battery = self.battery
        return bool(battery.get("plugged")) and int(battery.get("status", _CHARGING)) in (_CHARGING, _FULL)

    @property
    def battery_low(self) -> bool:
        return self.is_low(self.battery)

    @staticmethod
    def is_low(battery: Mapping[str, Any]) -> bool:
        """Of any state of the battery."""
        percent = 100 * int(battery.get("level", 100)) // max(1, int(battery.get("scale", 100)))
        return not battery.get("plugged") and percent <= _LOW_PERCENT

    # --- network

    @property
    def airplane(self) -> bool:
        return self._settings.get("global", "airplane_mode_on") == "1"

    @property
    def wifi(self) -> bool:
        """Wi-Fi is on, and this device is connected wherever it is."""
        return not self.airplane and self._settings.get("global", "wifi_on") != "0"

    @property
    def mobile(self) -> bool:
        return not self.airplane and self._settings.get("global", "mobile_data") == "1"

    @property
    def connected(self) -> bool:
        """There is a default network."""
        return self.wifi or self.mobile
