"""There is a keyboard, and it is known."""

from __future__ import annotations

from harness.doctor.check import Answer, Check, Fine, Problem, Weight
from harness.doctor.rig import Rig

check = Check(
    id="keyboard",
    title="Keyboard",
    why="Nothing can be typed; or what is typed goes through an app that sends things itself.",
    weight=Weight.LIMITS,
    needs=("started",),
)


@check.look
def look(rig: Rig) -> Answer:
    method = rig.setting("secure", "default_input_method")
    if not method:
        return Problem("No keyboard is chosen.", "adb shell ime list -s, then: adb shell ime set ID")
    package = method.partition("/")[0]
    if package in rig.packages and package not in _system(rig):
        return Problem(
            f"{package}, an app that was installed, is the keyboard: what it sends of what is typed is not the app's under test.",
            "adb shell ime set ID, with one of the system's (adb shell ime list -s)",
            weight=Weight.NOTE,
        )
    return Fine(package)


def _system(rig: Rig) -> set[str]:
    return {line.removeprefix("package:").strip() for line in rig.shell("pm", "list", "packages", "-s").output.splitlines()}
