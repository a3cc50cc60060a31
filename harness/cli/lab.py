"""`harness lab`: embedded devices: start, stop, list, shell; check, what an app would lack on one; app, an
example app's APK."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from harness.cli import lab_check
from harness.cli.options import Json
from harness.cli.output import cell, emit, err, out, printable
from harness.errors import RigError, UsageError
from harness.lab import registry


def connect(serial: str) -> None:
    """Make the user's adb server know a lab device. Raises RigError where it does not take it."""
    import adbutils

    from harness.device.choosing import adb_errors

    with adb_errors(f"Connecting adb to the lab device {serial}"):
        said = adbutils.AdbClient().connect(serial, timeout=20)
    if "connected to" not in said:
        raise RigError(f"adb did not connect to the lab device {serial}.", said.strip(),
                       f"Look whether it still runs: harness lab list; then: adb connect {serial}")


def disconnect(serial: str) -> None:
    """Let the adb server forget it. An adb server that never knew it says so, which does not matter here."""
    import adbutils

    from harness.device.choosing import adb_errors

    with adb_errors(f"Disconnecting adb from {serial}"):
        adbutils.AdbClient().disconnect(serial)


def end(serial: str) -> None:
    """Ends a lab device, and with it what adb and the harness keep of it. No error where it has ended by itself."""
    try:
        disconnect(serial)
    finally:
        if any(handle.serial == serial for handle in registry.running()):
            registry.stop(serial)
        _forget(serial)


def clear_away_dead() -> None:
    """The same for those whose daemon died without a word: adb would list them as offline for long. Where adb cannot be
    reached, its part stays to be done."""
    import adbutils

    from harness.device.choosing import attached

    serials = registry.gone()
    if not serials:
        return
    try:
        listed = {device.serial: device.state for device in attached(adbutils.AdbClient())}
        for serial in serials:
            if listed.get(serial, "device") != "device":    # what answers there by now is another device
                disconnect(serial)
            _forget(serial)
    except RigError as error:
        err.print(printable(f"adb still lists lab devices that have ended: {error}"))


def _forget(serial: str) -> None:
    """What was changed on a lab device is gone with it: nothing is left to be put back."""
    from harness.device.proven import forget
    from harness.device.restore_file import RestoreFile
    from harness.doctor.diagnosis import changes_of

    RestoreFile.of(serial).forget()
    changes_of(serial).forget()
    forget(serial)
    registry.forget(serial)


def as_rows(handles: list[registry.LabDeviceHandle]) -> list[dict[str, object]]:
    keys = ("serial", "name", "pid", "profile", "seed", "contained", "why_not", "ends_with")
    return [{key: getattr(handle, key) for key in keys} for handle in handles]


def _show(handles: list[registry.LabDeviceHandle]) -> None:
    table = Table("serial", "name", "profile", "contained", "pid", box=None, header_style="bold")
    for handle in handles:
        contained = "yes" if handle.contained else f"no: {handle.why_not}"
        table.add_row(*map(cell, (handle.serial, handle.name, handle.profile, contained, handle.pid)))
    out.print(table)


def register(app: typer.Typer) -> None:
    told = "Embedded Android devices: start, stop, list, shell, check."
    lab = typer.Typer(no_args_is_help=True, help=told, rich_markup_mode=None)
    app.add_typer(lab, name="lab")
    lab.command("check")(lab_check.check)

    @lab.command("start")
    def start(
        name: Annotated[str | None, typer.Option("--name", help="A name for the device; lab1, lab2, ... otherwise.")] = None,
        profile: Annotated[str | None, typer.Option("--profile", help="Device profile: lab/profiles has them.")] = None,
        count: Annotated[int, typer.Option("--count", "-n", min=1, max=16, help="How many devices.")] = 1,
        trust_apk: Annotated[
            bool,
            typer.Option("--trust-apk", help="Let APKs other than the example apps run where the device cannot be contained."),
        ] = False,
        no_frida: Annotated[
            bool,
            typer.Option("--no-frida", help="No Frida answers until a frida-server is started there, as on a rooted phone."),
        ] = False,
        ends_with: Annotated[
            int | None, typer.Option("--ends-with", metavar="PID", min=1, help="End them with this process.")
        ] = None,
        json: Json = False,
    ) -> int:
        """Start lab devices and connect adb to them.

        The first start downloads the runtime (about 600 MB).
        """
        if name and count > 1:
            raise UsageError("One name cannot be given to several devices.", "", "Leave out --name or --count.")

        def say(text: str) -> None:
            err.print(printable(f"lab: {text}"))

        if count == 1:
            handles = [registry.start(name, profile, trust_apk=trust_apk, no_frida=no_frida, die_with=ends_with, progress=say)]
        else:
            handles = registry.start_several(
                count, profile=profile, trust_apk=trust_apk, no_frida=no_frida, die_with=ends_with, progress=say)
        for handle in handles:
            connect(handle.serial)
        if json:
            emit(as_rows(handles))
        else:
            _show(handles)
        return 0

    @lab.command("stop")
    def stop(
        which: Annotated[list[str] | None, typer.Argument(help="Serials or names; --all for every device.")] = None,
        everything: Annotated[bool, typer.Option("--all", help="Every lab device of this user.")] = False,
        json: Json = False,
    ) -> int:
        """End lab devices and all that is on them."""
        if not which and not everything:
            running = ", ".join(h.serial for h in registry.running()) or "none"
            raise UsageError("No device was named.", f"Running: {running}.", "Name one, or use --all.")
        clear_away_dead()
        handles = registry.running() if everything else [registry.find(w) for w in which or []]
        for handle in handles:
            end(handle.serial)
        if json:
            emit([h.serial for h in handles])
        else:
            out.print(f"Stopped: {', '.join(h.serial for h in handles) or 'none was running'}.", markup=False)
        return 0

    @lab.command("list")
    def list_(json: Json = False) -> int:
        """List the lab devices that are running."""
        clear_away_dead()
        handles = registry.running()
        if json:
            emit(as_rows(handles))
        elif handles:
            _show(handles)
        else:
            out.print("No lab device is running. `harness lab start` starts one.", markup=False)
        return 0

    @lab.command("app")
    def app_(
        name: Annotated[str | None, typer.Argument(help="Which one; without it, all are listed.")] = None,
        to: Annotated[Path | None, typer.Option("--to", metavar="FILE", help="Where the APK goes; else NAME.apk here.")] = None,
    ) -> int:
        """Write the APK of an example app, for a phone or an emulator.

        What is planted in each is described in docs/example-apps.md. An APK is built at first use.
        """
        from harness.lab.apps import apps, build

        known = {one.name: one for one in apps()}
        if name is None:
            for one in known.values():
                out.print(printable(f"{one.name:<16} {one.package:<26} {one.label}"))
            return 0
        if name not in known:
            raise UsageError(f"There is no example app {name}.", "", f"There are: {', '.join(known)}.")
        target = to or Path(f"{name}.apk")
        if target.is_dir():
            raise UsageError(f"{target} is a folder.", "", f"Name the file: --to {target / name}.apk")
        built = build(name)
        try:
            shutil.copyfile(built, target)
        except OSError as bad:
            raise UsageError(f"{target} cannot be written: {bad.strerror or bad}.", "", "Name another file with --to.") from bad
        err.print(printable(f"written  {target}"))
        return 0

    @lab.command("shell", context_settings={"ignore_unknown_options": True})
    def shell(
        which: Annotated[str, typer.Argument(help="Serial or name.")],
        words: Annotated[list[str] | None, typer.Argument(help="A command; without one, an interactive shell.")] = None,
    ) -> int:
        """Open a shell on a lab device, or run one command there.

        It is `adb shell` for that device.
        """
        import adbutils

        handle = registry.find(which)
        connect(handle.serial)
        return subprocess.run([adbutils.adb_path(), "-s", handle.serial, "shell", *(words or [])], check=False).returncode
