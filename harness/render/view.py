"""What a report says, in the order in which it says it; formats only lay it out.

`harness/render/shapes.py` has the shapes. Everything that came from an app stays plain text here: a format escapes it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from harness import __version__
from harness.bundle import BundleReader, Verification
from harness.model import FOUND, Gap, GapKind, Verdict, VerdictWord
from harness.render import chapters, clause_table, figures
from harness.render.chapters import Told
from harness.render.findings import FindingMaker
from harness.render.forms import clock, cut, flatten, texts, word
from harness.render.masking import Masker, knowns
from harness.render.pictures import Pictures
from harness.render.shapes import FindingView, GapView, ScenarioView, StageView, StepView, VerdictView, View
from harness.rules.analysis import Analysis
from harness.rules.engine import all_rules
from harness.rules.rule import Rule
from harness.rules.sensitive import name
from harness.tables import Tables, boundaries, records

__all__ = ["Material", "View", "build", "gather", "texts"]

_FACTS = ("case", "app", "device", "tools", "agent", "proxy", "clock")


class Material:
    """What a view is made from, for formats that show more than the view does (the timeline's events)."""

    def __init__(
        self, analysis: Analysis, bundle: BundleReader, integrity: Verification, language: str, *, unmask: bool
    ) -> None:
        run = analysis.run
        self.mask = Masker(knowns(run), spare=(run.package,), on=not unmask)
        self.told = Told(
            analysis=analysis, bundle=bundle, integrity=integrity, mask=self.mask, t=texts(language), language=language)
        self.pictures = Pictures(bundle, self.mask)
        self.maker = FindingMaker(self.told, self.pictures)


def gather(analysis: Analysis, bundle: BundleReader, integrity: Verification, language: str, *, unmask: bool = False) -> Material:
    """The material of a report in `language` (zh or en)."""
    return Material(analysis, bundle, integrity, language, unmask=unmask)


def build(
    analysis: Analysis,
    bundle: BundleReader,
    integrity: Verification,
    language: str,
    *,
    checked_at: datetime.datetime,
    unmask: bool = False,
    material: Material | None = None,
) -> View:
    """Everything a format needs. `language`: zh or en. `checked_at`: when `integrity` was found. `unmask`: personal information
    is shown in full. `material`: from `gather`, where it is there already."""
    made = material or gather(analysis, bundle, integrity, language, unmask=unmask)
    told, maker, mask, t = made.told, made.maker, made.mask, made.told.t
    run = analysis.run
    rules = {r.id: r for r in all_rules()}
    shown = [place for place, v in enumerate(analysis.verdicts) if v.verdict in FOUND]
    numbers = {place: number for number, place in enumerate(shown, start=1)}
    findings = [maker.finding(number, analysis.verdicts[place], rules) for place, number in numbers.items()]
    hooks, hook_counts = _hooks(run, mask)
    number = chapters.report_number(told)
    checked = f"{checked_at.strftime('%Y-%m-%d %H:%M:%S UTC')}, privacy-harness {__version__}"
    device, app = run.fact("device"), run.fact("app")
    simulated = device.get("kind") != "phone"
    documents, basis_rows = clause_table.basis(told)
    problems = list(dict.fromkeys(f.title for f in findings if f.verdict.verdict == VerdictWord.VIOLATION))
    files, files_left = chapters.files(told, _shown_objects(findings))
    asked = clause_table.checklist(maker)
    return View(
        language=language,
        t=t,
        masked=mask.on,
        number=number,
        app_name=mask.text(chapters.app_name(app, language), 200),
        package=mask.text(run.package, 200),
        complete=run.complete,
        simulated=simulated,
        cover=chapters.cover(told, number, checked_at, checked),
        summary=chapters.summary(told, problems),
        statements=chapters.statements(told, simulated),
        basis=documents,
        basis_rows=basis_rows,
        sample=chapters.sample(told),
        environment=chapters.environment(told),
        tools=chapters.tools(told),
        interventions=chapters.interventions(told, hook_counts),
        people=chapters.people(told),
        clocks=chapters.clocks(told),
        scenarios=_scenarios(maker),
        matrix=clause_table.matrix(maker, analysis.verdicts, numbers, rules, asked),
        verdicts=[_verdict(maker, v, rules, numbers.get(place, 0)) for place, v in enumerate(analysis.verdicts)],
        counts={str(w): sum(v.verdict == w for v in analysis.verdicts) for w in VerdictWord},
        findings=findings,
        shared=[maker.shared(row) for row in records(run.shared)],
        statistics=figures.statistics(told),
        gaps=[_gap(maker, gap) for gap in run.gaps],
        rules=list(rules.values()),
        readings=analysis.readings,
        hooks=hooks,
        hook_counts=hook_counts,
        checklist=asked,
        integrity=integrity,
        seals=chapters.seals(told),
        files=files,
        files_left=files_left,
        custody=chapters.custody(told),
        checked=checked,
        facts=_facts(run, mask),
        totals={"calls": len(run.calls), "flows": len(run.flows), "screens": len(run.screens), "steps": len(run.steps),
                "gaps": len(run.gaps)},
        glossary=[(word, meaning) for word, meaning in t["glossary"]],
    )


def _shown_objects(findings: Iterable[FindingView]) -> set[str]:
    """SHA-256 of the bodies and pictures that findings show."""
    bodies = {request.body_sha256 for one in findings for request in one.requests if request.body_sha256}
    return bodies | {screen.sha256 for one in findings for screen in one.screens if screen.image}


def _facts(run: Tables, mask: Masker) -> list[tuple[str, str]]:
    rows = []
    for kind in _FACTS:
        rows += [(mask.text(key, 120), mask.text(value, 600)) for key, value in flatten(run.fact(kind), f"{kind}.")]
    return rows


def _hooks(run: Tables, mask: Masker) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """What is not watched first; and how many there are of each state."""
    told = [f.data for f in run.facts if f.type == "hook"]
    counts: dict[str, int] = {}
    for hook in told:
        state = cut(hook.get("status", "?"), 40)
        counts[state] = counts.get(state, 0) + 1
    rows = [{"method": mask.text(h.get("method"), 200), "process": mask.text(h.get("process"), 120),
             "status": cut(h.get("status", "?"), 40), "why": mask.text(h.get("why"), 300)}
            for h in sorted(told, key=lambda hook: hook.get("status") == "installed")]
    return rows, counts


def _verdict(maker: FindingMaker, verdict: Verdict, rules: dict[str, Rule], finding: int) -> VerdictView:
    rule, told = rules[verdict.rule], maker.verdict(verdict)
    zh = maker.language == "zh"
    return VerdictView(
        title=rule.title_zh if zh else rule.title,
        word=str(verdict.verdict),
        word_text=maker.t["words"][str(verdict.verdict)],
        item=name(verdict.item, maker.language),
        subject=maker.who(verdict.caller),
        stage=maker.stage(verdict.stage),
        recipient=maker.mask.text(verdict.party, 200),
        grade=str(verdict.grade or ""),
        reason=told.reason_zh if zh else told.reason,
        gaps=verdict.gaps,
        finding=finding,
    )


def _gap(maker: FindingMaker, gap: Gap) -> GapView:
    t = maker.t
    span = "" if gap.from_ns is None else f"{clock(gap.from_ns)} – {clock(gap.to_ns) if gap.to_ns else t['to_the_end']}"
    cited = sorted({v.rule for v in maker.told.analysis.verdicts if gap.id in v.gaps})
    kind = word(t, "gaps", GapKind(gap.kind))
    detail = (gap.detail_zh if maker.language == "zh" else "") or gap.detail
    return GapView(id=gap.id, kind=kind, detail=maker.mask.text(detail, 1000), span=span, cited_by=cited)


def _scenarios(maker: FindingMaker) -> list[ScenarioView]:
    run = maker.told.analysis.run
    found: dict[str, list[StageView]] = {}
    for row in boundaries(run):
        action = word(maker.t, "actions", row["action"])
        found.setdefault(row["scenario"], []).append(StageView(
            stage=row["stage"], word=maker.stage(row["stage"]), begins=clock(row["from_ns"]), ends=clock(row["to_ns"]),
            seconds=round((row["to_ns"] - row["from_ns"]) / 1e9, 1), opened_by=row["opened_by"],
            action=f"{action} {maker.mask.text(row['target'], 120)}".strip(), screen=row["screen"]))
    steps: dict[str, list[StepView]] = {}
    ended = set()
    for step in maker.in_order:
        if step["action"] == "scenario_end":
            ended.add(step["scenario"])
        steps.setdefault(step["scenario"], []).append(_step(maker, step))
    names = list(dict.fromkeys([*run.scenarios, *found, *steps]))
    return [ScenarioView(id=cut(one, 120), title=maker.t["scenarios"].get(one, ""), reached=one in ended,
                         seconds=round(sum(s.seconds for s in found.get(one, [])), 1), stages=found.get(one, []),
                         steps=steps.get(one, [])) for one in names]


def _step(maker: FindingMaker, step: dict[str, Any]) -> StepView:
    control = step["control"]
    touched = f"{control.text or control.resource_id} [{control.role}]" if control else step["target"]
    return StepView(
        id=step["event_id"],
        time=clock(step["t"]),
        action=word(maker.t, "actions", step["action"]),
        target=maker.mask.text(touched, 120),
        opens=maker.stage(step["opens"]) if step["opens"] else "",
        outcome=word(maker.t, "step_outcomes", step["outcome"]),
        screen=step["screen"] or "",
    )
