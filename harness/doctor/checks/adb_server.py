"""adb's server answers."""

from __future__ import annotations

from harness.doctor.check import Answer, Check, Fine, Problem, Weight
from harness.doctor.rig import Rig

_LEAST = 39  # shell protocol v2 came with 35, its feature list with 39

check = Check(
    id="adb-server",
    title="adb server",
    why="The device is reached through it.",
    weight=Weight.STOPS,
)


@check.look
def look(rig: Rig) -> Answer:
    version = rig.adb_server_version()
    if version < _LEAST:
        return Problem(
            f"adb's server speaks version {version} of its protocol; {_LEAST} is the least that tells output from errors.",
            "Install newer platform-tools, then: adb kill-server",
        )
    return Fine(f"version {version}")
