"""The user is lured or misled into authorising: a reward in the same dialog, a dialog made to look like the system's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.model import Finding
from harness.rules.readings import Readings
from harness.rules.rule import Boundary, Rule, Screens
from harness.rules.sensitive import name
from harness.rules.telling import listed, quoted
from harness.tables import Tables, records

SYSTEM_WORDS = (
    "使用应用时允许",
    "使用该应用时允许",
    "仅在使用该应用时允许",
    "仅在使用中允许",
    "使用时允许",
    "仅限这一次",
    "仅此一次",
    "本次运行允许",
    "while using the app",
    "only this time",
)
"""What the system's own permission dialog offers, and an app's own has no use for."""
SIZES = (
    "refusal_small",
    "refusal_low_contrast",
    "refusal_coloured_as_disabled",
    "refusal_as_link",
    "refusal_off_screen",
    "refusal_below_fold",
    "countdown_on_refusal",
    "agree_preselected",
)


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    told: set[object] = set()
    for note in run.noted("question"):
        text = str(note.data.get("text") or "")
        key = (note.data.get("permission"), text)
        if not note.data.get("offers") or key in told:
            continue
        told.add(key)
        item = str(note.data.get("permission") or note.data.get("kind"))
        shown = quoted(text or note.data.get("beside"))
        yield Finding(
            item=item,
            caller=run.package,
            stage=note.stage,
            evidence=note.evidence,
            reason=f"The dialog that asks for the {name(item)} offers a reward for it: {shown!r}.",
            reason_zh=f"申请{name(item, 'zh')}的弹窗以奖励、优惠等诱导用户授权:“{shown}”。",
        )
    yield from _look_alikes(run)
    for note in run.noted("notice"):
        found = [p for p in note.data.get("patterns") or () if p.get("id") in SIZES]
        if found and "sizes" not in told:
            told.add("sizes")
            yield Finding(
                item="refusal",
                caller=run.package,
                stage=note.stage,
                evidence=note.evidence,
                unclear=True,
                reason="On the notice the refusal is harder to see or to use than the agreement "
                    f"({listed([_measure(p) for p in found], '; ')}); whether that misleads is for a person to say.",
                reason_zh=f"弹窗中拒绝选项较同意选项更难辨认或操作({listed([_measure(p) for p in found], ';')}),是否构成误导"
                "需人工判断。",
            )


def _measure(pattern: Any) -> str:
    return quoted(f"{pattern['id']}: {pattern.get('detail', '')}", 120)


def _look_alikes(run: Tables) -> Iterator[Finding]:
    if not len(run.screens):
        return
    for screen in records(run.screens[run.screens["package"] == run.package]):
        words = [c.text.strip() for c in screen.get("controls") or ()]
        alike = [word for word in words if any(word.lower().replace(" ", "") == own.replace(" ", "") for own in SYSTEM_WORDS)]
        if alike:
            yield Finding(
                item="system dialog",
                caller=run.package,
                stage=screen["base"],
                evidence=[screen["event_id"]],
                reason=f"The app itself drew a dialog with the answers of the system's permission dialog: {listed(words)}.",
                reason_zh=f"App 自行绘制了与系统权限弹窗相似的对话框,选项为:{listed(words, '、')}。",
            )
            return


rule = Rule(
    id="deceptive-authorisation",
    title="User lured or misled into authorising",
    title_zh="以欺诈、诱骗等方式误导用户授权",
    clauses=("sz-guide-09a-no-deceptive-authorisation",),
    scenarios=("agree", "function-walk", "sensitive-function", "first-launch-idle"),
    needs=(Screens(), Boundary("after_agree")),
    decide=decide,
    sees="Words of a reward in the app's own dialog before, or its window beside, the system's; the answers of the system's "
        "dialog on a window that the app drew; how the refusal on a notice is drawn, which is told and not judged.",
    cannot_see="Whether a purpose that is named is the true one, beyond what other rules find of where the data go; what was "
    "intended.",
    advice="Ask for an authorisation with its purpose alone: no reward, no imitation of the system, refusal as plain as "
    "agreement.",
    advice_zh="申请授权时不得以奖励、优惠等诱导,不得仿冒系统弹窗,拒绝选项应与同意选项同等显著。",
)
