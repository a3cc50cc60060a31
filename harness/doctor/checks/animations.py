"""Animations are off."""

from __future__ import annotations

from harness.doctor.check import Answer, Check, Fine, Mend, Problem, Weight
from harness.doctor.rig import Rig

_SCALES = ("window_animation_scale", "transition_animation_scale", "animator_duration_scale")

check = Check(
    id="animations",
    title="Animations",
    why="Screens are judged while they still move; each step waits longer.",
    weight=Weight.NOTE,
    needs=("shell",),
)


@check.look
def look(rig: Rig) -> Answer:
    on = [key for key in _SCALES if rig.setting("global", key) not in ("0", "0.0")]
    if on:
        return Problem(f"On: {', '.join(on)}.", mend=Mend(settings=tuple(("global", key, "0") for key in on)))
    return Fine("off")
