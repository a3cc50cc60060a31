"""A permission that the user had denied, or a setting that the user had switched off, is on again without the user."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.model import Finding
from harness.rules.granting import group_of
from harness.rules.readings import Readings
from harness.rules.rule import Noted, Rule
from harness.rules.sensitive import name
from harness.tables import Tables
from harness.tables.noted import Note


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    for note in run.noted("permission_change"):
        now: Any = note.data.get("now") or {}
        for permission in note.data.get("changed") or ():
            yield _permission(run, note, str(permission), granted=now.get(permission) is True, siblings=now)
    for note in run.noted("update"):
        permissions: Any = note.data.get("permissions") or {}
        before, after = permissions.get("before") or {}, permissions.get("after") or {}
        for permission, held in before.items():
            if held is False and after.get(permission) is True and group_of(permission):
                yield _permission(run, note, permission, granted=True, siblings=before)
        settings: Any = note.data.get("settings") or {}
        for setting in settings.get("changed") or ():
            if (settings.get("before") or {}).get(setting) is False and (settings.get("after") or {}).get(setting) is True:
                yield _setting(run, note, str(setting), "an update", "升级后")
    off: dict[str, Note] = {}
    for note in run.noted("page"):
        if note.data.get("page") != "personalisation":
            continue
        if note.data.get("outcome") == "off":
            off[note.scenario] = note
        elif note.data.get("outcome") == "is_on" and note.scenario in off:
            found = _setting(run, note, "个性化推荐", "a restart", "重新启动后")
            yield Finding(**{**found.__dict__, "evidence": [*off[note.scenario].evidence, *note.evidence]})


def _permission(run: Tables, note: Note, permission: str, *, granted: bool, siblings: Any) -> Finding:
    held = any(
        other != permission and value is True and group_of(other) == group_of(permission) != ""
        for other, value in siblings.items()
    )
    unclear, why, why_zh = (
        False,
        "is granted now though the user had denied it and did nothing since.",
        "由“拒绝”变为“允许”,期间用户无任何操作。",
    )
    if not granted:
        unclear = True
        why, why_zh = "was taken away without the user: the system does that by itself, too.", "被收回,可能系系统自动回收。"
    elif held and note.type == "update":
        unclear = True
        why = "is granted now; another permission of its group was granted, with which the system may grant it."
        why_zh = "变为“允许”;同组其他权限已获授权,可能系系统按权限组授予。"
    return Finding(
        item=permission,
        caller=run.package,
        stage=note.stage,
        evidence=note.evidence,
        unclear=unclear,
        reason=f"The permission {name(permission)} {why}",
        reason_zh=f"权限 {name(permission, 'zh')} {why_zh}",
    )


def _setting(run: Tables, note: Note, setting: str, when: str, when_zh: str) -> Finding:
    return Finding(
        item=setting,
        caller=run.package,
        stage=note.stage,
        evidence=note.evidence,
        reason=f"The setting {setting!r}, which the user had switched off, is on again after {when}.",
        reason_zh=f"用户已关闭的设置“{setting}”在{when_zh}被重新开启。",
    )


rule = Rule(
    id="permission-state-changed",
    title="Permission or setting of the user's changed without the user",
    title_zh="未经用户同意更改用户设置的权限状态",
    clauses=("interimx-no-permission-state-change",),
    scenarios=("app-update", "restart-after-refuse", "personalisation-off"),
    needs=(Noted.of("permission_change", "update"),),
    decide=decide,
    sees="The device's permission table before and after restarts and an update; the user's switches before and after.",
    cannot_see="Settings that show on no page that was looked at, or are kept on a server.",
    advice="Keep permissions and privacy switches as the user left them, across restarts and updates.",
    advice_zh="不得在升级、重启等过程中擅自更改用户设置的权限状态或隐私开关。",
)
