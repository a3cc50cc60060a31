"""The device's owner is in front."""

from __future__ import annotations

from harness.doctor.check import Answer, Check, Fine, NotLooked, Problem, Weight
from harness.doctor.rig import Rig

check = Check(
    id="user",
    title="User of the device",
    why="Apps of another user or of a work profile are not those that are listed, stopped and cleared.",
    weight=Weight.LIMITS,
    needs=("started",),
)


@check.look
def look(rig: Rig) -> Answer:
    said = rig.shell("am", "get-current-user")
    if said.status != 0 or not said.output.strip().isdigit():
        return NotLooked("this Android does not tell")
    if said.output.strip() != "0":
        return Problem(f"User {said.output.strip()} is in front.", "adb shell am switch-user 0")
    return Fine()
