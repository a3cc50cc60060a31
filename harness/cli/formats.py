"""What `harness report` writes of a bundle: the page or the document, and what other programs read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from harness.cli.options import FILES, FOLDERS, ReportFormat
from harness.cli.output import err, printable

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
            raise UsageError(f"{to} is a folder.", f"--format {one} alone is one file.", f"Name the file: {to / FILES[one]}.")
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
    analysis: Analysis, integrity: Verification, places: Mapping[ReportFormat, Path], *, language: str = "zh",
    unmask: bool = False,
) -> None:
    """Writes each to its place (`targets`). `integrity`: what `verify` said of the bundle without its report. Raises
    HarnessError."""
    from harness.render.machine import machine

    @cache
    def made() -> Machine:
        return machine(analysis, integrity, language=language, unmask=unmask)

    with err.status("masking") as status:
        for one, path in places.items():
            status.update(printable(f"making {one}: {path.name}"))
            if one is ReportFormat.HTML:
                from harness.render import html

                page = html.page(analysis, language=language, integrity=integrity, unmask=unmask)
                put(analysis.bundle, [(path, page.encode())])
            elif one is ReportFormat.PDF:
                from harness.render import pdf

                put(analysis.bundle, [(path, pdf.report(analysis, language=language, integrity=integrity, unmask=unmask))])
            else:
                put(analysis.bundle, _for_programs(one, made(), path))


def _for_programs(one: ReportFormat, made: Machine, path: Path) -> Iterator[tuple[Path, bytes]]:
    """(file, content) of a format."""
    if one is ReportFormat.JSON:
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


def put(bundle: Path, files: Iterable[tuple[Path, bytes]]) -> None:
    """Those in the bundle's report/ folder are signed, once for all of them; any other is written as it comes. Raises
    HarnessError where one cannot be written, or would alter the bundle."""
    from harness.bundle import report_place, write_reports
    from harness.errors import UsageError

    inside: dict[Path, bytes] = {}
    for path, content in files:
        if report_place(bundle, path):
            inside[path] = content
            continue
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError as error:
            raise UsageError(f"{path} cannot be written.", str(error.strerror),
                             "Name another place with --to or --pdf.") from error
    write_reports(bundle, inside)
