"""What changed between two runs, finding by finding and clause by clause (docs/compare.md). INCONCLUSIVE is never "fixed"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from harness.model import FOUND, Gap, Stage, Verdict, VerdictWord
from harness.rules.analysis import Analysis
from harness.rules.engine import missing, select
from harness.rules.identity import key
from harness.tables import Tables, ended, records
from harness.tables.frames import BROKEN_OFF

_STAGES = frozenset(map(str, Stage))
_AGREED = frozenset({Stage.BEFORE_CONSENT, Stage.AFTER_AGREE, Stage.CONSENT_UNRESOLVED})
_NAMED = 3    # gaps that a reason quotes; all are cited


class Change(StrEnum):
    """As a reader meets them."""

    STILL = "still"
    NEW = "new"
    UNOBSERVABLE = "unobservable"
    FIXED = "fixed"


@dataclass(frozen=True, kw_only=True)
class Lack:
    """Why a run cannot have shown a finding of the other. `gaps`: ids in that run."""

    text: str
    text_zh: str
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FindingChange:
    """`old`, `new`: the verdicts of each run, worst first; () where it has none. `lacks`: why the run that does not have it
    cannot have shown it; () where it could, or where both have it."""

    key: str
    change: Change
    old: tuple[Verdict, ...] = ()
    new: tuple[Verdict, ...] = ()
    lacks: tuple[Lack, ...] = ()

    @property
    def shown(self) -> Verdict:
        """As it is now, else as it was."""
        return (self.new or self.old)[0]


@dataclass(frozen=True, kw_only=True)
class ClauseChange:
    """`change`: None where neither run found anything. `old`, `new`: the worst word of the rules that serve the clause.
    `open_rules`: of a clause whose findings are all fixed, the rules that NEW left open, so that it is not fixed."""

    clause: str
    change: Change | None
    old: VerdictWord
    new: VerdictWord
    counts: Mapping[Change, int] = field(default_factory=dict)
    open_rules: tuple[str, ...] = ()

    @property
    def compared(self) -> bool:
        """Whether the runs together say something of it: what changed, or that neither found anything where both looked."""
        if self.change is None:
            return VerdictWord.INCONCLUSIVE not in (self.old, self.new)
        return self.change is not Change.UNOBSERVABLE


@dataclass(frozen=True, kw_only=True)
class Changes:
    """`findings`, `clauses`: in the order of `Change`; clauses that neither run found anything under come last."""

    findings: list[FindingChange]
    clauses: list[ClauseChange]

    def of(self, change: Change) -> list[FindingChange]:
        return [one for one in self.findings if one.change is change]

    @property
    def any_compared(self) -> bool:
        """Whether there is a finding or a clause of which the runs together say something."""
        return any(one.change is not Change.UNOBSERVABLE for one in self.findings) or any(one.compared for one in self.clauses)

    @property
    def exit_status(self) -> int:
        """0 all that was found is fixed, 1 a violation is still there or new, 5 nothing could be compared, 3 otherwise."""
        if any(verdict.verdict is VerdictWord.VIOLATION for one in self.findings for verdict in one.new):
            return 1
        if not self.any_compared:
            return 5
        changes = {one.change for one in self.findings} | {one.change for one in self.clauses}
        return 3 if changes - {Change.FIXED, None} else 0


class _Side:
    """One of the two runs, with what is asked of it for finding after finding worked out once."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self.run = analysis.run
        self._missing: dict[str, list[Gap]] = {}

    @cached_property
    def scenario_of(self) -> Mapping[str, str]:
        """Record -> the scenario in which it was made; of one that was broken off, the name without saying so."""
        run = self.run
        rows = [row for frame in (run.calls, run.flows, run.screens, run.steps) if len(frame)
                for row in zip(frame["event_id"], frame["scenario"], strict=True)]
        return {i: str(scenario).removesuffix(BROKEN_OFF) for i, scenario in [*rows, *((n.id, n.scenario) for n in run.notes)]}

    @cached_property
    def calls(self) -> frozenset[str]:
        return frozenset(self.run.calls["event_id"])

    @cached_property
    def flows(self) -> frozenset[str]:
        return frozenset(self.run.flows["event_id"])

    @cached_property
    def ended(self) -> Set[str]:
        return ended(self.run)

    @cached_property
    def hooked(self) -> bool:
        return hooked(self.analysis)

    @cached_property
    def proxied(self) -> bool:
        return proxied(self.analysis)

    @cached_property
    def found(self) -> Mapping[str, tuple[Verdict, ...]]:
        return self._by_key([v for v in self.analysis.verdicts if v.verdict in FOUND])

    @cached_property
    def left_open(self) -> Mapping[str, tuple[Verdict, ...]]:
        """Key -> what was seen, and whose rule could not say what it is."""
        return self._by_key([v for v in self.analysis.verdicts if v.verdict is VerdictWord.INCONCLUSIVE and v.evidence])

    def _by_key(self, verdicts: Iterable[Verdict]) -> Mapping[str, tuple[Verdict, ...]]:
        found: dict[str, tuple[Verdict, ...]] = {}
        for verdict in verdicts:
            name = key(verdict, self.run.package)
            found[name] = (*found.get(name, ()), verdict)
        return found

    def missing(self, rule: str) -> list[Gap]:
        """What the silence of this rule lacks here."""
        if rule not in self._missing:
            (named,) = select([rule])
            self._missing[rule] = missing(named, self.run, self.analysis.readings)
        return self._missing[rule]


def compare(old: Analysis, new: Analysis) -> Changes:
    """From `old` to `new`, both judged by the same rules."""
    before, after = _Side(old), _Side(new)
    findings = []
    for name in dict.fromkeys((*before.found, *after.found)):
        was, now = before.found.get(name, ()), after.found.get(name, ())
        if was and now:
            findings.append(FindingChange(key=name, change=Change.STILL, old=was, new=now))
        elif now:
            findings.append(FindingChange(key=name, change=Change.NEW, new=now, lacks=_lacking(name, now, after, before)))
        else:
            lacks = _lacking(name, was, before, after)
            findings.append(FindingChange(key=name, change=Change.UNOBSERVABLE if lacks else Change.FIXED, old=was, lacks=lacks))
    words, order = list(VerdictWord), list(Change)
    findings.sort(key=lambda one: (order.index(one.change), words.index(one.shown.verdict), one.shown.rule))
    return Changes(findings=findings, clauses=_clauses(findings, old, new))


def _lacking(name: str, found: Sequence[Verdict], seen: _Side, other: _Side) -> tuple[Lack, ...]:
    """Why `other` cannot have shown what `seen` found under this key; () where it would have shown it."""
    first = found[0]
    lacks = [
        Lack(text=f"It was seen again, and what it is was left open: {v.reason}",
             text_zh=f"再次观察到,但性质未能判定:{v.reason_zh}", gaps=tuple(v.gaps))
        for v in other.left_open.get(name, ())
    ]
    if gaps := other.missing(first.rule):
        lacks.append(Lack(text=_quoted(gaps), text_zh=_quoted(gaps, zh=True), gaps=tuple(gap.id for gap in gaps)))
    evidence = cited(found)
    lacks += _uninstrumented(evidence, seen, other)
    scenarios = _scenarios(evidence, seen)
    seen_in, seen_in_zh = ", ".join(scenarios) or "any scenario", "、".join(scenarios) or "任何场景"
    if undone := [one for one in scenarios if one not in other.ended]:
        lacks.append(Lack(text=f"It was seen in {seen_in}; not run to the end in the other run: {', '.join(undone)}.",
                          text_zh=f"见于场景 {seen_in_zh};另一次运行未完成:{'、'.join(undone)}。"))
    elif first.stage in _STAGES and not _opened(other.run, scenarios, str(first.stage)):
        lacks.append(Lack(text=f"The other run did not come to the stage {first.stage} in {seen_in}.",
                          text_zh=f"另一次运行未进入该阶段({first.stage}):{seen_in_zh}。"))
    return tuple(lacks)


def cited(found: Sequence[Verdict]) -> list[str]:
    """The evidence of all verdicts of one key, each id once, in their order."""
    return list(dict.fromkeys(i for verdict in found for i in verdict.evidence))


def _quoted(gaps: Sequence[Gap], *, zh: bool = False) -> str:
    told = list(dict.fromkeys((zh and gap.detail_zh) or gap.detail for gap in gaps))
    more = len(told) - _NAMED
    return " ".join(told[:_NAMED]) + ((f"(另有 {more} 项)" if zh else f" (and {more} more)") if more > 0 else "")


def _uninstrumented(evidence: Sequence[str], seen: _Side, other: _Side) -> list[Lack]:
    """What it was seen by that the other run did without: hooks in the app's processes, the proxy."""
    lacks = []
    if seen.hooked and not other.hooked and not seen.calls.isdisjoint(evidence):
        lacks.append(Lack(text="It was seen by hooks; no process of the app was hooked in the other run.",
                          text_zh="该项由 Hook 观察到,另一次运行未对应用任何进程插桩。"))
    if seen.proxied and not other.proxied and not seen.flows.isdisjoint(evidence):
        lacks.append(Lack(text="It was seen in traffic; the other run had no proxy.",
                          text_zh="该项在网络流量中观察到,另一次运行未设代理。"))
    return lacks


def hooked(analysis: Analysis) -> bool:
    return any(fact.type == "process" and fact.data.get("state") == "hooked" for fact in analysis.run.facts)


def proxied(analysis: Analysis) -> bool:
    return any(fact.type == "proxy" for fact in analysis.run.facts)


def _scenarios(evidence: Sequence[str], seen: _Side) -> list[str]:
    """The scenarios in which these records were made, in the order of the run."""
    found = {seen.scenario_of.get(i, "") for i in evidence} - {""}
    order = seen.run.scenarios
    return sorted(found, key=lambda one: (order.index(one) if one in order else len(order), one))


def _opened(run: Tables, scenarios: Sequence[str], stage: str) -> bool:
    """Whether one of these scenarios (any, where there are none) came to the stage. An app that asks for consent has no stage
    without a notice; that its user is past the notice, or before it, stands for that one."""
    wanted = _AGREED if stage == Stage.CONSENT_UNRESOLVED else {stage}
    return any((not scenarios or row["scenario"] in scenarios) and not wanted.isdisjoint({row["stage"], row["base"]})
               for row in records(run.stages))


def _clauses(findings: Sequence[FindingChange], old: Analysis, new: Analysis) -> list[ClauseChange]:
    before, after = _worst(old), _worst(new)
    open_now: dict[str, list[str]] = {}
    for verdict in new.verdicts:
        if verdict.verdict is VerdictWord.INCONCLUSIVE:
            for clause in verdict.clauses:
                open_now.setdefault(clause, []).append(verdict.rule)
    under: dict[str, list[FindingChange]] = {}
    for one in findings:
        for clause in dict.fromkeys(c for v in (*one.old, *one.new) for c in v.clauses):
            under.setdefault(clause, []).append(one)
    found = []
    for clause in dict.fromkeys((*before, *after)):
        here = under.get(clause, [])
        was, now = any(one.old for one in here), any(one.new for one in here)
        fixed = all(one.change is Change.FIXED for one in here)
        left = tuple(dict.fromkeys(open_now.get(clause, ()))) if was and not now and fixed else ()
        change = (None if not here else Change.STILL if was and now else Change.NEW if now
                  else Change.FIXED if fixed and not left else Change.UNOBSERVABLE)
        found.append(ClauseChange(clause=clause, change=change, old=before[clause], new=after[clause], open_rules=left,
                                  counts=Counter(one.change for one in here)))
    order = [*Change, None]
    return sorted(found, key=lambda one: order.index(one.change))


def _worst(analysis: Analysis) -> dict[str, VerdictWord]:
    """Clause -> the worst word of the rules that serve it; the verdicts come worst first."""
    found: dict[str, VerdictWord] = {}
    for verdict in analysis.verdicts:
        for clause in verdict.clauses:
            found.setdefault(clause, verdict.verdict)
    return found
