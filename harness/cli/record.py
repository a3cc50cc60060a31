"""`harness record`: a scenario written from what a person does by hand."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.options import Json
from harness.cli.output import emit, err, out, printable
from harness.cli.run import apk_of, chosen_device, progress_lines, refuse_fresh_lab
from harness.errors import UsageError

_LOOK = 0.5


def _target(file: Path, force: bool) -> Path:
    """Where the scenario is written. Raises UsageError where that would lose a file, or cannot be."""
    if file.suffix != ".py":
        raise UsageError(f"{file} is no Python file.", "A scenario is one.", f"Write --out {file.with_suffix('.py')}.")
    if file.exists() and not force:
        raise UsageError(f"{file} is there already.", "", "Name another file, or write over it with --force.")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{file} cannot be written.", str(error.strerror), "Name another file.") from error
    return file


def register(app: typer.Typer) -> None:
    @app.command("record")
    def record(
        target: Annotated[str, typer.Argument(metavar="APK|PACKAGE", help="An APK file, or a package on the device.")],
        file: Annotated[
            Path, typer.Option("--out", "-o", metavar="FILE", help="The scenario to write.")
        ] = Path("scenarios/recorded.py"),
        force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
        id: Annotated[str, typer.Option("--id", help="The scenario's id; else from the name of the file.")] = "",
        title: Annotated[str, typer.Option("--title", help="The scenario's title; else its id.")] = "",
        device: Annotated[
            str | None,
            typer.Option("--device", "-s", "--serial", help="lab, auto (any that is free), or a serial of adb (ANDROID_SERIAL)."),
        ] = None,
        wait: Annotated[
            float, typer.Option("--wait", metavar="SECONDS", min=0, help="How long to wait for a device that another run has.")
        ] = 0.0,
        profile: Annotated[str | None, typer.Option("--profile", help="Profile of the lab device.")] = None,
        trust_apk: Annotated[
            bool, typer.Option("--trust-apk", help="Run this APK even where the lab device cannot be contained.")
        ] = False,
        port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port of the page; 0: any free one.")] = 0,
        open_page: Annotated[bool, typer.Option("--open/--no-open", help="Whether to open the page in the browser.")] = True,
        json: Json = False,
    ) -> int:
        """Write a scenario from what you do by hand.

        Shows the device on a page of this machine; what you tap there is tapped on the device and written down as what it
        meant: an agreement, a refusal, an answer to the system, a way along captions. The file is written after every act,
        so that nothing is lost. No hooks, no proxy: run the scenario afterwards.
        """
        import time
        import webbrowser

        from harness.device.adb import AdbDevice
        from harness.suite.record_desk import Desk
        from harness.suite.record_page import RecordPage
        from harness.suite.recording import id_of
        from harness.suite.rig import screen_and_hands
        from harness.suite.scenario import find, read_scenario

        say = progress_lines()
        apk = apk_of(target)
        if apk is None:
            refuse_fresh_lab(target, device)
        path = _target(file, force)
        name = id_of(id or path.stem)
        if id and name != id:
            why = "An id is words in small letters with hyphens."
            raise UsageError(f"{id} is no id of a scenario.", why, f"Write --id {name}.")
        if (other := find().get(name)) is not None and other.path.resolve() != path.resolve():
            raise UsageError(f"There is a scenario {name} already.", str(other.path), "Choose another with --id.")
        package = target if apk is None else _package(apk)
        with chosen_device(device, package="" if apk else target, profile=profile, trust_apk=trust_apk,
                           wait=wait, say=say) as serial:
            phone = AdbDevice.open(serial)
            screen, hands = screen_and_hands(serial)
            desk = Desk(
                phone, screen, hands, package, apk, id=name, title=title or name, file=path, monotonic=time.monotonic,
                sleep=time.sleep, doc=f"Recorded by hand with {package}.",
            )  # fmt: skip
            say(f"{serial}: installing and starting {package}")
            desk.begin()
            page = RecordPage(desk, port)
            try:
                err.print(printable(f"Open {page.url}"))
                err.print("Do there what the scenario is to do, then press Done (or Ctrl-C here).")
                if open_page and sys.stderr.isatty():
                    webbrowser.open(page.url)
                while not page.saved.wait(_LOOK):
                    pass
            except KeyboardInterrupt:
                say("interrupted: what was recorded until here is kept")
            finally:
                page.close()
                phone.stop(package)
        read_scenario(path)
        acts = len(desk.recording.acts)
        if json:
            emit({"scenario": name, "file": str(path), "acts": acts})
        else:
            out.print(printable(f"{path}: scenario {name}, {acts} {'act' if acts == 1 else 'acts'}"))
            out.print(printable(f"run it: harness run {target} --scenario {name} --scenarios {path.parent}"))
        return 0


def _package(apk: Path) -> str:
    from harness.device.apk import read_apk

    return read_apk(apk).package
