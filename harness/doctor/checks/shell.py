"""The device's shell tells output, errors and exit status apart."""

from __future__ import annotations

from harness.doctor.check import Answer, Check, Fine, Problem, Weight
from harness.doctor.rig import Rig

check = Check(
    id="shell",
    title="Shell",
    why="Whether a command worked could not be told.",
    weight=Weight.STOPS,
    needs=("device",),
)


@check.look
def look(rig: Rig) -> Answer:
    said = rig.shell("sh", "-c", "echo out; echo err >&2; exit 3")
    if said.status != 3:
        return Problem(
            f"A command that ends with 3 was told as {said.status}.",
            "Update adb on this machine; below Android 7 there is no help.",
        )
    if said.output.strip() != "out" or said.error.strip() != "err":
        return Problem("Output and errors of a command come as one.", "Update adb on this machine.", weight=Weight.NOTE)
    return Fine()
