"""What a report says, in the order in which it says it; formats only lay it out.

Everything that came from an app stays plain text here: a format escapes it.
"""

from __future__ import annotations

import base64
import datetime
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml
from PIL import Image, ImageDraw

from harness import __version__
from harness.bundle import BundleReader, Verification
from harness.clauses import catalogue
from harness.model import Gap, GapKind, Verdict, VerdictWord
from harness.resources import resource
from harness.rules.analysis import Analysis
from harness.rules.engine import all_rules
from harness.rules.readings import Readings
from harness.rules.rule import Rule
from harness.rules.sensitive import name
from harness.tables import MadeBy, Note, records
from harness.tables.attribution import FRAMEWORK, class_of

SHOWN_CALLS = 5  # calls, requests and screens of a finding that are shown whole; the rest are counted and cited
THUMBNAIL = 360  # pixels across
SHOWN_ROWS = 20  # fields of a fact
_NOT_TOLD = frozenset({"scenario", "screen", "screens", "notice", "object", "sha256"})


@dataclass(frozen=True, kw_only=True)
class Frame:
    text: str
    own: bool  # neither framework nor JVM


@dataclass(frozen=True, kw_only=True)
class CallView:
    id: str
    time: str
    method: str
    arguments: str
    value: str
    outcome: str
    process: str
    thread: str
    frames: list[Frame]


@dataclass(frozen=True, kw_only=True)
class RequestView:
    id: str
    time: str
    line: str
    status: str
    where: str
    form: str
    before: str
    matched: str
    after: str
    sender: str    # whose request it was, and by what that is known; "" where it is not


@dataclass(frozen=True, kw_only=True)
class SharedView:
    """A row of what left the device."""

    item: str
    sensitive: bool
    value: str
    sender: str
    recipient: str
    where: str
    form: str
    stage: str
    encrypted: bool
    count: int
    first: str
    last: str
    ids: str


@dataclass(frozen=True, kw_only=True)
class ScreenView:
    id: str
    time: str
    kind: str
    image: str  # data URI, "" where there is no picture
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Clause:
    id: str
    source: str
    force: str
    text: str
    quoted: bool


@dataclass(frozen=True, kw_only=True)
class NoteView:
    """What the suite wrote down: a fact that a finding rests on, as rows of a table."""

    id: str
    time: str
    kind: str
    rows: list[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class FindingView:
    number: int
    verdict: Verdict
    rule: Rule
    title: str
    item: str
    reason: str
    clauses: list[Clause]
    calls: list[CallView]
    requests: list[RequestView]
    notes: list[NoteView]
    screens: list[ScreenView]
    advice: str
    first: str
    count: int
    more: int
    steps: list[str]


@dataclass(frozen=True, kw_only=True)
class GapView:
    id: str
    kind: str
    detail: str
    subject: str
    span: str
    cited_by: list[str]


@dataclass(kw_only=True)
class View:
    """The whole report. `t`: the texts of its language."""

    language: str
    t: Mapping[str, Any]
    app: Mapping[str, Any]
    device: Mapping[str, Any]
    tools: Mapping[str, Any]
    complete: bool
    simulated: bool
    verdicts: list[Verdict]
    rules: dict[str, Rule]
    readings: Readings
    counts: dict[str, int]
    findings: list[FindingView]
    gaps: list[GapView]
    hooks: list[dict[str, Any]]
    hook_counts: dict[str, int]
    steps: list[dict[str, Any]]
    shared: list[SharedView]
    facts: list[tuple[str, str]]
    integrity: Verification
    checked: str  # when and by which tool, for a page says nothing of a bundle that was changed later
    totals: dict[str, int]
    made: str
    clause: Callable[[str], Clause] = field(repr=False)


def texts(language: str) -> Mapping[str, Any]:
    """reports/texts/LANGUAGE.yaml."""
    loaded: Mapping[str, Any] = yaml.safe_load(resource("reports", "texts", f"{language}.yaml").read_text("utf-8"))
    return loaded


def clock(ns: int | None) -> str:
    """UTC, to the millisecond, with the date left to the report's head. An analysis gap has no time."""
    if not ns:
        return "–"
    return datetime.datetime.fromtimestamp(ns / 1e9, datetime.UTC).strftime("%H:%M:%S.%f")[:-3] + "Z"


def moment(ns: int) -> str:
    return datetime.datetime.fromtimestamp(ns / 1e9, datetime.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def cut(value: Any, length: int = 400) -> str:
    text = (
        value
        if isinstance(value, str)
        else ""
        if value is None
        else yaml.safe_dump(value, allow_unicode=True, default_flow_style=True, width=10_000)
        .strip()
        .removesuffix("\n...")
    )
    return text if len(text) <= length else text[:length] + " …"


def thumbnail(png: bytes, boxes: list[tuple[int, int, int, int]]) -> str:
    """A small picture as a data URI, with the touched controls framed in red."""
    with Image.open(io.BytesIO(png)) as picture:
        shown = picture.convert("RGB")
        pen = ImageDraw.Draw(shown)
        for left, top, right, bottom in boxes:
            if right > left and bottom > top:
                pen.rectangle((left, top, right, bottom), outline=(200, 16, 46), width=max(4, shown.width // 150))
        shown.thumbnail((THUMBNAIL, THUMBNAIL * 3))
        out = io.BytesIO()
        shown.save(out, "JPEG", quality=72)
    return "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode()


class Builder:
    """Collects the views of one analysis."""

    def __init__(self, analysis: Analysis, bundle: BundleReader, language: str) -> None:
        self.analysis, self.bundle, self.language = analysis, bundle, language
        self.t = texts(language)
        run = analysis.run
        self.calls = {c["event_id"]: c for c in records(run.calls)}
        self.flows = {f["event_id"]: f for f in records(run.flows)}
        self.screens = {s["event_id"]: s for s in records(run.screens)}
        self.steps = {s["event_id"]: s for s in records(run.steps)}
        self.sightings = records(run.sightings)
        self.notes = {note.id: note for note in run.notes}
        self._pictures: dict[str, str] = {}

    def clause(self, clause: str) -> Clause:
        entry = catalogue()[clause]
        return Clause(
            id=clause,
            source=entry.source,
            force=self.t["force"][entry.force],
            text=entry.zh if self.language == "zh" else entry.en,
            quoted=self.language == "zh" and entry.quoted,
        )

    def call(self, call: dict[str, Any]) -> CallView:
        frames = [Frame(text=f, own=not class_of(f).startswith(FRAMEWORK)) for f in call["frames"]]
        value = cut(call["value"]) if call["outcome"] == "value" else call["error"] or ""
        return CallView(
            id=call["event_id"],
            time=clock(call["t"]),
            method=call["method"] + (call["signature"] or ""),
            arguments=cut(call["arguments"], 200),
            value=value,
            outcome=call["outcome"],
            process=f"{call['process']} ({call['pid']})",
            thread=call["thread"],
            frames=frames,
        )

    def request(self, sighting: dict[str, Any]) -> RequestView:
        flow = self.flows[sighting["flow"]]
        chain = [*sighting["encodings"], *([] if sighting["variant"] == "raw" else [sighting["variant"]])]
        return RequestView(
            id=flow["event_id"],
            time=clock(flow["t"]),
            line=f"{flow['method'] or ''} {cut(flow['url'] or flow['host'], 300)}",
            status="" if flow["status"] is None else str(flow["status"]),
            where=sighting["where"],
            form=" → ".join(chain) or self.t["plain"],
            before=sighting["before"],
            matched=sighting["matched"],
            after=sighting["after"],
            sender=self.sender(flow["made_by"]),
        )

    def sender(self, made: MadeBy) -> str:
        if made.basis:
            named = made.caller if made.origin != "unresolved" else f"{made.caller} ({made.prefix})"
            return f"{named} ({self.t['bases'][made.basis]})"
        return self.t["one_of"] + " " + ", ".join(made.candidates) if made.candidates else ""

    def screen(self, screen: dict[str, Any], boxes: list[tuple[int, int, int, int]]) -> ScreenView:
        sha = screen["screenshot"]
        image = ""
        if sha and self.bundle.has_object(sha):
            key = f"{sha}{boxes}"
            if key not in self._pictures:
                self._pictures[key] = thumbnail(self.bundle.object(sha), boxes)
            image = self._pictures[key]
        return ScreenView(
            id=screen["event_id"],
            time=clock(screen["t"]),
            kind=self.t["screens"].get(screen["kind"], screen["kind"]),
            image=image,
            sha256=sha or "",
        )

    def note(self, note: Note) -> NoteView:
        """Without what only says where to look: its screens are shown beside it, its text stands in the bundle."""
        told = {key: value for key, value in note.data.items()
                if key not in _NOT_TOLD and value not in (None, "", [], {})}
        return NoteView(id=note.id, time=clock(note.t), kind=self.t["notes"].get(note.type, note.type),
                        rows=flatten(told)[:SHOWN_ROWS])

    def shared(self, row: dict[str, Any]) -> SharedView:
        chain = [*row["encodings"], *([] if row["variant"] == "raw" else [row["variant"]])]
        party = row["party"] if row["party"] != row["host"] else ""
        return SharedView(
            item=" / ".join(name(kind, self.language) for kind in (row["kind"], *row["also"])),
            sensitive=row["sensitive"],
            value=cut(row["value"], 120),
            sender=self.t["unresolved"] if row["sender"] == "unresolved" else row["sender"],
            recipient=f"{row['host']} ({party})" if party else row["host"],
            where=cut(row["where"], 200),
            form=" → ".join(chain) or self.t["plain"],
            stage=self.t["stages"].get(row["stage"], row["stage"]),
            encrypted=row["encrypted"],
            count=row["count"],
            first=clock(row["first_ns"]),
            last=clock(row["last_ns"]),
            ids=", ".join([*row["calls"][:3], *row["flows"][:3]]),
        )

    def _screens_of(self, ids: list[str], at: int) -> list[ScreenView]:
        """The screens that are cited; else the last one before the event, which shows what the user saw then."""
        shown: list[ScreenView] = []
        for i in ids:
            if i in self.screens:
                shown.append(self.screen(self.screens[i], []))
            elif i in self.steps and self.steps[i].get("screen") in self.screens:
                control = self.steps[i].get("control")
                shown.append(self.screen(self.screens[self.steps[i]["screen"]], [control.bounds] if control else []))
        if not shown:
            before = [s for s in self.screens.values() if s["t"] <= at] or list(self.screens.values())[:1]
            shown = [self.screen(s, []) for s in before[-1:]]
        return shown

    def finding(self, number: int, verdict: Verdict, rules: Mapping[str, Rule]) -> FindingView:
        rule = rules[verdict.rule]
        calls = [self.calls[i] for i in verdict.evidence if i in self.calls]
        notes = [self.notes[i] for i in verdict.evidence if i in self.notes]
        flows = {i for i in verdict.evidence if i in self.flows}
        hits = [s for s in self.sightings if s["flow"] in flows and (s["kind"] == verdict.item or not verdict.item)]
        at = min(
            [c["t"] for c in calls]
            + [self.flows[f]["t"] for f in flows]
            + [self.screens[i]["t"] for i in verdict.evidence if i in self.screens]
            + [self.steps[i]["t"] for i in verdict.evidence if i in self.steps]
            + [n.t for n in notes]
            or [0]
        )
        screens = self._screens_of(verdict.evidence, at)
        zh = self.language == "zh"
        return FindingView(
            number=number,
            verdict=verdict,
            rule=rule,
            title=rule.title_zh if zh else rule.title,
            item=name(verdict.item, self.language),
            reason=verdict.reason_zh if zh else verdict.reason,
            clauses=[self.clause(c) for c in verdict.clauses],
            calls=[self.call(c) for c in calls[:SHOWN_CALLS]],
            requests=[self.request(h) for h in hits[:SHOWN_CALLS]],
            notes=[self.note(n) for n in notes[:SHOWN_CALLS]],
            screens=screens[:SHOWN_CALLS],
            advice=rule.advice_zh if zh else rule.advice,
            first=clock(at),
            count=len(verdict.evidence),
            more=max(0, len(calls) - SHOWN_CALLS)
            + max(0, len(hits) - SHOWN_CALLS)
            + max(0, len(notes) - SHOWN_CALLS)
            + max(0, len(screens) - SHOWN_CALLS),
            steps=[i for i in verdict.evidence if i in self.steps],
        )

    def gap(self, gap: Gap) -> GapView:
        span = (
            ""
            if gap.from_ns is None
            else f"{clock(gap.from_ns)} – {clock(gap.to_ns) if gap.to_ns else self.t['to_the_end']}"
        )
        cited = [v.rule for v in self.analysis.verdicts if gap.id in v.gaps]
        kind = self.t["gaps"].get(str(GapKind(gap.kind)), str(gap.kind))
        detail = (gap.detail_zh if self.language == "zh" else "") or gap.detail
        return GapView(id=gap.id, kind=kind, detail=detail, subject=gap.subject, span=span, cited_by=cited)

    def step(self, step: dict[str, Any]) -> dict[str, Any]:
        control = step["control"]
        touched = f"{control.text or control.resource_id} [{control.role}]" if control else step["target"]
        return {
            "id": step["event_id"],
            "time": clock(step["t"]),
            "scenario": step["scenario"],
            "action": step["action"],
            "target": cut(touched, 120),
            "opens": step["opens"] or "",
            "outcome": step["outcome"],
        }


def flatten(data: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """A fact's mapping as rows of a table."""
    rows: list[tuple[str, str]] = []
    for key, value in data.items():
        if isinstance(value, Mapping) and value:
            rows += flatten(value, f"{prefix}{key}.")
        else:
            rows.append((f"{prefix}{key}", cut(value, 300)))
    return rows


def build(
    analysis: Analysis, bundle: BundleReader, integrity: Verification, language: str, *, checked_at: datetime.datetime
) -> View:
    """Everything a format needs. `language`: zh or en. `checked_at`: when `integrity` was found."""
    run = analysis.run
    maker = Builder(analysis, bundle, language)
    rules = {r.id: r for r in all_rules()}
    shown = [v for v in analysis.verdicts if v.verdict in {VerdictWord.VIOLATION, VerdictWord.CANDIDATE}]
    told = [f.data | {"id": f.id} for f in run.facts if f.type == "hook"]
    hooks = sorted(told, key=lambda hook: hook.get("status") == "installed")    # what is not watched comes first
    statuses: dict[str, int] = {}
    for hook in hooks:
        statuses[str(hook.get("status", "?"))] = statuses.get(str(hook.get("status", "?")), 0) + 1
    device, app = run.fact("device"), run.fact("app")
    facts: list[tuple[str, str]] = []
    for kind in ("case", "app", "device", "tools", "clock"):
        facts += flatten(run.fact(kind), f"{kind}.")
    first = next((f.host_ns for f in run.facts), 0)
    return View(
        language=language,
        t=maker.t,
        app=app,
        device=device,
        tools=run.fact("tools"),
        complete=run.complete,
        simulated=device.get("kind") not in {"phone"},
        verdicts=analysis.verdicts,
        rules=rules,
        readings=analysis.readings,
        counts={str(w): sum(v.verdict == w for v in analysis.verdicts) for w in VerdictWord},
        findings=[maker.finding(n, v, rules) for n, v in enumerate(shown, start=1)],
        gaps=[maker.gap(g) for g in run.gaps],
        hooks=hooks,
        hook_counts=statuses,
        steps=[maker.step(s) for s in records(run.steps)],
        shared=[maker.shared(row) for row in records(run.shared)],
        facts=facts,
        integrity=integrity,
        checked=f"{checked_at.strftime('%Y-%m-%d %H:%M:%S UTC')}, privacy-harness {__version__}",
        totals={"calls": len(run.calls), "flows": len(run.flows), "screens": len(run.screens), "steps": len(run.steps)},
        made=moment(first),
        clause=maker.clause,
    )
