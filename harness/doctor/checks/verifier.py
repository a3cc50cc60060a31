"""Android does not stop installs to look at them."""

from __future__ import annotations

from harness.doctor.check import Answer, Check, Fine, Mend, Problem, Weight
from harness.doctor.rig import Rig

_KEYS = ("verifier_verify_adb_installs", "package_verifier_enable")

check = Check(
    id="verifier",
    title="Verification of installs",
    why="An install is stopped by a question that nobody answers, and the app is sent to others.",
    weight=Weight.NOTE,
    needs=("shell",),
)


@check.look
def look(rig: Rig) -> Answer:
    on = [key for key in _KEYS if rig.setting("global", key) == "1"]
    if on:
        return Problem(
            f"Packages installed by adb are verified ({', '.join(on)}).",
            mend=Mend(settings=tuple(("global", key, "0") for key in on)),
        )
    return Fine("off")
