"""Android does not stop installs to look at them."""

from __future__ import annotations

from harness.doctor.check import Answer, Check, Fine, Mend, Problem, Weight
from harness.doctor.rig import Rig

_KEY = "verifier_verify_adb_installs"
_PLAY = "com.android.vending"    # the verifier of all devices with Google Play

check = Check(
    id="verifier",
    title="Verification of installs",
    why="An install is stopped by a question that nobody answers, and the app is sent to others.",
    weight=Weight.NOTE,
    needs=("shell",),
)


@check.look
def look(rig: Rig) -> Answer:
    said = rig.setting("global", _KEY)
    if said == "1" or (not said and _PLAY in rig.packages):      # where nothing is set, Android takes it as on
        return Problem(f"Packages installed by adb are verified ({_KEY}).", mend=Mend(settings=(("global", _KEY, "0"),)))
    return Fine("off")
