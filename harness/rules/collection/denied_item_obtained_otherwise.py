"""What the user denied a permission for is got all the same, or another way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.model import Finding, Grade
from harness.rules.granting import OWN, PREFIX, group_of
from harness.rules.readings import Readings
from harness.rules.rule import Boundary, Hooks, Rule, Screens
from harness.rules.sensitive import name
from harness.rules.telling import earliest_stage, listed, real, some, times
from harness.tables import Tables, groups, records

AROUND = {"LOCATION": frozenset({"base_station", "wifi_scan", "ssid_bssid"})}
"""Kinds from which the same can be told: a place from the cells and networks around."""
WAYS = frozenset(kind for kinds in (*OWN.values(), *AROUND.values()) for kind in kinds)


def _denied(run: Tables) -> dict[tuple[str, str], list[tuple[int, int | None, str, str]]]:
    """Scenario and group -> from when to when it was denied, with the dialog and the step."""
    found: dict[tuple[str, str], list[tuple[int, int | None, str, str]]] = {}
    ends = {s["event_id"]: int(s["end_ns"]) for s in records(run.steps)}
    for row in records(run.prompts):
        key = (row["scenario"], group_of(str(row["permission"])))
        spans = found.setdefault(key, [])
        if row["answer"] == "denied" and (not spans or spans[-1][1] is not None):
            spans.append((ends.get(row["answered_by"], int(row["t"])), None, row["event_id"], row["answered_by"]))
        elif row["answer"] == "granted" and spans and spans[-1][1] is None:
            spans[-1] = (spans[-1][0], int(row["t"]), *spans[-1][2:])
    return {key: spans for key, spans in found.items() if key[1] and spans}


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    calls = real(run.calls)
    if not len(calls) or not len(run.prompts):
        return
    calls = calls[calls["kind"].isin(WAYS)]
    for (scenario, group), spans in _denied(run).items():
        mine = calls[
            (calls["scenario"] == scenario) & calls["kind"].isin(OWN.get(group, frozenset()) | AROUND.get(group, frozenset()))
        ]
        for begun, ended, dialog, step in spans:
            rows = mine[(mine["t"] > begun) & ~mine["on_boundary"].astype(bool)]
            rows = rows if ended is None else rows[rows["t"] < ended]
            for (kind, caller), found in groups(rows, "kind", "caller"):
                yield _finding(run, group, kind, caller, found, [dialog, step])


def _finding(run: Tables, group: str, kind: str, caller: str, rows: list[dict[str, Any]], denial: list[str]) -> Finding:
    ids = {row["event_id"] for row in rows}
    sent = (
        [s["flow"] for s in records(run.sightings) if s["kind"] == kind and ids & set(s["calls"])] if len(run.sightings) else []
    )
    item = name(PREFIX + group)
    around = kind in AROUND.get(group, ())
    methods = listed(sorted({str(row["method"]).rpartition(".")[2] for row in rows}))
    return Finding(
        grade=Grade.A if sent else Grade.B,
        item=kind,
        caller=caller,
        stage=earliest_stage(row["base"] for row in rows),
        evidence=[*denial, *some(row["event_id"] for row in rows), *some(sent)],
        reason=f"After the {item} had been denied, {caller} got {name(kind)} {times(len(rows))} ({methods})"
        + (", from which the same can be told." if around else " all the same."),
        reason_zh=f"用户拒绝{name(PREFIX + group, 'zh')}后,{caller} 仍以其他方式获取{name(kind, 'zh')} {len(rows)} 次({methods})"
        + (",可据以推知同一信息。" if around else "。"),
    )


rule = Rule(
    id="denied-item-obtained-otherwise",
    title="Denied information obtained another way",
    title_zh="用户拒绝授权后以其他方式获取",
    clauses=("interim-min-beyond-consent",),
    scenarios=("refuse-permission-each", "refuse-permissions"),
    needs=(Boundary("after_permission_denial"), Hooks(WAYS), Screens()),
    decide=decide,
    sees="Calls that gave a value of what was denied, or of networks and cells from which a place can be told, between a "
        "denial and the next grant.",
    cannot_see="A place told from the IP address on a server; identifiers taken from files of other apps without a hooked "
        "call; use after a single grant has ended, which the system prevents.",
    advice="Where the user denied a permission, do without the information, however it could be had.",
    advice_zh="用户拒绝授权后,不得通过 BSSID、基站、文件等其他方式获取同一信息。",
)
