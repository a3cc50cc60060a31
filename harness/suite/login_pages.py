"""The login or registration page found and looked at, with nothing filled in: the fact `page`."""

from __future__ import annotations

from collections.abc import Mapping

from harness.model import GapKind
from harness.screens.reading import FoundControl
from harness.suite import ways
from harness.suite.app import App
from harness.suite.app_file import KnownPage
from harness.suite.driver import NotReached, PolicyNotice, Sight, UiDriver
from harness.suite.words import any_of, says


def look_at(user: UiDriver, app: App, known: Mapping[str, KnownPage]) -> list[Sight]:
    """Each of login and registration that the app file tells the way to, else the first that the words of controls lead to.

    A notice before it is agreed to, as without that no page shows. Raises NotReached where there is no such page.
    """
    here = user.look()
    if here is not None and here.reading.is_notice:
        here = user.agree(PolicyNotice(here))
    user.answer_all("deny", here)
    told = [known[name] for name in ("login", "register") if name in known]
    found: list[Sight] = []
    for page in told:
        if found:
            app.restart()
        arrival = ways.follow(user, page.open, f"the page {page.name}")
        if arrival.seen is not None:
            found.append(_measured(user, arrival.seen, page.name, arrival.way))
    if told:
        return found
    seen = user.look()
    way: list[str] = []
    for _ in range(user.limits.login_taps):
        if seen is not None and _is_there(seen):
            return [_measured(user, seen, "login", tuple(way))]
        control = _way_on(seen) if seen is not None else None
        if seen is None or control is None:
            break
        way.append(control.text)
        seen = user.tap(control, seen, detail={"purpose": "use", "way": "login"})
    after = f" after {' > '.join(way)}." if way else "."
    detail = f"No login or registration page was reached in scenario {user.steps.scenario}{after}"
    user.steps.gap(GapKind.NOT_REACHED, detail, subject=f"login {user.steps.scenario}")
    raise NotReached(detail, "The app may have none, or call it otherwise.", "Tell the way in the app file: pages.login.")


def _is_there(seen: Sight) -> bool:
    """Whether it is the page itself, with something to fill in or to tick, and not one with a button that leads to it."""
    return seen.reading.kind == "login" and bool(seen.reading.fields or seen.reading.with_role("checkbox") or not _way_on(seen))


def _way_on(seen: Sight) -> FoundControl | None:
    for words in ("login_entry", "own_page"):
        found = next((c for c in seen.reading.controls if c.role != "checkbox" and any_of(words, c.text)), None)
        if found is not None:
            return found
    return None


def _measured(user: UiDriver, seen: Sight, name: str, way: tuple[str, ...]) -> Sight:
    reading = seen.reading
    boxes = reading.with_role("checkbox")
    links = reading.with_role("link_policy")
    from harness.screens import dark_words

    user.steps.fact(
        "page", page=name, way=list(way), done="looked at", outcome="shown", screens=[seen.event.id], kind=reading.kind,
        default_ticks=sum(1 for b in boxes if b.checked), boxes=[{
            "text": b.text, "ticked": b.checked, "consents": dark_words.consents(b.text, reading.text),
            "items": sorted(dark_words.items_in(b.text, reading.text)),
            "documents": dark_words.documents_in(b.text, reading.text),
            "alone": dark_words.stands_alone(b.text, reading.text)} for b in boxes],
        links=[c.text for c in links], fields=[f.text for f in reading.fields],
        names_policy=says(seen, "policy"))
    return seen
