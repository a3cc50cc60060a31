"""`harness run`: one app, one device, the scenarios, a bundle, verdicts, a report."""

from __future__ import annotations

import ipaddress
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from harness.capture.proxy_settings import KEEP_RESPONSES, Way
from harness.cli.lab import clear_away_dead, connect, end
from harness.cli.options import AppFile, Json, Language, Out, ReportFormat, ReportLanguage, read_app_file
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
    device: str | None, *, package: str, profile: str | None, trust_apk: bool, wait: float, say: Say
) -> Iterator[str]:
    """The serial to work on, which no other run has until the end. `lab` starts a device and ends it afterwards; `auto`: any
    that is free; none named: the one that is attached, else lab. `package`: what is to be on the device already, "" where
    an APK is brought along; `wait`: seconds to wait for a device that another run has."""
    import adbutils

    from harness.device.choosing import candidates
    from harness.device.lease import lease
    from harness.suite.devices import device_for

    clear_away_dead()
    if device is None and not os.environ.get("ANDROID_SERIAL") and not candidates(adbutils.AdbClient()):
        device = "lab"
        if not package:
            say("no device is attached: using the embedded one (--device lab)")
    if package:
        refuse_fresh_lab(package, device)
    if device != "lab":
        with device_for(device, wait=wait, say=say) as serial:
            yield serial
        return
    with new_lab(say, profile=profile, trust_apk=trust_apk) as serial, lease(serial):
        yield serial


@contextmanager
def new_lab(say: Say, *, profile: str | None = None, trust_apk: bool = False) -> Iterator[str]:
    """The serial of a lab device of this process's own, which ends with it."""
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


def parse_address(text: str | None) -> str | None:
    """An IP address without port. Raises UsageError."""
    if text is None:
        return None
    try:
        return str(ipaddress.ip_address(text.strip("[]")))
    except ValueError as bad:
        raise UsageError(f"--wireguard-endpoint {text} is no IP address.", str(bad), "For example: 192.168.1.20.") from bad


def parse_keep_responses(text: str) -> int | None:
    """The most bytes of a response that is kept; None: there is no limit. Raises UsageError."""
    if text == "all":
        return None
    if text == "none":
        return 0
    if not (text.isascii() and text.isdigit()):
        raise UsageError(f"--keep-responses {text} is no number of bytes.", "", "Give a number, or `none`, or `all`.")
    return int(text)


def register(app: typer.Typer) -> None:
    @app.command("run")
    def run(
        target: Annotated[str, typer.Argument(metavar="APK|PACKAGE", help="An APK file, or a package on the device.")],
        device: Annotated[
            str | None,
            typer.Option("--device", "-s", "--serial", help="lab, auto (any that is free), or a serial of adb (ANDROID_SERIAL)."),
        ] = None,
        wait: Annotated[
            float, typer.Option("--wait", metavar="SECONDS", min=0, help="How long to wait for a device that another run has.")
        ] = 0.0,
        scenario: Annotated[list[str] | None, typer.Option("--scenario", help="Only this one (repeatable).")] = None,
        suite: Annotated[
            str, typer.Option("--suite", help="Those of this suite; `quick` where nothing is named (`harness scenarios`).")
        ] = "",
        scenarios: Annotated[list[Path] | None, typer.Option("--scenarios", help="A folder with more of them.")] = None,
        observe: Annotated[float | None, typer.Option("--observe", help="Seconds of every observation window.")] = None,
        resume: Annotated[
            Path | None,
            typer.Option(
                "--resume", metavar="BUNDLE",
                help="Go on with a run that was broken off: what it has done is not done again, and both are judged together.",
            ),
        ] = None,
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
        keep_responses: Annotated[
            str,
            typer.Option(
                "--keep-responses",
                metavar="BYTES|none|all",
                help="Responses up to this size are kept whole; of larger ones only size and SHA-256. Requests always are.",
            ),
        ] = str(KEEP_RESPONSES),
        capture: Annotated[
            Way,
            typer.Option(
                "--capture",
                help="How the app's traffic is brought here: by the device's proxy setting, by a WireGuard tunnel (for apps that "
                "ignore that setting; what is to be done on the device is printed), or both.",
            ),
        ] = Way.PROXY,
        wireguard_endpoint: Annotated[
            str | None,
            typer.Option("--wireguard-endpoint", metavar="ADDRESS", help="This machine's address, as the device reaches it."),
        ] = None,
        read_quic: Annotated[
            bool,
            typer.Option(
                "--read-quic/--refuse-quic", help="Whether HTTP/3 in the tunnel is read, or refused so that apps take TCP.",
            ),
        ] = False,
        spawn_gating: Annotated[
            bool,
            typer.Option(
                "--spawn-gating/--no-spawn-gating",
                help="Whether frida-server holds each new process until it is hooked. Where a phone does not bear that, without: "
                "what the app does in its first moments is not seen then, and a gap says so.",
            ),
        ] = True,
        frida_server: Annotated[
            Path | None,
            typer.Option(
                "--frida-server", metavar="FILE",
                help="The frida-server (or its .xz) that is brought to the device where no Frida answers, and taken away at the "
                "end; else one of this Frida's version from the cache folder (docs/rig.md).",
            ),
        ] = None,
        frida_name: Annotated[
            str,
            typer.Option("--frida-name", metavar="NAME|random", help="Its file's name on the device; else harness-frida-server."),
        ] = "",
        frida_port: Annotated[
            str, typer.Option("--frida-port", metavar="PORT|random", help="The device's port at which Frida answers.")
        ] = "27042",
        trust_apk: Annotated[
            bool, typer.Option("--trust-apk", help="Run this APK even where the lab device cannot be contained.")
        ] = False,
        json: Json = False,
    ) -> int:
        """Test one app: drive it, capture, decide, report.

        Needs no phone: --device lab starts an embedded device for the run. The bundle is written as it happens; what a
        stopped run has seen until then can be judged with `harness analyze`.
        """
        from harness.device.frida_server import checked_file, checked_name, checked_port
        from harness.suite.run import plan_run, run_plan

        say = progress_lines()
        apk = apk_of(target)
        if apk is None:
            refuse_fresh_lab(target, device)
        where = parse_resolve(resolve or [])
        endpoint = parse_address(wireguard_endpoint)
        keep = parse_keep_responses(keep_responses)
        server, server_name, server_port = checked_file(frida_server), checked_name(frida_name), checked_port(frida_port)
        plan = plan_run(
            apk=apk,
            package="" if apk else target,
            out=out_dir,
            scenarios=scenario or (),
            suite=suite,
            scenario_folders=scenarios or (),
            profile=limits,
            observe_seconds=observe,
            app_file=read_app_file(app_file),
            operator=operator,
            command_line=sys.argv,
            resume=resume,
        )
        # What is wrong with the call has been told by now, before the heavy libraries are loaded.
        check_tables()
        from harness.bundle import verify
        from harness.cli.formats import targets, write_formats
        from harness.cli.verdicts import as_json, print_analysis
        from harness.cli.verify import warn
        from harness.device.adb import AdbDevice
        from harness.rules.analysis import analyse
        from harness.suite import per_test
        from harness.suite.rig import DeviceRig

        with chosen_device(device, package="" if apk else target, profile=profile, trust_apk=trust_apk,
                           wait=wait, say=say) as serial:
            rig = DeviceRig(
                AdbDevice.open(serial), proxy_port=proxy_port, resolve=where or None, upstream_ca=upstream_ca,
                reach_private=reach_private, keep_responses=keep, way=capture, wireguard_endpoint=endpoint,
                read_quic=read_quic, spawn_gating=spawn_gating, frida_server=server, frida_name=server_name,
                frida_port=server_port)
            outcome = run_plan(plan, rig, say)
        integrity = verify(outcome.bundle)
        warn(integrity)
        analysis = analyse(outcome.bundle)
        per_test.write(analysis)
        places = targets(analysis.bundle, [ReportFormat.HTML], None)
        write_formats(analysis, integrity, places, language=str(lang))
        report = places[ReportFormat.HTML]
        if json:
            emit(as_json(analysis, integrity) | {"report": str(report)})
        else:
            print_analysis(analysis)
            for number, bundle in enumerate(analysis.bundles):
                out.print(printable(f"goes on from: {bundle}" if number else f"bundle: {bundle}"))
            out.print(printable(f"report: {report}"))
        if outcome.reason:
            err.print(printable(f"The run is not complete: {outcome.reason}"))
        if outcome.error is not None:
            return fail(outcome.error)
        return INTERRUPTED if outcome.interrupted else analysis.exit_status
