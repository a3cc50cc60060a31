"""Every table of a judged bundle: its columns, what each means, and its rows. docs/tables.md is made from this file.

A cell is what was recorded. Where `way` names one, it may hold what is personal or what the app wrote, and is masked that way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.clauses import catalogue
from harness.model import VerdictWord
from harness.render.cells import cell
from harness.render.columns import Column, columns
from harness.render.machine import Machine
from harness.render.sarif import BINDING
from harness.rules.analysis import senders
from harness.rules.engine import all_rules, serving
from harness.rules.identity import key
from harness.rules.sensitive import name
from harness.tables import records
from harness.tables.attribution import load_sdks

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Table:
    name: str
    about: str
    columns: tuple[Column, ...]
    rows: Callable[[Machine], Iterable[Row]]


_WHEN = """
    scenario string: the scenario in which it happened
    stage string: the stage in which it happened: before_consent, after_refusal, ... (docs/json.md)
"""
_RECIPIENT = """
    sender string text: whose code sent it: the app's package, an SDK's name, or unresolved
    host string text: to which host
    party string text: whose host that is: a company, or its domain
    relation string: first, third or unknown
"""


def _cited(machine: Machine) -> dict[str, str]:
    """Event -> the worst verdict that cites it."""
    found: dict[str, str] = {}
    for verdict in machine.analysis.verdicts:    # worst first
        for one in verdict.evidence:
            found.setdefault(one, str(verdict.verdict))
    return found


def _events(machine: Machine, frame: Any) -> Iterator[dict[str, Any]]:
    cited = _cited(machine)
    for row in records(frame):
        yield row | {"id": row["event_id"], "time": row["t"], "verdict": cited.get(row["event_id"])}


def _flows(machine: Machine) -> Iterator[Row]:
    for row in _events(machine, machine.run.flows):
        made, request, response = row["made_by"], row["request"], row["response"]
        yield row | {
            "end": row["end_ns"], "sender_basis": made.basis, "sender_confidence": made.confidence, "sender_why": made.why,
            "candidates": list(made.candidates), "request_bytes": request.size if request else None,
            "response_bytes": response.size if response else None,
        }  # fmt: skip


def _screens(machine: Machine) -> Iterator[Row]:
    for row in _events(machine, machine.run.screens):
        yield row | {"texts": [control.text for control in row["controls"] if control.text]}


def _steps(machine: Machine) -> Iterator[Row]:
    for row in _events(machine, machine.run.steps):
        control = row["control"]
        yield row | {"end": row["end_ns"], "control_text": control.text if control else None,
                     "control_role": control.role if control else None}


def _stages(machine: Machine) -> Iterator[Row]:
    for row in records(machine.run.stages):
        yield row | {"from": row["from_ns"], "to": row["to_ns"], "settled": row["settled_ns"]}


def _prompts(machine: Machine) -> Iterator[Row]:
    return ({**row, "id": row["event_id"], "time": row["t"]} for row in records(machine.run.prompts))


def _timed(frame: str) -> Callable[[Machine], Iterator[Row]]:
    return lambda machine: ({**row, "time": row["t"]} for row in records(getattr(machine.run, frame)))


def _shared(machine: Machine) -> Iterator[Row]:
    return ({**row, "first": row["first_ns"], "last": row["last_ns"]} for row in records(machine.run.shared))


def _verdicts(machine: Machine) -> Iterator[Row]:
    rules = {rule.id: rule for rule in all_rules()}
    for verdict in machine.analysis.verdicts:
        rule = rules.get(verdict.rule)
        yield {
            "key": key(verdict, machine.run.package), "rule": verdict.rule, "title": rule.title if rule else None,
            "title_zh": rule.title_zh if rule else None, "verdict": str(verdict.verdict),
            "grade": str(verdict.grade) if verdict.grade else None, "stage": str(verdict.stage), "item": verdict.item,
            "item_zh": verdict.item and name(verdict.item, "zh"), "item_en": verdict.item and name(verdict.item, "en"),
            "caller": verdict.caller, "party": verdict.party, "clauses": list(verdict.clauses),
            "evidence": list(verdict.evidence), "gaps": list(verdict.gaps), "reason": verdict.reason,
            "reason_zh": verdict.reason_zh,
        }  # fmt: skip


def _clauses(machine: Machine) -> Iterator[Row]:
    by_clause: dict[str, list[str]] = {}
    for verdict in machine.analysis.verdicts:    # worst first
        for clause in verdict.clauses:
            by_clause.setdefault(clause, []).append(str(verdict.verdict))
    rules: dict[str, list[str]] = {}
    for rule in all_rules():
        for clause in serving(rule):
            rules.setdefault(clause, []).append(rule.id)
    for one in catalogue().values():
        words = by_clause.get(one.id, [])
        yield {
            "clause": one.id, "document": one.document, "source": one.source, "force": one.force, "binding": one.force in BINDING,
            "mode": one.mode, "rules": rules.get(one.id, []), "verdict": words[0] if words else None,
            "violations": words.count(VerdictWord.VIOLATION), "candidates": words.count(VerdictWord.CANDIDATE),
            "inconclusive": words.count(VerdictWord.INCONCLUSIVE), "zh": one.zh, "en": one.en,
        }  # fmt: skip


def _gaps(machine: Machine) -> Iterator[Row]:
    cited: dict[str, list[str]] = {}
    for verdict in machine.analysis.verdicts:
        for gap in verdict.gaps:
            cited.setdefault(gap, []).append(verdict.rule)
    for one in machine.run.gaps:
        yield {"id": one.id, "kind": str(one.kind), "detail": one.detail, "detail_zh": one.detail_zh, "cause": one.cause,
               "count": one.count, "subject": one.subject, "from": one.from_ns, "to": one.to_ns,
               "cited_by": list(dict.fromkeys(cited.get(one.id, ())))}


def _sdks(machine: Machine) -> Iterator[Row]:
    """SDKs whose code called or sent."""
    known = {sdk.name: sdk for sdk in load_sdks()}
    calls, flows = records(machine.run.calls), records(machine.run.flows)
    own = {row["caller"]: "sdk" for row in calls if row["origin"] == "sdk"}
    own |= {row["sender"]: "sdk" for row in flows if row["sender_origin"] == "sdk"}
    for sdk in sorted(own):
        called = [row for row in calls if row["caller"] == sdk and row["origin"] == "sdk"]
        sent = [row for row in flows if row["sender"] == sdk and row["sender_origin"] == "sdk"]
        times = [row["t"] for row in (*called, *sent)]
        about = known.get(sdk)
        yield {
            "sdk": sdk, "company": about.company if about else None, "purpose": about.purpose if about else None,
            "calls": len(called), "flows": len(sent), "kinds": sorted({str(row["kind"]) for row in called}),
            "prefixes": sorted({row["caller_prefix"] for row in called if row["caller_prefix"]}),
            "hosts": sorted({str(row["host"]) for row in sent}), "first": min(times), "last": max(times),
        }  # fmt: skip


def _hooks(machine: Machine) -> Iterator[Row]:
    for fact in machine.run.facts:
        if fact.type == "hook":
            yield fact.data | {"id": fact.id, "time": fact.host_ns}


def _stacks(machine: Machine) -> Iterator[Row]:
    for one in machine.run.stacks.values():
        yield {"id": one.id, "time": one.host_ns, "pid": one.pid, "frames": "\n".join(one.frames)}


def _facts(machine: Machine) -> Iterator[Row]:
    for note in machine.run.notes:
        if note.type != "hook":
            yield {"id": note.id, "time": note.t, "type": note.type, "scenario": note.scenario, "stage": note.stage,
                   "data": dict(note.data)}


def _texts(machine: Machine) -> Iterator[Row]:
    return ({"fact": one.note.id, "page": one.page, "outcome": one.outcome, "whole": one.whole, "text": one.text}
            for one in machine.run.app_texts)


TABLES: tuple[Table, ...] = (
    Table("verdicts", "What was decided, worst first: a row for each verdict.", columns("""
        key string: the same for the same finding in every run: of rule, item, caller, party and stage
        rule string: id of the rule
        title string: what the rule is about, in English
        title_zh string: the same in Chinese
        verdict string: VIOLATION, CANDIDATE (a person must decide), INCONCLUSIVE or NOT_OBSERVED, which is not compliance
        grade string: A a value left the device, B a value was read or the app acted, C called, but nothing came of it
        stage string: when
        item string: kind of personal information, or group of permissions
        item_zh string: its name in Chinese
        item_en string: its name in English
        caller string text: whose act it was
        party string text: who received it
        clauses json: ids of the clauses that the rule serves
        evidence json: ids of the records that it rests on
        gaps json: ids of what could not be seen
        reason string text: one sentence, in English
        reason_zh string text: the same in Chinese
    """), _verdicts),
    Table("clauses", "Every clause of the catalogue, and what was decided under it.", columns("""
        clause string: id
        document string: the catalogue's file of its document
        source string: document and section
        force string: legal force of the document: regulation, notice, guideline, commitment, draft, press
        binding boolean: whether it binds: a regulation or a notice
        mode string: how it could be decided: runtime, document, manual, or out
        rules json: ids of the rules that serve it
        verdict string: the worst verdict of these rules; empty where none decides it
        violations integer: how many verdicts under it are VIOLATION
        candidates integer: how many are CANDIDATE
        inconclusive integer: how many are INCONCLUSIVE
        zh string: what it asks, in Chinese
        en string: the same in English
    """), _clauses),
    Table("gaps", "What could not be seen.", columns("""
        id string: of the record; n1, n2, ... where only the analysis could tell
        kind string: what was missing (docs/json.md)
        detail string text: what happened, in English
        detail_zh string text: the same in Chinese
        cause string: a word for the likely reason
        count integer: how often it was told of
        subject string text: the method, process, host, stage or scenario that it is about
        from datetime: since when; empty: from the beginning
        to datetime: until when; empty: to the end
        cited_by json: ids of the rules whose verdict rests on it
    """), _gaps),
    Table("calls", "Hooked calls.", columns("""
        id string: of the record: c17 is line 17 of calls.jsonl
        time datetime: when it happened, on the host's clock
    """ + _WHEN + """
        on_boundary boolean: so near to the end of a stage that the clocks cannot tell on which side
        method string: class and method
        signature string: types of its parameters
        kind string: kind of personal information, or of behaviour
        outcome string: value, empty, denied or thrown
        value json returned: what the app got
        arguments json arguments: what it was called with
        error string loose: class and message of what was thrown
        caller string text: the app's package, an SDK's name, or unresolved
        origin string: app, sdk, framework or unresolved
        caller_frame string text: the frame of the stack that tells
        permission string: the permission that guards it
        process string text: name of the process
        pid integer: its number
        tid integer: number of the thread
        thread string text: name of the thread
        seq integer: the agent's own count in that process
        hook string: id of the catalogue's file
        stack string: id of its call stack
        verdict string: the worst verdict that cites it
    """), lambda machine: _events(machine, machine.run.calls)),
    Table("stacks", "Call stacks, each once.", columns("""
        id string: of the record
        time datetime: when it was first seen, on the host's clock
        pid integer: number of the process
        frames string text: nearest first, one on each line
    """), _stacks),
    Table("flows", "Exchanges on the network.", columns("""
        id string: of the record
        time datetime: when its first byte came
        end datetime: when its last did
    """ + _WHEN + """
        protocol string: http, https, websocket, tls (no content), tcp, udp, dns, quic
        method string text: of HTTP; text or binary of a WebSocket message; the type of a question to DNS
        url string url: the address
        host string text: to which host
        port integer: to which port
        address string: where the proxy connected to
        status integer: of the answer
        version string: of HTTP or TLS
        error string text: how it failed
        party string text: whose host that is: a company, or its domain
        relation string: first, third or unknown
        basis string text: by what that is known
        sender string text: whose code made it: the app's package, an SDK's name, or unresolved
        sender_origin string: app, sdk or unresolved
        sender_basis string: head, url or socket: by what the sender is known
        sender_confidence string: high, medium or low
        sender_why string: why the sender is not known
        candidates json text: who may have been it
        request_bytes integer: size of the body that was sent
        response_bytes integer: size of the body that came back
        via string: how it came: proxy or wireguard
        sni string text: the host name of the TLS greeting
        cause string: why TLS failed
        answers json text: what DNS answered
        of string: the exchange that a WebSocket message belongs to
        verdict string: the worst verdict that cites it
    """), _flows),
    Table("sightings", "Values of hooked calls that were found in requests.", columns("""
        flow string: id of the request
        time datetime: when it was sent
        kind string: kind of personal information
        value string value: the value that a call gave
        variant string: raw, a spelling, or a hash
        where string text: the part of the request, each step of decoding, and the path in it
        encodings json: decoders, outermost first
        key string text: name of its field
        matched string value: what stands there
        read_before boolean: whether a call had given it to the app by then
        calls json: ids of the calls that gave it
        via json: ids of the calls that encrypted or hashed it
        caller string text: whose reading it was
        origin string: app, sdk, framework or unresolved
        readers json text: all who had read it
    """ + _RECIPIENT + _WHEN), _timed("sightings")),
    Table("shared", "What left the device: a row for each value, sender, host, stage and form.", columns("""
        kind string: kind of personal information
        also json: further kinds that the same text was read as
        value string value: the value
        sensitive boolean: sensitive personal information (PIPL art. 28, GB/T 35273-2020 annex B)
        read_by string: id of the call that first gave it to the app
        readers json text: who had read it
    """ + _RECIPIENT + """
        where string text: the part of the request, each step of decoding, and the path in it
        encodings json: decoders, outermost first
        variant string: raw, a spelling, or a hash
    """ + _WHEN + """
        encrypted boolean: whether it went over TLS
        count integer: in how many requests
        first datetime: when the first was sent
        last datetime: when the last was sent
        flows json: ids of the requests
        calls json: ids of the calls
    """), _shared),
    Table("senders", "Whose requests went to each host.", columns("""
        host string text: that was asked
        sender string text: the app's package, an SDK's name, or unresolved
        origin string: app, sdk or unresolved
        prefix string text: the Java package of that code
        basis string: head, url or socket: by what it is known
        confidence string: high, medium or low
        why string: why the sender is not known
        candidates json text: who may have been it
        flows integer: how many exchanges
    """), lambda machine: senders(machine.run)),
    Table("sdks", "SDKs whose code called or sent.", columns("""
        sdk string text: name
        company string: whose it is
        purpose string: what it is for (hooks/sdks)
        calls integer: hooked calls that it made
        flows integer: requests that it made
        kinds json: kinds of what it called
        prefixes json text: Java packages of its code that were seen
        hosts json text: hosts that it sent to
        first datetime: when it was first seen
        last datetime: when it was last seen
    """), _sdks),
    Table("screens", "States of the user interface.", columns("""
        id string: of the record
        time datetime: when it was seen
    """ + _WHEN + """
        package string text: whose window it is
        activity string text: its activity
        kind string: what the recogniser says: policy_consent, system_permission, ...
        permission string: what a permission dialog asks for
        reason string text: why it says so
        texts json text: texts of its controls
        after_step string: id of the last step before it
        hierarchy string: SHA-256 of its UI dump in objects/
        screenshot string: SHA-256 of its picture in objects/
        verdict string: the worst verdict that cites it
    """), _screens),
    Table("steps", "What the scenarios did.", columns("""
        id string: of the record
        time datetime: just before it was sent
        end datetime: when the device had answered
        scenario string: which scenario
        action string: scenario_start, launch, tap, back, observe, ...
        target string text: to what
        control_text string text: text of the control that was touched
        control_role string: its role: agree, refuse, ...
        screen string: id of the screen before it
        opens string: the stage that begins with it
        outcome string: done, failed, not_reached, ...
        detail json loose: what else is known of it
        verdict string: the worst verdict that cites it
    """), _steps),
    Table("stages", "The intervals that calls, requests and screens are put in.", columns("""
        scenario string: which scenario
        stage string: its name
        base string: the stage that the background interrupts; else the stage itself
        from datetime: its beginning
        to datetime: its end
        opened_by string: id of the step that it begins with
        settled datetime: from here on the boundary is certain
    """), _stages),
    Table("prompts", "Permission dialogs, each appearance once.", columns("""
        id string: id of the screen
        time datetime: when it appeared
    """ + _WHEN + """
        permission string: what it asks for
        answer string: granted, denied, left or none
        answered_by string: id of the step that answered it
        trigger string: what led to it: user, answer, launch, start, ...
        trigger_step string: id of that step
        request string: id of the call that asked for it
        caller string text: who asked
        session integer: how many starts of the app had been before
    """), _prompts),
    Table("marks", "What requests say of personalised content and interests.", columns("""
        flow string: id of the request
        time datetime: when it was sent
        key string text: name of the field
        value string wire: what it says
        what string: flag or interests
        where string text: the part of the request and the path in it
    """ + _RECIPIENT + _WHEN), _timed("marks")),
    Table("typed", "Where texts that the suite typed went.", columns("""
        via string: flow, call or log
        event string: id of the flow, the call, or the fact that names the log
        time datetime: when
        text string value: what was typed
        where string text: the place, each step of decoding, and the path in it
        encodings json: decoders, outermost first
        clear boolean: whether it went unencrypted
        process string text: name of the process
    """ + _RECIPIENT + _WHEN), _timed("typed")),
    Table("hooks", "Hooks, and what became of each in each process.", columns("""
        id string: of the record
        time datetime: when it was told
        method string: class and method
        unit string: id of the catalogue's file
        kinds json: kinds of what it gives
        status string: installed, partly, absent or failed
        why string text: why it is not
        required boolean: whether the device must have it
        process string text: name of the process
        pid integer: its number
    """), _hooks),
    Table("texts", "Texts of the app and its pages that were read.", columns("""
        fact string: id of the fact that names it
        page string: policy, collected_list, ...; of an attachment, the clause
        outcome string: opened, ...
        whole boolean: whether it was read to its end
        text string text: the text
    """), _texts),
    Table("facts", "All other facts of the run: device, app, tools, clock, what the suite noted, ...", columns("""
        id string: of the record
        time datetime: when it was written
        type string: device, app, tools, clock, page, ... (docs/scenarios.md, docs/hooks.md, docs/traffic.md)
    """ + _WHEN + """
        data json loose: what it says
    """), _facts),
)
"""In the order in which a reader wants them."""


def cells(machine: Machine, table: Table) -> Iterator[Sequence[Any]]:
    """Its rows, each cell of its column's type or None; masked where `machine` is."""
    for row in table.rows(machine):
        yield [cell(machine.mask, column, row.get(column.name), str(row.get("kind", ""))) for column in table.columns]
