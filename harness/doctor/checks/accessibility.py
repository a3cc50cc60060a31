"""No accessibility service is on."""

from __future__ import annotations

from harness.doctor.check import Answer, Check, Fine, Problem, Weight
from harness.doctor.rig import Rig

check = Check(
    id="accessibility",
    title="Accessibility services",
    why="It can press and read what the harness presses and reads; some end uiautomator2.",
    weight=Weight.NOTE,
    needs=("shell",),
)


@check.look
def look(rig: Rig) -> Answer:
    services = [one for one in rig.setting("secure", "enabled_accessibility_services").split(":") if one]
    if services:
        return Problem(f"On: {', '.join(services)}.", "Switch it off, unless you need it: device settings, Accessibility.")
    return Fine("none")
