"""A device is attached, and trusts this machine."""

from __future__ import annotations

from harness.doctor.check import Answer, Check, Fine, Weight
from harness.doctor.rig import Rig

check = Check(
    id="device",
    title="Device attached and authorised",
    why="There is nothing to test on.",
    weight=Weight.STOPS,
    needs=("adb-server",),
)


@check.look
def look(rig: Rig) -> Answer:
    return Fine(rig.serial)
