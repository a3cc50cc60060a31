"""Activities are kept when they are left."""

from __future__ import annotations

from harness.doctor.check import Answer, Check, Fine, Mend, Problem, Weight
from harness.doctor.rig import Rig

check = Check(
    id="keep-activities",
    title="Activities kept",
    why="Developer options end each activity that is left: an app starts again where it would go on.",
    weight=Weight.LIMITS,
    needs=("shell",),
)


@check.look
def look(rig: Rig) -> Answer:
    if rig.setting("global", "always_finish_activities") == "1":
        return Problem('"Don\'t keep activities" is on.', mend=Mend(settings=(("global", "always_finish_activities", "0"),)))
    return Fine()
