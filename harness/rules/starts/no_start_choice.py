"""The app is started by association, and the user cannot choose whether it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.model import Finding, Gap, GapKind
from harness.rules.crawls import Crawled, looked_at, on_screen, sought
from harness.rules.readings import Readings
from harness.rules.rule import Rule, Screens
from harness.rules.starts._starting import SYNTHETIC, starts
from harness.rules.starts.sdk_wakes_other_apps import decide as wakes
from harness.tables import Note, Tables


def _associated(run: Tables, readings: Readings) -> tuple[list[Note], list[str]]:
    """Starts that another app brought about, or could; starts of other apps by this one's SDKs."""
    notes = [note for note, _ in starts(run) if note.data.get("act") in SYNTHETIC]
    calls = [event for found in wakes(run, readings) for event in found.evidence]
    return notes, calls


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    notes, calls = _associated(run, readings)
    told = sought(run, "start_choice")
    if not (notes or calls) or not told.missing:
        return
    looked, looked_zh = looked_at(told.absent[-1])
    what = "Another app's broadcast starts this app" if notes else "SDK code of this app starts other apps"
    what_zh = "其他应用的广播可启动本应用" if notes else "本应用的SDK代码会启动其他应用"
    yield on_screen(run, [*notes, *told.absent], "start_choice", f"{what}, and the app has no switch for that: {looked}.",
                    f"{what_zh},但应用未提供关联启动的选择功能:{looked_zh}。", more=calls)


@dataclass(frozen=True)
class AssociatedStart:
    """An associated start was seen, so that a choice is owed, and a switch was looked for."""

    def missing(self, run: Tables, readings: Readings) -> list[Gap]:
        notes, calls = _associated(run, readings)
        if not notes and not calls:
            why = "No associated start was seen in this run: whether a choice is owed is not known."
            return [run.add_gap(GapKind.NOT_REACHED, why, "self-start")]
        return Crawled.of("start_choice").missing(run, readings)


rule = Rule(
    id="no-start-choice",
    title="No choice about associated start",
    title_zh="未提供关联启动的选择功能",
    clauses=("miit292-3-4f-app-start-choice",),
    scenarios=("self-start",),
    needs=(AssociatedStart(), Screens()),
    decide=decide,
    sees="Whether another app's broadcast starts this app, or its SDKs start others, and whether a complete crawl finds a switch "
         "for it.",
    cannot_see="Whether a switch that is there works (it is not flipped); choices that the maker's system offers.",
    advice="Add a switch for associated start to the settings.",
    advice_zh="在设置中提供是否允许关联启动的开关。",
    readings=("user_act",),
)
