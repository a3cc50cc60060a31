"""No other agent is in the device's processes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from harness.doctor.check import Answer, Check, Fine, NotLooked, Problem, Weight
from harness.doctor.rig import Rig

_FRAMEWORKS = {
    "org.lsposed.manager": "LSPosed",
    "de.robv.android.xposed.installer": "Xposed",
    "org.meowcat.edxposed.manager": "EdXposed",
    "io.va.exposed": "VirtualXposed",
    "me.weishu.exp": "TaiChi",
}

_SYSTEM = ("zygote", "zygote64", "system_server")

check = Check(
    id="other-agents",
    title="Other agents",
    why="Two that hook the same methods disturb each other, and what one of them does is taken for the app's.",
    weight=Weight.LIMITS,
    needs=("started",),
)


@check.look
def look(rig: Rig) -> Answer:
    frameworks = [word for package, word in _FRAMEWORKS.items() if package in rig.packages]
    if frameworks:
        return Problem(
            f"{', '.join(frameworks)} is installed: its modules change apps, too.",
            "Switch its modules off for the app under test, or uninstall it.",
        )
    if not rig.root:
        return NotLooked("only root can see what is in other processes")
    said = rig.as_root("grep -l -E 'frida-(agent|gadget)|libgadget|riru|zygisk|lsplant' /proc/[0-9]*/maps 2>/dev/null")
    names = dict(rig.device.processes())
    inside = {pid: names.get(pid, "a process") for pid in map(int, re.findall(r"^/proc/(\d+)/maps$", said.output, re.MULTILINE))}
    apps = {pid: name for pid, name in inside.items() if name not in _SYSTEM and "frida" not in name}
    if apps:
        return Problem(f"An agent is in {_told(apps)}.", "End other tools that use Frida, and these processes.")
    if inside and not rig.frida.kind:      # frida-server has one of its own there
        return Problem(
            f"An agent is in {_told(inside)}: one of Frida's that has stayed, or Zygisk, Riru.",
            "Restart the device; switch Zygisk off, or leave the app under test out (Magisk: Configure DenyList).",
            weight=Weight.NOTE,
        )
    return Fine()


def _told(inside: Mapping[int, str]) -> str:
    shown = ", ".join(f"{name} ({pid})" for pid, name in sorted(inside.items())[:5])
    return shown + (" and others" if len(inside) > 5 else "")
