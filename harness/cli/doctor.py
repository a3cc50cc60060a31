"""`harness doctor`: whether a rig can be trusted, before it is."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.options import Json
from harness.cli.output import emit, err, out, printable
from harness.errors import RigError

if TYPE_CHECKING:
    from harness.device.adb import AdbDevice
    from harness.doctor.canary import Canary
    from harness.doctor.check import Check
    from harness.doctor.diagnosis import Said


def register(app: typer.Typer) -> None:
    @app.command("doctor")
    def command(
        device: Annotated[str | None, typer.Option(
            "--device", "-s", "--serial", help="SERIAL; lab: a new one; else ANDROID_SERIAL, or the only one.")] = None,
        check: Annotated[list[str] | None, typer.Option("--check", help="Only this one and what it needs (repeatable).")] = None,
        quick: Annotated[bool, typer.Option("--quick", help="Leave out the short run of an app of ours, the canary.")] = False,
        fix: Annotated[bool, typer.Option(
            "--fix", help="Mend what can be mended by a setting; --restore puts it back.")] = False,
        restore: Annotated[str | None, typer.Option(
            "--restore", metavar="SERIAL", help="Put back what --fix or a killed run changed on this device.")] = None,
        list_: Annotated[bool, typer.Option("--list", help="Say what is checked, and why; looks at no device.")] = False,
        json: Json = False,
    ) -> int:
        """Check whether a rig is fit to test on; say what mends it.

        Each problem is told with what goes wrong otherwise and what mends it. `stops`: no run is possible; `limits`: part of it
        would not be seen, or not be as on a user's device; `note`: worth knowing. Exit status 4 where something stops or limits,
        else 0.
        """
        from harness.doctor.diagnosis import selected

        if restore is not None:
            return _restore(restore, json)
        checks = selected(check or ())
        if list_:
            return _list(checks, json)
        return _examine(device, checks, canary=not quick, fix=fix, json=json)


def _examine(device: str | None, checks: tuple[Check, ...], *, canary: bool, fix: bool, json: bool) -> int:
    from harness.cli.run import new_lab, progress_lines

    say = progress_lines()
    with new_lab(say) if device == "lab" else nullcontext(device) as serial:
        found = _said(serial, checks, canary=canary, fix=fix, say=say, json=json)
    red = [one for one in found if one.ok is False and one.weight != "note"]
    if json:
        emit([asdict(one) for one in found])
    else:
        _sum(found)
    return 4 if red else 0


def _said(
    device: str | None, checks: tuple[Check, ...], *, canary: bool, fix: bool, say: Callable[[str], None], json: bool
) -> list[Said]:
    from harness.doctor.diagnosis import diagnose
    from harness.doctor.rig import Rig

    def run_canary(one: AdbDevice) -> Canary:
        from harness.device.lease import lease
        from harness.doctor.canary import run
        from harness.lab.apps import build

        say("building the canary app")
        apk = build("canary")
        with lease(one.serial):
            return run(one, apk, say)

    rig = Rig(device, canary=run_canary if canary else None)
    found = []
    for one in diagnose(rig, checks, fix=fix, say=say if sys.stderr.isatty() and json else lambda text: None):
        found.append(one)
        if not json:
            _show(one)
    return found


def _show(one: Said) -> None:
    if one.ok is not False:
        mark = "ok" if one.ok else "--"
        text = f"{mark:<7} {one.title}{f': {one.detail}' if one.detail else ''}{' (mended)' if one.mended else ''}"
        out.print(printable(text), style="" if one.ok else "dim")
        return
    out.print(printable(f"{one.weight:<7} {one.title}: {one.problem}"), style="yellow" if one.weight != "stops" else "bold red")
    out.print(printable(f"{'':<7}   {one.why}"))
    if one.fix:
        out.print(printable(f"{'':<7}   do: {one.fix}"))


def _sum(found: list[Said]) -> None:
    counts = {word: sum(one.ok is False and one.weight == word for one in found) for word in ("stops", "limits", "note")}
    looked, mended = sum(one.ok is not None for one in found), sum(one.mended for one in found)
    said = f"{looked} of {len(found)} checked: {sum(one.ok is True for one in found)} ok"
    said += "".join(f", {count} {word}" for word, count in counts.items() if count)
    said += f"; {mended} mended, `harness doctor --restore SERIAL` puts settings back" if mended else ""
    out.print(printable(said), style="bold")


def _list(checks: tuple[Check, ...], json: bool) -> int:
    if json:
        emit([{"id": one.id, "title": one.title, "why": one.why, "weight": one.weight, "needs": list(one.needs),
               "canary": one.canary, "sdk": one.sdk} for one in checks])
    else:
        for one in checks:
            out.print(printable(f"{one.id:<18} {one.weight:<7} {one.title}. {one.why}"))
    return 0


def _restore(serial: str, json: bool) -> int:
    from harness.device.adb import AdbDevice
    from harness.device.lease import lease
    from harness.device.proxy_setup import put_back
    from harness.device.restore_file import RestoreFile
    from harness.doctor.diagnosis import changes_of

    device = AdbDevice.open(serial)
    done: list[str] = []
    failures: list[RigError] = []
    with lease(device.serial):
        for changes in (RestoreFile.of(device.serial), changes_of(device.serial)):
            try:
                done += put_back(device, restore=changes)
            except RigError as bad:     # what the other list names is put back all the same
                failures.append(bad)
    if json and not failures:
        emit({"serial": device.serial, "put_back": done})
    for words in done:
        err.print(printable(f"put back: {words}"))
    if failures:
        raise failures[0]
    if not done:
        err.print(printable(f"Nothing of ours is left on {device.serial}."))
    return 0
