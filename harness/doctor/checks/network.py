"""The device has a network that works."""

from __future__ import annotations

import re

from harness.doctor.check import Answer, Check, Fine, NotLooked, Problem, Weight
from harness.doctor.rig import Rig

check = Check(
    id="network",
    title="Network",
    why="An app that cannot reach its servers shows less of itself.",
    weight=Weight.LIMITS,
    needs=("started",),
)


@check.look
def look(rig: Rig) -> Answer:
    if rig.setting("global", "airplane_mode_on") == "1":
        return Problem(
            "Airplane mode is on.", "Switch it off; adb shell cmd connectivity airplane-mode disable (Android 11 and later)"
        )
    text = rig.shell("dumpsys", "connectivity").output
    found = re.search(r"Active default network: *(\S+)", text)
    if found and found[1] == "none":
        return Problem("It is connected to no network.", "Switch Wi-Fi on: adb shell svc wifi enable")
    default = [one for one in rig.networks if found and one.id == found[1]]
    if default and "VALIDATED" not in default[0].capabilities:
        return Problem(
            "It is connected, but Android has not reached the internet.",
            "Look whether that network needs a login.",
            weight=Weight.NOTE,
        )
    return Fine() if default else NotLooked("the device does not tell")
