"""A way with more impact on the user was taken where a lesser one is there, or was promised."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from harness.model import Finding, Grade
from harness.rules.policies import texts
from harness.rules.readings import Readings
from harness.rules.rule import Boundary, Hooks, Rule
from harness.rules.sensitive import name
from harness.rules.telling import earliest_stage, listed, quoted, real, some, times
from harness.tables import Tables

FIXED = ("imei", "imsi", "device_serial", "mac")
PROMISES = {
    "contacts": re.compile(
        "仅(?:会)?(?:读取|获取|访问|收集)您(?:主动)?选(?:择|中|取)的|only .{0,20}contacts? (?:that )?you (?:select|choose|pick)",
        re.I,
    ),
    "photos": re.compile(
        "仅(?:会)?(?:读取|获取|访问|收集|上传)您(?:主动)?选(?:择|中|取)的|only .{0,20}(?:photos?|pictures?) (?:that )?you "
        "(?:select|choose|pick)",
        re.I,
    ),
    "location_precise": re.compile(
        "仅(?:会)?(?:获取|收集|使用).{0,6}(?:粗略|大致|模糊|城市)(?:级)?(?:的)?位置|only .{0,20}(?:coarse|approximate|city)", re.I
    ),
}
"""What a policy may promise, by the kind whose whole reading breaks it."""
WATCHED = frozenset({*FIXED, *PROMISES, "oaid", "installed_apps", "location_coarse"})


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    calls = real(run.calls)
    calls = (
        calls[calls["kind"].isin(WATCHED) & ~calls["base"].isin(["before_consent", "after_refusal", ""])] if len(calls) else calls
    )
    least = readings.of("whole_query")
    for kind in PROMISES:
        rows = calls[calls["kind"] == kind] if len(calls) else calls
        whole = rows if kind == "location_precise" or not len(rows) else rows[rows["value"].map(_size) >= least]
        if len(whole):
            yield from _against_promise(run, kind, whole)
    if len(calls):
        yield from _indicators(calls, least)
    fact = next((note for note in reversed(run.notes) if note.type == "app"), None)
    if fact is not None and "android.permission.MANAGE_EXTERNAL_STORAGE" in (fact.data.get("permissions") or ()):
        yield Finding(
            item="MANAGE_EXTERNAL_STORAGE",
            caller=run.package,
            stage="",
            evidence=[fact.id],
            unclear=True,
            reason="The app declares access to all files (MANAGE_EXTERNAL_STORAGE); whether its functions need more than a "
                "file picker gives is for a person to say.",
            reason_zh="App 声明了“所有文件访问权限”(MANAGE_EXTERNAL_STORAGE),是否必要需人工判断。",
        )


def _size(value: object) -> int:
    """Of what a query gave: its rows."""
    if isinstance(value, dict):
        count = value.get("count")
        return count if isinstance(count, int) else len(value.get("items") or ())
    return len(value) if isinstance(value, list) else 0


def _against_promise(run: Tables, kind: str, rows: pd.DataFrame) -> Iterator[Finding]:
    for text, declared in texts(run):
        passages = [
            said.passage
            for said in declared.kinds
            if said.kind == kind or (kind == "location_precise" and said.kind.startswith("location"))
        ]
        promise = next((p for p in passages if PROMISES[kind].search(str(p))), None)
        if promise is not None:
            callers = sorted(set(rows["caller"]))
            yield Finding(
                grade=Grade.B,
                item=kind,
                caller=listed(callers),
                stage=earliest_stage(rows["base"]),
                evidence=[text.note.id, *some(rows["event_id"])],
                reason=f"The policy promises the lesser way ({quoted(promise)!r}), and {listed(callers)} read {name(kind)} as a "
                    f"whole, {times(len(rows))}.",
                reason_zh=f"隐私政策承诺采取影响较小的方式(“{quoted(promise)}”),但 {listed(callers, '、')} 读取了全部"
                f"{name(kind, 'zh')} {len(rows)} 次。",
            )
            return


def _indicators(calls: pd.DataFrame, least: float) -> Iterator[Finding]:
    """Each leaves open whether the greater way was needed."""
    resettable = calls[calls["kind"] == "oaid"]
    for kind in FIXED:
        rows = calls[calls["kind"] == kind]
        if len(rows) and len(resettable):
            yield _unclear(
                kind,
                rows,
                [resettable["event_id"].iloc[0]],
                f"{name(kind)}, which the user cannot reset, was read though the OAID, which can be reset, was read as well",
                f"在已获取可重置的 OAID 的情况下,仍读取不可重置的{name(kind, 'zh')}",
            )
    apps = calls[(calls["kind"] == "installed_apps")]
    apps = apps[apps["value"].map(_size) >= least] if len(apps) else apps
    if len(apps):
        yield _unclear("installed_apps", apps, [], "The whole list of installed apps was read", "读取了完整的已安装应用列表")


def _unclear(kind: str, rows: pd.DataFrame, more: list[str], reason: str, reason_zh: str) -> Finding:
    return Finding(
        grade=Grade.B,
        item=kind,
        caller=listed(sorted(set(rows["caller"]))),
        stage=earliest_stage(rows["base"]),
        unclear=True,
        evidence=[*some(rows["event_id"]), *more],
        reason=f"{reason}; whether a lesser way would do is for a person to say.",
        reason_zh=f"{reason_zh},是否可采取影响更小的方式需人工判断。",
    )


rule = Rule(
    id="greater-way-than-needed",
    title="Way with more impact than promised or needed",
    title_zh="未采取对用户权益影响最小的方式",
    clauses=("sz-guide-07b-least-impact",),
    scenarios=("function-walk", "agree", "document-check"),
    needs=(Boundary("after_agree"), Hooks(WATCHED)),
    decide=decide,
    sees="Whole queries of contacts or media, and exact places, against what the policy promises. As signs that a person must "
        "weigh: an identifier that cannot be reset beside the OAID, the whole list of apps, access to all files.",
    cannot_see="Whether the greater way is needed; a promise in words that are not known here.",
    advice="Take the lesser way where it will do: a picker, a coarse place, an identifier that can be reset.",
    advice_zh="优先采用影响较小的方式,如系统选择器、粗略位置、可重置标识;不得与隐私政策承诺不符。",
    readings=("whole_query",),
)
