"""A frida-server lies on the device."""

from __future__ import annotations

from harness.device.processors import FRIDA_ARCH
from harness.doctor.check import Answer, Check, Fine, Problem, Weight
from harness.doctor.rig import Rig
from harness.resources import cache_dir

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
    if rig.frida_to_bring is not None:
        return Fine(f"a run brings {rig.frida_to_bring.name}")
    arch = next((FRIDA_ARCH[abi] for abi in rig.facts.abis if abi in FRIDA_ARCH), "")
    name = f"frida-server-{rig.machine.installed('frida')}-android-{arch}"
    return Problem(
        "There is no file of that name in /data/local/tmp, and nothing answers.",
        f"Fetch {name}.xz from Frida's releases and unpack it; then: adb push {name} /data/local/tmp/frida-server; "
        "adb shell chmod 755 /data/local/tmp/frida-server. "
        f"Or put {name}.xz into {cache_dir('frida-server')}: a run brings it then",
    )
