"""uiautomator2 sees the screen."""

from __future__ import annotations

from harness.doctor.check import Answer, Check, Fine, Weight
from harness.doctor.rig import Rig

check = Check(
    id="uiautomator",
    title="uiautomator2",
    why="Screens cannot be read and nothing can be tapped.",
    weight=Weight.STOPS,
    needs=(
        "unlocked",
        "lease",
    ),
)


@check.look
def look(rig: Rig) -> Answer:
    width, height = rig.screen_size()
    return Fine(f"{width} x {height}")
