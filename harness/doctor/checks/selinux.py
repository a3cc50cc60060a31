"""Root is not held back by SELinux."""

from __future__ import annotations

from harness.doctor.check import Answer, Check, Fine, NotLooked, Problem, Weight
from harness.doctor.rig import Rig

check = Check(
    id="selinux",
    title="SELinux",
    why="Frida cannot enter processes, and mounts are refused.",
    weight=Weight.LIMITS,
    needs=("root",),
)


@check.look
def look(rig: Rig) -> Answer:
    said = rig.shell("getenforce")
    if said.status != 0:
        return NotLooked("the device does not tell")
    if said.output.strip() != "Enforcing":
        return Fine(said.output.strip())
    context = rig.as_root("id -Z").output.strip()
    if ":shell:" in context or ":untrusted" in context:
        return Problem(
            f"SELinux is enforcing, and root runs as {context}, which may not enter other processes.",
            f"For the time of the test: {rig.root_command('setenforce 0')} (afterwards: 1); or use Magisk or KernelSU.",
        )
    return Fine(f"Enforcing; root runs as {context}" if context else "Enforcing")
