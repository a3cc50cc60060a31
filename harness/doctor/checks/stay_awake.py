"""The screen stays on during a run."""

from __future__ import annotations

from harness.doctor.check import Answer, Check, Fine, Mend, Problem, Weight
from harness.doctor.rig import Rig

_LEAST_MS = 30 * 60_000
_ALWAYS = "7"    # on a charger, on USB, and without a cable on a pad

check = Check(
    id="stay-awake",
    title="Screen stays on",
    why="It goes off in the middle of an observation, and apps behave as in the background.",
    weight=Weight.LIMITS,
    needs=("shell",),
)


@check.look
def look(rig: Rig) -> Answer:
    plugged = rig.setting("global", "stay_on_while_plugged_in")
    power = rig.shell("dumpsys", "power").output
    if "mStayOn=true" in power or (plugged not in ("", "0") and "mStayOn=" not in power):
        return Fine("while plugged in")
    timeout = rig.setting("system", "screen_off_timeout")
    if timeout.isdigit() and int(timeout) >= _LEAST_MS:
        return Fine(f"for {int(timeout) // 60_000} min")
    if plugged == _ALWAYS:
        return Problem("It is to stay on while plugged in, and is not plugged in.", "Plug it in.")
    return Problem(
        f"It goes off after {int(timeout) // 1000} s." if timeout.isdigit() else "It goes off by itself.",
        mend=Mend(settings=(("global", "stay_on_while_plugged_in", _ALWAYS),)),
    )
