"""The package that asks for permissions is one that the harness knows."""

from __future__ import annotations

from harness.doctor.check import Answer, Check, Fine, Problem, Weight
from harness.doctor.rig import Rig
from harness.screens.phrases import load

check = Check(
    id="permission-dialog",
    title="Permission dialog",
    why="A prompt for a permission would be taken for a dialog of the app's.",
    weight=Weight.LIMITS,
    needs=("started",),
)


@check.look
def look(rig: Rig) -> Answer:
    packages = load().permission_packages
    known = sorted(packages & rig.packages)
    if known:
        return Fine(", ".join(known))
    return Problem(
        f"None of the {len(packages)} packages that are known to ask for permissions is installed.",
        "Look who draws the dialog while one is shown (adb shell dumpsys window displays | grep mCurrentFocus), and tell us.",
    )
