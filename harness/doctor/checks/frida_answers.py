"""Frida answers, and both ends understand each other."""

from __future__ import annotations

from harness.doctor.check import Answer, Check, Fine, Weight
from harness.doctor.rig import Rig

check = Check(
    id="frida-answers",
    title="Frida answers",
    why="Nothing is hooked without it.",
    weight=Weight.STOPS,
    needs=(
        "frida-running",
        "frida-port",
    ),
)


@check.look
def look(rig: Rig) -> Answer:
    if rig.frida.error is not None:
        raise rig.frida.error
    return Fine(rig.frida.kind)
