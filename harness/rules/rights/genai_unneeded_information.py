"""A generative service reads what no prompt asked for: contacts, messages, apps, the exact place, fixed identifiers."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding, Grade
from harness.rules.crawls import evidence, policy_text
from harness.rules.policies import passage_of
from harness.rules.readings import Readings
from harness.rules.rights._genai import SENT, typed
from harness.rules.rule import Clock, Hooks, Rule, Traffic
from harness.rules.sensitive import name
from harness.rules.telling import real
from harness.tables import Note, Tables, groups, records

UNASKED = frozenset({
    "contacts", "call_log", "sms", "calendar", "installed_apps", "running_apps", "location_precise", "track", "imei", "imsi",
    "iccid",
    "device_serial", "mac", "bluetooth_mac", "media_drm_id", "wifi_scan", "base_station", "phone", "accessibility",
        "notifications",
})  # fmt: skip
"""Kinds that no prompt of the suite's asks for. The account, the address of the network and what is typed are none."""


def _asked(run: Tables, note: Note) -> bool:
    """Whether a picture, a voice or a place was given on purpose between: the function's own doing."""
    return any(n.t > note.t and n.scenario == note.scenario for n in run.noted("function"))


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    policy = policy_text(run)
    for note in typed(run):
        calls = real(run.calls)
        if not len(calls):
            continue
        mine = calls[(calls["scenario"] == note.scenario) & (calls["t"] >= note.t) & calls["kind"].isin(UNASKED)]
        for (kind, caller), rows in groups(mine, "kind", "caller"):
            ids = [str(r["event_id"]) for r in rows]
            sent = [s for s in records(run.sightings) if set(s["calls"]) & set(ids) and s["t"] >= note.t]
            declared = policy is not None and passage_of(run, kind) is not None
            why = ("; its policy was not read, so it may be declared" if policy is None else
                   "; the policy names it, so a person must say what for" if declared else "")
            why_zh = "(隐私政策未读取,是否声明未知)" if policy is None else (
                "(隐私政策有所提及,用途需人工判断)" if declared else "")
            yield Finding(
                grade=Grade.A if sent else Grade.B, item=kind, caller=caller, stage=note.stage,
                unclear=policy is None or declared or _asked(run, note), party=", ".join(sorted({s["party"] for s in sent})),
                evidence=list(dict.fromkeys([*evidence(note), *ids, *(s["flow"] for s in sent)])),
                reason=f"While the generative service was used with a text, {caller} read {name(kind)}, which nothing asked "
                       f"for{why}.",
                reason_zh=f"在仅以文字使用生成式人工智能服务时,{caller} 读取了{name(kind, 'zh')},用户输入并未要求{why_zh}。")


rule = Rule(
    id="genai-unneeded-information",
    title="Generative service collects what it does not need",
    title_zh="生成式人工智能服务收集非必要个人信息",
    clauses=("sz-guide-11b-genai-no-unnecessary",),
    scenarios=("genai-input-canary",),
    needs=(SENT, Hooks(UNASKED), Traffic(), Clock(("after_agree",), UNASKED)),
    decide=decide,
    sees="Hooked calls of such kinds by app or SDK from the moment a text was typed into the service until the scenario's end.",
    cannot_see="What the service needs for other prompts; reads in native code. What the policy declares is left to a person.",
    advice="Read nothing beside the input while the service is used.",
    advice_zh="使用生成式人工智能服务时,除用户输入外不得收集非必要个人信息。",
)
