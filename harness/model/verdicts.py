"""What is decided, by rules and by people. Never "pass": absence of evidence is not shown as evidence of absence."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class VerdictWord(StrEnum):
    """Worst first: reports keep this order."""

    VIOLATION = "VIOLATION"
    CANDIDATE = "CANDIDATE"            # a person must sign
    INCONCLUSIVE = "INCONCLUSIVE"
    NOT_OBSERVED = "NOT_OBSERVED"


FOUND = frozenset({VerdictWord.VIOLATION, VerdictWord.CANDIDATE})
"""Of verdicts that are a finding."""


class Grade(StrEnum):
    A = "A"    # a value left the device
    B = "B"    # a value was read
    C = "C"    # called, but empty, denied or caused by the framework


class Answered(StrEnum):
    """What a person says of a clause. OPEN takes an earlier answer back."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_APPLICABLE = "not_applicable"
    OPEN = "open"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a rule yields: one offence by one subject on one item in one stage. `candidate`: a person must sign it."""

    grade: Grade | None = None         # None: seen on a screen or in a text, no value of personal information is at issue
    item: str                          # kind of personal information, permission, ...
    caller: str                        # app package, SDK name or "unresolved"
    stage: str
    evidence: list[str]                # event ids, at least one
    party: str = ""                    # who received it: company or host
    reason: str = ""                   # one sentence a regulator can read
    reason_zh: str = ""
    candidate: bool = False
    unclear: bool = False              # seen, but the clause leaves open what it is: INCONCLUSIVE, with its evidence


@dataclass(frozen=True, kw_only=True)
class Verdict:
    rule: str
    clauses: list[str]
    verdict: VerdictWord
    grade: Grade | None = None
    stage: str = ""
    item: str = ""
    caller: str = ""
    party: str = ""
    evidence: list[str] = field(default_factory=list)   # event ids
    gaps: list[str] = field(default_factory=list)       # ids of gaps; at least one where INCONCLUSIVE
    reason: str = ""
    reason_zh: str = ""
