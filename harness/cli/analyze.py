"""`harness analyze` and `harness report`: from a bundle alone, on any machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.options import AppFile, Formats, Json, Language, ReportFormat, ReportLanguage, Unmask, read_app_file
from harness.cli.output import emit, err, out, printable


def close_killed(bundle: Path) -> None:
    """Closes what a killed run left, and says so. What was sealed, or ended, stays as it is."""
    from harness.bundle import finish_seal, seal_interrupted
    from harness.tables import bundles_in, is_run_folder

    if not bundle.is_dir():
        return
    if is_run_folder(bundle):
        for one in bundles_in(bundle):
            close_killed(one)
        return
    if finish_seal(bundle):
        err.print("The run was killed while it sealed this bundle; the signature it had made is in its place now.")
    elif seal_interrupted(bundle):
        err.print(
            "The run that made this bundle was interrupted; it is closed now, and marked. What it had written could have "
            "been changed until now: the seal only covers what happens from here on."
        )


def note_opened(bundle: Path, command: str) -> None:
    """Appends to the chain of custody that a sealed bundle is looked into; says so on stderr where that cannot be."""
    from harness.bundle import custody
    from harness.bundle.format import MANIFEST, SIGNATURE
    from harness.errors import HarnessError
    from harness.tables import bundles_in, is_run_folder

    if bundle.is_dir() and is_run_folder(bundle):
        for one in bundles_in(bundle):
            note_opened(one, command)
        return
    if bundle.is_dir() and not all((bundle / name).exists() for name in (MANIFEST, SIGNATURE)):
        return
    try:
        custody.append(bundle, custody.Action.OPENED, note=f"harness {command}")
    except HarnessError as bad:
        err.print(printable(f"That it was opened is not in its chain of custody: {bad.what} {bad.why}"))


def refuse_run_folder(bundle: Path) -> None:
    """Raises UsageError for a folder of several bundles: a page is made from one, whose hashes it prints."""
    from harness.errors import UsageError
    from harness.tables import bundles_in, is_run_folder

    if is_run_folder(bundle):
        names = ", ".join(one.name for one in bundles_in(bundle))
        raise UsageError(f"{bundle} holds several bundles.", f"A report is made from one of them: {names}.",
                         "Name one; `harness analyze` judges all of them together.")


Thresholds = Annotated[str | None, typer.Option(
    "--profile", help="Whose thresholds decide: cn-default, ..., or a YAML file. Without it the run's own.")]


def register(app: typer.Typer) -> None:
    @app.command("analyze")
    def analyze(
        bundle: Annotated[Path, typer.Argument(help="A bundle folder, a zip of one, or the folder of a run with several.")],
        rule: Annotated[list[str] | None, typer.Option("--rule", help="Only this rule (repeatable).")] = None,
        app_file: AppFile = None,
        profile: Thresholds = None,
        json: Json = False,
    ) -> int:
        """Decide a bundle again, from its journals alone.

        The rules are those of this version. Whether the bundle was altered is checked first and told; it is judged all
        the same. A bundle whose harness was killed before its end is closed first and stays marked as interrupted.
        Exit status: 0 no violation, 1 violations, 2 not a bundle, 3 inconclusive only, 5 no such rule.
        """
        from harness.cli.verdicts import as_json, print_analysis
        from harness.cli.verify import check_all
        from harness.rules.analysis import analyse
        from harness.rules.engine import select
        from harness.tables import AppFacts

        select(rule or [])
        about = AppFacts.of(read_app_file(app_file)) if app_file else None
        close_killed(bundle)
        integrity = check_all(bundle)
        note_opened(bundle, "analyze")
        analysis = analyse(bundle, rules=rule or [], app=about, profile=profile)
        if json:
            emit(as_json(analysis, integrity))
        else:
            print_analysis(analysis, rule or ())
        return analysis.exit_status

    @app.command("report")
    def report(
        bundle: Annotated[Path, typer.Argument(help="A bundle folder, or a zip of one.")],
        lang: Language = ReportLanguage.ZH,
        to: Annotated[Path | None, typer.Option(
            "--to", help="File to write instead of BUNDLE/report/report.html; of several formats, the folder.")] = None,
        app_file: AppFile = None,
        profile: Thresholds = None,
        formats: Formats = None,
        har: Annotated[bool, typer.Option("--har", help="The same as --format har.")] = False,
        pdf: Annotated[
            Path | None, typer.Option("--pdf", help="Write it to this file instead, as PDF/A-3 with the manifest attached.")
        ] = None,
        unmask: Unmask = False,
        json: Json = False,
    ) -> int:
        """Write the report of a bundle: one self-contained page.

        Of personal information it shows the last signs only, unless --unmask is given; it says which of both it is.
        Prints where it is. It is HTML. With --format it is files for other programs: SARIF, JUnit, HAR, tables as CSV or Parquet,
        the timeline as PNG, the verdicts as JSON. Several go into the folder --to, one into the file --to. In BUNDLE/report/,
        where all go unless --to says otherwise, they are signed with this user's key; it is no part of what is sealed.
        With --pdf it is a document of numbered pages (PDF/A-3), and the bundle's manifest and signature are attached to it.
        """
        wanted = list(dict.fromkeys([*(formats or ()), *([ReportFormat.HAR] if har else [])]))
        if pdf is not None:
            _one_format(to, wanted)
            wanted, to = [ReportFormat.PDF], pdf
        wanted = wanted or [ReportFormat.HTML]
        if ReportFormat.PDF in wanted:
            _has_font()
        from harness.bundle import verify
        from harness.cli.formats import targets, write_formats
        from harness.cli.verify import warn
        from harness.rules.analysis import analyse
        from harness.tables import AppFacts

        about = AppFacts.of(read_app_file(app_file)) if app_file else None
        refuse_run_folder(bundle)
        close_killed(bundle)
        integrity = verify(bundle, report=False)    # the report is about to be made anew
        warn(integrity)
        # what cannot be written is said before anything is judged, and before it is noted that it was opened
        places = targets(bundle, wanted, to)
        note_opened(bundle, "report")
        write_formats(analyse(bundle, app=about, profile=profile), integrity, places, language=str(lang), unmask=unmask)
        if unmask:
            err.print("Personal information is not masked in what was written: --unmask was given.")
        if json:
            first = ReportFormat.HTML if ReportFormat.HTML in places else wanted[0]
            emit({"report": str(places[first]), "bundle": str(bundle), "language": str(lang), "masked": not unmask,
                  "files": {one: str(path) for one, path in places.items()}})
        else:
            for path in places.values():
                out.print(printable(str(path)))
        return 0


def _one_format(to: Path | None, wanted: list[ReportFormat]) -> None:
    """Raises UsageError where another format or place is asked for than that of --pdf."""
    from harness.errors import UsageError

    if to is not None or wanted:
        raise UsageError("One report at a time.", "--pdf names the file and its format.",
                         "Leave out --to, --format and --har, or say --format pdf beside other formats.")


def _has_font() -> None:
    """Raises NoFont."""
    from harness.render.typeface import font_file

    font_file()
