"""An advertisement at the start has nothing that closes it, or only when it is nearly over."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding
from harness.rules.crawls import on_screen
from harness.rules.readings import Readings
from harness.rules.rule import Noted, Rule, Screens
from harness.tables import Tables


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    for note in run.noted("splash"):
        if note.data.get("what") != "watched":
            continue
        lasted, close = float(note.data.get("lasted_s") or 0), note.data.get("close")
        launches = f"{note.data.get('shown', 1)} of {note.data.get('launches', 1)} launches"
        launches_zh = f"{note.data.get('launches', 1)} 次启动中出现 {note.data.get('shown', 1)} 次"
        if close is None:
            yield on_screen(run, [note], "splash", f"The advertisement at the start was shown for {lasted:g} s (in {launches}) "
                "and offered nothing that closes or skips it.",
                f"开屏广告展示 {lasted:g} 秒({launches_zh}),全程无关闭或跳过按钮。")
            continue
        after = float(note.data.get("close_after_s") or 0)
        share = readings.of("close_late")
        if lasted > 0 and after / lasted >= share:
            yield on_screen(run, [note], "splash", f"What closes the advertisement came up after {after:g} s of the {lasted:g} "
                f"s that it was shown, later than {share:.0%} of its time; profile, our own reading.",
                            f"开屏广告展示 {lasted:g} 秒,关闭按钮在 {after:g} 秒后才出现,晚于其时长的 {share:.0%}(本工具口径)。")
        elif close.get("read_from") == "picture":
            yield on_screen(run, [note], "splash", "What closes the advertisement was read from its picture alone: a person "
                "must look whether it is a button.", "开屏广告的关闭按钮仅能从画面中识别,需人工确认。", unclear=True)


rule = Rule(
    id="splash-cannot-be-closed",
    title="Splash advertisement without a close button",
    title_zh="开屏信息窗口未设置明显有效的关闭按钮",
    clauses=("miit292-1-4a-splash-close",),
    scenarios=("splash-ad",),
    needs=(Noted.of("splash", having=("what", ("watched",))), Screens()),
    decide=decide,
    sees="Timed pictures of the advertisement from its first frame to its end, untouched, and when a control that closes or "
         "skips it comes up.",
    cannot_see="Advertisements that this run was not served; a control that is no word, no sign and no id that the recogniser "
               "knows.",
    advice="Show a button that skips or closes the advertisement from its first frame.",
    advice_zh="自开屏广告首帧起展示明显有效的跳过或关闭按钮。",
    readings=("close_late",),
)
