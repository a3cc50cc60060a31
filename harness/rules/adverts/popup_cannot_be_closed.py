"""An advertisement over a page has nothing that closes it."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding
from harness.rules.crawls import on_screen
from harness.rules.readings import Readings
from harness.rules.rule import Noted, Rule, Screens
from harness.tables import Tables


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    notes = run.noted("popup")
    for note in notes:
        if note.data.get("what") != "measured":
            continue
        close, watched = note.data.get("close"), float(note.data.get("watched_s") or 0)
        ways = [n for n in notes if n.data.get("what") in ("back", "beside") and n.scenario == note.scenario and n.t > note.t]
        goes = ", ".join(str(n.data["what"]) for n in ways if n.data.get("outcome") == "closed")
        how = f" It went with: {goes}." if goes else " Neither back nor a tap beside it closed it." if ways else ""
        how_zh = "返回键或点击窗口外可关闭。" if goes else "返回键和点击窗口外亦不能关闭。" if ways else ""
        if close is None and watched < readings.of("popup_watched"):
            yield on_screen(run, [note, *ways], "popup", "The advertisement over the page showed no close control in the "
                f"{watched:g} s that it was looked at; one may come later.",
                f"弹窗广告在观察的 {watched:g} 秒内未见关闭按钮,其后是否出现未知。",
                            unclear=True)
        elif close is None:
            yield on_screen(run, [note, *ways], "popup", "The advertisement over the page has nothing that closes it "
                f"({watched:g} s watched).{how}",
                            f"弹窗广告未设置关闭按钮(观察 {watched:g} 秒)。{how_zh}")
        elif close.get("read_from") == "picture":
            yield on_screen(run, [note], "popup", "What closes the advertisement over the page was read from its picture "
                "alone: a person must look whether it is a button.", "弹窗广告的关闭按钮仅能从画面中识别,需人工确认。",
                unclear=True)


rule = Rule(
    id="popup-cannot-be-closed",
    title="Pop-up advertisement without a close button",
    title_zh="弹窗信息窗口未设置明显有效的关闭按钮",
    clauses=("miit292-1-4b-popup-close",),
    scenarios=("ad-popup-close",),
    needs=(Noted.of("popup", having=("what", ("measured",))), Screens()),
    decide=decide,
    sees="The pop-up advertisement for some seconds, untouched, and whether a control that closes or skips it comes up.",
    cannot_see="Pop-ups that this run was not shown; a control that is no word, no sign and no id that the recogniser knows.",
    advice="Give every pop-up a close button.",
    advice_zh="弹窗广告应设置明显有效的关闭按钮。",
    readings=("popup_watched",),
)
