"""What decides each clause: rules, checks of documents, or a row of the checklist. docs/clauses.md is this, as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from harness.clauses import Clause
from harness.rules.engine import all_rules, serving

CHECKLIST = "checklist"


@dataclass(frozen=True, kw_only=True)
class Deciding:
    """`rules`: the ids of those that serve the clause, those that name it themselves first. `first`: one word for it: the first
    of these, "checklist", or None where nothing decides it."""

    rules: tuple[str, ...]
    first: str | None


@cache
def _rules_of() -> Mapping[str, tuple[str, ...]]:
    """Clause -> the rules that serve it, those that name it themselves first."""
    own: dict[str, list[str]] = {}
    also: dict[str, list[str]] = {}
    for rule in all_rules():
        for clause in serving(rule):
            (own if clause in rule.clauses else also).setdefault(clause, []).append(rule.id)
    return {clause: (*own.get(clause, ()), *also.get(clause, ())) for clause in {*own, *also}}


def deciding(clause: Clause) -> Deciding:
    rules = _rules_of().get(clause.id, ())
    by_hand = CHECKLIST if clause.by_hand else None
    return Deciding(rules=rules, first=rules[0] if rules else by_hand)
