"""What an example app has planted, against what was found: the labels decide what the rig is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.lab.apps.labels import Label, Labels
from harness.model import FOUND, Verdict, VerdictWord
from harness.rules.analysis import Analysis
from harness.tables import records
from harness.tables.attribution import Sdk, load_sdks


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Ids of labels. `found`: those of which there is a VIOLATION. `false_findings`: look-alikes that were called
    violations or candidates, and such findings with no label, written `rule/item/caller/stage`."""

    found: list[str]
    missed: list[str]
    false_findings: list[str]

    @property
    def ok(self) -> bool:
        return not self.missed and not self.false_findings


def _caller(label: Label, sdks: Sequence[Sdk]) -> str:
    return next((sdk.name for sdk in sdks if label.caller in sdk.packages), label.caller)


def matches(label: Label, verdict: Verdict, analysis: Analysis, sdks: Sequence[Sdk]) -> bool:
    """Whether this verdict is about that behaviour: the same rule, stage and caller, the same item or permission, and
    what else the label names: the method of a call, the host of a flow."""
    if (label.rule, label.stage, _caller(label, sdks)) != (verdict.rule, verdict.stage, verdict.caller):
        return False
    if label.kind == "prompt":
        return label.group in {verdict.item.rpartition(".")[2].lower(), verdict.item}
    if label.item != verdict.item:
        return False
    if label.kind == "screen":
        return True
    if label.kind == "call":
        methods = {c["method"] for c in records(analysis.run.calls) if c["event_id"] in verdict.evidence}
        return not label.method or label.method in methods
    hosts = {f["host"] for f in records(analysis.run.flows) if f["event_id"] in verdict.evidence}
    return label.host in hosts


def compare(labels: Labels, analysis: Analysis) -> Comparison:
    """Labels of the scenarios that were run, against the findings of the analysis. A CANDIDATE finds nothing: it leaves
    the decision to a person; but one that no planted behaviour explains is false."""
    sdks = load_sdks()
    findings = [v for v in analysis.verdicts if v.verdict in FOUND]
    violations = [v for v in findings if v.verdict == VerdictWord.VIOLATION]
    expected = labels.expected(set(analysis.run.scenarios))
    found = [p.id for p in expected if any(matches(p, v, analysis, sdks) for v in violations)]
    false: list[str] = []
    for verdict in findings:
        if any(matches(p, verdict, analysis, sdks) for p in labels.planted):
            continue
        alike = [a.id for a in labels.look_alikes if matches(a, verdict, analysis, sdks)]
        false += alike or [f"{verdict.rule}/{verdict.item}/{verdict.caller}/{verdict.stage}"]
    return Comparison(
        found=found, missed=[p.id for p in expected if p.id not in found], false_findings=list(dict.fromkeys(false))
    )
