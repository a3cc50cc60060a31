"""dumpsys battery: what it shows, and what it sets (AOSP BatteryService.Shell)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.lab.shell.call import Call, Usage
from harness.lab.system.conditions import PLUGS

_USAGE = (
    "Battery service (battery) commands:\n  get|set [ac|usb|wireless|dock|status|level|temp|present|invalid] [value]\n"
    "  unplug\n  reset"
)


def dump_battery(call: Call) -> str:
    """The page, or "" after a change. Raises Usage."""
    conditions = call.system.app_services.conditions
    words = [word for word in call.args if word != "-f"]
    if words[:1] == ["unplug"]:
        conditions.set_battery(plugged=0)
        return ""
    if words[:1] == ["reset"]:
        conditions.reset_battery()
        return ""
    if words[:1] == ["set"] and len(words) == 3 and words[2].isdigit():
        value = int(words[2])
        if words[1] in PLUGS:
            conditions.set_battery(plugged=PLUGS[words[1]] if value else 0)
        elif words[1] in ("level", "status"):
            conditions.set_battery(**{words[1]: value})
        elif words[1] == "temp":
            conditions.set_battery(temperature_dc=value)
        else:
            raise Usage(_USAGE)
        return ""
    if words:
        raise Usage(_USAGE)
    return _page(conditions.battery, conditions.overridden)


def _page(battery: Mapping[str, Any], overridden: bool) -> str:
    plugged = int(battery.get("plugged", 0))
    title = "Current Battery Service state:\n" + ("  (UPDATES STOPPED -- use 'reset' to restart)\n" if overridden else "")
    names = {"ac": "AC", "usb": "USB", "wireless": "Wireless", "dock": "Dock"}
    powered = "".join(f"  {shown} powered: {str(plugged == PLUGS[name]).lower()}\n" for name, shown in names.items())
    return (
        f"{title}{powered}"
        "  Max charging current: 0\n"
        "  Max charging voltage: 0\n"
        "  Charge counter: 0\n"
        f"  status: {int(battery.get('status', 3))}\n"
        f"  health: {int(battery.get('health', 2))}\n"
        "  present: true\n"
        f"  level: {int(battery.get('level', 100))}\n"
        f"  scale: {int(battery.get('scale', 100))}\n"
        "  voltage: 4100\n"
        f"  temperature: {int(battery.get('temperature_dc', 250))}\n"
        "  technology: Li-ion\n"
    )
