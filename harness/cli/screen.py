"""`harness screen`: what the recogniser sees in a UI dump, in its screenshot, or in both."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.cli.options import Json
from harness.cli.output import emit, out, printable
from harness.errors import UsageError

if TYPE_CHECKING:
    from harness.screens.dark_patterns import DarkPattern
    from harness.screens.dark_words import LeftOut
    from harness.screens.picture import Picture
    from harness.screens.reading import Reading

_DUMP = "Name a file of `uiautomator dump`."
_IMAGE = "Name a screenshot: PNG, JPEG or WebP."


def read(file: Path, package: str | None, picture: Picture | None = None) -> tuple[Reading, str]:
    """The reading of a dump, and the dump. Raises UsageError where there is no such file or it holds no hierarchy."""
    from harness.screens.hierarchy import HierarchyUnreadable, decoded
    from harness.screens.recogniser import recognise

    try:
        text = decoded(_content(file, _DUMP))
    except HierarchyUnreadable as error:
        raise UsageError(f"{file} holds no UI hierarchy.", str(error), _DUMP) from error
    reading = recognise(text, package, picture)
    if not reading.readable:
        raise UsageError(f"{file} holds no UI hierarchy.", reading.reason, _DUMP)
    return reading, text


def read_image(file: Path) -> Picture:
    """Raises UsageError where there is no such file or it is no picture."""
    from harness.screens.picture import PictureUnreadable, decode

    try:
        return decode(_content(file, _IMAGE))
    except PictureUnreadable as bad:
        raise UsageError(f"{file} is no picture.", str(bad), _IMAGE) from bad


def _content(file: Path, hint: str) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read.", str(error.strerror), hint) from error


def _all(
    files: list[Path], image: Path | None, package: str | None, density: int | None
) -> list[tuple[Path, Reading, list[DarkPattern]]]:
    from harness.screens.dark_patterns import find

    picture = read_image(image) if image is not None else None
    if not files:
        if image is None or picture is None:
            raise UsageError("No screen is named.", "", "Name a UI dump, or a screenshot with --image.")
        from harness.screens.recogniser import recognise_picture

        alone = recognise_picture(picture)
        return [(image, alone, find(alone, None, picture, density))]
    if picture is not None and len(files) > 1:
        raise UsageError("One screenshot cannot belong to several dumps.", "", "Name one dump with --image.")
    found = []
    for file in files:
        reading, xml = read(file, package, picture)
        found.append((file, reading, find(reading, xml, picture, density)))
    return found


def _document(reading: Reading, patterns: list[DarkPattern]) -> dict[str, Any]:
    from harness.screens import dark_patterns
    from harness.screens import reading as readings

    return readings.as_json(reading) | {
        "dark_patterns": [dark_patterns.as_json(pattern) for pattern in patterns],
        "left_out": [{"id": one.id, "reason": one.reason} for one in _left_out(reading)]}


def _left_out(reading: Reading) -> list[LeftOut]:
    from harness.screens.dark_words import left_out

    return list(left_out(reading.text)) if reading.is_notice else []


def _show(file: Path, reading: Reading, patterns: list[DarkPattern]) -> None:
    out.print(printable(f"{file}: {reading.kind} ({reading.reason})"))
    for control in reading.controls:
        state = "" if control.checked is None else " [x]" if control.checked else " [ ]"
        out.print(printable(f"  {control.role:14}{state} {control.text!r} {list(control.bounds)}"))
    for pattern in patterns:
        out.print(printable(f"  dark pattern {pattern.id}: {pattern.detail}"))
    for one in _left_out(reading):
        out.print(printable(f"  not measured {one.id}: {one.reason}"))
    for note in reading.notes:
        out.print(printable(f"  note {note.kind}: {note.detail}"))


def register(app: typer.Typer) -> None:
    @app.command("screen")
    def screen(
        files: Annotated[
            list[Path] | None,
            typer.Argument(help="UI dumps (XML), as uiautomator writes them; may be left out with --image."),
        ] = None,
        image: Annotated[
            Path | None,
            typer.Option("--image", help="The screenshot of the dump: read where the dump has no words, and measured."),
        ] = None,
        package: Annotated[str | None, typer.Option("--package", help="The app's package, where it is known.")] = None,
        density: Annotated[
            int | None, typer.Option("--density", min=72, max=1000, help="The screen's dots per inch, for sizes in dp.")
        ] = None,
        json: Json = False,
    ) -> int:
        """Say what a screen is and what its controls do.

        Reads the screenshot where the dump has no words, and measures the dark patterns of a notice.
        """
        found = _all(files or [], image, package, density)
        if json:
            documents = [_document(reading, patterns) for _, reading, patterns in found]
            emit(documents[0] if len(documents) == 1 else documents)
            return 0
        for file, reading, patterns in found:
            _show(file, reading, patterns)
        return 0
