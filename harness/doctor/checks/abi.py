"""Frida knows the device's processor."""

from __future__ import annotations

from harness.doctor.check import Answer, Check, Fine, Problem, Weight
from harness.doctor.processors import FRIDA_ARCH
from harness.doctor.rig import Rig

check = Check(
    id="abi",
    title="Processor",
    why="There is no frida-server for it.",
    weight=Weight.STOPS,
    needs=("shell",),
)


@check.look
def look(rig: Rig) -> Answer:
    known = [abi for abi in rig.facts.abis if abi in FRIDA_ARCH]
    if not known:
        return Problem(
            f"It runs code for {', '.join(rig.facts.abis) or 'no processor that it names'}; Frida has none for that.",
            f"Use a device for one of {', '.join(FRIDA_ARCH)}.",
        )
    return Fine(", ".join(rig.facts.abis))
