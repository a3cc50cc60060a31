"""Verdicts for a person: on the terminal and as a report."""

from __future__ import annotations

from pathlib import Path

from rich.table import Table
from rich.text import Text

from harness.cli.output import out
from harness.model import Verdict, VerdictWord
from harness.render import html
from harness.rules.analysis import Analysis
from harness.rules.sensitive import name

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
