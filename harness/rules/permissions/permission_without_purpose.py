"""A sensitive permission is asked for without a word on what it is for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.model import Finding
from harness.rules.granting import OWN, PREFIX, group_of
from harness.rules.policies import passage_of, policy_is_known, there_is_none
from harness.rules.readings import Readings
from harness.rules.rule import Noted, Rule, Screens
from harness.rules.sensitive import name
from harness.rules.telling import quoted
from harness.tables import Tables
from harness.tables.noted import Note

GROUPS = frozenset(
    {
        "STORAGE",
        "READ_MEDIA_VISUAL",
        "READ_MEDIA_AURAL",
        "CONTACTS",
        "LOCATION",
        "CAMERA",
        "MICROPHONE",
        "SMS",
        "PHONE",
        "CALENDAR",
        "CALL_LOG",
        "SENSORS",
        "ACTIVITY_RECOGNITION",
    }
)
ALIKE = {
    "STORAGE": {"STORAGE", "READ_MEDIA_VISUAL", "READ_MEDIA_AURAL"},
    "READ_MEDIA_VISUAL": {"STORAGE", "READ_MEDIA_VISUAL"},
    "READ_MEDIA_AURAL": {"STORAGE", "READ_MEDIA_AURAL"},
}


def _told_before(run: Tables, note: Note, group: str) -> bool:
    """Whether the notice, or a question of the app's own, named the purpose before in the same scenario."""
    fits = ALIKE.get(group, {group})
    for other in run.noted("notice", "question"):
        if other.scenario != note.scenario or other.t > note.t or other.id == note.id:
            continue
        data: Any = other.data
        if other.type == "notice" and fits & {group_of(str(one)) for one in data.get("purposes") or {}}:
            return True
        if other.type == "question" and data.get("purpose") and fits & {group_of(str(one)) for one in data.get("groups") or ()}:
            return True
    return False


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    told = set()
    for note in run.noted("question"):
        group = group_of(str(note.data.get("permission") or ""))
        if note.data.get("kind") != "system_permission" or group not in GROUPS or group in told:
            continue
        if note.data.get("purpose") or _told_before(run, note, group):
            continue
        told.add(group)
        yield _finding(run, note, group)


def _finding(run: Tables, note: Note, group: str) -> Finding:
    item = PREFIX + group
    base = f"The {name(item)} was asked for, and neither before nor beside the system's dialog the app said what for"
    base_zh = f"申请{name(item, 'zh')}时,App 未在此前或同时告知使用目的"
    found = next((one for kind in sorted(OWN.get(group, ())) if (one := passage_of(run, kind)) is not None), None)
    common: dict[str, Any] = {"item": item, "caller": run.package, "stage": note.stage}
    if note.data.get("words_missing"):
        return Finding(
            **common,
            unclear=True,
            evidence=note.evidence,
            reason=f"{base}, as far as it could be read: a part of the screen has no words.",
            reason_zh=f"{base_zh};但部分画面无法读取文字,需人工查看截图。",
        )
    if found is not None:
        return Finding(
            **common,
            unclear=True,
            evidence=[*note.evidence, found[1]],
            reason=f"{base}; only the policy does ({quoted(found[0])!r}).",
            reason_zh=f"{base_zh};仅隐私政策中说明(“{quoted(found[0])}”)。",
        )
    if policy_is_known(run) or there_is_none(run):
        return Finding(**common, evidence=note.evidence, reason=f"{base}.", reason_zh=f"{base_zh}。")
    return Finding(
        **common,
        unclear=True,
        evidence=note.evidence,
        reason=f"{base}; whether the policy does was not read.",
        reason_zh=f"{base_zh};隐私政策是否说明未能读取。",
    )


rule = Rule(
    id="permission-without-purpose",
    title="Sensitive permission asked for without its purpose",
    title_zh="申请敏感权限未告知目的",
    clauses=("miit292-1-3c-permission-purpose",),
    scenarios=("function-walk", "agree", "refuse-permission-each"),
    needs=(Screens(), Noted.of("question", "function")),
    decide=decide,
    sees="The words of each permission dialog's surroundings: the app's own dialog before it, its window beside or under it, "
        "the page before it, the privacy notice; else the policy. Album and storage, contacts, location, camera, microphone, "
        "SMS, phone, calendar, call log, sensors and activity.",
    cannot_see="A purpose in a picture that was not read; whether the purpose is the true one. The system's own words are no "
    "purpose.",
    advice="Say what a permission is for before or beside the system's dialog.",
    advice_zh="申请相册、通讯录、位置等敏感权限时,应以弹窗、浮层等方式同步告知用户目的。",
)
