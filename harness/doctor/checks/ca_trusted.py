"""Apps take the proxy's certificate for a good one."""

from __future__ import annotations

from harness.doctor.check import Answer, Check, Fine, Problem, Weight
from harness.doctor.rig import Rig

check = Check(
    id="ca-trusted",
    title="Certificate trusted",
    why="What apps send over TLS is not read.",
    weight=Weight.LIMITS,
    needs=(
        "proxy-path",
        "ca-store",
        "java-bridge",
    ),
    canary=True,
)


@check.look
def look(rig: Rig) -> Answer:
    canary = rig.canary
    if canary.read:
        return Fine(f"a request to {canary.read[0]} was read")
    return Problem(
        f"The canary app's request over TLS was not read. {canary.refused}".strip(),
        "Without root: install the certificate as a user's (only apps that allow it are read). With root: look at the run's log.",
    )
