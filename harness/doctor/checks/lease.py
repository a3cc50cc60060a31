"""No other run has the device."""

from __future__ import annotations

from harness.device.lease import free, holder
from harness.doctor.check import Answer, Check, Fine, Problem, Weight
from harness.doctor.rig import Rig

check = Check(
    id="lease",
    title="Device free",
    why="Two runs on one device take away each other's proxy and app.",
    weight=Weight.STOPS,
    needs=("device",),
)


@check.look
def look(rig: Rig) -> Answer:
    if free([rig.serial]):
        return Fine("nobody has it")
    taken = holder(rig.serial)
    return Problem(
        f"It is with {taken or 'a process that has not said who it is'}.",
        "Wait until that run has ended (harness run --wait SECONDS), or use another device.",
    )
