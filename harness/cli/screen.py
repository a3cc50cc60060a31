"""`harness screen`: what the recogniser sees in a UI dump."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.options import Json
from harness.cli.output import emit, out, printable
from harness.errors import UsageError

if TYPE_CHECKING:
    from harness.suite.reading import Reading


def read(file: Path, package: str | None) -> Reading:
    """Raises UsageError where there is no such file or it holds no hierarchy."""
    from harness.suite.recogniser import recognise

    try:
        text = file.read_text("utf-8", errors="replace")
    except OSError as error:
        raise UsageError(f"{file} cannot be read.", str(error.strerror), "Name a file of `uiautomator dump`.") from error
    reading = recognise(text, package)
    if not reading.readable:
        raise UsageError(f"{file} holds no UI hierarchy.", reading.reason, "Name a file of `uiautomator dump`.")
    return reading


def register(app: typer.Typer) -> None:
    @app.command("screen")
    def screen(
        files: Annotated[list[Path], typer.Argument(help="UI dumps (XML), as uiautomator writes them.")],
        package: Annotated[str | None, typer.Option("--package", help="The app's package, where it is known.")] = None,
        json: Json = False,
    ) -> int:
        """Say what a screen is, and the role of each of its controls."""
        from harness.suite.reading import as_json

        readings = [read(file, package) for file in files]
        if json:
            documents = [as_json(r) for r in readings]
            emit(documents[0] if len(documents) == 1 else documents)
            return 0
        for file, reading in zip(files, readings, strict=True):
            out.print(printable(f"{file}: {reading.kind} ({reading.reason})"))
            for control in reading.controls:
                state = "" if control.checked is None else " [x]" if control.checked else " [ ]"
                out.print(printable(f"  {control.role:14}{state} {control.text!r} {list(control.bounds)}"))
        return 0
