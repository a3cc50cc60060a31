"""`harness analyze` and `harness report`: from a bundle alone, on any machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from harness.bundle import seal_interrupted
from harness.cli.options import AppFile, Json, Language, read_app_file
from harness.cli.output import emit, err, out
from harness.model import Verdict, VerdictWord
from harness.render import html
from harness.rules.analysis import Analysis, analyse, as_json
from harness.rules.engine import select
from harness.rules.sensitive import name
from harness.tables import AppFacts

STYLES = {
    VerdictWord.VIOLATION: "bold red",
    VerdictWord.CANDIDATE: "bold magenta",
    VerdictWord.INCONCLUSIVE: "yellow",
    VerdictWord.NOT_OBSERVED: "dim",
}


def verdict_table(verdicts: list[Verdict]) -> Table:
    """Verdicts for a terminal, worst first."""
    table = Table("verdict", "grade", "rule", "item", "caller", "stage", "to", "evidence", box=None, header_style="bold")
    for v in verdicts:
        cited = v.evidence or v.gaps
        shown = ", ".join(cited[:2]) + (f" +{len(cited) - 2}" if len(cited) > 2 else "")
        row = [v.verdict, v.grade or "", v.rule, name(v.item) if v.item else "", v.caller, v.stage, v.party, shown]
        table.add_row(*(Text(str(cell), style=STYLES[v.verdict] if i == 0 else "") for i, cell in enumerate(row)))
    return table


def print_analysis(analysis: Analysis) -> None:
    """The verdict table, then what could not be seen."""
    run = analysis.run
    out.print(verdict_table(analysis.verdicts))
    for v in analysis.verdicts:
        if v.verdict == VerdictWord.INCONCLUSIVE:
            out.print(f"  {v.rule}: {v.reason}", markup=False)
    out.print(
        f"{len(run.calls)} calls, {len(run.flows)} flows, {len(run.screens)} screens, {len(run.gaps)} gaps; "
        f"{'complete' if run.complete else 'INCOMPLETE'}.",
        markup=False,
    )


def write_report(analysis: Analysis, language: str = "zh", target: Path | None = None) -> Path:
    """The HTML report, in the bundle's report/ folder (which the manifest leaves out) or where it is wanted."""
    folder = analysis.bundle if analysis.bundle.is_dir() else Path.cwd()
    path = target or folder / "report" / "report.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    html.write(analysis, path, language=language)
    return path


def register(app: typer.Typer) -> None:
    @app.command("analyze")
    def analyze(
        bundle: Annotated[Path, typer.Argument(help="A bundle folder, or a zip of one.")],
        rule: Annotated[list[str] | None, typer.Option("--rule", help="Only this rule (repeatable).")] = None,
        app_file: AppFile = None,
        json: Json = False,
    ) -> int:
        """Decide BUNDLE again: its journals, nothing else, through the rules of this version.

        A bundle whose harness was killed is closed first and stays marked as interrupted.
        Exit status: 0 no violation, 1 violations, 2 not a bundle, 3 inconclusive only, 5 no such rule.
        """
        select(rule or [])
        if bundle.is_dir() and seal_interrupted(bundle):
            err.print("The run that made this bundle was interrupted; it is closed now, and marked.", markup=False)
        about = AppFacts.of(read_app_file(app_file)) if app_file else None
        analysis = analyse(bundle, rules=rule or [], app=about)
        if json:
            emit(as_json(analysis))
        else:
            print_analysis(analysis)
        return analysis.exit_status

    @app.command("report")
    def report(
        bundle: Annotated[Path, typer.Argument(help="A bundle folder, or a zip of one.")],
        lang: Language = "zh",
        to: Annotated[Path | None, typer.Option("--to", help="File to write instead of BUNDLE/report/report.html.")] = None,
        app_file: AppFile = None,
        json: Json = False,
    ) -> int:
        """Write the report of BUNDLE as one self-contained HTML page and print where it is."""
        about = AppFacts.of(read_app_file(app_file)) if app_file else None
        analysis = analyse(bundle, app=about)
        path = write_report(analysis, lang, to)
        if json:
            emit({"report": str(path), "bundle": str(bundle), "language": lang})
        else:
            out.print(str(path), markup=False)
        return 0
