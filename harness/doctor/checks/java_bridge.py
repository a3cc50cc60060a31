"""Hooks see what Java code calls."""

from __future__ import annotations

from harness.doctor.check import Answer, Check, Fine, Problem, Weight
from harness.doctor.rig import Rig

check = Check(
    id="java-bridge",
    title="Java bridge",
    why="Hooks are set and see nothing.",
    weight=Weight.STOPS,
    needs=("spawn-gating",),
    canary=True,
)


@check.look
def look(rig: Rig) -> Answer:
    canary = rig.canary
    if not canary.proofs:
        return Problem("No process of the canary app answered.", "Look whether it shows a crash; run again.")
    if bad := [word for word in canary.proofs if word != "ok"]:
        return Problem(
            f"A call of no importance was not seen by its hook: {bad[0]}.", "Update frida on both sides; say which device it is."
        )
    return Fine(f"{len(canary.proofs)} of {len(canary.proofs)} calls seen")
