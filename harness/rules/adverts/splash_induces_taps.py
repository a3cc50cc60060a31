"""The advertisement at the start opens by itself, by its close button, or by a small movement of the device."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.model import Finding, Gap, GapKind
from harness.rules.crawls import on_screen
from harness.rules.readings import Readings
from harness.rules.rule import Noted, Rule, Screens
from harness.tables import Tables


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    for note in run.noted("splash"):
        what, outcome, to = note.data.get("what"), note.data.get("outcome"), note.data.get("to") or ""
        if what == "watched" and note.data.get("ended") == "jump":
            yield on_screen(run, [note], "splash", f"The advertisement at the start opened something else ({to}) though nobody "
                "touched anything.",
                            f"开屏广告在无任何操作的情况下自动跳转({to})。")
        elif what == "close" and outcome == "jump":
            control = note.data.get("control") or "the control"
            yield on_screen(run, [note], "splash", f"{control!r} of the advertisement at the start, which should close it, "
                f"opened something else ({to}).",
                            f"开屏广告的“{control}”为虚假关闭按钮,点击后跳转({to})。")
        elif what == "shake" and outcome == "jump":
            force, meant = float(note.data.get("amplitude") or 0), readings.of("shake_meant")
            small = force < meant
            yield on_screen(
                run, [note], "splash", f"A movement of {force:g} m/s2 opened what is advertised ({to}); " + (
                    f"below {meant:g} m/s2 a shake is not meant (T/TAF 078.7-2022, a standard and no law)." if small else
                    f"from {meant:g} m/s2 on a shake counts as meant, so whether this induces a tap is left open."),
                f"以 {force:g} m/s² 的摇动即跳转({to})," + (
                    f"低于 {meant:g} m/s² 易造成误触(口径:T/TAF 078.7-2022,非法律规定)。" if small else f"不低于 {meant:g} m/s²,"
                        "是否构成诱导无法判定。"),
                unclear=not small)


@dataclass(frozen=True)
class Shaken:
    """The device was moved while the advertisement showed, gently at least."""

    def missing(self, run: Tables, readings: Readings) -> list[Gap]:
        if any(n.data.get("what") == "shake" and n.data.get("outcome") in ("stays", "jump", "timer", "closed")
            for n in run.noted("splash")):
            return []
        recorded = [g for g in run.gaps if (g.kind == GapKind.DEVICE_LIMIT and "shake" in g.subject.split())
                    or (g.kind == GapKind.NOT_REACHED and {"splash"} & set(g.subject.split()))]
        return recorded or [run.add_gap(GapKind.NOT_REACHED, "The device was not moved while an advertisement showed.", "shake")]


rule = Rule(
    id="splash-induces-taps",
    title="Splash advertisement that opens by accident",
    title_zh="开屏信息窗口诱导点击或易造成误点击",
    clauses=("miit292-1-4f-no-induced-click",),
    scenarios=("splash-ad",),
    needs=(Noted.of("splash", having=("what", ("watched",))), Shaken(), Screens()),
    decide=decide,
    sees="Whether it opens something by itself, by the control that should close it, or by a movement of known force.",
    cannot_see="Words and animations that invite a tap (its pictures are kept for a person); turning, which is not injected. "
        "Shake is not named in the notice: our reading takes a small one for an accidental tap.",
    advice="Open what is advertised only by a tap on a labelled button.",
    advice_zh="不得以自动跳转、虚假关闭按钮或轻微摇动触发跳转。",
    readings=("shake_meant",),
)
