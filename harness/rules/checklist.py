"""The rows of the checklist: the clauses that a person decides, each with what was answered. `rows` is what reports show."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.bundle import BundleReader
from harness.bundle.checklist import Answer, Answered, answers
from harness.bundle.custody import BrokenChain
from harness.bundle.format import REDACTION, BundleError
from harness.bundle.source import Source, Unreadable, source_of
from harness.clauses import Clause, catalogue
from harness.errors import UsageError
from harness.rules.decided import deciding

MODES = frozenset({"manual", "out"})
"""Of clauses that are answered by hand; `out` concerns no app."""


@dataclass(frozen=True, kw_only=True)
class Attached:
    """What the tester attached for the clause in the run itself (the scenario `checklist`): `sha256` names an object."""

    name: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """`answer`: the one that counts, None where nobody has answered; `earlier`: those that it replaced, the first first. `of`:
    the clause that was answered, where that is another one that asks the same, else "". `rules`: those that decide a part."""

    clause: Clause
    answer: Answer | None = None
    earlier: tuple[Answer, ...] = ()
    of: str = ""
    attached: tuple[Attached, ...] = ()
    rules: tuple[str, ...] = ()

    @property
    def verdict(self) -> Answered:
        return self.answer.verdict if self.answer else Answered.OPEN

    @property
    def answered(self) -> bool:
        return self.verdict is not Answered.OPEN


def rows(bundle: Path | str | Source, *, all_modes: bool = False) -> list[Row]:
    """One row for each clause that a person decides, in the order of the catalogue; with `all_modes` also for those that concern
    no app; what was answered is always there. Works on a folder, a zip, and a redacted copy, which lacks the words.

    A chain that does not hold vouches for no answer: the rows have none then, and `verify` says what is wrong. Raises UsageError
    for what is no bundle.
    """
    source = source_of(Path(bundle)) if isinstance(bundle, (Path, str)) else bundle
    try:
        given = answers(source)
    except (BrokenChain, Unreadable):
        given = []
    by_clause: dict[str, list[Answer]] = {}
    for one in given:
        by_clause.setdefault(one.clause, []).append(one)
    attached = _attached(source)
    found = []
    for clause in catalogue().values():
        of = next((one for one in (clause.id, *clause.same_as) if one in by_clause), "")
        if of or clause.mode == "manual" or (all_modes and clause.mode in MODES):
            said = by_clause.get(of, [])
            found.append(Row(
                clause=clause, answer=said[-1] if said else None, earlier=tuple(said[:-1]), of=of if of != clause.id else "",
                attached=attached.get(clause.id, ()), rules=deciding(clause).rules))
    return found


def answerable(clause: str) -> Clause:
    """Raises UsageError for a clause that no person answers, or that there is not."""
    found = catalogue().get(clause)
    if found is None:
        raise UsageError(f"There is no clause {clause!r}.", "", "`harness checklist BUNDLE` lists the rows.")
    if found.mode not in MODES:
        rules = ", ".join(deciding(found).rules)
        raise UsageError(f"{clause} is no row of the checklist.", f"It is decided by {rules}." if rules else "",
                         "`harness checklist BUNDLE` lists the rows.")
    return found


def _attached(source: Source) -> dict[str, tuple[Attached, ...]]:
    """Clause -> what the run has for it. Nothing of a redacted copy, whose facts are cut, or of journals that cannot be read."""
    if source.has(REDACTION):
        return {}
    found: dict[str, list[Attached]] = {}
    try:
        for fact in BundleReader(source).facts("checklist"):
            if fact.data.get("state") == "attached" and isinstance(fact.data.get("object"), str):
                row = Attached(name=str(fact.data.get("name") or ""), sha256=str(fact.data["object"]))
                found.setdefault(str(fact.data.get("clause")), []).append(row)
    except BundleError:
        return {}
    return {clause: tuple(dict.fromkeys(rows)) for clause, rows in found.items()}
