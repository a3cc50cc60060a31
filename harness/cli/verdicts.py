"""Verdicts for a person: on the terminal and as a report."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from rich.table import Table

from harness.bundle import Verification
from harness.cli.output import cell, first_two, out, printable
from harness.model import Verdict, VerdictWord
from harness.rules.analysis import Analysis
from harness.rules.analysis import as_json as analysis_as_json
from harness.rules.sensitive import name
from harness.suite.summary import not_asked_line

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
        row = [v.verdict, v.grade or "", v.rule, name(v.item) if v.item else "", v.caller, v.stage, v.party,
               first_two(v.evidence or v.gaps)]
        table.add_row(*(cell(text, STYLES[v.verdict] if i == 0 else "") for i, text in enumerate(row)))
    return table


def print_analysis(analysis: Analysis, named: Collection[str] = ()) -> None:
    """The verdict table, then why what is open is open. Rules whose scenarios were not run are one line, save those that
    were asked for by name."""
    run = analysis.run
    left_out = analysis.not_asked - set(named)
    shown = [v for v in analysis.verdicts if v.rule not in left_out]
    out.print(verdict_table(shown))
    for v in shown:
        if v.verdict == VerdictWord.INCONCLUSIVE:
            out.print(printable(f"  {v.rule}: {v.reason}"))
    if left_out:
        out.print(not_asked_line(left_out))
    out.print(
        f"{len(run.calls)} calls, {len(run.flows)} flows, {len(run.screens)} screens, {len(run.gaps)} gaps; "
        f"{'complete' if run.complete else 'INCOMPLETE'}."
    )


def as_json(analysis: Analysis, integrity: Verification) -> dict[str, Any]:
    """The result that `run` and `analyze` print with `--json`; docs/json.md is its reference."""
    return analysis_as_json(analysis) | {"integrity": str(integrity.status)}
