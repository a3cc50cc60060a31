"""A permission that the user denied is asked for again although the user did nothing that needs it."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding, Grade
from harness.rules.permissions._practice import in_chinese
from harness.rules.readings import Readings
from harness.rules.rule import Boundary, Hooks, Rule, Screens
from harness.rules.sensitive import name
from harness.tables import Tables, groups


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    window, limit = readings.of("reprompt_window"), readings.of("reprompts")
    steps = dict(zip(run.steps["event_id"], run.steps["t"], strict=True)) if len(run.steps) else {}
    for (scenario, permission), rows in groups(run.prompts, "scenario", "permission"):
        denied, denied_at = "", 0
        again: list[str] = []
        callers: list[str] = []
        for row in rows:
            if denied and row["trigger"] != "user" and row["t"] - denied_at <= window * 1e9:
                again += [row["event_id"]] + ([row["request"]] if row["request"] else [])
                callers.append(row["caller"])
            if row["answer"] == "denied" and not denied:
                denied, denied_at = row["answered_by"], steps.get(row["answered_by"], row["t"])
        count = len(callers)
        if count >= limit:
            yield Finding(
                grade=Grade.B,
                item=permission,
                caller=callers[0],
                stage="after_permission_denial",
                evidence=[denied, *dict.fromkeys(again)],
                reason=f"The {name(permission)} was asked for again {count} time{'s' if count > 1 else ''} after the user had "
                f"denied it, without a tap that needs it, in scenario {scenario}. Profile: {readings.told('reprompts')}.",
                reason_zh=f"用户拒绝后,在无相关操作的情况下再次申请{name(permission, 'zh')} {count} 次(场景 {scenario})。"
                + in_chinese(readings),
            )


rule = Rule(
    id="repeated-permission-prompts",
    title="Permission asked for again after it was denied",
    title_zh="用户拒绝权限后频繁弹窗再次申请",
    clauses=("sz-guide-09b-no-frequent-popups-after-refusal",),
    scenarios=("refuse-permissions", "refuse-permission-each", "restart-after-refuse"),
    needs=(Screens(), Boundary("after_permission_denial"), Hooks.of("permission_request")),
    decide=decide,
    sees="System permission dialogs on the screen, how each was answered, and the step before each: a tap on a control "
    "of the app makes a request the user's own; a launch, a restart, coming back or the answer to a dialog does not.",
    cannot_see="Whether the tapped function really needs the permission; prompts later than the run; requests that the "
    "system answers without a dialog because the denial is fixed.",
    advice="After a denial, ask again only when the user starts a function that needs the permission.",
    advice_zh="用户拒绝权限后,仅在用户主动使用需要该权限的功能时再次申请,不得频繁弹窗。",
    readings=("reprompts", "reprompt_window"),
)
