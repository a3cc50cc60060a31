"""`harness run`: one app, one device, the scenarios, a bundle, verdicts, a report."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.lab import connect, disconnect
from harness.cli.options import AppFile, Json, Language, Out, read_app_file
from harness.cli.output import emit, err, fail, out
from harness.errors import UsageError
from harness.lab import registry

Say = Callable[[str], None]
INTERRUPTED = 130


def progress_lines() -> Say:
    """One line a step on stderr, with the seconds since the beginning."""
    begun = time.monotonic()

    def say(text: str) -> None:
        err.print(f"{time.monotonic() - begun:6.1f}s  {text}", markup=False)

    return say


@contextmanager
def chosen_device(device: str | None, *, profile: str | None, trust_apk: bool, say: Say) -> Iterator[str]:
    """The serial to work on. `lab` starts a device and ends it afterwards; none named: the one that is attached, else lab."""
    import adbutils

    from harness.device.choosing import attached

    if device is None and not os.environ.get("ANDROID_SERIAL") and not attached(adbutils.adb):
        say("no device is attached: using the embedded one (--device lab)")
        device = "lab"
    if device != "lab":
        yield device or ""
        return
    handle = registry.start(profile=profile, trust_apk=trust_apk, die_with=os.getpid(), progress=lambda text: say(f"lab: {text}"))
    try:
        connect(handle.serial)
        say(f"lab device {handle.serial} is up" + ("" if handle.contained else f", NOT contained: {handle.why_not}"))
        yield handle.serial
    finally:
        disconnect(handle.serial)
        registry.stop(handle.serial)


def parse_resolve(pairs: list[str]) -> Mapping[str, str]:
    """`*.example=127.0.0.1:8443` -> {pattern: address}. Raises UsageError."""
    from harness.capture.resolving import Routes

    found = {}
    for pair in pairs:
        pattern, mark, address = pair.partition("=")
        if not mark or not pattern or ":" not in address:
            raise UsageError(f"--resolve {pair} is not PATTERN=HOST:PORT.", "", "For example: '*.example=127.0.0.1:8443'.")
        found[pattern] = address
    Routes.parse(found)
    return found


def register(app: typer.Typer) -> None:
    @app.command("run")
    def run(
        target: Annotated[str, typer.Argument(metavar="APK|PACKAGE", help="An APK file, or a package on the device.")],
        device: Annotated[
            str | None, typer.Option("--device", "-s", "--serial", help="lab, or a serial of adb (ANDROID_SERIAL).")
        ] = None,
        scenario: Annotated[list[str] | None, typer.Option("--scenario", help="Only this one (repeatable).")] = None,
        scenarios: Annotated[list[Path] | None, typer.Option("--scenarios", help="A folder with more of them.")] = None,
        observe: Annotated[float | None, typer.Option("--observe", help="Seconds of every observation window.")] = None,
        limits: Annotated[str, typer.Option("--limits", help="Profile of waits and limits.")] = "default",
        out_dir: Out = Path("harness-results"),
        profile: Annotated[str | None, typer.Option("--profile", help="Profile of the lab device.")] = None,
        app_file: AppFile = None,
        lang: Language = "zh",
        operator: Annotated[str, typer.Option("--operator", help="Who runs this; kept in the bundle.")] = "",
        proxy_port: Annotated[int, typer.Option("--proxy-port", help="Port of the proxy; 0: any free one.")] = 0,
        resolve: Annotated[
            list[str] | None, typer.Option("--resolve", help="PATTERN=HOST:PORT: where the proxy finds these hosts (repeatable).")
        ] = None,
        upstream_ca: Annotated[
            Path | None, typer.Option("--upstream-ca", help="CA (PEM) that vouches for the hosts of --resolve.")
        ] = None,
        trust_apk: Annotated[
            bool, typer.Option("--trust-apk", help="Run this APK even where the lab device cannot be contained.")
        ] = False,
        json: Json = False,
    ) -> int:
        """Test one app: drive it, capture, decide, report.

        Needs no phone: --device lab starts an embedded device for the run. The bundle is written as it happens; what a
        stopped run has seen until then can be judged with `harness analyze`.
        """
        from harness.cli.verdicts import print_analysis, write_report
        from harness.device.adb import AdbDevice
        from harness.rules.analysis import analyse, as_json
        from harness.suite.rig import DeviceRig
        from harness.suite.run import plan_run, run_plan

        say = progress_lines()
        apk = Path(target) if target.endswith(".apk") or Path(target).is_file() or "/" in target else None
        if apk is not None and not apk.exists():
            raise UsageError(f"There is no file {target}.", "", "Give the path of an APK, or the name of an installed package.")
        where = parse_resolve(resolve or [])
        plan = plan_run(
            apk=apk,
            package="" if apk else target,
            out=out_dir,
            scenarios=scenario or (),
            scenario_folders=scenarios or (),
            profile=limits,
            observe_seconds=observe,
            app_file=read_app_file(app_file),
            operator=operator,
            command_line=sys.argv,
        )
        with chosen_device(device, profile=profile, trust_apk=trust_apk, say=say) as serial:
            rig = DeviceRig(AdbDevice.open(serial or None), proxy_port=proxy_port, resolve=where or None, upstream_ca=upstream_ca)
            outcome = run_plan(plan, rig, say)
        analysis = analyse(outcome.bundle)
        report = write_report(analysis, lang)
        if json:
            emit(as_json(analysis) | {"report": str(report)})
        else:
            print_analysis(analysis)
            out.print(f"bundle: {outcome.bundle}\nreport: {report}", markup=False)
        if outcome.reason:
            err.print(f"The run is not complete: {outcome.reason}", markup=False)
        if outcome.error is not None:
            return fail(outcome.error)
        return INTERRUPTED if outcome.interrupted else analysis.exit_status
