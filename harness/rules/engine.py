"""Findings and gaps become verdicts, in one place, so that no rule writes that logic again."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence

import harness.rules
from harness.errors import NothingSelected
from harness.model import Gap, GapKind, Grade, Stage, Verdict, VerdictWord
from harness.rules.rule import Rule
from harness.tables import Tables

_NOT_RULES = {"analysis", "engine", "rule", "sensitive"}


def all_rules() -> list[Rule]:
    """Every rule in the folder, sorted by id. A file without a rule, or an id twice, is an error."""
    found: dict[str, Rule] = {}
    for module in pkgutil.iter_modules(harness.rules.__path__):
        if module.name in _NOT_RULES:
            continue
        rule = importlib.import_module(f"harness.rules.{module.name}").rule
        if not isinstance(rule, Rule):
            raise TypeError(f"harness/rules/{module.name}.py: `rule` is no Rule")
        if rule.id != module.name.replace("_", "-"):
            raise ValueError(f"harness/rules/{module.name}.py holds rule {rule.id!r}: file and id must agree")
        if rule.id in found:
            raise ValueError(f"rule id {rule.id!r} twice")
        found[rule.id] = rule
    return [found[i] for i in sorted(found)]


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


def missing(rule: Rule, run: Tables) -> list[Gap]:
    """All that the silence of this rule cannot rest on, each gap once."""
    gaps = _whole_run_gaps(run)
    if not set(rule.scenarios) & set(run.scenarios):
        wanted = ", ".join(rule.scenarios)
        why = f"None of the scenarios that this rule needs was run: {wanted}."
        gaps.append(run.add_gap(GapKind.NOT_REACHED, why, rule.id))
    for need in rule.needs:
        gaps += need.missing(run)
    return list({g.id: g for g in gaps}.values())


def decide(rule: Rule, run: Tables) -> list[Verdict]:
    """Findings -> VIOLATION, or CANDIDATE; grade C -> INCONCLUSIVE beside whatever else was found; nothing
    found and something missing -> INCONCLUSIVE with the gaps; else NOT_OBSERVED."""
    found = list(rule.decide(run))
    verdicts = [
        Verdict(
            rule=rule.id,
            clauses=list(rule.clauses),
            grade=f.grade,
            stage=f.stage,
            item=f.item,
            caller=f.caller,
            party=f.party,
            evidence=f.evidence,
            reason=f.reason,
            reason_zh=f.reason_zh,
            verdict=VerdictWord.CANDIDATE if f.candidate else VerdictWord.VIOLATION,
        )
        for f in found
        if f.grade != Grade.C
    ]
    if verdicts:
        return verdicts
    gaps = missing(rule, run)
    if gaps:
        first = gaps[0].detail + (f" (and {len(gaps) - 1} more)" if len(gaps) > 1 else "")
        first_zh = (gaps[0].detail_zh or gaps[0].detail) + (f"(另有 {len(gaps) - 1} 项)" if len(gaps) > 1 else "")
        return [
            Verdict(
                rule=rule.id,
                clauses=list(rule.clauses),
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
            clauses=list(rule.clauses),
            verdict=VerdictWord.NOT_OBSERVED,
            grade=Grade.C if faint else None,
            evidence=faint,
            reason="Nothing of the kind was observed in the scenarios run."
            + (" Calls that were denied, gave nothing or were the framework's own are cited." if faint else ""),
            reason_zh="在已运行的场景中未观察到。"
            + ("引用的调用被拒绝、无返回值或由系统框架自身引起。" if faint else ""),
        )
    ]


def judge(run: Tables, rules: Sequence[Rule]) -> list[Verdict]:
    """The verdicts of a run, worst first, then by rule, by grade and in the order in which a run passes its stages."""
    order = list(VerdictWord)
    stages = ["", *Stage]
    verdicts = [v for rule in rules for v in decide(rule, run)]
    return sorted(
        verdicts,
        key=lambda v: (order.index(v.verdict), v.rule, v.grade or "Z", stages.index(v.stage), v.item, v.caller, v.party),
    )
