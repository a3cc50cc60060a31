"""frida-server runs, as root."""

from __future__ import annotations

from collections.abc import Iterable

from harness.device.staging import STAGING
from harness.doctor.check import Answer, Check, Fine, Problem, Weight
from harness.doctor.rig import Rig

check = Check(
    id="frida-running",
    title="frida-server running",
    why="Nothing is hooked without it.",
    weight=Weight.STOPS,
    needs=("frida-file",),
)


@check.look
def look(rig: Rig) -> Answer:
    if rig.frida.kind:
        return Fine(rig.frida.kind)
    running = [(pid, name) for pid, name in rig.device.processes() if "frida" in name.lower() or name in _names(rig.frida_files)]
    if not running and rig.frida_to_bring is not None:
        return Fine(f"a run starts {rig.frida_to_bring.name}")
    if not running:
        path = (rig.frida_files or [f"{STAGING}/frida-server"])[0]
        return Problem("It does not run.", rig.root_command(f"{path} -D"))
    pid, name = running[0]
    user = rig.shell("stat", "-c", "%U", f"/proc/{pid}").output.strip()
    if user and user != "root":
        return Problem(
            f"{name} ({pid}) runs as {user}.", f"adb shell kill {pid}; then start it as root: {rig.root_command('PATH -D')}"
        )
    return Fine(f"{name} ({pid})")


def _names(paths: Iterable[str]) -> set[str]:
    """Of processes started from these files."""
    return {path.rpartition("/")[2] for path in paths}
