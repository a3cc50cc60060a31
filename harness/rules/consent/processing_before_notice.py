"""Personal information is read before the app has shown its privacy notice at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.model import Finding, Gap, Grade
from harness.rules.readings import Readings
from harness.rules.rule import Hooks, Rule, Screens, not_reached
from harness.rules.sensitive import judged, name
from harness.rules.telling import real, some, times
from harness.tables import Tables, groups, records

NOTICES = ("policy_consent", "policy_second_chance")


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    calls = real(run.calls)
    if not len(calls) or not len(run.screens):
        return
    slack = int(readings.of("notice_look") * 1e9)
    early = calls[(calls["base"] == "before_consent") & calls["kind"].isin(judged())]
    shown = run.screens[run.screens["kind"].isin(NOTICES) & (run.screens["base"] == "before_consent")]
    # Where there was no notice, or one that could not be read, no-notice-at-first-run says so.
    first = {str(row["scenario"]): row for row in reversed(records(shown.sort_values("t", kind="stable")))}
    for (kind, caller), group in groups(early, "kind", "caller"):
        mine = [call for call in group if call["scenario"] in first and call["t"] < first[call["scenario"]]["t"]]
        before = [call for call in mine if call["t"] < first[call["scenario"]]["t"] - slack]
        if not mine:
            continue
        told = before or mine
        unclear = "" if before else " So near before it that it may have stood there unseen already."
        unclear_zh = "" if before else "距弹窗出现过近,弹窗可能已显示而尚未被记录。"
        notices = dict.fromkeys(first[call["scenario"]]["event_id"] for call in told)
        yield Finding(
            grade=Grade.B,
            item=kind,
            caller=caller,
            stage="before_consent",
            unclear=not before,
            evidence=[*some(call["event_id"] for call in told), *notices],
            reason=f"{caller} read {name(kind)} {times(len(told))} before the app had shown a privacy notice.{unclear}",
            reason_zh=f"在以显著方式告知之前(隐私政策弹窗尚未出现),{caller} 已读取{name(kind, 'zh')} {len(told)} 次。"
            f"{unclear_zh}",
        )


@dataclass(frozen=True)
class NoticeSeen:
    """A notice was recognised before consent: without one nobody knows what came before it."""

    def missing(self, run: Tables, readings: Readings) -> list[Gap]:
        if len(run.screens) and (run.screens["kind"].isin(NOTICES) & (run.screens["base"] == "before_consent")).any():
            return []
        return not_reached(run, "No privacy notice was recognised in this run.", "notice", "after_agree")


rule = Rule(
    id="processing-before-notice",
    title="Personal information read before the privacy notice is shown",
    title_zh="未以显著方式告知前处理个人信息",
    clauses=("sz-guide-04a-notice-before-processing",),
    scenarios=("first-launch-idle", "first-launch-login", "first-launch-agree", "agree", "refuse-policy"),
    needs=(Hooks(judged()), Screens(), NoticeSeen()),
    decide=decide,
    sees="Hooked calls that gave a value to app or SDK code before the first screen with a privacy notice in a first run.",
    cannot_see="Calls made in native code; a notice that is not recognised as one (then this rule is silent, and "
    "no-notice-at-first-run says what showed).",
    advice="Show the notice first; read nothing and start no SDK before it has been shown and agreed to.",
    advice_zh="应先展示隐私政策弹窗,在展示并征得同意之前不得读取信息或初始化 SDK。",
    readings=("notice_look",),
)
