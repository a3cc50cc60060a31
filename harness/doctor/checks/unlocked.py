"""The lock screen is away."""

from __future__ import annotations

import re

from harness.doctor.check import Answer, Check, Fine, Mend, NotLooked, Problem, Weight
from harness.doctor.rig import Rig

check = Check(
    id="unlocked",
    title="Screen unlocked",
    why="Every app lies behind it.",
    weight=Weight.STOPS,
    needs=("screen-on",),
)


@check.look
def look(rig: Rig) -> Answer:
    text = rig.shell("dumpsys", "window", "policy").output
    shown = re.findall(r"\b(?:isKeyguardShowing|isStatusBarKeyguard|mShowingLockscreen|mIsShowing|showing)=(true|false)", text)
    if "true" in shown:
        return Problem(
            "The lock screen is shown.",
            "Unlock it, and take the code away for the time of the test; without a code: adb shell wm dismiss-keyguard",
            Mend(commands=(("wm", "dismiss-keyguard"),)),
        )
    return Fine() if shown else NotLooked("the device does not tell")
