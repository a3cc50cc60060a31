"""There is root."""

from __future__ import annotations

from harness.doctor.check import Answer, Check, Fine, Problem, Weight
from harness.doctor.rig import Rig

_HOW = {"shell": "adbd runs as root", "su -c": "su -c", "su 0 sh -c": "su 0 (an emulator's or a userdebug build's)"}
_MANAGERS = {
    "com.topjohnwu.magisk": "Magisk",
    "me.weishu.kernelsu": "KernelSU",
    "me.bmax.apatch": "APatch",
    "eu.chainfire.supersu": "SuperSU",
}

check = Check(
    id="root",
    title="Root",
    why="Neither does the certificate go into the system store nor Frida into apps that cannot be debugged: what they do is "
    "INCONCLUSIVE.",
    weight=Weight.LIMITS,
    needs=("started",),
)


@check.look
def look(rig: Rig) -> Answer:
    if rig.root:
        return Fine(_HOW.get(rig.root, rig.root))
    if rig.facts.properties.get("ro.debuggable") == "1":
        return Problem("The shell is not root.", f"adb -s {rig.serial} root")
    managers = [word for package, word in _MANAGERS.items() if package in rig.packages]
    if managers:
        return Problem(
            f"{' and '.join(managers)} is installed, but the shell gets no root.",
            f'Open {managers[0]} on the device and let the app "Shell" (com.android.shell) be root; then: adb shell su -c id',
        )
    return Problem(
        "Neither is the shell root, nor is there a su.",
        "Use a rooted phone, an emulator image without Google Play, or the lab (--device lab).",
    )
