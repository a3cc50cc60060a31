"""Findings with all that they rest on: calls, requests, screens, facts; how often, when, after what, and what to do."""

from __future__ import annotations

import bisect
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from harness.clauses import catalogue
from harness.model import Verdict
from harness.render.chapters import Told
from harness.render.figures import frequency
from harness.render.forms import clock, cut, flatten, number, ranges, visible, word
from harness.render.pictures import Pictures
from harness.render.shapes import CallView, Clause, FindingView, Frame, NoteView, RequestView, ScreenView, SharedView
from harness.rules.identity import key
from harness.rules.rule import Rule
from harness.rules.sensitive import name
from harness.tables import MadeBy, Note, records
from harness.tables.attribution import FRAMEWORK, class_of

SHOWN_CALLS = 5  # calls, requests and screens of a finding that are shown whole; the rest are counted and cited
SHOWN_ROWS = 20  # fields of a fact
SHOWN_FRAMES = 200
_NOT_TOLD = frozenset({"scenario", "screen", "screens", "notice", "object", "sha256"})
_SEVERITY = {"low": 0, "medium": 1, "high": 2}


class FindingMaker:
    """Makes the views of one analysis."""

    def __init__(self, told: Told, pictures: Pictures) -> None:
        self.told, self.t, self.mask, self.pictures = told, told.t, told.mask, pictures
        self.language = told.language
        run = told.analysis.run
        self.calls = {c["event_id"]: c for c in records(run.calls)}
        self.flows = {f["event_id"]: f for f in records(run.flows)}
        self.screens = {s["event_id"]: s for s in records(run.screens)}
        self.steps = {s["event_id"]: s for s in records(run.steps)}
        self.in_order = sorted(self.steps.values(), key=lambda s: int(s["t"]))
        self.step_times = [int(s["t"]) for s in self.in_order]
        self.sightings = records(run.sightings)
        self.of_flow: dict[str, list[dict[str, Any]]] = {}
        for one in self.sightings:
            self.of_flow.setdefault(one["flow"], []).append(one)
        self.notes = {note.id: note for note in run.notes}

    def clause(self, clause: str) -> Clause:
        entry = catalogue()[clause]
        return Clause(
            id=clause,
            source=entry.source,
            force=self.t["force"][entry.force],
            text=entry.said(self.language),
            quoted=self.language == "zh" and entry.quoted,
        )

    def who(self, caller: str) -> str:
        return str(self.t["unresolved"]) if caller == "unresolved" else visible(caller)

    def stage(self, stage: str) -> str:
        return word(self.t, "stages", stage)

    def call(self, call: dict[str, Any]) -> CallView:
        frames = [Frame(text=self.mask.text(f, 300), own=not class_of(f).startswith(FRAMEWORK))
                  for f in call["frames"][:SHOWN_FRAMES]]
        got = self.mask.returned(call["kind"], call["value"]) if call["outcome"] == "value" else self.mask.loose(call["error"])
        return CallView(
            id=call["event_id"],
            time=clock(call["t"]),
            method=cut(call["method"] + (call["signature"] or ""), 300),
            arguments=self.mask.argument(call["kind"], call["arguments"]),
            value=got,
            outcome=cut(call["outcome"], 40),
            outcome_word=word(self.t, "outcomes", call["outcome"]),
            process=cut(f"{call['process']} ({call['pid']})", 120),
            thread=self.mask.text(call["thread"], 120),
            caller=self.who(call["caller"]),
            frames=frames,
        )

    def request(self, sighting: dict[str, Any]) -> RequestView:
        flow = self.flows[sighting["flow"]]
        body: str = (flow["request"].body or "") if flow["request"] is not None else ""
        in_body = body != "" and str(sighting["where"]).startswith("body")
        address = self.mask.url(flow["url"]) if flow["url"] else self.mask.text(flow["host"], 300)
        return RequestView(
            id=flow["event_id"],
            time=clock(flow["t"]),
            line=f"{cut(flow['method'] or '', 20)} {address}".strip(),
            status="" if flow["status"] is None else str(flow["status"]),
            where=self.mask.loose(sighting["where"], 300),
            form=self.form(sighting),
            steps=self._way(sighting, flow, in_body),
            before=self.mask.wire(sighting["before"][-200:], 200),
            matched=self.mask.value(sighting["matched"], 400),
            after=self.mask.wire(sighting["after"], 200),
            item=name(sighting["kind"], self.language),
            of=[visible(one) for one in sighting["calls"][:SHOWN_CALLS]],
            sender=self.sender(flow["made_by"]),
            recipient=self.recipient(flow["host"], flow["party"]),
            encrypted=flow["protocol"] != "http",
            body_sha256=body if in_body else "",
            body_bytes=flow["request"].size if in_body else 0,
        )

    def form(self, sighting: Mapping[str, Any]) -> str:
        chain = [*sighting["encodings"], *([] if sighting["variant"] == "raw" else [sighting["variant"]])]
        return " → ".join(chain) or str(self.t["plain"])

    def _way(self, sighting: dict[str, Any], flow: dict[str, Any], in_body: bool) -> list[tuple[str, str]]:
        """From the bytes of the request to the value: what was undone, and what is left then."""
        where = str(sighting["where"])
        begin = (f"{number(flow['request'].size)} B · SHA-256 {flow['request'].body}" if in_body
                 else self.mask.loose(where, 200))
        way = [(self.t["body"] if in_body else self.t["head"], begin)]
        way += [(str(one), self.t["undone"]) for one in sighting["encodings"]]
        if in_body and where != "body":
            way.append((self.t["place"], self.mask.loose(where, 200)))
        given = name(sighting["kind"], self.language)
        said = self.t["as_read"] if sighting["variant"] == "raw" else f"{self.t['as_variant']} {sighting['variant']}"
        way.append((given, f"{said}: {self.mask.value(sighting['matched'], 200)}"))
        return way

    def sender(self, made: MadeBy) -> str:
        if made.basis:
            named = made.caller if made.origin != "unresolved" else f"{made.caller} ({made.prefix})"
            return visible(f"{named} ({self.t['bases'][made.basis]})")
        return visible(self.t["one_of"] + " " + ", ".join(made.candidates)) if made.candidates else ""

    def recipient(self, host: str, party: str) -> str:
        return self.mask.text(f"{host} ({party})" if party and party != host else host, 300)

    def screen(self, screen: dict[str, Any], control: Any = None) -> ScreenView:
        image, width, height, covered = self.pictures.of(screen, [control.bounds] if control else [])
        return ScreenView(
            id=screen["event_id"],
            time=clock(screen["t"]),
            kind=word(self.t, "screens", screen["kind"]),
            image=image,
            sha256=screen["screenshot"] or "",
            marked=self.mask.text(control.text or control.resource_id, 80) if control else "",
            withheld=str(self.t["withheld"]) if self.pictures.withheld(screen) else "",
            covered=covered,
            width=width,
            height=height,
        )

    def note(self, note: Note) -> NoteView:
        """Without what only says where to look: its screens are shown beside it, its text stands in the bundle."""
        told = {key: value for key, value in note.data.items()
                if key not in _NOT_TOLD and value not in (None, "", [], {})}
        return NoteView(id=note.id, time=clock(note.t), kind=word(self.t, "notes", note.type),
                        rows=[(self.mask.text(key, 100), self.mask.loose(value, 300))
                              for key, value in flatten(told)[:SHOWN_ROWS]])

    def shared(self, row: dict[str, Any]) -> SharedView:
        return SharedView(
            item=" / ".join(name(kind, self.language) for kind in (row["kind"], *row["also"])),
            sensitive=row["sensitive"],
            value=self.mask.value(row["value"], 120),
            sender=self.who(row["sender"]),
            recipient=self.recipient(row["host"], row["party"]),
            where=self.mask.loose(row["where"], 200),
            form=self.form(row),
            stage=self.stage(row["stage"]),
            encrypted=row["encrypted"],
            count=row["count"],
            first=clock(row["first_ns"]),
            last=clock(row["last_ns"]),
            ids=ranges([*row["calls"][:3], *row["flows"][:3]]),
        )

    def _screens_of(self, ids: Sequence[str], at: int) -> list[tuple[dict[str, Any], Any]]:
        """The screens that are cited, each with the control that was touched there; else the last one before the event, which
        shows what the user saw then."""
        shown: list[tuple[dict[str, Any], Any]] = []
        for i in ids:
            if i in self.screens:
                shown.append((self.screens[i], None))
            elif i in self.steps and self.steps[i].get("screen") in self.screens:
                shown.append((self.screens[self.steps[i]["screen"]], self.steps[i].get("control")))
        if not shown:
            before = [s for s in self.screens.values() if s["t"] <= at] or list(self.screens.values())[:1]
            shown = [(s, None) for s in before[-1:]]
        return shown

    def verdict(self, verdict: Verdict) -> Verdict:
        """The verdict with what is personal in its sentences masked."""
        return replace(verdict, reason=self.mask.text(verdict.reason, 2000), reason_zh=self.mask.text(verdict.reason_zh, 2000))

    def finding(self, at_number: int, verdict: Verdict, rules: Mapping[str, Rule]) -> FindingView:
        rule, verdict = rules[verdict.rule], self.verdict(verdict)
        calls = [self.calls[i] for i in verdict.evidence if i in self.calls]
        notes = [self.notes[i] for i in verdict.evidence if i in self.notes]
        flows = [i for i in verdict.evidence if i in self.flows]
        hits = [s for flow in dict.fromkeys(flows) for s in self.of_flow.get(flow, ())
                if s["kind"] == verdict.item or not verdict.item]
        moments = [
            *(int(c["t"]) for c in calls),
            *(int(self.flows[f]["t"]) for f in flows),
            *(int(self.screens[i]["t"]) for i in verdict.evidence if i in self.screens),
            *(int(self.steps[i]["t"]) for i in verdict.evidence if i in self.steps),
            *(n.t for n in notes),
        ]
        at = min(moments or [0])
        screens = self._screens_of(verdict.evidence, at)
        counted = sorted(int(c["t"]) for c in calls) or sorted(int(self.flows[f]["t"]) for f in flows)
        zh = self.language == "zh"
        clauses = [self.clause(c) for c in verdict.clauses]
        worst = max((catalogue()[c].severity for c in verdict.clauses), key=lambda s: _SEVERITY.get(s, 0), default="")
        return FindingView(
            number=at_number,
            key=key(verdict, self.told.analysis.run.package),
            verdict=verdict,
            rule=rule,
            title=rule.title_zh if zh else rule.title,
            item=name(verdict.item, self.language),
            subject=self.who(verdict.caller),
            stage=self.stage(verdict.stage),
            recipient=self.mask.text(verdict.party, 200),
            grade=self.t["grades"][str(verdict.grade)] if verdict.grade else "",
            reason=verdict.reason_zh if zh else verdict.reason,
            severity=self.t["severities"].get(worst, ""),
            clauses=clauses,
            calls=[self.call(c) for c in calls[:SHOWN_CALLS]],
            requests=[self.request(h) for h in hits[:SHOWN_CALLS]],
            notes=[self.note(n) for n in notes[:SHOWN_CALLS]],
            screens=[self.screen(*one) for one in screens[:SHOWN_CALLS]],
            advice=rule.advice_zh if zh else rule.advice,
            first=clock(at),
            count=len(verdict.evidence),
            frequency=frequency(counted),
            trigger=self._trigger(at),
            run_state=self.t["in_background"] if verdict.stage == "background" else self.t["in_foreground"],
            permission=self._permission(calls),
            reproduction=self.t["one_run"],
            evidence=ranges(verdict.evidence),
            more=sum(max(0, len(found) - SHOWN_CALLS) for found in (calls, hits, notes, screens)),
        )

    def _trigger(self, at: int) -> str:
        """The scenario, the last thing that was done before, and how long before."""
        place = bisect.bisect_right(self.step_times, at) - 1
        if not at or place < 0:
            return str(self.t["not_recorded"])
        step = self.in_order[place]
        action = word(self.t, "actions", step["action"])
        target = self.mask.text(step["target"], 80)
        seconds = (at - int(step["t"])) / 1e9
        return f"{cut(step['scenario'], 80)} · {step['event_id']} {action} {target} · +{seconds:.1f} {self.t['seconds']}"

    def _permission(self, calls: Sequence[dict[str, Any]]) -> str:
        """The permission that the calls need, and how it stood at the end of the run."""
        asked = sorted({str(c["permission"]) for c in calls if c["permission"]})
        if not asked:
            return ""
        table: Any = next((f.data.get("table") for f in reversed(self.told.analysis.run.facts)
                                         if f.type == "permissions" and f.data.get("at") == "end"), None)
        said = []
        for one in asked:
            state = table.get(one) if isinstance(table, Mapping) else None
            held = (self.t["granted"] if state.get("granted") else self.t["not_granted"]) if isinstance(state, Mapping) \
                else self.t["not_recorded"]
            said.append(f"{cut(one, 120)}: {held} ({self.t['at_the_end']})")
        return "; ".join(said)
