"""The app ends, or leaves only "grant" or "exit", once a permission was denied."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.model import Finding
from harness.rules.readings import Readings
from harness.rules.rule import Boundary, Noted, Rule, Screens
from harness.rules.sensitive import name
from harness.tables import Tables, records

OUT, IN = {"exit"}, {"settings", "agree"}
_ACTS = {"home", "kill", "clear", "restart", "launch", "return", "revoke", "outside", "update", "scenario_end"}
"""Steps of the suite that may end the app, or after which it does: with the scenario's end the run may end."""


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    window = int(readings.of("exit_after_denial") * 1e9)
    denied = [
        row
        for row in records(run.prompts)
        if row["answer"] == "denied" and row["base"] not in {"before_consent", "after_refusal"}
    ]
    steps = {s["event_id"]: s for s in records(run.steps)}
    told = set()
    for row in denied:
        step = steps[row["answered_by"]]
        after = int(step["t"])
        end = _ended(run, row["scenario"], after, int(step["end_ns"]) + window)
        if end is None or row["permission"] in told:
            continue
        told.add(row["permission"])
        what, evidence, crashed = end
        item = str(row["permission"])
        said = {
            "ends": ("the app ended", "App 即退出或关闭"),
            "only": ("the app left only to grant or to leave", "App 仅提供“授权”或“退出”选项"),
        }[what]
        yield Finding(
            item=item,
            caller=run.package,
            stage="after_permission_denial",
            unclear=crashed,
            evidence=[row["event_id"], row["answered_by"], *evidence],
            reason=f"Within {readings.of('exit_after_denial'):g} s of the denial of the {name(item)} {said[0]}"
            + (", by a crash: whether that is meant is not known." if crashed else ".")
            + f" Profile: {readings.told('exit_after_denial')}.",
            reason_zh=f"用户拒绝{name(item, 'zh')}后 {readings.of('exit_after_denial'):g} 秒内,{said[1]}"
            + (",系崩溃所致,是否有意无法判断。" if crashed else "。"),
        )


def _ended(run: Tables, scenario: str, after: int, until: int) -> tuple[str, list[str], bool] | None:
    """What shows that the app ended, or leaves no choice, in that time: what, evidence, whether by a crash."""
    # What the suite itself does afterwards ends it no more by itself.
    acts = [s for s in records(run.steps) if s["scenario"] == scenario and s["action"] in _ACTS]
    until = min([until, *(s["t"] for s in acts if s["t"] > after)])
    shown = [s for s in records(run.screens) if s["scenario"] == scenario and after < s["t"] <= until] if len(run.screens) else []
    crash = [s["event_id"] for s in shown if s["kind"] == "system_crash"]
    for note in run.noted("function", "process"):
        data: Any = note.data
        if note.scenario != scenario or note.t < after:
            continue
        begun = int(data.get("begun_ns") or note.t)
        if note.type == "function" and data.get("why") in {"exits", "crash"} and begun <= after and data.get("denied"):
            return "ends", [*note.evidence, *crash], data["why"] == "crash" or bool(crash)
        if note.type == "process" and data.get("state") == "ended" and note.t <= until:
            return "ends", [note.id, *crash], bool(crash)
    for screen in shown:
        if screen["kind"] in {"permission_rationale", "settings_redirect"}:
            roles = {c.role for c in screen.get("controls") or ()} & {
                "agree",
                "settings",
                "exit",
                "refuse",
                "later",
                "close",
                "skip",
                "limited_mode",
            }
            if roles & OUT and roles & IN and roles <= OUT | IN:
                return "only", [screen["event_id"]], False
    return None


rule = Rule(
    id="forced-exit-after-denial",
    title="App ends after a permission was denied",
    title_zh="用户拒绝授权后强制退出或关闭App",
    clauses=("interimx-no-forced-exit",),
    scenarios=("refuse-permission-each", "refuse-permissions"),
    needs=(Boundary("after_permission_denial"), Noted.of("function", "question", "prompt"), Screens()),
    decide=decide,
    sees="After each denial of a permission: whether the app's process ends, the app is gone from the front, or a dialog has "
        "no other answers than to grant and to leave.",
    cannot_see="A permission that the app never asked for in the run; why an app crashed.",
    advice="Go on without the permission, and without the function that needs it, after a denial.",
    advice_zh="用户拒绝授权后,不得强制退出或关闭 App,应允许继续使用其他功能。",
    readings=("exit_after_denial",),
)
