"""Ways to an app's pages: what the app file tells, else what a crawl finds by words; fields filled in; logging in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.model import GapKind
from harness.screens.phrases import fold
from harness.screens.reading import FoundControl
from harness.suite import ways
from harness.suite.app import App
from harness.suite.app_file import Function, KnownPage, written
from harness.suite.driver import NotReached, Sight, UiDriver
from harness.suite.entries import Crawl, Crawler, Entry, place_of


@dataclass(frozen=True, kw_only=True)
class Found:
    """A page's entry. `control`: what opens it; None where the app file led onto the page itself."""

    seen: Sight
    control: FoundControl | None
    way: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Done:
    """What came of a task. `outcome`: no_way, and by page: done, unconfirmed, exits, asks_consent; off, stays_on, was_off; ...

    `seen`: the screen at the end; None where the app is gone or there was no way.
    """

    page: str
    outcome: str
    way: tuple[str, ...] = ()
    demands: tuple[str, ...] = ()
    seen: Sight | None = None

    @property
    def reached(self) -> bool:
        return self.outcome != "no_way"


class PageWays:
    """How one scenario comes to the app's pages. `known`, `functions`: those of the app file."""

    def __init__(self, user: UiDriver, app: App, known: Mapping[str, KnownPage], monotonic: Callable[[], float],
                 functions: Sequence[Function] = ()) -> None:
        self.user = user
        self.app = app
        self.known = known
        self.functions = functions
        self._monotonic = monotonic
        self.steps = user.steps
        self._found: dict[str, Entry] = {}
        self._crawled: dict[str, Crawl] = {}
        self._home_place = ""

    def home(self) -> Sight | None:
        """The app's first page, which is the one on which this scenario began to look for pages."""
        if not self._home_place:
            seen = self.user.look()
            self._home_place = place_of(seen) if seen is not None else ""
            return seen
        return self._crawler(()).home()

    def entries(self, names: Sequence[str] = ()) -> Crawl:
        """Crawls for these entries, or for all that the clauses ask for; journals the fact `entries`."""
        crawl = self._crawler(names).run(self.home())
        self._found |= crawl.found
        self._crawled |= dict.fromkeys(crawl.missing, crawl)
        return crawl

    def _crawler(self, names: Sequence[str], *, first: bool = False) -> Crawler:
        return Crawler(self.user, self.app, self._monotonic, names, first=first, home_place=self._home_place)

    def go(self, name: str) -> Found | None:
        """To the entry of a page, told or found. None, with a fact, where a complete crawl found none. Raises NotReached."""
        page, entry = self.known.get(name), self._found.get(name)
        began = self.steps.clock()
        here = self.home()
        if page is not None and page.open:
            arrival = ways.follow(self.user, page.open, name, seen=here)
            if arrival.seen is not None:
                return Found(seen=arrival.seen, control=None, way=arrival.way)
            raise self.not_reached(name, "the app showed no screen at the end of its way", began)
        if entry is not None:
            arrival = ways.follow(self.user, entry.way[:-1], name, seen=here)
            control, seen = ways.find(self.user, arrival.seen, entry.text) if arrival.seen else (None, None)
            if control is not None and seen is not None:
                return Found(seen=seen, control=control, way=entry.way)
            raise self.not_reached(name, f"{entry.text!r} was not there again", began)
        if name in self._crawled:
            self._tell_no_way(name, self._crawled[name])
            return None
        crawler = self._crawler((name,), first=True)
        crawl = crawler.run(here)
        if name in crawl.found and crawler.here is not None:
            entry = self._found[name] = crawl.found[name]
            control = ways.named(crawler.here, entry.text)
            if control is not None:
                return Found(seen=crawler.here, control=control, way=entry.way)
            raise self.not_reached(name, f"{entry.text!r} is told in a text and is no control", began)
        if crawl.complete:
            self._tell_no_way(name, crawl)
            return None
        why = "; ".join((*crawl.blocked, crawl.ended))
        raise self.not_reached(name, f"the crawl for it was not complete ({why}; {len(crawl.unvisited)} controls left)", began)

    def _tell_no_way(self, name: str, crawl: Crawl) -> None:
        self.tell(name, "no_way", looked_at=len(crawl.visited), beyond=len(crawl.beyond), depth=crawl.depth)

    def open(self, name: str) -> tuple[Found, Sight | None] | None:
        """Goes to a page and opens it: the entry, and the screen after. None where there is no such entry."""
        found = self.go(name)
        if found is None or found.control is None:
            return None if found is None else (found, found.seen)
        return found, self.user.tap(found.control, found.seen, detail={"purpose": "use", "way": name})

    def fill(self, page: KnownPage, seen: Sight) -> Sight | None:
        """Writes what the app file says into the page's fields. What comes from the environment is never journalled."""
        here: Sight | None = seen
        for label, text in page.fill:
            began = self.steps.clock()
            control, here = ways.find(self.user, here, label) if here is not None else (None, None)
            if control is None or here is None:
                raise self.not_reached(page.name, f"no field {label!r}", began)
            value, said = written(text)
            if value != said:
                self.user.capture.withhold(value, said)
            here = self.user.type(control, value, here, secret=said if value != said else "")
        return here

    def log_in(self) -> Done:
        """Logs in as the app file says. Raises NotReached where it says nothing, or the text that shows success does not come."""
        began = self.steps.clock()
        page = self.known.get("login")
        if page is None:
            raise self.not_reached("login", "the app file tells no way to log in", began)
        found = self.go("login")
        assert found is not None
        seen = self.fill(page, found.seen)
        for words in page.tap:
            control, seen = ways.find(self.user, seen, words) if seen is not None else (None, None)
            if control is None or seen is None:
                raise self.not_reached("login", f"no {words!r} on the page", began)
            if not control.enabled:
                again, seen = self.enabled(control, seen)
                control = again or control
            seen = self.user.tap(control, seen, detail={"purpose": "use", "way": "login"})
        if page.done and (seen is None or fold(page.done) not in seen.reading.text):
            self.tell("login", "refused", way=list(found.way))
            raise self.not_reached("login", f"{page.done!r} did not show after it", began)
        self._home_place = ""
        self.tell("login", "done" if page.done else "unconfirmed", way=list(found.way))
        return Done(page="login", outcome="done", way=found.way, seen=seen)

    def sign_in(self) -> None:
        """Logs in where the app file tells how, and goes back to the first page."""
        if "login" in self.known:
            self.log_in()

    def after(self, name: str, when: str) -> str:
        """What the app shows once a task was done, as a fact: asks_consent, login, continues or exits. `when`: at once,
        restart."""
        seen = self.user.look()
        if seen is None or not self.in_front(seen):
            outcome = "exits"
            self.app.has_exited()
        elif seen.reading.is_notice:
            outcome = "asks_consent"
        else:
            outcome = "login" if seen.reading.kind == "login" else "continues"
        self.tell(name, outcome, when=when, screens=[seen.event.id] if seen is not None else [])
        return outcome

    def tell(self, page: str, outcome: str, **about: Any) -> None:
        """Journals the fact `page`."""
        self.steps.fact("page", page=page, outcome=outcome, scenario=self.steps.scenario, **about)

    def not_reached(self, name: str, why: str, began: int) -> NotReached:
        """Journals the gap; what is to be raised."""
        detail = f"{name} was not done in scenario {self.steps.scenario}: {why}."
        self.steps.gap(GapKind.NOT_REACHED, detail, subject=f"{name} {self.steps.scenario}", from_ns=began)
        return NotReached(detail, "The app may call it otherwise, show it elsewhere, or ask for what the run does not have.",
                          f"Tell the way in the app file: pages.{name}.")

    def in_front(self, seen: Sight) -> bool:
        """Whether the app is there, and on top."""
        return self.app.is_running() and (seen.reading.package == self.app.package or seen.reading.kind == "system_permission")

    def enabled(self, control: FoundControl, seen: Sight) -> tuple[FoundControl | None, Sight]:
        """Ticks what is not ticked, which may be what a control waits for."""
        for box in seen.reading.with_role("checkbox"):
            if box.checked is not True:
                seen = self.user.tap(box, seen, patience=1.0) or seen
        return ways.named(seen, control.text or control.resource_id.rpartition("/")[2]), seen
