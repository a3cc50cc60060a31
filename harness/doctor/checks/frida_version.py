"""The frida-server on the device is of this machine's version."""

from __future__ import annotations

from harness.device.device import quote
from harness.doctor.check import Answer, Check, Fine, NotLooked, Problem, Weight
from harness.doctor.rig import Rig

check = Check(
    id="frida-version",
    title="frida-server of this version",
    why="Two versions do not understand each other.",
    weight=Weight.STOPS,
    needs=("frida-arch",),
)


@check.look
def look(rig: Rig) -> Answer:
    if not rig.frida_files:
        return NotLooked("no file of it is there")
    here = rig.machine.installed("frida")
    versions = {path: said for path in rig.frida_files if (said := _version(rig, path))}
    if here in versions.values():
        return Fine(here)
    if not versions:
        return NotLooked("no file of it tells its version")
    others = ", ".join(f"{path} is version {version}" for path, version in versions.items())
    near = any(version.split(".")[0] == here.split(".")[0] for version in versions.values())
    return Problem(f"{others}, this machine's is {here}.", f"Put frida-server {here} in its place.",
                   weight=Weight.LIMITS if near else Weight.STOPS)


def _version(rig: Rig, path: str) -> str:
    said = rig.as_root(f"{quote([path])} --version") if rig.root else rig.shell(path, "--version")
    return said.output.strip() if said.status == 0 else ""
