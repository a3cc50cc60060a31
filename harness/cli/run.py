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

from harness.cli.lab import clear_away_dead, connect, end
from harness.cli.options import AppFile, Json, Language, Out, ReportLanguage, read_app_file
from harness.cli.output import emit, err, fail, out, printable
from harness.device.package_name import FORM, is_package
from harness.errors import UsageError
from harness.lab import registry

Say = Callable[[str], None]
INTERRUPTED = 130


def progress_lines() -> Say:
    """One line a step on stderr, with the seconds since the beginning."""
    begun = time.monotonic()

    def say(text: str) -> None:
        err.print(printable(f"{time.monotonic() - begun:6.1f}s  {text}"))

    return say


def apk_of(target: str) -> Path | None:
    """The file that is meant; None where it is a package. Raises UsageError where it can be neither."""
    path = Path(target)
    fix = "Give the path of an APK, or the name of a package on the device, such as com.example.shop."
    if path.is_file():
        return path
    if path.is_dir():
        raise UsageError(f"{target} is a folder.", "An app is an APK file or an installed package.", fix)
    if "/" in target or os.sep in target or target.lower().endswith((".apk", ".apks", ".xapk", ".aab")):
        raise UsageError(f"There is no file {target}.", "", fix)
    if not is_package(target):
        raise UsageError(
            f"{target} is neither a file nor the name of a package.",
            f"There is no such file. {FORM}",
            fix,
        )
    return None


def refuse_fresh_lab(package: str, device: str | None) -> None:
    """Raises UsageError for a package on a device that is only now to be started."""
    if device == "lab":
        raise UsageError(
            f"{package} cannot be tested on a new lab device.",
            f"There is no file of that name, and a device that has just been started has no app {package}.",
            "Give the path of its APK, or name a device that has the app: --device SERIAL (`harness lab start` starts one "
            "that stays).",
        )


def check_tables() -> None:
    """Faults of the hook catalogue and of that of SDKs are told before anything starts. Raises CatalogueError, SdkError."""
    from harness.capture.catalogue import CatalogueError, load_catalogue
    from harness.capture.framework import problems
    from harness.cli.hook_check import stored_index
    from harness.tables.attribution import load_sdks

    catalogue = load_catalogue()
    if found := problems(catalogue, stored_index()):
        raise CatalogueError(found)
    load_sdks()


@contextmanager
def chosen_device(
    device: str | None, *, package: str, profile: str | None, trust_apk: bool, say: Say
) -> Iterator[str]:
    """The serial to work on. `lab` starts a device and ends it afterwards; none named: the one that is attached, else lab.
    `package`: what is to be on the device already, "" where an APK is brought along."""
    import adbutils

    from harness.device.choosing import candidates

    clear_away_dead()
    if device is None and not os.environ.get("ANDROID_SERIAL") and not candidates(adbutils.AdbClient()):
        device = "lab"
        if not package:
            say("no device is attached: using the embedded one (--device lab)")
    if package:
        refuse_fresh_lab(package, device)
    if device != "lab":
        yield device or ""
        return
    handle = registry.start(profile=profile, trust_apk=trust_apk, die_with=os.getpid(), progress=lambda text: say(f"lab: {text}"))
    try:
        connect(handle.serial)
        say(f"lab device {handle.serial} is up" + ("" if handle.contained else f", NOT contained: {handle.why_not}"))
        yield handle.serial
    finally:
        end(handle.serial)


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
        lang: Language = ReportLanguage.ZH,
        operator: Annotated[str, typer.Option("--operator", help="Who runs this; kept in the bundle.")] = "",
        proxy_port: Annotated[int, typer.Option("--proxy-port", help="Port of the proxy; 0: any free one.")] = 0,
        resolve: Annotated[
            list[str] | None, typer.Option("--resolve", help="PATTERN=HOST:PORT: where the proxy finds these hosts (repeatable).")
        ] = None,
        upstream_ca: Annotated[
            Path | None, typer.Option("--upstream-ca", help="CA (PEM) that vouches for the hosts of --resolve.")
        ] = None,
        reach_private: Annotated[
            bool | None,
            typer.Option(
                "--reach-private/--no-reach-private",
                help="Whether apps reach private networks through the proxy; else: from a phone yes, from the lab no.",
            ),
        ] = None,
        spawn_gating: Annotated[
            bool,
            typer.Option(
                "--spawn-gating/--no-spawn-gating",
                help="Whether frida-server holds each new process until it is hooked. Where a phone does not bear that, without: "
                "what the app does in its first moments is not seen then, and a gap says so.",
            ),
        ] = True,
        trust_apk: Annotated[
            bool, typer.Option("--trust-apk", help="Run this APK even where the lab device cannot be contained.")
        ] = False,
        json: Json = False,
    ) -> int:
        """Test one app: drive it, capture, decide, report.

        Needs no phone: --device lab starts an embedded device for the run. The bundle is written as it happens; what a
        stopped run has seen until then can be judged with `harness analyze`.
        """
        from harness.bundle import verify
        from harness.cli.verdicts import as_json, print_analysis, write_report
        from harness.cli.verify import warn
        from harness.device.adb import AdbDevice
        from harness.rules.analysis import analyse
        from harness.suite.rig import DeviceRig
        from harness.suite.run import plan_run, run_plan

        say = progress_lines()
        apk = apk_of(target)
        if apk is None:
            refuse_fresh_lab(target, device)
        check_tables()
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
        with chosen_device(device, package="" if apk else target, profile=profile, trust_apk=trust_apk, say=say) as serial:
            rig = DeviceRig(
                AdbDevice.open(serial or None), proxy_port=proxy_port, resolve=where or None, upstream_ca=upstream_ca,
                reach_private=reach_private, spawn_gating=spawn_gating)
            outcome = run_plan(plan, rig, say)
        integrity = verify(outcome.bundle)
        warn(integrity)
        analysis = analyse(outcome.bundle)
        report = write_report(analysis, lang, integrity=integrity)
        if json:
            emit(as_json(analysis, integrity) | {"report": str(report)})
        else:
            print_analysis(analysis)
            out.print(printable(f"bundle: {outcome.bundle}"))
            out.print(printable(f"report: {report}"))
        if outcome.reason:
            err.print(printable(f"The run is not complete: {outcome.reason}"))
        if outcome.error is not None:
            return fail(outcome.error)
        return INTERRUPTED if outcome.interrupted else analysis.exit_status
