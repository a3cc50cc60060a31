"""What a SARIF result cites: lines of the journals, call stacks, requests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from harness.model import Message, Verdict
from harness.render.http import body, headers
from harness.render.machine import Machine, base_ids, place
from harness.render.masking import WHOLE
from harness.tables import records

CITED = 20      # lines of journals that a result points to; `properties.evidence` names all
STACKS = 5      # different call stacks of a result
BODY = 4096     # characters of a request's body; the HAR has the rest
_FRAME = re.compile(r"(?P<name>[^\s(]+)\((?:(?P<file>[^():]+)(?::(?P<line>\d{1,7}))?)?\)")
_RUN = {"physicalLocation": {"artifactLocation": {"uri": "run.jsonl", "uriBaseId": "BUNDLE"}, "region": {"startLine": 1}},
        "message": {"text": "The run as a whole."}}  # for a verdict that cites nothing: viewers want a place
_VERSION = re.compile(r"\d+(?:\.\d+)*")


def recorded_at(event_id: str, bases: Mapping[str, str]) -> dict[str, Any] | None:
    """The location of a record's line; None where it has none."""
    where = place(event_id)
    if where is None or where.label not in bases:
        return None
    return {"physicalLocation": {"artifactLocation": {"uri": where.journal, "uriBaseId": bases[where.label]},
                                 "region": {"startLine": where.line}}}


class Evidence:
    """Collects what the results of one run cite, each request once: `requests` and `responses` are the run's."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._bases = base_ids(machine.analysis)
        self._calls = {row["event_id"]: row for row in records(machine.run.calls)}
        self._flows = {row["event_id"]: row for row in records(machine.run.flows)}
        self._screens = {row["event_id"]: row for row in records(machine.run.screens)}
        self._steps = {row["event_id"]: row for row in records(machine.run.steps)}
        self._notes = {note.id: note for note in machine.run.notes}
        self._index: dict[str, int] = {}
        self.requests: list[dict[str, Any]] = []
        self.responses: list[dict[str, Any]] = []

    def of(self, verdict: Verdict) -> dict[str, Any]:
        """The keys that a result has for its evidence."""
        found: dict[str, Any] = {}
        cited = [*verdict.evidence, *(() if verdict.evidence else verdict.gaps)][:CITED]
        first, *related = [there for one in cited if (there := self._location(one)) is not None] or [_RUN]
        found["locations"] = [first]
        if related:
            found["relatedLocations"] = [one | {"id": number} for number, one in enumerate(related, 1)]
        stacks = self._stacks(verdict.evidence)
        if stacks:
            found["stacks"] = stacks
        flow = next((one for one in verdict.evidence if one in self._flows), None)
        if flow is not None:
            at = self._request(flow)
            found |= {"webRequest": {"index": at}, "webResponse": {"index": at}}
        acts = sum(one in self._calls or one in self._flows for one in verdict.evidence)
        return found | {"occurrenceCount": acts} if acts else found

    def artifacts(self, listed: Iterable[tuple[str, int, str]]) -> list[dict[str, Any]]:
        """The files that locations point into, with the hashes of the manifest. `listed`: (URI, bytes, SHA-256)."""
        return [
            {"location": {"uri": uri, "uriBaseId": "BUNDLE"}, "length": size, "hashes": {"sha-256": digest},
             "roles": ["analysisTarget" if uri.endswith(".apk") else "attachment"]}
            for uri, size, digest in listed
        ]

    def _location(self, event_id: str) -> dict[str, Any] | None:
        location = recorded_at(event_id, self._bases)
        if location is None:
            return None
        return location | {"message": {"text": self._said(event_id)}, **self._logical(event_id)}

    def _logical(self, event_id: str) -> dict[str, Any]:
        call = self._calls.get(event_id)
        if call is None:
            return {}
        frame = _FRAME.fullmatch(call["caller_frame"] or "")
        name = frame["name"] if frame else call["method"]
        return {"logicalLocations": [{"fullyQualifiedName": self._machine.text(name), "kind": "function"}]}

    def _said(self, event_id: str) -> str:
        text = self._machine.text
        if (call := self._calls.get(event_id)) is not None:
            return f"{event_id} {text(call['method'])}: {call['outcome']}"
        if (flow := self._flows.get(event_id)) is not None:
            return f"{event_id} {text(flow['method'])} {self._machine.mask.url(flow['url'], WHOLE) or text(flow['host'])}"
        if (screen := self._screens.get(event_id)) is not None:
            return f"{event_id} {text(screen['kind'])}"
        if (step := self._steps.get(event_id)) is not None:
            return f"{event_id} {text(step['action'])} {text(step['target'])}".strip()
        note = self._notes.get(event_id)
        return f"{event_id} {note.type}" if note is not None else event_id

    def _stacks(self, evidence: Iterable[str]) -> list[dict[str, Any]]:
        found: dict[tuple[str, ...], dict[str, Any]] = {}
        for one in evidence:
            call = self._calls.get(one)
            if call is None or not call["frames"]:
                continue
            frames = tuple(call["frames"])
            if frames in found or len(found) == STACKS:
                continue
            found[frames] = {"message": {"text": f"{one} {self._machine.text(call['method'])}"},
                             "frames": [self._frame(frame, call) for frame in frames]}
        return list(found.values())

    def _frame(self, frame: str, call: Mapping[str, Any]) -> dict[str, Any]:
        told = _FRAME.fullmatch(frame)
        name = self._machine.text(told["name"] if told else frame)
        location: dict[str, Any] = {"logicalLocations": [{"fullyQualifiedName": name, "kind": "function"}],
                                    "message": {"text": self._machine.text(frame)}}
        return {"location": location, "threadId": call["tid"]} if call["tid"] >= 0 else {"location": location}

    def _request(self, flow_id: str) -> int:
        if flow_id not in self._index:
            self._index[flow_id] = len(self.requests)
            flow = self._flows[flow_id]
            mask = self._machine.mask
            protocol, version = _protocol(flow)
            request: dict[str, Any] = {"target": mask.url(flow["url"] or "", WHOLE), "protocol": protocol,
                                       "method": self._machine.text(flow["method"] or ""),
                                       "properties": {"flow": flow_id, "host": self._machine.text(flow["host"])}}
            response: dict[str, Any] = {"protocol": protocol, "properties": {"flow": flow_id}}
            if version:
                request["version"] = response["version"] = version
            if flow["status"] is not None:
                response["statusCode"] = int(flow["status"])
            else:
                response["noResponseReceived"] = True
            self.requests.append(request | self._content(flow["request"]))
            self.responses.append(response | self._content(flow["response"]))
        return self._index[flow_id]

    def _content(self, message: Message | None) -> dict[str, Any]:
        mask = self._machine.masks
        named: dict[str, str] = {}
        for one in headers(message, mask):    # one that comes twice is one, RFC 9110, 5.3
            named[one["name"]] = ", ".join(filter(None, (named.get(one["name"]), one["value"])))
        found: dict[str, Any] = {"headers": named}
        told = body(self._machine.bundle, message, mask)
        if told is not None and not told.encoding:
            cut = told.text if len(told.text) <= BODY else told.text[:BODY] + " …"
            found["body"] = {"text": cut}
        return found


def _protocol(flow: Mapping[str, Any]) -> tuple[str, str]:
    """("HTTP", "1.1") of HTTP/1.1."""
    name, _, version = str(flow["version"] or "").partition("/")
    return (name, version) if _VERSION.fullmatch(version) else (str(flow["protocol"]), "")
