"""Findings and gaps become verdicts, in one place, so that no rule writes that logic again."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Sequence
from functools import cache
from types import ModuleType

import harness.rules
from harness.clauses import catalogue, counted_once
from harness.errors import NothingSelected, UsageError
from harness.model import Finding, Gap, GapKind, Grade, Stage, Verdict, VerdictWord
from harness.rules.readings import Readings, load_readings
from harness.rules.rule import Rule, not_reached
from harness.tables import Tables, ended


def _modules() -> Iterator[ModuleType]:
    """The modules with rules: those in the folders below this one. What lies beside this file is the engine's own."""
    for folder in pkgutil.iter_modules(harness.rules.__path__):
        if folder.ispkg:
            room = importlib.import_module(f"harness.rules.{folder.name}")
            for module in pkgutil.iter_modules(room.__path__):
                if not module.name.startswith("_"):
                    yield importlib.import_module(f"harness.rules.{folder.name}.{module.name}")


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule in the folders, sorted by id. A file without a rule, an id twice, a clause or a number that there is not: an
    error that names the file."""
    found: dict[str, Rule] = {}
    for module in _modules():
        rule = checked(module)
        if rule.id in found:
            raise ValueError(f"{module.__name__}: rule id {rule.id!r} twice")
        found[rule.id] = rule
    return tuple(found[i] for i in sorted(found))


def checked(module: ModuleType) -> Rule:
    """The rule of a module. One that it does not have, that is named otherwise, or that names what there is not: an error."""
    rule, place = getattr(module, "rule", None), f"{module.__name__.replace('.', '/')}.py"
    if not isinstance(rule, Rule):
        raise TypeError(f"{place}: it has no `rule`")
    if rule.id != module.__name__.rpartition(".")[2].replace("_", "-"):
        raise ValueError(f"{place} holds rule {rule.id!r}: file and id must agree")
    for what, named, there in (("clause", rule.clauses, catalogue()), ("number", rule.readings, load_readings().known)):
        if lacking := [one for one in named if one not in there]:
            raise UsageError(f"{place}: the {what} {lacking[0]!r} is not known.", f"Rule {rule.id} cites it.",
                             "clauses/ has the clauses, harness/rules/profiles/cn-default.yaml the numbers.")
    return rule


def serving(rule: Rule) -> list[str]:
    """The clauses that a finding of this rule is shown under: its own, and those that ask the same."""
    return list(_counted_once(rule.clauses))


@cache
def _counted_once(clauses: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for clause in clauses for one in (clause, *counted_once(clause))))


def select(names: Sequence[str]) -> list[Rule]:
    """The named rules, or all. Raises NothingSelected for a name that is none."""
    rules = {r.id: r for r in all_rules()}
    unknown = [n for n in names if n not in rules]
    if unknown:
        raise NothingSelected(f"No rule is named {unknown[0]!r}.", "", f"There are: {', '.join(rules)}.")
    return [rules[n] for n in names] if names else list(rules.values())


def _whole_run_gaps(run: Tables) -> list[Gap]:
    """What no silence can rest on: the run ended early, or code of the app did not run, whatever it would have done."""
    gaps = [g for g in run.gaps if g.kind == GapKind.INTERRUPTED]
    if not run.complete and not gaps:
        why = "The run has no end record: the harness was stopped before it could close the bundle."
        gaps.append(run.add_gap(GapKind.INTERRUPTED, why))
    return gaps + [g for g in run.gaps if g.kind == GapKind.CODE_NOT_RUN]


def _scenario_gaps(rule: Rule, run: Tables) -> list[Gap]:
    """Where none of the scenarios that the rule can do with was run, or none of them came to its end."""
    begun = set(rule.scenarios) & set(run.scenarios)
    if not begun:
        why = f"None of the scenarios that this rule needs was run: {', '.join(rule.scenarios)}."
        return [run.add_gap(GapKind.NOT_REACHED, why, rule.id)]
    if begun & ended(run):
        return []
    why = f"Of the scenarios that this rule needs none came to its end: {', '.join(sorted(begun))}."
    return not_reached(run, why, rule.id, *begun)


def missing(rule: Rule, run: Tables, readings: Readings | None = None) -> list[Gap]:
    """All that the silence of this rule cannot rest on, each gap once."""
    gaps = _whole_run_gaps(run)
    gaps += _scenario_gaps(rule, run)
    for need in rule.needs:
        gaps += need.missing(run, load_readings() if readings is None else readings)
    return list({g.id: g for g in gaps}.values())


def _verdict(rule: Rule, found: Finding, word: VerdictWord, gaps: Sequence[Gap] = ()) -> Verdict:
    return Verdict(
        rule=rule.id, clauses=serving(rule), grade=found.grade, stage=found.stage, item=found.item, caller=found.caller,
        party=found.party, evidence=list(dict.fromkeys(found.evidence)), reason=found.reason, reason_zh=found.reason_zh,
        verdict=word, gaps=[gap.id for gap in gaps])


def _undecided(rule: Rule, found: Finding, run: Tables) -> Verdict:
    """What was seen and leaves open what it is, with the gap that says so."""
    gap = run.add_gap(GapKind.UNDECIDED, found.reason, f"{rule.id} {found.item}".strip(), found.reason_zh)
    return _verdict(rule, found, VerdictWord.INCONCLUSIVE, [gap, *_whole_run_gaps(run)])


def decide(rule: Rule, run: Tables, readings: Readings | None = None) -> list[Verdict]:
    """Findings -> VIOLATION, or CANDIDATE, or INCONCLUSIVE where the finding is unclear; grade C -> NOT_OBSERVED that cites it;
    nothing found and something missing -> INCONCLUSIVE with the gaps; else NOT_OBSERVED."""
    found = list(rule.decide(run, load_readings() if readings is None else readings))
    verdicts = [
        _undecided(rule, f, run) if f.unclear
        else _verdict(rule, f, VerdictWord.CANDIDATE if f.candidate else VerdictWord.VIOLATION)
        for f in found if f.grade != Grade.C
    ]  # fmt: skip
    if verdicts:
        return verdicts
    gaps = missing(rule, run, readings)
    if gaps:
        first = gaps[0].detail + (f" (and {len(gaps) - 1} more)" if len(gaps) > 1 else "")
        first_zh = (gaps[0].detail_zh or gaps[0].detail) + (f"(另有 {len(gaps) - 1} 项)" if len(gaps) > 1 else "")
        return [
            Verdict(
                rule=rule.id,
                clauses=serving(rule),
                verdict=VerdictWord.INCONCLUSIVE,
                gaps=[g.id for g in gaps],
                reason=first,
                reason_zh="存在观察缺口,不能据此认为没有问题:" + first_zh,
            )
        ]
    faint = sorted({e for f in found for e in f.evidence})
    return [
        Verdict(
            rule=rule.id,
            clauses=serving(rule),
            verdict=VerdictWord.NOT_OBSERVED,
            grade=Grade.C if faint else None,
            evidence=faint,
            reason="Nothing of the kind was observed in the scenarios run."
            + (" Calls that were denied, gave nothing or were the framework's own are cited." if faint else ""),
            reason_zh="在已运行的场景中未观察到。"
            + ("引用的调用被拒绝、无返回值或由系统框架自身引起。" if faint else ""),
        )
    ]


def judge(run: Tables, rules: Sequence[Rule], readings: Readings | None = None) -> list[Verdict]:
    """The verdicts of a run, worst first, then by rule, by grade and in the order in which a run passes its stages."""
    order = list(VerdictWord)
    stages = ["", *Stage]
    verdicts = [v for rule in rules for v in decide(rule, run, readings)]
    return sorted(
        verdicts,
        key=lambda v: (order.index(v.verdict), v.rule, v.grade or "Z", stages.index(v.stage), v.item, v.caller, v.party),
    )
