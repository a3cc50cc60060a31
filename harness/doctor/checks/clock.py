"""The device's clock is right."""

from __future__ import annotations

from harness.doctor.check import Answer, Check, Fine, Mend, NotLooked, Problem, Weight
from harness.doctor.rig import Rig

_MOST = 120

check = Check(
    id="clock",
    title="Clock",
    why="Certificates are not valid yet or no longer; beyond that the harness measures the difference.",
    weight=Weight.LIMITS,
    needs=("shell",),
)


@check.look
def look(rig: Rig) -> Answer:
    said = rig.device.shell("date", "+%s").output.strip()
    if not said.isdigit():
        return NotLooked(f"date answers {said[:40]!r}")
    off = int(said) - rig.machine.now()
    if abs(off) > _MOST:
        return Problem(
            f"It is {abs(off):,.0f} s {'ahead' if off > 0 else 'behind'}.",
            "adb shell settings put global auto_time 1; where that does not: "
            + rig.root_command(f"date @{rig.machine.now():.0f}") + " (the number is the time of this line)",
            Mend(settings=(("global", "auto_time", "1"),)) if rig.setting("global", "auto_time") != "1" else None,
        )
    return Fine(f"{off:+.0f} s" if abs(off) >= 1 else "the same second")
