"""Personal information of a user who said to be under fourteen is taken without a guardian's consent."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding, Grade
from harness.rules.crawls import evidence
from harness.rules.readings import Readings
from harness.rules.rights._minors import AgeSaid, child_guardian, taken, told
from harness.rules.rule import Hooks, Rule, Screens, Traffic
from harness.rules.sensitive import judged
from harness.tables import Tables


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    for age in told(run):
        outcome, years = age.data.get("outcome"), age.data.get("years")
        found = taken(run, age)
        if outcome in ("refused", "exits"):
            continue
        guardians = child_guardian(run, age)
        if found.cited and (outcome != "accepted" or guardians):
            step = "a guardian's step" if outcome == "guardian" or guardians else "a mode for children"
            step_zh = "监护人环节" if outcome == "guardian" or guardians else "未成年人模式"
            yield Finding(
                item="minor", caller=run.package, stage=age.stage, evidence=[*evidence(age, *guardians), *found.cited],
                unclear=True,
                reason=f"A user of {years} came to {step}, and {found.words('en')} was taken after it: whether a guardian "
                    "agreed was not verified on any screen.",
                reason_zh=f"用户填写年龄 {years} 岁后出现{step_zh},其后仍收集{found.words('zh')},未见对监护人同意的核验。")
        elif found.cited:
            yield Finding(
                grade=Grade.A if found.sent else Grade.B, item="minor", caller=run.package, stage=age.stage,
                evidence=[*evidence(age), *found.cited],
                reason=f"A user said to be {years}; no guardian was asked, and {found.words('en')} was taken after it.",
                reason_zh=f"用户填写年龄 {years} 岁后,应用未征得监护人同意即收集{found.words('zh')}。")
        elif outcome == "accepted" and not guardians:
            yield Finding(
                item="minor", caller=run.package, stage=age.stage, evidence=evidence(age), unclear=True,
                reason=f"A user said to be {years} and the app went on without asking for a guardian; nothing personal was seen "
                    "to be taken after it.",
                reason_zh=f"用户填写年龄 {years} 岁后,应用未要求监护人同意即继续,其后未观察到收集个人信息。")


rule = Rule(
    id="minor-without-guardian",
    title="Minor's information taken without a guardian's consent",
    title_zh="未征得监护人同意收集未满十四周岁未成年人信息",
    clauses=("szregx-guardian-consent",),
    scenarios=("minors",),
    needs=(AgeSaid(), Hooks(judged()), Traffic(), Screens()),
    decide=decide,
    sees="What the app shows once an age under fourteen was said, and hooked calls and values in requests after that.",
    cannot_see="Whether whoever agreed was the guardian; what the app takes of the user by other ways.",
    advice="Once an age under fourteen is known, take nothing until the guardian has agreed on a page of its own.",
    advice_zh="获知用户未满十四周岁后,在取得监护人明示同意前不得收集其个人信息。",
)
