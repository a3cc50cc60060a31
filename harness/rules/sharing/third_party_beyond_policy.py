"""An SDK takes or sends what the policy does not say of this SDK."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from harness.model import Finding, Grade
from harness.rules.readings import Readings
from harness.rules.rule import Boundary, Hooks, Rule, Text, Traffic
from harness.rules.sensitive import judged, name
from harness.rules.sharing._named import Named, spoken
from harness.rules.telling import earliest_stage, quoted, real, some, times
from harness.rules.wording import Read, cut, whole
from harness.tables import Tables, groups

TEXTS = ("policy", "shared_list")
_FRONT_ONLY = re.compile(r"仅在?(?:您)?(?:使用|前台)|只在(?:您)?(?:使用|前台)|不(?:会)?在后台|only while|not in the "
r"background", re.I)


def _of(read: Read, sdk: str) -> Named | None:
    """What the texts say of this very SDK."""
    found = [(text, declared, said) for text, declared in read if (said := declared.sdk_named(sdk)) is not None]
    if not found:
        return None
    return Named(passage=quoted(found[0][2].passage.text), evidence=tuple(dict.fromkeys(text.note.id for text, _, _ in found)),
                 sdks=tuple((declared, said) for _, declared, said in found), sentences=())


def _rows(run: Tables) -> Iterator[tuple[str, str, list[dict[str, Any]], list[dict[str, Any]]]]:
    """SDK, kind, its readings, its sendings."""
    calls = real(run.calls)
    calls = calls[(calls["origin"] == "sdk") & calls["kind"].isin(judged())] if len(calls) else calls
    told = ["caller", "kind", "event_id", "stage", "base", "on_boundary"]
    read = dict(groups(calls[told] if len(calls) else calls, "caller", "kind"))
    sent = run.sightings[(run.sightings["sender_origin"] == "sdk")] if len(run.sightings) else run.sightings
    sends = dict(groups(sent, "sender", "kind"))
    for caller, kind in sorted({*read, *sends}):
        yield caller, kind, read.get((caller, kind), []), sends.get((caller, kind), [])


def _limit(found: Named) -> str:
    """Where the texts say that the SDK does so in use only."""
    said = (passage.text for _, sdk in found.sdks for passage in (sdk.passage, *sdk.passages))
    return next((text for text in said if _FRONT_ONLY.search(text)), "")


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    read = whole(run, *TEXTS)
    partly = cut(run, *TEXTS)
    told: dict[str, Named | None] = {}
    for caller, kind, calls, flows in _rows(run):
        if caller not in told:
            told[caller] = _of(read, caller)
        found = told[caller]
        if found is None:
            continue  # not named at all: sdk-not-in-policy
        word = found.word(kind)
        away = [row for row in calls if row["stage"] == "background" and not row["on_boundary"]]
        if word != "yes":
            en, zh = spoken(word, name(kind), name(kind, "zh"), caller)
            yield _finding(kind, caller, calls, flows, found, (en, zh, word in ("general", "unsaid") or partly))
        elif away and (limit := _limit(found)):
            en = f"the policy says that it does so in use only ({quoted(limit)!r})"
            yield _finding(kind, caller, away, [], found, (en, f"隐私政策承诺其仅在使用时收集(“{quoted(limit)}”"
            f")", False), "background")


def _finding(kind: str, caller: str, calls: list[dict[str, Any]], flows: list[dict[str, Any]], found: Named,
             why: tuple[str, str, bool], stage: str = "") -> Finding:
    acts = [f"read {name(kind)} {times(len(calls))}"] if calls else []
    acts += [f"sent it to {', '.join(sorted({row['host'] for row in flows}))}" if calls else
             f"sent {name(kind)} to {', '.join(sorted({row['host'] for row in flows}))}"] if flows else []
    acts_zh = [f"读取{name(kind, 'zh')} {len(calls)} 次"] if calls else []
    acts_zh += [f"发送{name(kind, 'zh')}至 {'、'.join(sorted({row['host'] for row in flows}))}"] if flows else []
    return Finding(
        grade=Grade.A if flows else Grade.B,
        item=kind,
        caller=caller,
        stage=stage or earliest_stage(row["base"] for row in (*calls, *flows)),
        party=flows[0]["party"] if flows else "",
        unclear=why[2],
        evidence=[*found.evidence, *some(row["event_id"] for row in calls), *some(row["flow"] for row in flows)],
        reason=f"{caller} {' and '.join(acts)}, while {why[0]}; its passage: {found.passage!r}.",
        reason_zh=f"{caller} {'并'.join(acts_zh)},而{why[1]};相应段落:“{found.passage}”。",
    )


rule = Rule(
    id="third-party-beyond-policy",
    title="SDK goes beyond what the policy says of it",
    title_zh="第三方处理活动超出隐私政策披露范围",
    clauses=("sz-guide-13c-third-party-conforms",),
    scenarios=("sdk-share", "background-idle", "agree", "function-walk", "first-launch-agree"),
    needs=(Text.of("policy", "shared_list"), Boundary("after_agree"), Hooks(judged()), Traffic(third=True)),
    decide=decide,
    sees="What each SDK that the policy or the list names read and sent, beside the kinds of its own passage, and a promise to "
        "do so in use only.",
    cannot_see="What the third party does on its servers; contract and audit, which are documents; whether the function that "
        "an SDK is for was in use.",
    advice="Say of each SDK every kind that it takes, or configure it to take no more; check it again at each of its updates.",
    advice_zh="逐一核对第三方SDK的实际收集行为,确保不超出隐私政策所披露的信息种类、目的与场景,SDK升级后应复核。",
)
