"""A tap on the advertisement at the start, beside any button, opens what it advertises."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.model import Finding, Gap
from harness.rules.crawls import on_screen
from harness.rules.readings import Readings
from harness.rules.rule import Noted, Rule, Screens, not_reached
from harness.tables import Note, Tables

_TRIED = ("stays", "closed", "jump")
"""Outcomes that say what the tap did. `timer`: the advertisement may have been over."""


def _beside(run: Tables) -> list[Note]:
    return [n for n in run.noted("splash") if n.data.get("what") == "beside"]


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    hits = [n for n in _beside(run) if n.data.get("outcome") == "jump"]
    tried = [n for n in _beside(run) if n.data.get("outcome") in _TRIED]
    if hits:
        places = ", ".join(str(tuple(n.data.get("point", ()))) for n in hits)
        to = next((str(n.data.get("to")) for n in hits if n.data.get("to")), "")
        yield on_screen(run, hits, "splash", f"{len(hits)} of {len(tried)} taps beside every button of the advertisement at the "
            f"start, at {places}, opened something else ({to}).",
            f"在开屏广告按钮以外位置点击 {len(tried)} 次,其中 {len(hits)} 次(坐标 "
                            f"{places})发生跳转({to})。")


@dataclass(frozen=True)
class AllPoints:
    """As many places as the suite's profile wants were tapped while the advertisement showed."""

    def missing(self, run: Tables, readings: Readings) -> list[Gap]:
        notes = _beside(run)
        wanted = max((int(n.data.get("of") or 1) for n in notes), default=1)
        tried = [n for n in notes if n.data.get("outcome") in _TRIED]
        if len(tried) >= wanted:
            return []
        why = f"Of {wanted} places beside the buttons of the advertisement {len(tried)} were tapped while it showed."
        return not_reached(run, why, "splash beside")


rule = Rule(
    id="splash-opens-anywhere",
    title="Full-screen jump of a splash advertisement",
    title_zh="开屏信息窗口以整屏图片、视频作为跳转链接",
    clauses=("miit292-1-4e-no-fullscreen-jump",),
    scenarios=("splash-ad",),
    needs=(Noted.of("splash", having=("what", ("watched",))), AllPoints(), Screens()),
    decide=decide,
    sees="Taps at places outside of every control of the advertisement, and whether another page or app comes up. Our reading: "
        "any such jump is an offence.",
    cannot_see="Places that were not tapped; advertisements that this run was not served; a jump without a change of page.",
    advice="Open what is advertised from a labelled button only.",
    advice_zh="仅在点击明确标注的按钮后跳转,不得将整屏作为跳转链接。",
)
