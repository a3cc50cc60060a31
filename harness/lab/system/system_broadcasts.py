"""What the system itself tells everybody: that it has started, packages, screen, network, battery."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.lab.system.broadcast_rules import FLAG_RECEIVER_REGISTERED_ONLY
from harness.lab.system.broadcasts import Broadcasts
from harness.lab.system.conditions import Conditions
from harness.lab.system.intents import Intent
from harness.lab.system.packages import Packages
from harness.lab.system.processes import Processes
from harness.lab.system.running_services import RunningServices

_ACTION = "android.intent.action."
_BOOT_PERMISSION = "android.permission.RECEIVE_BOOT_COMPLETED"
_WIFI, _MOBILE = 1, 0  # ConnectivityManager.TYPE_*


class SystemBroadcasts:
    """Every method returns at once; what it sends is delivered beside."""

    def __init__(
        self, broadcasts: Broadcasts, packages: Packages, processes: Processes, services: RunningServices, conditions: Conditions
    ) -> None:
        self._broadcasts = broadcasts
        self._packages = packages
        self._processes = processes
        self._services = services
        self._conditions = conditions
        self._network = self._kind()

    def _send(self, action: str, *, registered_only: bool = False, permission: str = "", **fields: Any) -> None:
        name = action if "." in action else _ACTION + action
        intent = Intent(action=name, flags=FLAG_RECEIVER_REGISTERED_ONLY if registered_only else 0, **fields)
        self._processes.run(self._broadcasts.send(intent, permission=permission), f"broadcast of {name}")

    def booted(self) -> None:
        """To apps that were started since they were installed; they may start services in the foreground meanwhile."""
        self._processes.run(self._boot(), "broadcast of BOOT_COMPLETED")

    async def _boot(self) -> None:
        for package in [one for one in self._packages if not one.stopped]:
            intent = Intent(action=_ACTION + "BOOT_COMPLETED", package=package.name)
            with self._services.allow_for(package.name):
                await self._broadcasts.send(intent, permission=_BOOT_PERMISSION)

    def installed(self, package: str, uid: int, *, update: bool) -> None:
        """PACKAGE_ADDED, and after an update PACKAGE_REPLACED; the app itself hears of its update only."""
        extras: dict[str, Any] = {"android.intent.extra.UID": uid}
        if update:
            extras["android.intent.extra.REPLACING"] = True
            self._send("PACKAGE_REMOVED", data=f"package:{package}", extras=extras)
        self._send("PACKAGE_ADDED", data=f"package:{package}", extras=extras)
        if update:
            self._send("PACKAGE_REPLACED", data=f"package:{package}", extras=extras)
            self._processes.run(self._replaced(package), "broadcast of MY_PACKAGE_REPLACED")

    async def _replaced(self, package: str) -> None:
        with self._services.allow_for(package):
            await self._broadcasts.send(Intent(action=_ACTION + "MY_PACKAGE_REPLACED", package=package))

    def removed(self, package: str, uid: int, *, data_kept: bool) -> None:
        extras = {"android.intent.extra.UID": uid, "android.intent.extra.DATA_REMOVED": not data_kept}
        self._send("PACKAGE_REMOVED", data=f"package:{package}", extras=extras)
        if not data_kept:
            self._send("PACKAGE_FULLY_REMOVED", data=f"package:{package}", extras=extras)

    def data_cleared(self, package: str, uid: int) -> None:
        self._send("PACKAGE_DATA_CLEARED", data=f"package:{package}", extras={"android.intent.extra.UID": uid})

    def screen(self, on: bool) -> None:
        """There is no lock screen: the user is there as soon as the screen is on."""
        self._send("SCREEN_ON" if on else "SCREEN_OFF", registered_only=True)
        if on:
            self._send("USER_PRESENT", registered_only=True)

    def _kind(self) -> int | None:
        return _WIFI if self._conditions.wifi else _MOBILE if self._conditions.mobile else None

    def setting(self, key: str) -> None:
        """A global setting of the network has changed."""
        if key == "airplane_mode_on":
            self._send("AIRPLANE_MODE", extras={"state": self._conditions.airplane})
        before, self._network = self._network, self._kind()
        if before != self._network:
            kind = self._network if self._network is not None else before
            extras = {"networkType": kind, "noConnectivity": self._network is None}
            self._send("android.net.conn.CONNECTIVITY_CHANGE", extras=extras)

    def download_complete(self, package: str, number: int) -> None:
        extras = {"extra_download_id": {"long": number}}
        self._send("DOWNLOAD_COMPLETE", package=package, extras=extras)

    def timezone(self, zone: str) -> None:
        self._send("TIMEZONE_CHANGED", extras={"time-zone": zone})

    def battery(self, before: Mapping[str, Any]) -> None:
        """What follows from a change of the battery; `before`: as it was."""
        now = self._conditions.battery
        names = {"level": "level", "scale": "scale", "status": "status", "plugged": "plugged", "health": "health",
                 "temperature": "temperature_dc"}  # fmt: skip
        extras: dict[str, Any] = {name: int(now.get(key, 0)) for name, key in names.items()}
        self._send("BATTERY_CHANGED", registered_only=True, extras={**extras, "present": True})
        if bool(before.get("plugged")) != bool(now.get("plugged")):
            self._send("ACTION_POWER_CONNECTED" if now.get("plugged") else "ACTION_POWER_DISCONNECTED")
        if self._conditions.battery_low != Conditions.is_low(before):
            self._send("BATTERY_LOW" if self._conditions.battery_low else "BATTERY_OKAY")
