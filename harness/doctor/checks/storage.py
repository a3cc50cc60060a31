"""There is room on the device."""

from __future__ import annotations

from harness.doctor.check import Answer, Check, Fine, NotLooked, Problem, Weight
from harness.doctor.rig import Rig

_LEAST = 10**9

check = Check(
    id="storage",
    title="Room on the device",
    why="An app is not installed, or cannot write what it would.",
    weight=Weight.LIMITS,
    needs=("shell",),
)


@check.look
def look(rig: Rig) -> Answer:
    lines = [line.split() for line in rig.shell("df", "-k", "/data").output.splitlines()]
    row = next((line for line in lines[1:] if len(line) >= 6), None)
    if row is None or not row[3].isdigit():
        return NotLooked("df does not tell")
    free = int(row[3]) * 1024
    if free < _LEAST:
        return Problem(
            f"{free / 1e6:.0f} MB are free in /data.",
            "Remove apps and files that are not needed.",
            weight=Weight.STOPS if free < _LEAST // 10 else Weight.LIMITS,
        )
    return Fine(f"{free / 1e9:.1f} GB free")
