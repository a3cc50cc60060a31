"""Battery saver is off."""

from __future__ import annotations

from harness.doctor.check import Answer, Check, Fine, Mend, Problem, Weight
from harness.doctor.rig import Rig

check = Check(
    id="battery-saver",
    title="Battery optimisation",
    why="It holds back what apps do in the background: they seem better behaved than they are.",
    weight=Weight.LIMITS,
    needs=("shell",),
)


@check.look
def look(rig: Rig) -> Answer:
    if rig.setting("global", "low_power") == "1":
        return Problem("Battery saver is on.", mend=Mend(settings=(("global", "low_power", "0"),)))
    if (
        rig.setting("global", "app_auto_restriction_enabled") == "1"
        and rig.setting("global", "adaptive_battery_management_enabled") == "1"
    ):
        return Problem(
            "Android restricts apps by itself that use the battery in the background.",
            mend=Mend(settings=(("global", "app_auto_restriction_enabled", "0"),)),
            weight=Weight.NOTE,
        )
    return Fine("off")
