"""A frida-server lies on the device."""

from __future__ import annotations

from harness.doctor.check import Answer, Check, Fine, Problem, Weight
from harness.doctor.processors import FRIDA_ARCH
from harness.doctor.rig import Rig

check = Check(
    id="frida-file",
    title="frida-server there",
    why="Nothing is hooked without it.",
    weight=Weight.STOPS,
    needs=("abi",),
)


@check.look
def look(rig: Rig) -> Answer:
    if rig.frida.kind:
        return Fine(f"a {rig.frida.kind} answers")
    if rig.frida_files:
        return Fine(", ".join(rig.frida_files))
    arch = next((FRIDA_ARCH[abi] for abi in rig.facts.abis if abi in FRIDA_ARCH), "")
    name = f"frida-server-{rig.machine.installed('frida')}-android-{arch}"
    return Problem(
        "There is no file of that name in /data/local/tmp, and nothing answers.",
        f"Fetch {name}.xz from Frida's releases and unpack it; then: adb push {name} /data/local/tmp/frida-server; "
        "adb shell chmod 755 /data/local/tmp/frida-server",
    )
