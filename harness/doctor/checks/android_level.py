"""The Android version is one that the hooks are made for."""

from __future__ import annotations

from harness.doctor.check import Answer, Check, Fine, Problem, Weight
from harness.doctor.rig import Rig

_FROM, _TO = 26, 36

check = Check(
    id="android-level",
    title="Android version",
    why="Methods that a newer framework has are not hooked, those that an older one lacks are reported as missing.",
    weight=Weight.LIMITS,
    needs=("shell",),
)


@check.look
def look(rig: Rig) -> Answer:
    level = rig.facts.sdk
    if not _FROM <= level <= _TO:
        return Problem(
            f"It has API level {level}; the catalogue of hooks is checked against {_FROM} to {_TO}.",
            "Use a device of Android 8 to 16.",
        )
    return Fine(f"Android {rig.facts.release}, API level {level}")
