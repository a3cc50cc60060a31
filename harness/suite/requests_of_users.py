"""A request about one's own information: where it is made, what it took, and the day by which it must be answered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from harness.clauses.working_days import due
from harness.suite import documents, ways
from harness.suite.entries import entry_of
from harness.suite.page_ways import Done
from harness.suite.pages import Pages
from harness.suite.task_words import demanded

CHINA = timezone(timedelta(hours=8))
"""Days are counted where the term is owed."""


def make(pages: Pages) -> Done:
    """Goes to the page for such requests, keeps its text, sends the request where the app file says what to write and tap, and
    notes it as the fact `request` with the last day of its term. Outcome: sent, noted (the page is there; nothing was sent),
    no_way."""
    page = pages.known.get("rights")
    at = pages.open("rights")
    if at is None:
        return Done(page="rights", outcome="no_way")
    found, seen = at
    began = pages.user.steps.clock()
    document = documents.opened(pages, "rights", seen, way=list(found.way), taps=len(found.way))
    sent, shown = False, seen
    if page is not None and page.tap and seen is not None:
        shown = pages.fill(page, seen)
        for words in page.tap:
            control, shown = ways.find(pages.user, shown, words) if shown is not None else (None, None)
            if control is None or shown is None or not control.enabled:
                raise pages.not_reached("rights", f"no {words!r} to send it with", began)
            shown = pages.user.tap(control, shown, detail={"purpose": "use", "way": "rights"})
        sent = True
    text = shown.reading.text if shown is not None else ""
    begun = datetime.fromtimestamp(pages.user.steps.clock() / 1e9, UTC).astimezone(CHINA).date()
    days = pages.user.limits.rights_days
    until = due(begun, days)
    outcome = "sent" if sent else "noted"
    pages.user.steps.fact(
        "request", scenario=pages.user.steps.scenario, outcome=outcome, sent=sent, way=list(found.way), text=document.object,
        begun=begun.isoformat(), working_days=days, due=until.day.isoformat(), calendar_known=until.certain,
        demands=sorted(demanded(document.text)), answer=text[:400] if sent else "", kind=entry_of(found.way[-1]),
        screens=[shown.event.id] if shown is not None else [])  # fmt: skip
    return Done(page="rights", outcome=outcome, way=found.way, seen=shown)
