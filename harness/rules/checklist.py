"""The checklist of a bundle: the clauses that a person decides, each with what was answered."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.bundle import BundleReader, open_bundle
from harness.bundle.checklist import Answer, answers
from harness.bundle.custody import BrokenChain
from harness.bundle.format import REDACTION, BundleError
from harness.bundle.source import Source, Unreadable, source_of
from harness.clauses import Clause, catalogue
from harness.errors import UsageError
from harness.model import Answered
from harness.rules.decided import deciding


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


@dataclass(frozen=True, kw_only=True)
class Checklist:
    """`rows`: one for each clause that a person decides, in the order of the catalogue, and for any other that was answered.
    `broken`: what does not hold of the chain of custody, which vouches for no answer then, so that no row has one; else ""."""

    rows: list[Row]
    broken: str = ""

    @property
    def of_apps(self) -> list[Row]:
        """Without the clauses that concern no app, save those that were answered."""
        return [row for row in self.rows if row.clause.mode == "manual" or row.answer]


def checklist_of(bundle: Path) -> Checklist:
    """Of a folder, a zip, or a redacted copy, which lacks the words. The chain of custody is read once. Raises UsageError for
    what is no bundle, BundleError for a newer format."""
    source = source_of(bundle)
    if not source.has(REDACTION):
        source = open_bundle(bundle).source
    given, broken = _given(source)
    by_clause: dict[str, list[Answer]] = {}
    for one in given:
        by_clause.setdefault(one.clause, []).append(one)
    attached = _attached(source)
    found = []
    for clause in catalogue().values():
        of = next((one for one in (clause.id, *clause.same_as) if one in by_clause), "")
        if of or clause.by_hand:
            said = by_clause.get(of, [])
            found.append(Row(
                clause=clause, answer=said[-1] if said else None, earlier=tuple(said[:-1]), of=of if of != clause.id else "",
                attached=attached.get(clause.id, ()), rules=deciding(clause).rules))
    return Checklist(rows=found, broken=broken)


def _given(source: Source) -> tuple[list[Answer], str]:
    """The answers, and what does not hold of the chain: `verify` says the same."""
    try:
        return answers(source), ""
    except BrokenChain as bad:
        return [], f"{bad.file} {bad}"
    except Unreadable as bad:
        return [], str(bad)


def answerable(clause: str) -> Clause:
    """Raises UsageError for a clause that no person answers, or that there is not."""
    found = catalogue().get(clause)
    if found is None:
        raise UsageError(f"There is no clause {clause!r}.", "", "`harness checklist BUNDLE` lists the rows.")
    if not found.by_hand:
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
