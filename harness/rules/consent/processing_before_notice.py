"""Personal information is read before the app has shown its privacy notice at all."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding, Grade
from harness.rules.readings import Readings
from harness.rules.rule import Hooks, Rule, Screens
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
    for scenario, rows in early.groupby("scenario", sort=True):
        notices = shown[shown["scenario"] == scenario]
        if not len(notices):
            continue  # whether there was none, or one that could not be read, is for no-notice-at-first-run
        first = records(notices.sort_values("t", kind="stable").head(1))[0]
        for (kind, caller), group in groups(rows[rows["t"] < first["t"]], "kind", "caller"):
            before = [call for call in group if call["t"] < first["t"] - slack]
            count = len(before or group)
            unclear = "" if before else " So near before it that it may have stood there unseen already."
            unclear_zh = "" if before else "距弹窗出现过近,弹窗可能已显示而尚未被记录。"
            yield Finding(
                grade=Grade.B,
                item=kind,
                caller=caller,
                stage="before_consent",
                unclear=not before,
                evidence=[*some(call["event_id"] for call in before or group), first["event_id"]],
                reason=f"{caller} read {name(kind)} {times(count)} before the app had shown a privacy notice.{unclear}",
                reason_zh=f"在以显著方式告知之前(隐私政策弹窗尚未出现),{caller} 已读取{name(kind, 'zh')} {count} 次。"
                f"{unclear_zh}",
            )


rule = Rule(
    id="processing-before-notice",
    title="Personal information read before the privacy notice is shown",
    title_zh="未以显著方式告知前处理个人信息",
    clauses=("sz-guide-04a-notice-before-processing",),
    scenarios=("first-launch-idle", "first-launch-login", "first-launch-agree", "agree", "refuse-policy"),
    needs=(Hooks(judged()), Screens()),
    decide=decide,
    sees="Hooked calls that gave a value to app or SDK code before the first screen with a privacy notice in a first run.",
    cannot_see="Calls made in native code; a notice that is not recognised as one (then this rule is silent, and "
    "no-notice-at-first-run says what showed).",
    advice="Show the notice first; read nothing and start no SDK before it has been shown and agreed to.",
    advice_zh="应先展示隐私政策弹窗,在展示并征得同意之前不得读取信息或初始化 SDK。",
    readings=("notice_look",),
)
