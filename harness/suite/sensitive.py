"""Functions that take sensitive information: an identity card, a face, a place, health. What is said and asked before they do."""

from __future__ import annotations

from harness.suite import ways
from harness.suite.driver import NotReached, Sight
from harness.suite.entries import asks
from harness.suite.page_ways import Done
from harness.suite.pages import Pages
from harness.suite.task_words import demanded, has_words, sensitive_items

ENTRIES = ("sensitive_id_card", "sensitive_face", "sensitive_location", "sensitive_health")


def open_functions(pages: Pages) -> list[Done]:
    """Opens the page `sensitive` of the app file and those of its functions whose words or permissions are sensitive; where it
    names none, what a crawl finds by words. Tells of each as the fact `page` what it takes, whether it says why, and whether it
    asks for it alone. Nothing is sent.

    Raises NotReached where nothing was found and the crawl was not complete.
    """
    done: list[Done] = []
    if "sensitive" in pages.known:
        at = pages.open("sensitive")
        done += [_tell(pages, at[1], at[0].way)] if at is not None else []
    for function in pages.functions:
        if sensitive_items("\n".join((function.name, *function.open))) or "location" in function.permissions:
            arrival = ways.follow(pages.user, function.open, function.name, seen=pages.home())
            done.append(_tell(pages, arrival.seen, arrival.way, function.name))
    return done or _looked_for(pages)


def _looked_for(pages: Pages) -> list[Done]:
    began = pages.user.steps.clock()
    crawl = pages.entries(ENTRIES)
    if not crawl.found and not crawl.complete:
        raise pages.not_reached("sensitive", f"the crawl for it was not complete ({crawl.ended})", began)
    if not crawl.found:
        pages.tell("sensitive", "no_way", looked_at=len(crawl.visited), beyond=len(crawl.beyond))
    done: list[Done] = []
    for name in crawl.found:
        try:
            at = pages.open(name)
        except NotReached:      # told by its gap; the others are still to be opened
            continue
        done += [_tell(pages, at[1], at[0].way)] if at is not None else []
    return done


def _tell(pages: Pages, seen: Sight | None, way: tuple[str, ...], function: str = "") -> Done:
    """What a function shows when it is opened. A notice of its own names the item and asks yes or no before anything is taken."""
    if seen is None:
        pages.tell("sensitive", "exits", way=list(way), function=function)
        return Done(page="sensitive", outcome="exits", way=way)
    roles = {control.role for control in seen.reading.controls}
    permission = seen.reading.permission if seen.reading.kind == "system_permission" else None
    notice = permission is None and (asks(seen) or ("agree" in roles and bool(roles & {"refuse", "later"})))
    fields = [f.text or f.resource_id for f in seen.reading.fields]
    text = seen.reading.text
    items = sensitive_items("\n".join((function, *way, text, seen.reading.words, *fields)))
    outcome = "notice" if notice else "permission" if permission is not None else "field" if fields else "opened"
    pages.tell(
        "sensitive", outcome, way=list(way), function=function, items=items, says_why=has_words(text, "reasons"),
        says_impact=has_words(text, "impact"), fields=fields,
        permission=permission, demands=sorted(demanded(text)), asks_alone=notice and len(items) <= 1, screens=[seen.event.id])
    if permission is not None:
        pages.user.answer_all("allow", seen)
    return Done(page="sensitive", outcome=outcome, way=way, seen=seen)
