"""No other agent is in the device's processes."""

from __future__ import annotations

from harness.doctor.check import Answer, Check, Fine, NotLooked, Problem, Weight
from harness.doctor.rig import Rig

_FRAMEWORKS = {
    "org.lsposed.manager": "LSPosed",
    "de.robv.android.xposed.installer": "Xposed",
    "org.meowcat.edxposed.manager": "EdXposed",
    "io.va.exposed": "VirtualXposed",
    "me.weishu.exp": "TaiChi",
}

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
    inside = sorted({path.split("/")[2] for path in said.output.split() if path.startswith("/proc/")})
    if inside:
        names = dict(rig.device.processes())
        told = ", ".join(f"{names.get(int(pid), 'a process')} ({pid})" for pid in inside[:5])
        return Problem(
            f"An agent is in {told}{' and others' if len(inside) > 5 else ''}.",
            "End other tools that use Frida, and these processes.",
        )
    return Fine()
