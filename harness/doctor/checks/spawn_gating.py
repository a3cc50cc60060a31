"""A new process is held until it is hooked."""

from __future__ import annotations

from harness.doctor.check import Answer, Check, Fine, Problem, Weight
from harness.doctor.rig import Rig

check = Check(
    id="spawn-gating",
    title="Spawn gating",
    why="What an app does first is not seen.",
    weight=Weight.LIMITS,
    needs=(
        "frida-answers",
        "uiautomator",
        "lease",
    ),
    canary=True,
)


@check.look
def look(rig: Rig) -> Answer:
    canary = rig.canary
    if not canary.processes:
        return Problem(
            "The canary app was started, and no process of it was handed over by Frida.",
            "Restart frida-server; on some systems gating works only with SELinux permissive. "
            "--no-spawn-gating runs without, with a gap at each start.",
        )
    if canary.late:
        return Problem(
            f"It ran before it could be hooked: {canary.late}",
            "Restart frida-server and the device; --no-spawn-gating says so from the beginning.",
        )
    return Fine(f"{canary.processes} process{'es' if canary.processes > 1 else ''} held and let go")
