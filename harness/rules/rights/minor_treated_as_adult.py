"""The app knows that its user is under fourteen and goes on as for anyone: no notice of its own, no consent of its own."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding, Grade
from harness.rules.crawls import evidence
from harness.rules.readings import Readings
from harness.rules.rights._minors import AgeSaid, child_guardian, taken, told
from harness.rules.rule import Hooks, Rule, Screens, Traffic
from harness.rules.sensitive import judged, name
from harness.tables import Tables


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    for age in told(run):
        outcome, years = age.data.get("outcome"), age.data.get("years")
        found = taken(run, age)
        if outcome not in ("accepted", "youth_mode") or child_guardian(run, age):
            continue
        for kind in dict.fromkeys([*(c["kind"] for c in found.calls), *(s["kind"] for s in found.sent)]):
            calls = [c for c in found.calls if c["kind"] == kind]
            sent = [s for s in found.sent if s["kind"] == kind]
            unclear = outcome == "youth_mode"
            yield Finding(
                grade=Grade.A if sent else Grade.B, item=kind, caller=(calls or sent)[0]["caller"], stage=age.stage,
                unclear=unclear,
                party=", ".join(sorted({s["party"] for s in sent})),
                evidence=list(dict.fromkeys([*evidence(age), *(c["event_id"] for c in calls), *(s["flow"] for s in sent)])),
                reason=f"After the user had said to be {years}, {name(kind)} was {'sent' if sent else 'read'} "
                + ("in a mode for children: whether that mode was a notice and consent of its own is left open." if unclear
                   else "without a notice and a consent of its own for it."),
                reason_zh=f"用户填写年龄 {years} 岁后,{name(kind, 'zh')}仍被{'发送' if sent else '读取'},"
                + ("虽已进入未成年人模式,是否构成专门告知同意无法判定。" if unclear else "未作专门告知并取得单独同意。"))


rule = Rule(
    id="minor-treated-as-adult",
    title="Information of a minor treated as anyone's",
    title_zh="未将未满十四周岁未成年人信息作为敏感个人信息处理",
    clauses=("szreg-minor-sensitive",),
    scenarios=("minors",),
    needs=(AgeSaid(), Hooks(judged()), Traffic(), Screens()),
    decide=decide,
    sees="Hooked calls and values in requests after an age under fourteen was said, where no page for a guardian or a refusal "
         "came up.",
    cannot_see="A notice that the recogniser does not know as one; an app that never asks the age.",
    advice="Treat everything of a user under fourteen as sensitive: a notice and a consent of its own for each purpose.",
    advice_zh="对未满十四周岁用户的个人信息按敏感个人信息处理,逐项告知并取得单独同意。",
)
