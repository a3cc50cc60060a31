"""The device has memory to spare."""

from __future__ import annotations

import re

from harness.doctor.check import Answer, Check, Fine, NotLooked, Problem, Weight
from harness.doctor.rig import Rig

_LEAST = 400 * 10**6

check = Check(
    id="memory",
    title="Memory",
    why="Android ends apps in the background, and frida-server with them.",
    weight=Weight.LIMITS,
    needs=("shell",),
)


@check.look
def look(rig: Rig) -> Answer:
    found = re.search(r"^MemAvailable: *(\d+) kB", rig.shell("cat", "/proc/meminfo").output, re.MULTILINE)
    if found is None:
        return NotLooked("the device does not tell")
    free = int(found[1]) * 1024
    if free < _LEAST:
        return Problem(f"{free / 1e6:.0f} MB are available.", "Restart the device, and end apps that are not needed.")
    return Fine(f"{free / 1e9:.1f} GB available")
