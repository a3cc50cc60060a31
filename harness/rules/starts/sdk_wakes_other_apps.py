"""An SDK starts another app though the user did nothing that asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.model import Finding, Outcome
from harness.rules.readings import Readings
from harness.rules.rule import Hooks, Rule
from harness.rules.starts._starting import is_system, targets
from harness.rules.telling import earliest_stage
from harness.tables import Note, Tables, records

ACTS = frozenset({"tap", "agree", "type", "back", "scroll"})
"""Steps that are an act of the user's on a screen."""


def _started(run: Tables, package: str, since: int) -> list[Note]:
    """Acts during which a process of that other package started, not before the call."""
    return [n for n in run.noted("outside") if n.t >= since
            and any(str(one.get("process", "")).partition(":")[0] == package for one in n.data.get("others") or ())]


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    if not len(run.calls):
        return
    window = int(readings.of("user_act") * 1e9)
    acts = [int(s["end_ns"] or s["t"]) for s in records(run.steps) if s["action"] in ACTS]
    rows = run.calls[run.calls["kind"].isin(["component_start", "self_start"]) & (run.calls["outcome"] == Outcome.VALUE)]
    by: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for call in records(rows):
        if call["origin"] != "sdk":
            continue
        for package in dict.fromkeys(targets(call["arguments"])):
            if package != run.package and not is_system(package) and not any(0 <= call["t"] - at <= window for at in acts):
                by.setdefault((str(call["caller"]), package), []).append(call)
    for (caller, package), calls in sorted(by.items()):
        came = _started(run, package, calls[0]["t"])
        times = "once" if len(calls) == 1 else f"{len(calls)} times"
        yield Finding(
            item="associated_start", caller=caller, party=package, unclear=not came,
            stage=earliest_stage(row["base"] for row in calls),
            evidence=[*(str(c["event_id"]) for c in calls), *(n.id for n in came)],
            reason=f"{caller} started {package} {times} without an act of the user's" + (
                ", and its process came up." if came else "; whether that app is there and started was not seen."),
            reason_zh=f"{caller} 在用户未操作时启动 {package},共 {len(calls)} 次" + (",该应用进程随即启动。" if came
            else ",该应用是否存在并被启动未能观察到。"))


rule = Rule(
    id="sdk-wakes-other-apps",
    title="SDK starts other apps by association",
    title_zh="内嵌SDK关联启动其他应用",
    clauses=("miit292-3-4e-sdk-no-associated-start", "interimx-sdk-no-self-wake"),
    scenarios=("self-start", "background-idle", "function-walk"),
    needs=(Hooks.of("component_start", "self_start"),),
    decide=decide,
    sees="Starts of activities, services and broadcasts by SDK code that name another app, seconds after no act of the user's, "
        "and processes of that app that the system's log has after an act on the device.",
    cannot_see="Starts through a content provider or an account; an app that is not installed beside this one. Sharing, paying "
        "and logging in follow a tap and are silent.",
    advice="Let no SDK start, bind or wake other apps.",
    advice_zh="内嵌SDK不得启动、绑定或唤醒其他应用。",
    readings=("user_act",),
)
