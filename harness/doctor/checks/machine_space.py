"""There is room on this machine for evidence."""

from __future__ import annotations

from pathlib import Path

from harness.doctor.check import Answer, Check, Fine, Problem, Weight
from harness.doctor.rig import Rig

_LEAST = 2 * 10**9

check = Check(
    id="machine-space",
    title="Room for evidence",
    why="A run that fills the disk ends as incomplete.",
    weight=Weight.LIMITS,
)


@check.look
def look(rig: Rig) -> Answer:
    free = rig.machine.free_bytes(next(one for one in (Path("harness-results"), Path.cwd()) if one.is_dir()))
    if free < _LEAST:
        return Problem(
            f"{free / 1e9:.1f} GB are free where bundles are written; a run can take {_LEAST / 1e9:.0f}.",
            "Make room, or name another place with --out.",
        )
    return Fine(f"{free / 1e9:.0f} GB free")
