"""All events of a run as data inside the page: what the interactive timeline draws, and what opens behind each mark.

The data are columns of numbers that point into one list of texts, as JSON, deflated (RFC 1950) and in Base64: 100,000 calls
take some megabytes. docs/report.md lists the fields; `reports/report.js` reads them.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

from harness.render.findings import SHOWN_FRAMES, FindingMaker
from harness.render.forms import cut, number, visible, word
from harness.render.pictures import SMALL
from harness.render.timeline import LANES, cited_in
from harness.render.view import Material
from harness.rules.sensitive import name
from harness.tables import records
from harness.tables.attribution import FRAMEWORK, class_of

_PICTURES = 150  # screens whose picture goes along; of the others its hash
_PICTURE_BYTES = 4 << 20
FIELDS = (
    "time", "subject", "kind", "stage", "scenario", "outcome", "arguments", "value", "process", "thread", "stack", "status",
    "url", "recipient", "bytes", "found", "action", "target", "opens", "screen", "activity", "finding", "sha256", "error",
    "protocol", "image", "matched", "after",
)  # fmt: skip
_PLACE = {field: place for place, field in enumerate(FIELDS)}


class _Pool:
    """Texts, each once, and their places."""

    def __init__(self) -> None:
        self.texts: list[str] = [""]
        self._places: dict[str, int] = {"": 0}

    def of(self, text: str) -> int:
        place = self._places.get(text)
        if place is None:
            place = self._places[text] = len(self.texts)
            self.texts.append(visible(text))
        return place


class _Columns:
    def __init__(self, maker: FindingMaker, cited: Mapping[str, int]) -> None:
        self.maker, self.mask, self.t, self.cited = maker, maker.mask, maker.t, cited
        self.pool = _Pool()
        self.rows: list[tuple[int, int, str, int, int, int, int, int, int, list[int]]] = []
        self.stacks: list[list[int]] = []
        self._stack_places: dict[tuple[str, ...], int] = {}
        self._frames: dict[str, int] = {}

    def add(
        self, lane: str, event: dict[str, Any], *, title: str, who: str, kind: str, stage: str, scenario: str,
        fields: Iterable[tuple[str, str]], stack: int | None = None,
    ) -> None:
        of = self.pool.of
        told = [part for field, text in fields if text for part in (_PLACE[field], of(text))]
        if stack is not None:
            told += [_PLACE["stack"], stack]
        id = event["event_id"]
        self.rows.append((int(event["t"]), LANES.index(lane), id, of(title), of(who), of(kind), of(stage), of(scenario),
                          self.cited.get(id, 0), told))

    def stack(self, frames: list[str]) -> int | None:
        if not frames:
            return None
        key = tuple(frames[:SHOWN_FRAMES])
        place = self._stack_places.get(key)
        if place is None:
            place = self._stack_places[key] = len(self.stacks)
            self.stacks.append([self._frame(frame) for frame in key])
        return place

    def _frame(self, frame: str) -> int:
        """Its place; negative where it is neither framework nor JVM."""
        place = self._frames.get(frame)
        if place is None:
            place = self.pool.of(self.mask.text(frame, 300))
            place = self._frames[frame] = place if class_of(frame).startswith(FRAMEWORK) else -place
        return place

    def calls(self) -> None:
        t, mask = self.t, self.mask
        kind_name: dict[str, str] = {}
        for call in self.maker.calls.values():
            kind = kind_name.setdefault(call["kind"], name(call["kind"], self.maker.language))
            gave = call["outcome"] == "value"
            self.add(
                "calls", call, title=cut(call["method"], 200), who=self.maker.who(call["caller"]), kind=kind,
                stage=call["stage"], scenario=cut(call["scenario"], 120), stack=self.stack(call["frames"]),
                fields=(
                    ("arguments", mask.argument(call["kind"], call["arguments"], 160) if call["arguments"] else ""),
                    ("value", mask.returned(call["kind"], call["value"], 240) if gave else ""),
                    ("error", mask.loose(call["error"], 200) if call["error"] else ""),
                    ("outcome", word(t, "outcomes", call["outcome"])),
                    ("process", cut(f"{call['process']} ({call['pid']})", 120)),
                    ("thread", mask.text(call["thread"], 80)),
                ),
            )  # fmt: skip

    def flows(self) -> None:
        mask = self.mask
        for flow in self.maker.flows.values():
            hits = self.maker.of_flow.get(flow["event_id"], ())
            found = [part for hit in hits[:12] for part in self._found(hit)]
            size = flow["request"].size if flow["request"] is not None else 0
            self.add(
                "flows", flow, title=self.mask.text(f"{flow['method'] or flow['protocol']} {flow['host']}", 200),
                who=self.maker.who(flow["sender"]), kind=flow["protocol"], stage=flow["stage"],
                scenario=cut(flow["scenario"], 120),
                fields=(
                    ("url", mask.url(flow["url"]) if flow["url"] else ""), ("protocol", flow["protocol"]),
                    ("status", "" if flow["status"] is None else str(flow["status"])),
                    ("recipient", self.maker.recipient(flow["host"], flow["party"])), ("bytes", number(size)),
                    ("error", mask.loose(flow["error"], 200) if flow["error"] else ""), *found,
                ),
            )  # fmt: skip

    def _found(self, hit: dict[str, Any]) -> list[tuple[str, str]]:
        """A value in its request: what it is and stands behind, itself, what comes after."""
        told = f"{name(hit['kind'], self.maker.language)} · {self.mask.loose(hit['where'], 160)} · {self.maker.form(hit)}: "
        return [("found", told + self.mask.wire(hit["before"][-80:], 80)), ("matched", self.mask.value(hit["matched"], 120)),
                ("after", self.mask.wire(hit["after"], 60))]

    def screens(self, material: Material) -> None:
        left, mask = _PICTURE_BYTES, self.mask
        ordered = sorted(self.maker.screens.values(), key=lambda s: s["event_id"] not in self.cited)
        for place, screen in enumerate(ordered):
            image = material.pictures.of(screen, (), SMALL)[0] if place < _PICTURES and left > 0 else ""
            left -= len(image)
            kind = word(self.t, "screens", screen["kind"])
            self.add(
                "screens", screen, title=kind, who=mask.text(screen["package"], 120), kind=kind, stage=screen["stage"],
                scenario=cut(screen["scenario"], 120),
                fields=(("screen", mask.text(screen["package"], 120)), ("activity", mask.text(screen["activity"], 160)),
                        ("sha256", screen["screenshot"] or ""), ("image", image)),
            )  # fmt: skip

    def steps(self) -> None:
        for step in self.maker.in_order:
            action = word(self.t, "actions", step["action"])
            control = step["control"]
            touched = f"{control.text or control.resource_id} [{control.role}]" if control else step["target"]
            target = self.mask.text(touched, 120)
            opens = self.maker.stage(step["opens"]) if step["opens"] else ""
            self.add(
                "steps", step, title=f"{action} {target}".strip(), who="", kind=action, stage=step["opens"] or "",
                scenario=cut(step["scenario"], 120),
                fields=(("action", action), ("target", target), ("opens", opens), ("screen", step["screen"] or ""),
                        ("outcome", word(self.t, "step_outcomes", step["outcome"]))),
            )  # fmt: skip


def payload(material: Material) -> dict[str, Any]:
    """The data, before they are packed. Times are microseconds since `t0` (ms since 1970)."""
    told = material.told
    columns = _Columns(material.maker, cited_in(told.analysis.verdicts))
    columns.steps()
    columns.screens(material)
    columns.calls()
    columns.flows()
    rows = sorted(columns.rows, key=lambda row: row[:2])
    stages = [(s["scenario"], s["stage"], int(s["from_ns"]), int(s["to_ns"])) for s in records(told.analysis.run.stages)]
    begin = min([row[0] for row in rows] + [s[2] for s in stages] or [0])
    of = columns.pool.of
    bars = [[of(cut(scenario, 120)), of(stage), (start - begin) // 1000, (end - begin) // 1000]
            for scenario, stage, start, end in stages]
    turned = list(zip(*rows, strict=True)) if rows else [()] * 10
    times, before = [], 0
    for at in turned[0]:
        times.append((at - begin) // 1000 - before)
        before = (at - begin) // 1000
    t = told.t
    return {
        "t0": begin / 1e6,
        "dt": times,
        "lane": turned[1],
        "id": turned[2],
        "title": turned[3],
        "who": turned[4],
        "kind": turned[5],
        "stage": turned[6],
        "scenario": turned[7],
        "finding": turned[8],
        "more": turned[9],
        "stacks": columns.stacks,
        "bars": bars,
        "lanes": list(LANES),
        "fields": list(FIELDS),
        "stages": {stage: word(t, "stages", stage) for stage in {s[1] for s in stages} | {""}},
        "scenarios": {cut(s, 120): t["scenarios"].get(s, "") for s in {s[0] for s in stages}},
        "words": dict(t["tl"]) | {name_: t[name_] for name_ in (
            "sort", "sorted_up", "sorted_down", "filter_text", "show_all", "seconds")},
        "texts": columns.pool.texts,
    }


def packed(data: Mapping[str, Any]) -> str:
    """As it stands in the page: no sign of markup can be in it."""
    raw = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    return base64.b64encode(zlib.compress(raw, 6)).decode()
