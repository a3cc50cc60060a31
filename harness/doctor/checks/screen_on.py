"""The screen is on."""

from __future__ import annotations

import re

from harness.doctor.check import Answer, Check, Fine, Mend, NotLooked, Problem, Weight
from harness.doctor.rig import Rig

check = Check(
    id="screen-on",
    title="Screen on",
    why="There is nothing to see and to tap.",
    weight=Weight.LIMITS,
    needs=("started",),
)


@check.look
def look(rig: Rig) -> Answer:
    found = re.search(r"mWakefulness=(\w+)", rig.shell("dumpsys", "power").output)
    if found and found[1] != "Awake":
        return Problem(f"The device is {found[1].lower()}.", mend=Mend(commands=(("input", "keyevent", "KEYCODE_WAKEUP"),)))
    return Fine() if found else NotLooked("the device does not tell")
