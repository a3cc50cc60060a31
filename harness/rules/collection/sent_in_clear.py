"""Personal information is sent in clear, for everybody on the way to read."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding, Grade
from harness.rules.readings import Readings
from harness.rules.rule import Boundary, Hooks, Rule, Traffic
from harness.rules.sensitive import judged, name
from harness.rules.telling import earliest_stage, listed, some
from harness.tables import Tables, groups
from harness.tables.shared import hashed_as


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    if not len(run.shared):
        return
    rows = run.shared[~run.shared["encrypted"].astype(bool) & run.shared["kind"].isin(judged()) & (run.shared["read_by"] != "")]
    for (kind, host), group in groups(rows, "kind", "host"):
        hashed = all(hashed_as(str(row["variant"])) for row in group)
        senders = sorted({str(row["sender"]) for row in group})
        flows = some(flow for row in group for flow in row["flows"])
        yield Finding(
            grade=Grade.A,
            item=kind,
            caller=listed(senders),
            stage=earliest_stage(row["stage"] for row in group),
            party=group[0]["party"],
            unclear=hashed,
            evidence=[*flows, *some(call for row in group for call in row["calls"])],
            reason=f"{name(kind)} went to {host} in clear, without TLS, in {len(flows)} request{'s' if len(flows) > 1 else ''}"
            + ("; it is hashed there, and whether that hides it is for a person to say." if hashed else "."),
            reason_zh=f"{name(kind, 'zh')}以明文(未加密传输)发送至 {host},共 {len(flows)} 次请求"
            + (",内容经哈希处理,是否足以保护需人工判断。" if hashed else "。"),
        )


rule = Rule(
    id="sent-in-clear",
    title="Personal information sent in clear",
    title_zh="明文传输个人信息",
    clauses=("sz-guide-07b-least-impact",),
    scenarios=("function-walk", "agree", "first-launch-agree"),
    needs=(Traffic(), Hooks(judged()), Boundary("after_agree")),
    decide=decide,
    sees="Values that hooked calls gave to the app in requests without TLS: HTTP, WebSocket, bare TCP and UDP.",
    cannot_see="Encryption of the app's own inside of a clear connection, which hides the value here too.",
    advice="Send personal information over TLS only.",
    advice_zh="传输个人信息应使用 TLS 等加密方式,不得明文传输。",
)
