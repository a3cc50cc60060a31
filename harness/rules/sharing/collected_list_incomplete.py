"""What was collected does not stand in the list of collected information."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from harness.model import Finding, Grade
from harness.policy import covering
from harness.rules.policies import GENERAL
from harness.rules.readings import Readings
from harness.rules.rule import Boundary, Hooks, Rule, Text, Traffic
from harness.rules.sensitive import judged, name
from harness.rules.telling import earliest_stage, quoted, real, some, times
from harness.rules.wording import Read, cut, evidence, kinds_named, whole
from harness.tables import Tables, groups, records

AGREED = ("after_agree", "after_permission_denial")
_DYNAMIC = re.compile(r"近 ?\d+ ?[天日]|近一[周月年]|过去 ?\d+|收集次数|收集情况|已收集 ?\d+|\d+ ?次|past \d+ days|times "
r"collected", re.I)


def word_of(kind: str, read: Read) -> str:
    """yes: the list names the kind, or one that covers it; general: a word that may or may not mean it; no."""
    named = frozenset().union(*(kinds_named(text.text) for text, _ in read))
    if {kind, *covering(kind)} & named:
        return "yes"
    return "general" if GENERAL.get(kind) in named else "no"


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    read = whole(run, "collected_list")
    calls = real(run.calls)
    if not read or not len(calls):
        return
    partly = cut(run, "collected_list")
    rows = calls[calls["base"].isin(AGREED) & calls["kind"].isin(judged())]
    sent: dict[str, list[str]] = {}
    for one in records(run.sightings):
        for call in one["calls"]:
            sent.setdefault(call, []).append(one["flow"])
    for (kind, caller), group in groups(rows, "kind", "caller"):
        word = word_of(kind, read)
        if word == "yes":
            continue
        early = all(text.note.t < group[0]["t"] and _DYNAMIC.search(text.text) for text, _ in read)
        yield _finding(kind, caller, group, read, [f for row in group for f in sent.get(row["event_id"], ())],
                       "general" if word == "general" else "early" if early else "partly" if partly else "")


def _finding(kind: str, caller: str, rows: list[dict[str, Any]], read: Read, flows: list[str], doubt: str) -> Finding:
    tails = {
        "": (".", "。"),
        "general": (", unless a general word of it is meant to.", ",仅有笼统表述,是否涵盖无法判断。"),
        "early": ("; it shows what was collected so far and was read before.", ";该清单随使用动态变化,"
        "且读取清单早于该收集行为。"),
        "partly": ("; a list was not read to its end.", ";但清单未读至末尾。"),
    }
    head = quoted(read[0][0].text, 40)
    return Finding(
        grade=Grade.A if flows else Grade.B,
        item=kind,
        caller=caller,
        stage=earliest_stage(row["base"] for row in rows),
        unclear=bool(doubt),
        evidence=[*evidence(read), *some(row["event_id"] for row in rows), *some(flows)],
        reason=f"{caller} collected {name(kind)} ({times(len(rows))}), and the list of collected information ({head!r}) "
        f"has no row for it"
        + tails[doubt][0],
        reason_zh=f"{caller} 收集{name(kind, 'zh')} {len(rows)} 次,已收集个人信息清单(“{head}”)中无对应条目" + tails[doubt][1],
    )


rule = Rule(
    id="collected-list-incomplete",
    title="List of collected information lacks what was collected",
    title_zh="已收集个人信息清单未列明实际收集的信息",
    clauses=("miit292-2e-collected-list-complete",),
    scenarios=("agree", "function-walk", "sdk-share", "ui-entry-crawl", "first-launch-agree"),
    needs=(Text.of("collected_list"), Boundary("after_agree"), Hooks(judged()), Traffic()),
    decide=decide,
    sees="Each kind that a call gave to the app or an SDK after consent, with caller and count, beside every kind that "
    "the list names.",
    cannot_see="Rows behind further pages of the list; kinds without a hook. A general word (设备信息) leaves it open.",
    advice="List every kind that the app or an SDK in it collects; `harness lists BUNDLE` makes the rows from what was observed.",
    advice_zh="已收集个人信息清单应逐项列明应用及内嵌SDK实际收集的信息种类;可用 harness lists 依据观察结果生成条目。",
)
