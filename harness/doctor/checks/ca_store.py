"""The certificate of the proxy can be put into the system store."""

from __future__ import annotations

from harness.device.store_mounts import APEX_STORE, STORE
from harness.doctor.check import Answer, Check, Fine, Problem, Weight
from harness.doctor.rig import Rig

check = Check(
    id="ca-store",
    title="Certificate store",
    why="What apps send over TLS is not read.",
    weight=Weight.LIMITS,
    needs=("started",),
)


@check.look
def look(rig: Rig) -> Answer:
    stores = [path for path in (STORE, APEX_STORE) if rig.shell("ls", "-d", path).status == 0]
    if not stores:
        return Problem(
            f"Neither {STORE} nor {APEX_STORE} is there.", "This is no Android that the harness knows; say which, please."
        )
    if rig.root:
        return Fine(", ".join(stores))
    return Problem(
        "Without root nothing can be put there.",
        "Root the device, or install the certificate by hand as a user's: only apps that allow it are read then.",
    )
