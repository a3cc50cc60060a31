"""The battery lasts."""

from __future__ import annotations

import re

from harness.doctor.check import Answer, Check, Fine, NotLooked, Problem, Weight
from harness.doctor.rig import Rig

_LEAST = 30

check = Check(
    id="battery",
    title="Battery",
    why="The device saves power or goes off in the middle of a run.",
    weight=Weight.LIMITS,
    needs=("shell",),
)


@check.look
def look(rig: Rig) -> Answer:
    text = rig.shell("dumpsys", "battery").output
    level = re.search(r"^ *level: (\d+)", text, re.MULTILINE)
    powered = re.search(r"^ *(?:AC|USB|Wireless|Dock) powered: true", text, re.MULTILINE)
    if level is None:
        return NotLooked("the device does not tell")
    if int(level[1]) < _LEAST and not powered:
        return Problem(f"It is at {level[1]} % and not charging.", "Plug it in.")
    return Fine(f"{level[1]} %{', charging' if powered else ''}")
