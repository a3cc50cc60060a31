"""No telephone number of a hotline stands in the app."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.model import Finding, Gap, GapKind
from harness.policy.hotlines import hotlines
from harness.rules.crawls import cited, further, looked_at, on_screen, policy_text, sought, way
from harness.rules.readings import Readings
from harness.rules.rule import Rule, Screens
from harness.tables import Note, Tables


def _shown(run: Tables) -> bool:
    """Whether a number was seen on a page of the app that is no long text."""
    return any(n.data.get("hotlines") for n in run.noted("entries")) or any(
        hotlines(text.text) for page in ("contact", "rights") for text in run.texts(page))


def _complete(run: Tables) -> list[Note]:
    return [n for n in run.noted("entries")
            if n.data.get("complete") and "hotlines" in n.data and "contact" in n.data.get("looked_for", ())]


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    complete = _complete(run)
    if _shown(run) or not complete:
        return
    note = complete[-1]
    found = sought(run, "contact").nearest
    where = [note, *([found[0]] if found else [])]
    policy = [text.note for text in run.texts("policy")][-1:]
    more = cited(*found) if found else []
    looked, looked_zh = looked_at(note)
    help_at = f" Its help is at {way(found[1])}." if found else ""
    help_zh = f"客服或帮助入口:{way(found[1])}。" if found else ""
    if hotlines(policy_text(run) or ""):
        yield on_screen(run, where + policy, "hotline", "A telephone number stands in the privacy policy's text alone, on no "
            f"other page: {looked}.{help_at} Whether that is a prominent place is for a person.",
                        f"仅隐私政策正文中有电话号码,其他页面未见({looked_zh})。{help_zh}是否属于显著位置需人工判断。",
                        unclear=True, more=more)
    elif not further(note):
        yield on_screen(run, where, "hotline", f"No telephone number of a hotline stands on any page: {looked}.{help_at}",
                        f"应用各页面均未公示客服热线号码:{looked_zh}。{help_zh}", more=more)


@dataclass(frozen=True)
class NumbersLookedFor:
    """A number was seen, or a complete crawl for help and contact read every page that there is."""

    def missing(self, run: Tables, readings: Readings) -> list[Gap]:
        complete = _complete(run)
        if _shown(run) or any(not further(note) for note in complete):
            return []
        why = ("The crawl ended before the last pages of the app: a hotline's number may stand behind them." if complete else
               "No complete crawl of this run looked for a hotline's number.")
        return [run.add_gap(GapKind.NOT_REACHED, why, "contact")]


rule = Rule(
    id="no-hotline",
    title="No hotline number in the app",
    title_zh="应用内未公示客服热线号码",
    clauses=("miit292-3-3a-hotline-in-app",),
    scenarios=("ui-entry-crawl",),
    needs=(NumbersLookedFor(), Screens()),
    decide=decide,
    sees="Telephone numbers on the pages that a complete crawl read, and where they stand.",
    cannot_see="Whether the place is prominent (the screens are kept for a person); a number behind a login, in a picture, or "
        "one that is dialled without being shown; the website.",
    advice="Show the hotline's number on the help, about or settings page.",
    advice_zh="在帮助、关于或设置页面公示客服热线号码。",
)
