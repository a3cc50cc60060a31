"""The frida-server on the device is made for its processor."""

from __future__ import annotations

from harness.device.device import quote
from harness.doctor.check import Answer, Check, Fine, NotLooked, Problem, Weight
from harness.doctor.processors import FRIDA_ARCH, arch_of
from harness.doctor.rig import Rig

check = Check(
    id="frida-arch",
    title="frida-server for this processor",
    why="It cannot be started, or enters no app.",
    weight=Weight.STOPS,
    needs=("frida-file",),
)


@check.look
def look(rig: Rig) -> Answer:
    if not rig.frida_files:
        return NotLooked("no file of it is there")
    if not rig.root:
        return NotLooked("its head can be read by root only")
    wanted = next(FRIDA_ARCH[abi] for abi in rig.facts.abis if abi in FRIDA_ARCH)
    for path in rig.frida_files:
        found = arch_of(rig.as_root(f"head -c 20 {quote([path])} | od -A n -t x1").output)
        if found and found != wanted:
            return Problem(
                f"{path} is made for {found}, the device is {wanted}.", f"Take frida-server-VERSION-android-{wanted}.xz."
            )
    return Fine(wanted)
