"""`harness selftest`: what a rig sees of behaviour that is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.cli.options import Json, Out
from harness.cli.output import emit, out, printable

if TYPE_CHECKING:
    from harness.device.adb import AdbDevice
    from harness.device.proven import Proven
    from harness.doctor.selftest import SelfTest


def register(app: typer.Typer) -> None:
    @app.command("selftest")
    def command(
        device: Annotated[str | None, typer.Option(
            "--device", "-s", "--serial", help="SERIAL; lab: a new one; else ANDROID_SERIAL, or the only one.")] = None,
        out_dir: Out = Path("harness-results"),
        json: Json = False,
    ) -> int:
        """Show what this rig sees of behaviour that is planted.

        An app of ours makes every read that the hooks are for, by every route, and says so itself; another asks for a page over
        TLS. What was recorded and what was missed is printed, kept as a bundle, and cited in the reports of later runs on this
        device. Exit status 0 where nothing was missed, 1 otherwise, 4 where the rig failed.
        """
        from harness.cli.run import chosen_device, progress_lines
        from harness.device.adb import AdbDevice

        say = progress_lines()
        with chosen_device(device, package="", profile=None, trust_apk=False, wait=0.0, say=say) as serial:
            tested, known = _test(AdbDevice.open(serial), out_dir, say)
        if json:
            emit(as_json(tested, known))
        else:
            _show(tested, known)
        return 0 if tested.ended and known.tls and not tested.missed() else 1


def _test(device: AdbDevice, out_dir: Path, say: Callable[[str], None]) -> tuple[SelfTest, Proven]:
    from harness.bundle.manifest import manifest_sha256
    from harness.bundle.signed import now
    from harness.bundle.source import source_of
    from harness.device.proven import Proven
    from harness.doctor import canary, selftest
    from harness.lab.apps import build, labels

    say("building the apps")
    tls = canary.run(device, build("canary"), say)
    tested = selftest.run(device, build("collector"), labels("collector").reads, out_dir, say=say)
    tools, made = tested.tools, tested.made()
    known = Proven(
        at=now(), serial=device.serial, fingerprint=device.facts().fingerprint, frida=tools["frida"], harness=tools["harness"],
        reads=len(made), recorded=len(made) - len(tested.missed()), missed=tuple(one.id for one in tested.missed()),
        routes=tested.routes(), tls=bool(tls.read), ended=tested.ended,
        bundle=tested.bundle.name, manifest=manifest_sha256(source_of(tested.bundle)))
    known.keep()
    return tested, known


def _show(tested: SelfTest, known: Proven) -> None:
    for route, (seen, made) in known.routes.items():
        out.print(printable(f"{route:<16} {seen} of {made} reads recorded"), style="" if seen == made else "bold red")
    out.print("TLS              " + ("a request was read" if known.tls else "NO request could be read"),
              style="" if known.tls else "bold red")
    words = {"missed": "missed: the app made it, no hook saw it", "not_there": "not on this Android",
             "not_made": "not made: the app did not come to it"}
    for one in sorted((one for one in tested.outcomes if one.state in words), key=lambda one: list(words).index(one.state)):
        out.print(printable(f"{one.id:<28} {one.method} ({one.route}): {words[one.state]}. {one.said[:80]}"),
                  style="red" if one.state == "missed" else "dim")
    excused = sum(one.state == "excused" for one in tested.outcomes)
    if not tested.ended:
        out.print("The app did not come to its end.", style="bold red")
    out.print(printable(f"{known.recorded} of {known.reads} planted reads recorded"
                        + (f"; {excused} cannot be shown on the lab" if excused else "")
                        + f". Evidence: {tested.bundle}"), style="bold")


def as_json(tested: SelfTest, known: Proven) -> dict[str, Any]:
    """The result of `selftest --json`; docs/json.md is its reference."""
    return asdict(known) | {"bundle": str(tested.bundle), "outcomes": [asdict(one) for one in tested.outcomes]}
