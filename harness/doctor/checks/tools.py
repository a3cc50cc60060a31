"""The libraries that do the work are installed."""

from __future__ import annotations

from harness.device.tools import TOOLS
from harness.doctor.check import Answer, Check, Fine, Problem, Weight
from harness.doctor.rig import Rig

check = Check(
    id="tools",
    title="Tools on this machine",
    why="Without one of them nothing is hooked, captured or driven.",
    weight=Weight.STOPS,
)


@check.look
def look(rig: Rig) -> Answer:
    missing = [name for name in TOOLS if not rig.machine.installed(name)]
    if missing:
        return Problem(
            f"Not installed: {', '.join(missing)}.", f"pip install {' '.join(missing)}, in the versions of requirements.lock"
        )
    return Fine(", ".join(f"{name} {rig.machine.installed(name)}" for name in TOOLS))
