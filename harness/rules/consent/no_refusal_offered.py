"""The notice offers no way to say no."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding
from harness.rules.readings import Readings
from harness.rules.rule import Noted, Rule, Screens
from harness.rules.telling import quoted
from harness.tables import Tables


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    for note in run.noted("notice"):
        pattern = next((p for p in note.data.get("patterns") or () if p.get("id") == "no_refusal"), None)
        if pattern is None:
            continue
        measured = {name: one.get("value") for name, one in (pattern.get("measured") or {}).items()}
        doubt, doubt_zh = "", ""
        if measured.get("scrolled_to_end") is False:
            doubt, doubt_zh = " It was not seen to its end.", "但未滚动至末尾。"
        elif measured.get("unnamed_controls"):
            doubt, doubt_zh = " It has controls without a name, of which one may close it.", "但存在无文字控件,可能具有关闭作用。"
        elif measured.get("texts"):
            said = quoted(", ".join(map(str, measured["texts"])))
            doubt = f" A text beside the agreement ({said!r}) may be a link that answers it; a person must say whether."
            doubt_zh = f"但同意按钮旁有文字(“{said}”)可能为可点击的选项,需人工判断。"
        elif measured.get("later"):
            doubt, doubt_zh = (
                " It can be put off; whether that is a way to refuse is for a person to say.",
                "但可选择稍后,是否等同拒绝需人工判断。",
            )
        yield Finding(
            item="refusal",
            caller=run.package,
            stage=note.stage,
            evidence=note.evidence,
            unclear=bool(doubt),
            reason=f"The privacy notice has no control that refuses, leaves or closes.{doubt}",
            reason_zh=f"隐私政策弹窗未提供拒绝、退出或仅浏览等选项。{doubt_zh}",
        )


rule = Rule(
    id="no-refusal-offered",
    title="Privacy notice without a way to refuse",
    title_zh="隐私政策弹窗未提供拒绝选项",
    clauses=("sz-guide-04e-voluntary-explicit",),
    scenarios=("first-launch-idle", "refuse-policy", "agree"),
    needs=(Noted.of("notice"), Screens()),
    decide=decide,
    sees="All controls of the notice, scrolled to its end.",
    cannot_see="A control drawn without a frame or words.",
    advice="Offer a refusal as plain as the agreement, beside it.",
    advice_zh="应提供与“同意”同等显著的“不同意”或“仅浏览”等选项。",
)
