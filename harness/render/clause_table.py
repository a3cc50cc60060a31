"""What was decided of each clause, by which documents, and what a person has to answer."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence

from harness.clauses import catalogue
from harness.model import Verdict, VerdictWord
from harness.render.chapters import Told
from harness.render.findings import FindingMaker
from harness.render.forms import from_iso, ranges
from harness.render.shapes import BasisRow, ChecklistRow, ClauseRow, Row
from harness.resources import resource
from harness.rules.checklist import checklist_of
from harness.rules.decided import CHECKLIST, deciding
from harness.rules.rule import Rule

_WORST = list(VerdictWord)
UNANSWERED = frozenset({"unanswered", "attached"})
"""States of a row of the checklist that nobody has answered."""


def matrix(
    maker: FindingMaker, verdicts: Sequence[Verdict], numbers: Mapping[int, int], rules: Mapping[str, Rule],
    asked: Sequence[ChecklistRow],
) -> list[ClauseRow]:
    """A row for each clause of the catalogue, in its order. `numbers`: place among the verdicts -> number of the finding.
    `asked`: the rows of `checklist`."""
    t, run = maker.t, maker.told.analysis.run
    of_clause: dict[str, list[int]] = {}
    for place, verdict in enumerate(verdicts):
        for named in verdict.clauses:
            of_clause.setdefault(named, []).append(place)
    answers = {row.clause.id: row for row in asked}
    rows = []
    for id, clause in catalogue().items():
        mine = [verdicts[place] for place in of_clause.get(id, ())]
        decided = deciding(clause)
        if mine:
            word = str(min((v.verdict for v in mine), key=_WORST.index))
            text = t["words"][word]
        elif decided.first == CHECKLIST:
            word = "unanswered" if answers[id].state in UNANSWERED else "answered"
            text = t["words"][word]
        else:
            word, text = "undecided", t["words"]["undecided"]
        worst = [v for v in mine if v.verdict == word]
        deciders = dict.fromkeys(v.rule for v in mine)
        rows.append(ClauseRow(
            clause=maker.clause(id), word=word, word_text=text, rules=list(deciders),
            scenarios=[s for s in run.scenarios if any(s in rules[rule].scenarios for rule in deciders if rule in rules)],
            evidence=ranges(dict.fromkeys(e for v in worst for e in v.evidence), 12),
            findings=[numbers[place] for place in of_clause.get(id, ()) if place in numbers],
            gaps=list(dict.fromkeys(g for v in worst for g in v.gaps)),
        ))  # fmt: skip
    return rows


def basis(told: Told) -> tuple[list[BasisRow], list[Row]]:
    """The documents with what each is, and the version of what decides."""
    counted = Counter(clause.document for clause in catalogue().values())
    rows, whole = [], hashlib.sha256()
    for document, count in counted.items():
        first = next(c for c in catalogue().values() if c.document == document)
        content = resource("clauses", f"{document}.yaml").read_bytes()
        whole.update(content)
        rows.append(BasisRow(
            document=document, title=_title(first.source), force=told.t["force"][first.force],
            text_basis=", ".join(sorted({told.t["text_bases"].get(c.text_basis, c.text_basis)
                                         for c in catalogue().values() if c.document == document})),
            clauses=count, file=f"clauses/{document}.yaml", sha256=hashlib.sha256(content).hexdigest(),
        ))  # fmt: skip
    return rows, [
        told.row("catalogue_sha256", whole.hexdigest(), code=True, note=told.t["catalogue_note"]),
        told.row("rule_set", f"{len({v.rule for v in told.analysis.verdicts})}", note=told.t["rule_set_note"]),
        told.row("profile", told.analysis.readings.name, note=told.t["profile_note"]),
    ]


def _title(source: str) -> str:
    """The document's own title, without the section behind it."""
    return source[:source.rindex("》") + 1] if "》" in source else source.partition("(")[0].strip()


def checklist(maker: FindingMaker) -> list[ChecklistRow]:
    """The clauses that a person has to answer, each with what the bundle holds of an answer."""
    told, t = maker.told, maker.t
    rows = []
    for row in checklist_of(told.analysis.bundle).rows:
        said = row.answer if row.answered else None
        state = said.verdict if said else "attached" if row.attached else "unanswered"
        held = [(file.name, file.sha256) for file in (said.files if said else ())]
        held += [(one.name, one.sha256) for one in row.attached]
        rows.append(ChecklistRow(
            clause=maker.clause(row.clause.id), wanted=row.clause.wanted,
            state=str(state), state_text=t["answer_states"][str(state)],
            answer=told.mask.text(said.text or "") if said else "", by=told.mask.text(said.by) if said else "",
            at=from_iso(said.at, told.language) if said else "",
            attachments=[(told.mask.text(name, 200), sha256) for name, sha256 in held],
        ))  # fmt: skip
    return rows
