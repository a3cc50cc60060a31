"""The control that closes an advertisement cannot be seen or reached, or is hard to make out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.model import Finding
from harness.rules.crawls import on_screen
from harness.rules.readings import Readings
from harness.rules.rule import Noted, Rule, Screens
from harness.tables import Tables

WHAT = {"splash": "watched", "popup": "measured"}
WHERE = {"splash": ("the advertisement at the start", "开屏广告"), "popup": ("the advertisement over the page", "弹窗广告")}


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    for note in run.noted("splash", "popup"):
        close = note.data.get("close")
        if note.data.get("what") != WHAT[note.type] or not isinstance(close, Mapping):
            continue
        where, where_zh = WHERE[note.type]
        hidden, hidden_zh = _hidden(close, readings)
        doubts, doubts_zh = _doubts(close, readings)
        if hidden:
            yield on_screen(run, [note], note.type, f"What closes {where} {hidden}.", f"{where_zh}的关闭按钮{hidden_zh}。")
        elif doubts:
            yield on_screen(run, [note], note.type, f"What closes {where} is below the profile's reference, for a person to "
                f"judge, since the clause has no number: {'; '.join(doubts)}.",
                f"{where_zh}的关闭按钮低于参考值,条款无数值规定,需人工判断:"
                                f"{';'.join(doubts_zh)}。",
                            unclear=True)


def _hidden(close: Mapping[str, Any], readings: Readings) -> tuple[str, str]:
    if close.get("on_screen") is False:
        return "lies outside the visible screen", "位于可见屏幕之外"
    seen = [c for c in (close.get("contrast"), close.get("to_surroundings")) if isinstance(c, (int, float))]
    if isinstance(close.get("contrast"), (int, float)) and max(seen) <= readings.of("close_invisible"):
        return f"cannot be seen (contrast {max(seen):g} to 1)", f"不可见(对比度 {max(seen):g}:1)"
    return "", ""


def _doubts(close: Mapping[str, Any], readings: Readings) -> tuple[list[str], list[str]]:
    found: list[tuple[str, str]] = []
    sides = [side for side in (close.get("width_dp"), close.get("height_dp")) if isinstance(side, (int, float))]
    least = readings.of("close_size")
    if len(sides) == 2 and min(sides) < least:
        found.append((f"its size is {sides[0]:g} by {sides[1]:g} dp, below {least:g}",
                      f"尺寸 {sides[0]:g}×{sides[1]:g} dp,小于 {least:g}"))
    contrast, low = close.get("contrast"), readings.of("close_contrast")
    if isinstance(contrast, (int, float)) and contrast < low:
        found.append((f"its contrast is {contrast:g} to 1, below {low:g}", f"对比度 {contrast:g}:1,低于 {low:g}"))
    if close.get("under_status_bar"):
        found.append(("it lies below the status bar", "与状态栏重叠"))
    if int(close.get("look_alikes") or 0) > 0:
        found.append((f"{close['look_alikes']} more controls look like it", f"另有 {close['look_alikes']} 个相似控件"))
    if close.get("enabled") is False:
        found.append(("it is disabled", "不可点击"))
    return [one for one, _ in found], [other for _, other in found]


rule = Rule(
    id="close-hard-to-recognise",
    title="Close button hard to recognise",
    title_zh="广告关闭按钮大小、位置、颜色不易辨识",
    clauses=("miit292-1-4d-close-recognisable",),
    scenarios=("splash-ad", "ad-popup-close"),
    needs=(Noted(("splash", "popup"), having=("what", ("watched", "measured"))), Screens()),
    decide=decide,
    sees="The size of the close control in dp, its place, and its contrast in the picture, by WCAG's formula.",
    cannot_see="Whether the part that takes taps is smaller than the mark; what a person finds easy. The clause has no number: "
        "only what cannot be seen or reached is an offence, everything else is listed.",
    advice="Make the close button at least 24 dp large, with a contrast of 3 to 1 or more, away from the screen's edge.",
    advice_zh="关闭按钮应足够大(建议不小于24dp)、对比清晰(建议不低于3:1)且不与系统栏重叠。",
    readings=("close_size", "close_contrast", "close_invisible"),
)
