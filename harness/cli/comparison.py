"""What an example app has planted, against what was found: the labels decide what the rig is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.lab.apps.labels import Label, Labels
from harness.model import Verdict, VerdictWord
from harness.rules.analysis import Analysis
from harness.tables import records
from harness.tables.attribution import Sdk, load_sdks


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Ids of labels. `false_findings`: look-alikes that were called violations, and violations with no label,
    written `rule/item/caller/stage`."""

    found: list[str]
    missed: list[str]
    false_findings: list[str]

    @property
    def ok(self) -> bool:
        return not self.missed and not self.false_findings


def _caller(label: Label, sdks: Sequence[Sdk]) -> str:
    return next((sdk.name for sdk in sdks if label.caller in sdk.packages), label.caller)


def matches(label: Label, verdict: Verdict, analysis: Analysis, sdks: Sequence[Sdk]) -> bool:
    """Whether this verdict is about that behaviour: the same rule, item and stage, and its caller (a call), its
    recipient (a flow) or its permission (a prompt)."""
    if label.rule != verdict.rule:
        return False
    if label.kind == "prompt":
        return label.group in {verdict.item.rpartition(".")[2].lower(), verdict.item}
    if (label.item, label.stage) != (verdict.item, verdict.stage):
        return False
    if label.kind == "call":
        if _caller(label, sdks) != verdict.caller:
            return False
        methods = {c["method"] for c in records(analysis.run.calls) if c["event_id"] in verdict.evidence}
        return not label.method or label.method in methods
    hosts = {f["host"] for f in records(analysis.run.flows) if f["event_id"] in verdict.evidence}
    return label.host in hosts


def compare(labels: Labels, analysis: Analysis) -> Comparison:
    """Labels of the scenarios that were run, against the violations of the analysis."""
    sdks = load_sdks()
    violations = [v for v in analysis.verdicts if v.verdict in {VerdictWord.VIOLATION, VerdictWord.CANDIDATE}]
    expected = labels.expected(set(analysis.run.scenarios))
    found = [p.id for p in expected if any(matches(p, v, analysis, sdks) for v in violations)]
    false: list[str] = []
    for verdict in violations:
        if any(matches(p, verdict, analysis, sdks) for p in labels.planted):
            continue
        alike = [a.id for a in labels.look_alikes if matches(a, verdict, analysis, sdks)]
        false += alike or [f"{verdict.rule}/{verdict.item}/{verdict.caller}/{verdict.stage}"]
    return Comparison(
        found=found, missed=[p.id for p in expected if p.id not in found], false_findings=list(dict.fromkeys(false))
    )
