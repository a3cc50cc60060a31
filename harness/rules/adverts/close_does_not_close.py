"""What is there to close an advertisement does not close it, or opens something instead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.model import Finding
from harness.rules.crawls import on_screen
from harness.rules.readings import Readings
from harness.rules.rule import Noted, Rule, Screens
from harness.tables import Tables

BAD: Mapping[str, tuple[str, str]] = {
    "jump": ("opened something else ({to})", "跳转至其他页面或应用({to})"),
    "stays": ("left it where it was", "未能关闭广告"),
    "again": ("brought it back at once", "关闭后立即再次弹出"),
}
OPEN: Mapping[str, tuple[str, str]] = {
    "timer": ("the advertisement may have ended by itself meanwhile", "广告可能同时自行结束"),
    "exits": ("the app ended, which is neither closing nor a jump", "应用随之退出"),
}
WHERE = {"splash": ("the advertisement at the start", "开屏广告"), "popup": ("the advertisement over the page", "弹窗广告")}


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    for note in run.noted("splash", "popup"):
        outcome = str(note.data.get("outcome"))
        if note.data.get("what") != "close":
            continue
        where, where_zh = WHERE[note.type]
        control, to = note.data.get("control") or "the control", note.data.get("to") or ""
        if outcome in BAD:
            did, did_zh = (text.format(to=to) for text in BAD[outcome])
            yield on_screen(run, [note], note.type, f"A tap on {control!r} of {where} {did}.", f"点击{where_zh}的“{control}”后"
                f"{did_zh}。")
        elif outcome in OPEN:
            why, why_zh = OPEN[outcome]
            yield on_screen(run, [note], note.type, f"Whether {control!r} closes {where} is left open: {why}.",
                            f"点击{where_zh}的“{control}”能否关闭无法判定:{why_zh}。", unclear=True)
    for note in run.noted("interruption"):
        if note.data.get("kind") == "ad_popup" and note.data.get("false_close"):
            control = note.data.get("tried") or "the control"
            yield on_screen(run, [note], "popup", f"A tap on {control!r} of an advertisement that came up opened what it "
                "advertises.",
                            f"点击弹窗广告的“{control}”后打开了广告内容。")


rule = Rule(
    id="close-does-not-close",
    title="Close button that does not close",
    title_zh="广告关闭按钮无效",
    clauses=("miit292-1-4c-close-works",),
    scenarios=("splash-ad", "ad-popup-close", "function-walk"),
    needs=(Noted(("splash", "popup", "interruption"), having=("what", ("close",))), Screens()),
    decide=decide,
    sees="What one tap on the centre of the close control comes to: closed, still there, back at once, another page or app.",
    cannot_see="Downloads that begin without a sign on the screen; advertisements that this run was not served.",
    advice="Let one tap on the close button close the advertisement, and nothing else.",
    advice_zh="关闭按钮应一次点击即可关闭广告,不得跳转。",
)
