"""The frames that rules and reports read, made from a bundle and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from harness.bundle import BundleReader
from harness.decoding import Budget
from harness.model import Call, Event, Fact, Flow, Gap, GapKind, Message, Outcome, Stack
from harness.tables import attribution, ciphers, cut_off, flow_makers, marks, noted, parties, prompts, shared, stages, values
from harness.tables.darkness import Darkness
from harness.tables.noted import AppText, Note
from harness.tables.recipients import HostCatalogue

BROKEN_OFF = " (broken off)"
"""Behind the name of a scenario that was begun and done again in a later bundle: what was seen in it stays seen."""


@dataclass(frozen=True, kw_only=True)
class Tables:
    """One run. Every frame has `event_id`, and events have `t` (ns, host clock), `scenario`, `stage`, `base`.

    calls: method, kind, outcome, value, arguments, process, pid, caller, origin, caller_frame, frames, stack, handed_over
        (the stacks that handed the work to its thread, nearest first)
    flows: host, url, method, status, party, relation, basis, protocol, error; `made_by`: a `flow_makers.MadeBy`, `sender` and
        `sender_origin` its caller and origin
    screens, steps: as journalled
    sightings: a value of a call found in a flow (flow, calls, kind, value, variant, where, encodings, party, ...).
        `read_before`: whether a hooked call had given the value to the app by then; where none had, `calls` are the
        later ones, which know the value, and the request may be another app's. `caller`: whose reading it was, where
        that can be told; `readers`: all who had read it. `sender`: whose request it was, `unresolved` where
        that is not known
    shared: what left the device, a row for each value, sender, host, stage and form (see `shared`)
    marks: what requests say of personalised content and interests; typed: where texts that the suite typed went (see `marks`)
    prompts: each appearance of a system permission dialog (see `prompts`)
    stages: intervals
    notes: the facts that the suite wrote of screens and pages (`noted`); app_texts: the texts that it kept (`texts`)
    """

    calls: pd.DataFrame
    stacks: dict[str, Stack]
    flows: pd.DataFrame
    screens: pd.DataFrame
    steps: pd.DataFrame
    stages: pd.DataFrame
    sightings: pd.DataFrame
    shared: pd.DataFrame
    marks: pd.DataFrame
    typed: pd.DataFrame
    prompts: pd.DataFrame
    notes: list[Note]
    app_texts: list[AppText]
    gaps: list[Gap]
    facts: list[Fact]
    app: parties.AppFacts
    package: str
    scenarios: tuple[str, ...]  # those that were run to their end or at least begun
    complete: bool

    def fact(self, kind: str) -> dict[str, Any]:
        """The data of the last fact of a type; {} where there is none."""
        return next((f.data for f in reversed(self.facts) if f.type == kind), {})

    def noted(self, *types: str) -> list[Note]:
        """The suite's facts of these types in the scenarios of this run, in the order of their time."""
        return [n for n in self.notes if n.type in types
                and (not n.scenario or n.scenario in self.scenarios or n.scenario.endswith(BROKEN_OFF))]

    def texts(self, page: str) -> list[AppText]:
        """The texts of this page that were opened and kept, the last one last."""
        return [one for one in self.app_texts if one.page == page and one.outcome == "opened"]

    def recorded_gaps(self) -> list[Gap]:
        """The blind spots that the run itself recorded, without those that the analysis added."""
        return [gap for gap in self.gaps if not gap.id.startswith("n")]

    def add_gap(self, kind: GapKind, detail: str, subject: str = "", detail_zh: str = "") -> Gap:
        """A blind spot that only the analysis can name (a scenario that was never run). Its id begins with `n`."""
        for gap in self.gaps:
            if gap.id.startswith("n") and (gap.kind, gap.detail, gap.subject) == (kind, detail, subject):
                return gap
        made = Gap(
            id=f"n{1 + sum(g.id.startswith('n') for g in self.gaps)}",
            host_ns=0,
            kind=kind,
            detail=detail,
            detail_zh=detail_zh,
            subject=subject,
        )
        self.gaps.append(made)
        return made


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as mappings; cells of object columns stay what they are. Quicker than pandas gives them: a long run has
    100,000."""
    names = [str(name) for name in frame.columns]
    return [dict(zip(names, cells, strict=True)) for cells in columns_of(frame, *names)]


def columns_of(frame: pd.DataFrame, *names: str) -> list[tuple[Any, ...]]:
    """The rows, these columns only."""
    return list(zip(*(frame[name].tolist() for name in names), strict=True)) if len(frame) else []


def groups(frame: pd.DataFrame, *columns: str) -> Iterator[tuple[tuple[str, ...], list[dict[str, Any]]]]:
    """Rows with equal texts in `columns`, in the order of those texts; rows keep theirs."""
    if not len(frame):
        return
    for key, rows in frame.groupby(list(columns), sort=True):
        names = key if isinstance(key, tuple) else (key,)
        yield tuple(str(n) for n in names), records(rows)


def agent_offsets(facts: Sequence[Fact]) -> dict[int, tuple[int, int]]:
    """Device clock minus host clock, and how far the truth may be from it, ns, as measured through the agent in each
    process: the very clock of its calls."""
    return {
        int(f.data["pid"]): (int(f.data["agent_offset_ns"]), int(f.data["agent_uncertainty_ns"]))
        for f in facts
        if f.type == "clock" and "agent_offset_ns" in f.data and "pid" in f.data
    }


def clock_offset(facts: Sequence[Fact]) -> tuple[int, int]:
    """Device clock minus host clock by its `date`, and how far the truth may be from it, ns; by the last measurement, 0
    where none was made."""
    measured = [f.data for f in facts if f.type == "clock" and "offset_ns" in f.data]
    if not measured:
        return 0, 0
    return int(measured[-1]["offset_ns"]), int(measured[-1].get("uncertainty_ns", 0))


def _frame(rows: list[dict[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    """Cells stay what they are: pandas would else turn an absent text into NaN and a status beside it into 200.0."""
    frame = pd.DataFrame(rows, columns=None if rows else list(columns), dtype=object)
    if "t" in frame:
        frame["t"] = frame["t"].astype("int64")
    return frame


CALLS = (
    "event_id",
    "t",
    "pid",
    "process",
    "tid",
    "thread",
    "seq",
    "hook",
    "kind",
    "method",
    "signature",
    "arguments",
    "value",
    "outcome",
    "error",
    "stack",
    "frames",
    "handed_over",
    "caller",
    "origin",
    "caller_frame",
    "caller_prefix",
    "permission",
    "object",
)
FLOWS = (
    "event_id",
    "t",
    "end_ns",
    "protocol",
    "method",
    "url",
    "host",
    "port",
    "client_port",
    "status",
    "error",
    "party",
    "relation",
    "basis",
    "request",
    "response",
    "made_by",
    "sender",
    "sender_origin",
)
SCREENS = ("event_id", "t", "package", "activity", "kind", "permission")
STEPS = ("event_id", "t", "end_ns", "scenario", "action", "target", "opens", "screen")
SIGHTINGS = (
    "flow",
    "t",
    "kind",
    "value",
    "variant",
    "where",
    "encodings",
    "matched",
    "before",
    "after",
    "key",
    "via",
    "read_before",
    "calls",
    "caller",
    "origin",
    "readers",
    "sender",
    "sender_origin",
    "host",
    "party",
    "relation",
    "scenario",
    "stage",
    "base",
)


_OF_THE_FLOW = ("sender", "sender_origin", "host", "party", "relation", "scenario", "stage", "base")


def _placed(
    rows: list[dict[str, Any]], columns: Sequence[str], found: Sequence[stages.Interval], slack_ns: int = 0
) -> pd.DataFrame:
    frame = _frame(rows, columns)
    if frame.empty:
        return _frame([], (*columns, "scenario", "stage", "base", "on_boundary", "or_stage"))
    frame = frame.sort_values("t", kind="stable", ignore_index=True)
    return pd.concat([frame, stages.place(frame["t"], found, slack_ns)], axis=1)


def load(
    source: BundleReader, *, app: parties.AppFacts | None = None, sdks: Sequence[attribution.Sdk] | None = None
) -> Tables:
    """Read a bundle into frames.

    `app` overrides the app facts recorded in the bundle. Raises HarnessError where the bundle is no bundle.
    """
    facts, gaps = source.facts(), source.gaps()
    known = list(attribution.load_sdks() if sdks is None else sdks)
    app_fact: dict[str, Any] = next((f.data for f in reversed(facts) if f.type == "app"), {})
    package = str(app_fact.get("package", ""))
    about = app or parties.AppFacts.of(next((f.data for f in reversed(facts) if f.type == "app_file"), None))
    known += [
        attribution.Sdk(name=r.name, company=r.name, packages=r.packages, hosts=r.domains, source="app file")
        for r in about.recipients
        if r.packages
    ]
    by_date, by_process = clock_offset(facts), agent_offsets(facts)
    steps, screens = list(source.steps()), list(source.screens())
    calls, flows = list(source.calls()), source.flows()
    stacks = {s.id: s for s in source.stacks()}
    groups: tuple[Sequence[Event], ...] = (steps, screens, calls, flows, facts)
    last = max((event.host_ns for group in groups for event in group), default=0) + 1
    found = stages.intervals(stages.with_intent(steps, facts), last)

    code = attribution.code_packages(app_fact, known)
    caller_of = _caller_of(stacks, package, code, known)
    call_rows = [_call_row(c, stacks, package, caller_of, by_process.get(c.pid, by_date)[0]) for c in calls]
    hosts = HostCatalogue(known)
    uncertainty = max((by_process.get(c.pid, by_date)[1] for c in calls), default=0)
    calls_frame = _placed(call_rows, CALLS, found, uncertainty)
    makers = flow_makers.Makers.of(package, known, code)
    flow_rows = _with_makers([_flow_row(f, package, about, hosts) for f in flows], calls_frame, makers, uncertainty)
    flows_frame = _placed(flow_rows, FLOWS, found)
    screens_frame = _placed([_row(s) for s in screens], SCREENS, found)
    steps_frame = _frame([_row(s) for s in steps], STEPS)
    darkness = Darkness()
    watch = marks.Watch(marks.typed_texts(facts))
    sightings = _sightings(source, calls_frame, flows_frame, hosts, uncertainty, package, darkness, watch)
    if watch.typed:
        watch.calls(records(calls_frame))
        with source.log() as lines:
            watch.log(lines, facts, by_date[0])
    notes = [noted.place(fact, found) for fact in facts]
    return Tables(
        calls=calls_frame,
        stacks=stacks,
        flows=flows_frame,
        screens=screens_frame,
        steps=steps_frame,
        stages=stages.frame(found),
        gaps=[*cut_off.refusals(gaps, flows, facts), *darkness.gaps()],
        notes=notes,
        app_texts=noted.texts(notes, lambda name: source.object(name) if source.has_object(name) else None),
        facts=facts,
        app=about,
        package=package,
        sightings=sightings,
        marks=_frame(watch.marks, marks.MARKS),
        typed=_frame(watch.found, marks.TYPED),
        shared=shared.shared(records(sightings), {row["event_id"]: row for row in records(flows_frame)}),
        prompts=prompts.appearances(screens, steps, calls_frame, found),
        scenarios=tuple(dict.fromkeys(s.scenario for s in steps if s.action == "scenario_start")),
        complete=source.complete(),
    )


def _row(event: Event) -> dict[str, Any]:
    row = {name: getattr(event, name) for name in event.__dataclass_fields__}
    row["event_id"], row["t"] = row.pop("id"), row.pop("host_ns")
    return row


def _caller_of(
    stacks: dict[str, Stack], package: str, code: Sequence[str], sdks: Sequence[attribution.Sdk]
) -> Callable[[Call], attribution.Caller]:
    """Who made a call: worked out once for each method, stack and stacks that handed the work over."""

    def frames(id: str | None) -> list[str]:
        return stacks[id].frames if id in stacks else []

    @cache
    def found(method: str, stack: str | None, submitted: tuple[str, ...]) -> attribution.Caller:
        handed_over = [frames(id) for id in submitted if id in stacks]
        return attribution.attribute(frames(stack), package=package, method=method, sdks=sdks, code=code, handed_over=handed_over)

    return lambda call: found(call.method, call.stack, tuple(call.submitted))


def _call_row(
    call: Call, stacks: dict[str, Stack], package: str, caller_of: Callable[[Call], attribution.Caller], offset: int
) -> dict[str, Any]:
    row = _row(call)
    row["t"] = row.pop("device_ns") - offset
    row["frames"] = stacks[call.stack].frames if call.stack in stacks else []
    row["handed_over"] = [stacks[i].frames for i in row.pop("submitted") if i in stacks]
    who = caller_of(call)
    row |= {"caller": who.name, "origin": who.origin, "caller_frame": who.frame, "caller_prefix": who.prefix}
    row["outcome"] = str(call.outcome)
    if call.kind in values.LISTS and call.outcome is Outcome.VALUE and values.says_only_itself(call.value, package):
        row["outcome"] = str(Outcome.EMPTY)
    return row


def _flow_row(flow: Flow, package: str, about: parties.AppFacts, hosts: HostCatalogue) -> dict[str, Any]:
    row = _row(flow)
    party = parties.party_of(flow.host, package=package, facts=about, hosts=hosts)
    return row | {"party": party.name, "relation": party.relation, "basis": party.basis}


def _with_makers(
    flows: list[dict[str, Any]], calls: pd.DataFrame, makers: flow_makers.Makers, slack_ns: int
) -> list[dict[str, Any]]:
    """The rows with `made_by` and what is shown of it."""
    ordered = sorted(flows, key=lambda row: int(row["t"]))
    made = flow_makers.join(records(calls), ordered, makers, slack_ns=slack_ns)
    return [
        row | {"made_by": made[row["event_id"]], "sender": made[row["event_id"]].caller,
               "sender_origin": made[row["event_id"]].origin}
        for row in flows
    ]


def _reader(
    calls: Sequence[dict[str, Any]], flow: dict[str, Any], hosts: HostCatalogue
) -> tuple[str, str, list[str]]:
    """Whose reading a request carries: caller, origin and, where that cannot be told, all who had read the value.

    Where several had, it is the sender's own, else the SDK's that the host belongs to, or the app's own for a
    first-party host.
    """
    for call in reversed(calls):
        if call["caller"] == flow["sender"] != "unresolved":
            return call["caller"], call["origin"], [call["caller"]]
    owners = {sdk.name for sdk in hosts.owners(flow["host"])}
    for call in reversed(calls):
        if call["caller"] in owners or (flow["relation"] == "first" and call["origin"] == "app"):
            return call["caller"], call["origin"], [call["caller"]]
    readers = list(dict.fromkeys(call["caller"] for call in calls))
    if len(readers) == 1:
        return readers[0], calls[-1]["origin"], readers
    return "unresolved", "unresolved", readers


def _sightings(
    source: BundleReader,
    calls: pd.DataFrame,
    flows: pd.DataFrame,
    hosts: HostCatalogue,
    slack_ns: int,
    package: str,
    darkness: Darkness,
    watch: marks.Watch,
) -> pd.DataFrame:
    """Values found in requests, each with its reader and with all calls before the request that gave the value.

    `slack_ns`: by how much a call's time may be too late. `darkness` is told what could not be looked into, `watch` is shown
    each request.
    """
    by_id = {row["event_id"]: row for row in records(calls)}
    told = [row for row in by_id.values() if row["outcome"] == "value"]
    read = [*values.knowns(told, package), *watch.knowns()]
    follower = values.Follower(read, package, ciphers.handed_over(by_id.values()), values.home(told))
    rows: list[dict[str, Any]] = []
    for flow in records(flows):
        message: Message | None = flow["request"]
        headers = message.headers if message else []
        budget = Budget()
        # One byte more than is looked at, so that decoding tells of a longer body.
        body = source.object(message.body, budget.part + 1) if message and message.body else b""
        named = flow | {"flow": flow["event_id"]}
        found, dark = follower.sightings(flow["event_id"], flow["url"] or "", headers, body, budget, watch.of(named))
        hits = watch.took(named, found)
        darkness.add(flow, dark)
        listed = {(hit.kind, hit.value) for hit in hits if hit.kind in values.LISTS}
        for hit in hits:
            if hit.kind in values.LISTS and sum(kind == hit.kind for kind, _ in listed) < 2:
                continue
            before = [c for c in hit.calls if by_id[c]["t"] - slack_ns <= flow["t"]]
            caller, origin, readers = _reader([by_id[c] for c in before or hit.calls], flow, hosts)
            rows.append(
                {
                    "flow": hit.flow,
                    "t": flow["t"],
                    "kind": hit.kind,
                    "value": hit.value,
                    "variant": hit.variant,
                    "where": hit.where,
                    "encodings": list(hit.encodings),
                    "matched": hit.matched,
                    "before": hit.before,
                    "after": hit.after,
                    "key": hit.key,
                    "via": list(hit.via),
                    "read_before": bool(before),
                    "calls": before or list(hit.calls),
                    "caller": caller,
                    "origin": origin,
                    "readers": readers,
                }
                | {name: flow[name] for name in _OF_THE_FLOW}
            )
    return _frame(rows, SIGHTINGS)
