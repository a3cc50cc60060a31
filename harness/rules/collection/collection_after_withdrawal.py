"""Personal information is read or sent after consent was withdrawn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.model import Finding, Grade
from harness.rules.readings import Readings
from harness.rules.rule import Boundary, Hooks, Rule, Screens, Traffic
from harness.rules.sensitive import judged, name
from harness.rules.telling import listed, real, some, times
from harness.tables import Tables, groups, records

STAGE = "after_withdrawal"


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    calls = real(run.calls)
    # A call so near the tap that the clocks cannot tell counts as one before it.
    rows = (
        calls[
            (calls["base"] == STAGE)
            & calls["kind"].isin(judged())
            & ~calls["on_boundary"].astype(bool)
            & (calls["or_stage"] == "")
        ]
        if len(calls)
        else calls
    )
    sent = records(run.sightings[run.sightings["base"] == STAGE]) if len(run.sightings) else []
    opened = run.steps[run.steps["opens"] == STAGE] if len(run.steps) else run.steps
    ends = {s["scenario"]: (int(s["end_ns"]), s["event_id"]) for s in records(opened)}
    counted: set[str] = set()
    for (kind, caller), group in groups(rows, "kind", "caller"):
        ids = {row["event_id"] for row in group}
        left = [s for s in sent if s["kind"] == kind and ids & set(s["calls"])]
        counted |= {s["flow"] for s in left}
        hosts = sorted({s["host"] for s in left})
        yield Finding(
            grade=Grade.A if left else Grade.B,
            item=kind,
            caller=caller,
            stage=STAGE,
            party=listed(sorted({s["party"] for s in left})),
            evidence=[*_steps(ends, group), *some(row["event_id"] for row in group), *some(s["flow"] for s in left)],
            reason=f"{caller} read {name(kind)} {times(len(group))} after consent had been withdrawn"
            + (f", and it went to {listed(hosts)}." if hosts else "."),
            reason_zh=f"用户撤回同意后,{caller} 仍读取{name(kind, 'zh')} {len(group)} 次"
            + (f",并发送至 {listed(hosts, '、')}。" if hosts else "。"),
        )
    yield from _only_sent(sent, counted, ends, readings)


def _steps(ends: dict[str, tuple[int, str]], rows: list[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(ends[row["scenario"]][1] for row in rows if row["scenario"] in ends))


def _only_sent(
    sent: list[dict[str, Any]], counted: set[str], ends: dict[str, tuple[int, str]], readings: Readings
) -> Iterator[Finding]:
    """What had been read before and is sent now: a request just after the tap may do no more than report the withdrawal."""
    window = int(readings.of("withdrawal_report") * 1e9)
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for one in sent:
        if one["flow"] not in counted and one["read_before"]:
            found.setdefault((one["kind"], one["host"]), []).append(one)
    for (kind, host), rows in found.items():
        late = [row for row in rows if row["relation"] != "first" or row["t"] > ends.get(row["scenario"], (0, ""))[0] + window]
        mine = late or rows
        yield Finding(
            grade=Grade.A,
            item=kind,
            caller=mine[0]["sender"] if mine[0]["sender"] != "unresolved" else mine[0]["caller"],
            stage=STAGE,
            party=mine[0]["party"],
            unclear=not late,
            evidence=[*_steps(ends, mine), *some(row["flow"] for row in mine)],
            reason=f"{name(kind)}, read before, was sent to {host} after consent had been withdrawn"
            + (
                "."
                if late
                else f", within {readings.of('withdrawal_report'):g} s: that may be the report of the withdrawal itself."
            ),
            reason_zh=f"用户撤回同意后,此前读取的{name(kind, 'zh')}仍被发送至 {host}"
            + ("。" if late else ",该请求紧随撤回操作,可能仅为上报撤回本身。"),
        )


rule = Rule(
    id="collection-after-withdrawal",
    title="Collection goes on after consent was withdrawn",
    title_zh="撤回同意后仍处理个人信息",
    clauses=("sz-guide-06b-withdraw-effective",),
    scenarios=("withdraw-consent",),
    needs=(Boundary(STAGE), Hooks(judged()), Traffic(), Screens()),
    decide=decide,
    sees="Calls that gave a value, and requests that carry one, after the tap that withdrew consent: in the same session, "
        "after a restart and in the background.",
    cannot_see="What the server keeps and does; whether it deletes. An app that goes on without reading anything is no offence.",
    advice="Stop reading and sending, in app and SDKs, with the withdrawal, and ask anew before starting again.",
    advice_zh="用户撤回同意后,App 及 SDK 应立即停止读取、发送个人信息,重新取得同意前不得恢复。",
    readings=("withdrawal_report",),
)
