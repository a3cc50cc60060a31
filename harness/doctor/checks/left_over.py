"""No run that was killed has left its changes on the device."""

from __future__ import annotations

from harness.device.proxy_setup import words_of
from harness.device.restore_file import RestoreFile
from harness.doctor.check import Answer, Check, Fine, Problem, Weight
from harness.doctor.rig import Rig

check = Check(
    id="left-over",
    title="Nothing left over from a killed run",
    why="The device still goes through a proxy that is gone, or trusts its certificate.",
    weight=Weight.LIMITS,
    needs=("device",),
)


@check.look
def look(rig: Rig) -> Answer:
    acts = RestoreFile.of(rig.serial).acts()
    if acts:
        return Problem(
            f"{len(acts)} changes of a run that was killed are still there: {'; '.join(map(words_of, acts))}.",
            f"harness doctor --restore {rig.serial} (the next run does it, too)",
        )
    return Fine()
