"""What decides each clause: rules, checks of documents, or a row of the checklist. docs/clauses.md is this, as a table."""

from __future__ import annotations

from dataclasses import dataclass

from harness.clauses import Clause
from harness.rules.engine import all_rules, serving

CHECKLIST = "checklist"


@dataclass(frozen=True, kw_only=True)
class Deciding:
    """`rules`: the ids of those that serve the clause, those that name it themselves first. `first`: one word for it: the first
    of these, "checklist", or None where nothing decides it."""

    rules: tuple[str, ...]
    first: str | None


def deciding(clause: Clause) -> Deciding:
    own = [rule.id for rule in all_rules() if clause.id in rule.clauses]
    also = [rule.id for rule in all_rules() if clause.id not in rule.clauses and clause.id in serving(rule)]
    rules = (*own, *also)
    by_hand = CHECKLIST if clause.mode in {"manual", "out"} else None
    return Deciding(rules=rules, first=rules[0] if rules else by_hand)
