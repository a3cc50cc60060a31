"""A permission is asked for although the user has started no function that needs it."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding
from harness.rules.functions import function_map
from harness.rules.granting import GROUPS, group_of
from harness.rules.readings import Readings
from harness.rules.rule import Boundary, Rule, Screens
from harness.rules.sensitive import name
from harness.rules.telling import listed
from harness.tables import Tables, records

WHEN = {
    "launch": ("at launch", "启动时"),
    "return": ("on coming back to the app", "返回App时"),
    "observe": ("while nothing was done", "用户无操作时"),
    "home": ("while the app was away", "App处于后台时"),
    "tap": ("after another dialog was answered", "应答其他弹窗后"),
}
BY_INSTALL = 23
"""The target version below which the system grants everything when the app is installed (Android: runtime permissions)."""


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    pages = {one.page.rpartition(".")[2]: one for one in function_map(run) if one.page}
    activities = {s["event_id"]: str(s.get("activity") or "") for s in records(run.screens)} if len(run.screens) else {}
    told = set()
    for note in run.noted("prompt"):
        if note.data.get("kind") != "system_permission" or note.data.get("again"):
            continue
        item = str(note.data.get("permission") or "")
        if item in told:
            continue
        told.add(item)
        en, zh = WHEN.get(str(note.data.get("after")), ("unasked", "无用户操作时"))
        # The dialog's own screen may have the activity of the app beneath it, or the one before it does.
        under = [activities.get(one, "") for one in note.screens] + _before(run, note.t)
        own = next((pages[a.rpartition(".")[2]] for a in under if a.rpartition(".")[2] in pages), None)
        first = own is not None and (not own.groups or group_of(item) in own.groups)
        unclear = first or not item
        why = f"; the page that showed is the function {own.name} itself, by the tester's map" if first and own else ""
        why_zh = f";但当时页面即为功能“{own.name}”本身" if first and own else ""
        yield Finding(
            item=item or "unknown",
            caller=run.package,
            stage=note.stage,
            evidence=note.evidence,
            unclear=unclear,
            reason=f"The app asked for the {name(item) if item else 'permission of a dialog that names none known'} {en}, "
                f"before the user had started a function that needs it{why}.",
            reason_zh=f"{zh}即申请{name(item, 'zh') if item else '权限'},用户尚未使用需要该权限的功能{why_zh}。",
        )
    about = run.fact("app")
    target = about.get("target_sdk")
    dangerous = sorted(
        p for p in about.get("permissions") or () if group_of(str(p)) and p.rpartition(".")[2] not in GROUPS["NOTIFICATIONS"]
    )
    fact = next((note for note in reversed(run.notes) if note.type == "app"), None)
    if isinstance(target, int) and 0 < target < BY_INSTALL and dangerous and fact is not None:
        yield Finding(
            item="targetSdkVersion",
            caller=run.package,
            stage="before_consent",
            evidence=[fact.id],
            reason=f"The app targets Android API {target}, below {BY_INSTALL}, so that {listed(dangerous)} are granted with the "
            "installation and never asked for.",
            reason_zh=f"targetSdkVersion 为 {target}(低于 {BY_INSTALL}),{listed(dangerous, '、')} 在安装时即被授予,未动态申请。",
        )


def _before(run: Tables, t: int) -> list[str]:
    if not len(run.screens):
        return []
    rows = run.screens[(run.screens["t"] <= t) & (run.screens["package"] == run.package)]
    return [str(rows["activity"].iloc[-1] or "")] if len(rows) else []


rule = Rule(
    id="permission-before-function",
    title="Permission asked for ahead of the function",
    title_zh="未在业务功能启动时动态申请权限",
    clauses=("sz-guide-08a-permission-at-function-start",),
    scenarios=("first-launch-idle", "agree", "function-walk"),
    needs=(Screens(), Boundary("after_agree")),
    decide=decide,
    sees="Permission dialogs that come up at launch, on coming back, after another dialog or while nothing is done; the API "
        "version that the app targets.",
    cannot_see="Whether a tap that came before was on the function that needs the permission; permissions that the system asks "
        "for later than the run.",
    advice="Ask for a permission when the user starts the function that needs it, and not before.",
    advice_zh="应在用户使用对应业务功能时动态申请权限,不得在启动时提前申请。",
)
