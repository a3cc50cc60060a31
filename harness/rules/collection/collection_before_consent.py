"""Personal information is read or sent before the user agrees to the privacy policy, or after the user refused it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.model import Finding, Grade, Outcome
from harness.rules.readings import Readings
from harness.rules.rule import Boundary, Clock, Hooks, Rule, Screens, Traffic
from harness.rules.sensitive import judged, name
from harness.tables import Tables, groups, records

STAGES = ("before_consent", "after_refusal")
WORDS = {"before_consent": ("before consent", "征得同意前"), "after_refusal": ("after refusal", "用户拒绝后")}


def _hosts(sightings: list[dict[str, Any]]) -> str:
    return ", ".join(sorted({s["host"] for s in sightings}))


def _readers(sightings: list[dict[str, Any]]) -> str:
    return ", ".join(sorted({reader for s in sightings for reader in s["readers"]}))


def _unclear(shared: list[dict[str, Any]]) -> tuple[str, str]:
    """What can be said of requests that carry what several had read: who sent them, or that this is not known."""
    senders = sorted({s["sender"] for s in shared})
    if "unresolved" in senders:
        return (f" It went to {_hosts(shared)}; which of {_readers(shared)} sent it is not known.",
                f"该信息被发送至 {_hosts(shared)},由 {_readers(shared)} 中哪一方发送无法判定。")
    return (f" It went to {_hosts(shared)}, sent by {', '.join(senders)}; {_readers(shared)} had read it.",
            f"该信息由 {'、'.join(senders)} 发送至 {_hosts(shared)},{_readers(shared)} 均曾读取。")


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    if not len(run.calls):
        return
    rows = run.calls[run.calls["base"].isin(STAGES) & run.calls["kind"].isin(judged())]
    rows = rows[["base", "kind", "caller", "event_id", "outcome", "origin"]]
    sent = [s for s in records(run.sightings) if s["base"] in STAGES and s["read_before"]]
    for (base, kind, caller), group in groups(rows, "base", "kind", "caller"):
        real = [c["event_id"] for c in group if c["outcome"] == Outcome.VALUE and c["origin"] != "framework"]
        if not real:
            faint = [c["event_id"] for c in group]
            yield Finding(grade=Grade.C, item=kind, caller=caller, stage=base, evidence=faint)
            continue
        mine = [s for s in sent if s["base"] == base and set(s["calls"]) & set(real)]
        left = [s for s in mine if s["caller"] == caller]
        shared = [s for s in mine if s["caller"] == "unresolved" and caller in s["readers"] and len(s["readers"]) > 1]
        when, when_zh = WORDS[base]
        unclear, unclear_zh = ("", "") if left or not shared else _unclear(shared)
        hosts = sorted({s["host"] for s in left})
        times = "once" if len(real) == 1 else f"{len(real)} times"
        yield Finding(
            grade=Grade.A if left else Grade.B,
            item=kind,
            caller=caller,
            stage=base,
            party=", ".join(sorted({s["party"] for s in left})),
            evidence=[*real, *dict.fromkeys(s["flow"] for s in left or shared)],
            reason=f"{caller} read {name(kind)} {when}, {times}"
            + (f", and it was sent to {', '.join(hosts)}." if left else ".")
            + unclear,
            reason_zh=f"{when_zh},{caller} 读取{name(kind, 'zh')} {len(real)} 次"
            + (f",并发送至 {'、'.join(hosts)}。" if left else "。")
            + unclear_zh,
        )


rule = Rule(
    id="collection-before-consent",
    title="Personal information collected before consent or after refusal",
    title_zh="征得用户同意前或用户拒绝后收集个人信息",
    clauses=("sz-guide-04f-no-processing-before-consent",),
    scenarios=("first-launch-agree", "first-launch-idle", "refuse-policy", "refuse-restart", "restart-after-refuse"),
    needs=(Hooks(judged()), Boundary("after_agree"), Boundary("after_refusal"), Traffic(), Screens(),
           Clock(STAGES, judged())),
    decide=decide,
    sees="Hooked calls that gave a value to app or SDK code, and requests that carry such a value, from the first "
    "instruction of every process to the tap on agree, and after a refusal.",
    cannot_see="Calls made in native code; values computed from fields that are no calls; requests that could not be "
    "decrypted.",
    advice="Read and send nothing personal, in app or SDK code, until the user has agreed; initialise SDKs after that.",
    advice_zh="在用户同意隐私政策之前(含用户拒绝之后),应用自身及 SDK 均不得读取或发送个人信息;SDK 应在同意后再初始化。",
)
