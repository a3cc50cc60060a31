"""What `harness report --format ...` writes: a bundle's verdicts, traffic, tables and timeline for other programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from harness.cli.options import FILES, FOLDERS, ReportFormat
from harness.cli.output import emit, err, out, printable

if TYPE_CHECKING:
    from harness.bundle import Verification
    from harness.render.machine import Machine
    from harness.rules.analysis import Analysis


def targets(bundle: Path, formats: Sequence[ReportFormat], to: Path | None) -> dict[ReportFormat, Path]:
    """Where each goes: to `to` itself where it is the only one, else by its usual name into the folder `to`. Without `to` that is
    the bundle's report/, or for a zip report/ in the current folder. Raises UsageError where `to` does not fit."""
    from harness.errors import UsageError

    if len(formats) == 1 and to is not None:
        one = formats[0]
        if one not in FOLDERS and to.is_dir():
            raise UsageError(f"{to} is a folder.", f"--format {one} alone is one file.", f"Name it: --to {to / FILES[one]}.")
        may_write(bundle, to)
        return {one: to}
    folder = to or (bundle if bundle.is_dir() else Path.cwd()) / "report"
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file.", f"{len(formats)} formats were asked for.", "Name a folder with --to.")
    places = {one: folder / FILES[one] for one in formats}
    for path in places.values():
        may_write(bundle, path)
    return places


def may_write(bundle: Path, target: Path) -> None:
    """Raises UsageError where the file would alter the bundle, or what another key signed in it."""
    from harness.bundle import refuse_anothers, report_place

    if report_place(bundle, target):
        refuse_anothers(bundle, [target])


def write_formats(
    bundle: Path, formats: Sequence[ReportFormat], analysis: Analysis, integrity: Verification, *, to: Path | None, language: str,
    unmask: bool, json: bool,
) -> None:
    """Writes them, each to its place, and prints where. Raises HarnessError."""
    from harness.render.machine import machine

    places = targets(bundle, formats, to)
    written: dict[str, str] = {}
    with err.status("masking") as status:
        made = machine(analysis, integrity, language=language, unmask=unmask)
        for one, path in places.items():
            status.update(f"making {one}")
            for file, content in _contents(one, made, path):
                status.update(printable(f"writing {one}: {file.name}"))
                if content is not None:
                    _put(bundle, file, content)
            written[one] = str(path)
    if unmask:
        err.print("Personal information is not masked in what was written: --unmask was given.")
    if json:
        emit({"report": written[ReportFormat.HTML if ReportFormat.HTML in written else formats[0]], "bundle": str(bundle),
              "language": language, "masked": not unmask, "files": written})
        return
    for path in places.values():
        out.print(printable(str(path)))


def _contents(one: ReportFormat, made: Machine, path: Path) -> Iterator[tuple[Path, bytes | None]]:
    """(file, content) of a format; content None for what has been written already."""
    if one is ReportFormat.HTML:
        from harness.render import html

        html.write(made.analysis, path, language=made.language, integrity=made.integrity, unmask=not made.mask.on)
        yield path, None
    elif one is ReportFormat.PDF:
        from harness.render import pdf

        pdf.write(made.analysis, path, language=made.language, integrity=made.integrity, unmask=not made.mask.on)
        yield path, None
    elif one is ReportFormat.JSON:
        from harness.render import verdicts_json

        yield path, verdicts_json.write(made)
    elif one is ReportFormat.SARIF:
        from harness.render import sarif

        yield path, sarif.write(made)
    elif one is ReportFormat.JUNIT:
        from harness.render import junit

        yield path, junit.write(made)
    elif one is ReportFormat.HAR:
        from harness.render import har

        yield path, har.encoded(har.har(made.bundle, made.masks))
    elif one is ReportFormat.PNG:
        from harness.render import timeline_png

        yield path, timeline_png.write(made)
    else:
        from harness.render import table_files

        for name, content in table_files.files(made, one):
            yield path / name, content


def _put(bundle: Path, path: Path, content: bytes) -> None:
    """Into the bundle's report/ folder it is signed, anywhere else it is a file. Raises UsageError."""
    from harness.bundle import report_place, write_report
    from harness.errors import UsageError

    if report_place(bundle, path):
        write_report(bundle, path, content)
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise UsageError(f"{path} cannot be written.", str(error.strerror), "Name another place with --to.") from error
