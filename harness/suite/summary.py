"""What pytest prints at its end: each clause with its verdict, then what could not be seen, then where the evidence is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.model import FOUND, Gap, GapKind, Verdict, VerdictWord
from harness.rules.analysis import Analysis

_COLOURS = {VerdictWord.VIOLATION: "red", VerdictWord.CANDIDATE: "purple", VerdictWord.INCONCLUSIVE: "yellow"}
_MOST = 100     # characters of a gap's detail


@dataclass(frozen=True, kw_only=True)
class Row:
    word: VerdictWord
    clause: str
    rule: str
    note: str


def rows(verdicts: Sequence[Verdict]) -> list[Row]:
    """Each clause once for each rule that decides it, with the worst of its verdicts; the worst first."""
    order = list(VerdictWord)
    by: dict[tuple[str, str], list[Verdict]] = {}
    for verdict in verdicts:
        for clause in verdict.clauses:
            by.setdefault((clause, verdict.rule), []).append(verdict)
    found = []
    for (clause, rule), mine in by.items():
        worst = min((v.verdict for v in mine), key=order.index)
        same = [v for v in mine if v.verdict is worst]
        many = f"{len(same)} findings" if len(same) > 1 else "1 finding"
        note = many if worst in FOUND else ""
        found.append(Row(word=worst, clause=clause, rule=rule, note=note))
    return sorted(found, key=lambda row: (order.index(row.word), row.rule, row.clause))


def gap_lines(gaps: Sequence[Gap]) -> list[str]:
    """One line for each kind of gap, with the first of them in words."""
    by: dict[str, list[Gap]] = {}
    for gap in gaps:
        by.setdefault(str(gap.kind), []).append(gap)
    wide = max(map(len, by), default=0)
    return [f"{kind.ljust(wide)}  {len(mine):3}  {_cut(mine[0].detail)}" for kind, mine in sorted(by.items())]


def not_asked_line(rules: Collection[str]) -> str:
    """What takes the place of a line for each rule whose scenarios nobody ran."""
    who, whose = ("rule was", "its") if len(rules) == 1 else ("rules were", "their")
    return f"{len(rules)} {who} not decided: {whose} scenarios were not run."


def show(analysis: Analysis, write_line: Callable[..., None], section: Callable[[str], None]) -> None:
    section("privacy verdicts")
    left_out = analysis.not_asked
    table = rows([v for v in analysis.verdicts if v.rule not in left_out])
    word, clause, rule = (max((len(getattr(row, name)) for row in table), default=0) for name in ("word", "clause", "rule"))
    for row in table:
        style = {_COLOURS[row.word]: True} if row.word in _COLOURS else {}
        write_line(f"{row.word.ljust(word)}  {row.clause.ljust(clause)}  {row.rule.ljust(rule)}  {row.note}".rstrip(), **style)
    if left_out:
        write_line(not_asked_line(left_out))
    theirs = {gap for v in analysis.verdicts if v.rule in left_out for gap in v.gaps}
    theirs -= {gap for v in analysis.verdicts if v.rule not in left_out for gap in v.gaps}
    lines = gap_lines([g for g in analysis.run.gaps if not (g.kind == GapKind.NOT_REACHED and g.id in theirs)])
    if lines:
        write_line("not seen:")
        for line in lines:
            write_line(f"  {line}")
    for path in _told(analysis):
        write_line(path)


def _told(analysis: Analysis) -> list[str]:
    if len(analysis.bundles) <= 1:
        return [f"bundle: {analysis.bundle}"]
    return [f"bundles: {analysis.bundle}", *(f"  {_relative(p, analysis.bundle)}" for p in analysis.bundles)]


def _relative(path: Path, folder: Path) -> str:
    return path.name if path.parent == folder else str(path)


def _cut(text: str) -> str:
    return text if len(text) <= _MOST else text[:_MOST] + " …"
