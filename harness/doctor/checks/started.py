"""Android has started."""

from __future__ import annotations

from harness.doctor.check import Answer, Check, Fine, Problem, Weight
from harness.doctor.rig import Rig

check = Check(
    id="started",
    title="System started",
    why="Apps cannot be installed before.",
    weight=Weight.STOPS,
    needs=("shell",),
)


@check.look
def look(rig: Rig) -> Answer:
    if rig.shell("getprop", "sys.boot_completed").output.strip() != "1":
        return Problem(
            "The system is still starting.", "Wait until its home screen is there; an encrypted device asks for its code first."
        )
    return Fine()
