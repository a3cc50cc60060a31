"""What the user refused is asked for again and again: the notice, the app's own dialog, a way to the settings."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding
from harness.rules.permissions._practice import in_chinese
from harness.rules.readings import Readings
from harness.rules.rule import Noted, Rule, Screens
from harness.rules.sensitive import name
from harness.tables import Tables
from harness.tables.noted import Note

KINDS = {
    "policy_consent": ("the privacy notice", "隐私政策弹窗"),
    "policy_second_chance": ("the privacy notice", "隐私政策弹窗"),
    "permission_rationale": ("the app's own dialog for the permission", "权限说明弹窗"),
    "settings_redirect": ("the dialog that sends to the settings", "跳转系统设置的弹窗"),
    "marketing_push_prompt": ("the question for push messages", "推送授权弹窗"),
    "cookie_banner": ("the question for cookies", "Cookie 授权弹窗"),
}


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    window, least = readings.of("reprompt_window"), readings.of("reprompts")
    found: dict[tuple[str, str, str], list[Note]] = {}
    for note in run.noted("prompt"):
        kind = str(note.data.get("kind"))
        if kind in KINDS and note.data.get("again") and float(note.data.get("seconds_since") or 0) <= window:
            what = "policy" if kind.startswith("policy") else kind
            found.setdefault((note.scenario, what, str(note.data.get("permission") or "")), []).append(note)
    for (scenario, what, permission), notes in found.items():
        counted = notes if what != "policy" else [note for note in notes if not _is_the_only_door(run, note)]
        if len(counted) < least:
            continue
        en, zh = KINDS["policy_consent" if what == "policy" else what]
        of, of_zh = (f" ({name(permission)})", f"({name(permission, 'zh')})") if permission else ("", "")
        many = f"{len(counted)} times" if len(counted) > 1 else "once"
        yield Finding(
            item=permission or what,
            caller=run.package,
            stage=counted[0].stage,
            evidence=[e for note in counted for e in note.evidence],
            reason=f"After the user had refused, {en}{of} came up again {many} without a tap that needs it, in scenario "
                f"{scenario}. Profile: {readings.told('reprompts')}.",
            reason_zh=f"用户拒绝后,在无相关操作的情况下{zh}{of_zh}再次弹出 {len(counted)} 次(场景 {scenario})。"
            + in_chinese(readings),
        )
    yield from _loops(run, readings)


def _is_the_only_door(run: Tables, note: Note) -> bool:
    """The notice at a new start of an app that has no basic mode: counted, and no offence (reading 1)."""
    refusals = [one for one in run.noted("refusal") if one.scenario == note.scenario and one.t <= note.t]
    ended = not refusals or refusals[-1].data.get("outcome") in {"exits", "asks_again", "no_effect"}
    return bool(note.data.get("launches_since")) and ended


def _loops(run: Tables, readings: Readings) -> Iterator[Finding]:
    told = set()
    for note in run.noted("settings_redirect"):
        if not note.data.get("loop") or note.scenario in told:
            continue
        told.add(note.scenario)
        trips = int(note.data.get("trips") or 0)
        yield Finding(
            item="settings_redirect",
            caller=run.package,
            stage=note.stage,
            evidence=note.evidence,
            reason=f"Whoever did not grant was sent to the settings {trips} times in a row, each time on coming back without a "
                f"grant. Profile: {readings.told('reprompts')}.",
            reason_zh=f"用户未授权时,App 连续 {trips} 次引导跳转系统设置,返回后仍反复弹出。" + in_chinese(readings),
        )


rule = Rule(
    id="repeated-requests-after-refusal",
    title="Refused, and asked again by notices, own dialogs or ways to the settings",
    title_zh="用户拒绝后频繁弹窗干扰正常使用",
    clauses=("sz-guide-09b-no-frequent-popups-after-refusal",),
    scenarios=("refuse-permission-each", "refuse-permissions", "restart-after-refuse", "refuse-policy"),
    needs=(Screens(), Noted.of("refusal", "function", "question")),
    decide=decide,
    sees="Questions that come up again though nobody asked for them: the privacy notice within a session, or at a start where "
        "the app goes on without it; the app's own dialog for a permission, for push or cookies; a way to the settings that "
        "comes again without end.",
    cannot_see="Questions later than the run. The notice at each start of an app without a basic mode is no offence here. What "
        "the system itself asks is judged by repeated-permission-prompts.",
    advice="After a refusal, ask again only when the user starts what needs it.",
    advice_zh="用户拒绝后,仅在其主动使用相关功能时再次询问,不得反复弹窗或反复引导至系统设置。",
    readings=("reprompts", "reprompt_window"),
)
