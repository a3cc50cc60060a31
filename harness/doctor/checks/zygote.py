"""The process that all apps are forked from can be entered."""

from __future__ import annotations

import re

from harness.doctor.check import Answer, Check, Fine, NotLooked, Problem, Weight
from harness.doctor.rig import Rig

check = Check(
    id="zygote",
    title="Zygote",
    why="A new process of the app is not held until it is hooked: its first calls are not seen.",
    weight=Weight.LIMITS,
    needs=("frida-answers",),
)


@check.look
def look(rig: Rig) -> Answer:
    if rig.frida.kind == "portal":
        return NotLooked("a portal holds new processes by itself")
    zygotes = [(pid, name) for pid, name in rig.device.processes() if name in ("zygote", "zygote64")]
    if not zygotes:
        return Problem("Neither zygote nor zygote64 is among the processes.", "Restart the device.")
    if not rig.root:
        return NotLooked("only root can tell")
    shut = [f"{name} ({pid})" for pid, name in zygotes if rig.as_root(f"head -c 1 /proc/{pid}/maps").status != 0]
    if shut:
        return Problem(
            f"root cannot read the memory map of {', '.join(shut)}.",
            f"Set SELinux permissive for the time of the test: {rig.root_command('setenforce 0')}",
        )
    traced = [name for pid, name in zygotes if _tracer(rig.as_root(f"cat /proc/{pid}/status").output)]
    if traced:
        return Problem(f"{', '.join(traced)} is held by another debugger.", "End it, or restart the device.")
    return Fine(", ".join(f"{name} ({pid})" for pid, name in zygotes))


def _tracer(status: str) -> bool:
    found = re.search(r"^TracerPid:\s*(\d+)", status, re.MULTILINE)
    return bool(found and found[1] != "0")
