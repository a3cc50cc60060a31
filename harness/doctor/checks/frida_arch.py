"""The frida-server on the device is made for its processor."""

from __future__ import annotations

from harness.device.device import quote
from harness.device.processors import FRIDA_ARCH, arch_of
from harness.doctor.check import Answer, Check, Fine, NotLooked, Problem, Weight
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
    wanted = next(FRIDA_ARCH[abi] for abi in rig.facts.abis if abi in FRIDA_ARCH)
    found = {path: _arch(rig, path) for path in rig.frida_files}
    if wanted in found.values():
        return Fine(wanted)
    others = [f"{path} is made for {arch}" for path, arch in found.items() if arch]
    if not others:
        return NotLooked("no file of it can be read as a program")
    return Problem(f"{', '.join(others)}, the device is {wanted}.", f"Take frida-server-VERSION-android-{wanted}.xz.")


def _arch(rig: Rig, path: str) -> str:
    script = f"head -c 20 {quote([path])} | od -A n -t x1"
    return arch_of((rig.as_root(script) if rig.root else rig.shell("sh", "-c", script)).output)
