"""The device's log can be read."""

from __future__ import annotations

from harness.doctor.check import Answer, Check, Fine, Problem, Weight
from harness.doctor.rig import Rig

check = Check(
    id="log",
    title="Log",
    why="What the device says it could not do is not known, and a crash has no cause.",
    weight=Weight.LIMITS,
    needs=("started",),
)


@check.look
def look(rig: Rig) -> Answer:
    said = rig.shell("logcat", "-v", "epoch", "-t", "1")
    if said.status != 0:
        return Problem(f"logcat ends with {said.status}: {(said.error or said.output).strip()[:120]}", "Restart the device.")
    if rig.shell("getprop", "persist.log.tag").output.strip().upper() in ("S", "SUPPRESS"):
        return Problem("The device writes no log (persist.log.tag).", "Developer options, Logger buffer sizes: other than Off.")
    return Fine()
