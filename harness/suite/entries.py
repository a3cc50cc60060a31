"""The entries that the clauses ask for: where they are, how many taps away, and what was looked at to say so.

A crawl goes through the app breadth first, so the first way found to an entry is a shortest one. It taps nothing that undoes
something (avoid.yaml), flips no switch and answers no question with yes. Its words are data (entries.yaml). That an entry is
missing is said of a complete crawl only: each control seen within its depth was tapped, and nothing stood in the way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from harness.policy.hotlines import hotlines
from harness.screens.phrases import fold
from harness.screens.reading import FoundControl
from harness.suite import ways
from harness.suite.app import App
from harness.suite.app_file import KnownDialog
from harness.suite.driver import PolicyNotice, Sight, UiDriver
from harness.suite.explorer import is_avoided

_DIGITS = re.compile(r"\d+")
_CAPTION = 40
"""Characters of the longest caption; a longer one is a text to read, whose words name many things."""
_IN_THE_WAY = ("ad_popup", "update_prompt", "rating_prompt", "youth_mode", "marketing_push_prompt", "cookie_banner",
               "settings_redirect", "permission_rationale")
_DOCUMENTS = ("policy", "summary", "collected_list", "shared_list", "permission_list", "minors_rules")
"""Entries to long texts, in which a telephone number is not shown in a prominent place."""
_TOLD = 50
"""Controls named in the fact, of those that were left."""


@dataclass(frozen=True)
class Words:
    """One entry's words. `only`: not looked for unless asked for by name."""

    name: str
    words: tuple[re.Pattern[str], ...]
    texts: tuple[re.Pattern[str], ...]
    clauses: tuple[str, ...]
    only: bool


@cache
def _data() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "entries.yaml").read_text(encoding="utf-8"))
    return found


@cache
def patterns(key: str) -> tuple[re.Pattern[str], ...]:
    """The patterns of `leads` or `gates`."""
    return tuple(re.compile(p) for p in _data()[key])


@cache
def all_words() -> tuple[Words, ...]:
    return tuple(
        Words(name, tuple(map(re.compile, entry["words"])), tuple(map(re.compile, entry.get("texts", ()))),
              tuple(entry["clauses"]), bool(entry.get("only", False)))
        for name, entry in _data()["entries"].items()
    )  # fmt: skip


def named_entries(names: Sequence[str] = ()) -> tuple[Words, ...]:
    """The words of these entries; of all that a crawl for all looks for where none is named."""
    known = {entry.name: entry for entry in all_words()}
    return tuple(known[name] for name in names) if names else tuple(e for e in all_words() if not e.only)


def entry_of(text: str, names: Sequence[str] = ()) -> str:
    """Which entry a caption names, "" for none. Of several the first in entries.yaml; of `names` where one of them does."""
    folded = fold(text).strip()
    if not folded or len(folded) > _CAPTION:
        return ""
    found = [e.name for e in all_words() if any(p.search(folded) for p in e.words)]
    wanted = [name for name in found if name in names]
    return next(iter(wanted or found), "")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An entry that was found. `way`: captions from the first page on, its own last; `text`: its caption. `in_text`: a link in
    a text, or a text that tells it, with no control of its own. `checked`: state of a switch."""

    name: str
    text: str
    way: tuple[str, ...]
    screen: str
    in_text: bool = False
    checked: bool | None = None

    @property
    def taps(self) -> int:
        """Taps that open it, its own included. It is seen after one fewer."""
        return len(self.way)


@dataclass
class Crawl:
    """What a crawl found. `left`: controls that are tapped by no crawl, with the reason; `unvisited`: those that the limits
    left; `beyond`: controls on the pages at the crawl's full depth; `blocked`: what stood in the way; `hotlines`: telephone
    numbers seen, with the way to their page and its screen."""

    looked_for: tuple[str, ...]
    depth: int
    found: dict[str, Entry] = field(default_factory=dict)
    visited: dict[str, tuple[str, ...]] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)
    unvisited: list[str] = field(default_factory=list)
    beyond: list[str] = field(default_factory=list)
    blocked: list[str] = field(default_factory=list)
    hotlines: dict[str, tuple[tuple[str, ...], str]] = field(default_factory=dict)
    taps: int = 0
    ended: str = ""

    @property
    def complete(self) -> bool:
        """Whether everything within the depth was looked at."""
        return self.ended in ("nothing left to tap", "all found") and not self.unvisited and not self.blocked

    @property
    def missing(self) -> tuple[str, ...]:
        """Entries that a complete crawl did not find; nothing can be said of an entry after any other."""
        return tuple(n for n in self.looked_for if n not in self.found) if self.complete else ()

    def as_fact(self, scenario: str) -> dict[str, Any]:
        return {
            "scenario": scenario, "looked_for": list(self.looked_for), "complete": self.complete, "missing": list(self.missing),
            "found": {
                e.name: {"text": e.text, "way": list(e.way), "taps": e.taps, "seen_after": e.taps - 1, "screen": e.screen,
                         "in_text": e.in_text, "checked": e.checked} for e in self.found.values()},
            "visited": [{"page": page, "way": list(way)} for page, way in self.visited.items()],
            "unvisited": len(self.unvisited), "unvisited_controls": self.unvisited[:_TOLD], "beyond": len(self.beyond),
            "beyond_controls": self.beyond[:_TOLD], "left": [{"text": t, "why": w} for t, w in list(self.left.items())[:_TOLD]],
            "hotlines": [{"number": n, "way": list(way), "screen": screen} for n, (way, screen) in self.hotlines.items()],
            "blocked": self.blocked, "depth": self.depth, "taps": self.taps, "ended": self.ended,
        }  # fmt: skip


def title_of(seen: Sight) -> str:
    """The first line of a page, without figures."""
    line = next((line for line in seen.reading.text.split("\n") if line.strip()), "")
    return _DIGITS.sub("#", line)[:60]


def place_of(seen: Sight) -> str:
    """The same for the same page when it is met again: activity, first line, captions and ids; figures may change."""
    parts = {f"{c.resource_id}|{_DIGITS.sub('#', fold(c.text))}" for c in seen.reading.controls if c.text or c.resource_id}
    return f"{seen.event.activity}|{title_of(seen)}|{'|'.join(sorted(parts))}"


def asks(seen: Sight) -> bool:
    """Whether the screen is a question: few controls, of which one says yes and another no."""
    roles = {c.role for c in seen.reading.controls}
    return len(seen.reading.controls) <= 4 and "agree" in roles and bool(roles & {"refuse", "later", "close", "exit"})


@dataclass
class _Page:
    seen: Sight
    path: tuple[str, ...]
    """Captions from the first page to this one."""


class Crawler:
    """Crawls once. `names`: the entries looked for; `first`: ends as soon as all of them are found, on the page of the last."""

    def __init__(self, user: UiDriver, app: App, monotonic: Callable[[], float], names: Sequence[str] = (), *,
                 first: bool = False, home_place: str = "", dialogs: Sequence[KnownDialog] = ()) -> None:
        self._user = user
        self._app = app
        self._monotonic = monotonic
        self._words = named_entries(names)
        self._first = first
        self._tapped: set[str] = set()
        self._until = 0.0
        self._home_place = home_place
        self._dialogs = dialogs
        self._bare: set[str] = set()
        """Places that looked like a question over a page, and with which the app was left: the app's own pages."""
        self.here: Sight | None = None
        """The screen at the end: that of the last entry found, where the crawl ended for that."""
        self.crawl = Crawl(tuple(e.name for e in self._words), user.limits.crawl_depth)

    def run(self, seen: Sight | None = None) -> Crawl:
        """Crawls from `seen`, or the screen as it is, which is taken for the first page where none was named. Journals the
        fact `entries`."""
        self._until = self._monotonic() + self._user.limits.crawl
        home = self._settled(seen or self._user.look())
        if home is None:
            self.crawl.ended = self.crawl.ended or "no page of the app"
            return self._told()
        self._home_place = self._home_place or place_of(home)
        level = [_Page(home, ())]
        for depth in range(self.crawl.depth + 1):
            following: list[_Page] = []
            for page in level:
                if self._is_over():
                    self.crawl.unvisited.append(" > ".join(page.path))
                else:
                    following += self._page(page, depth, home if not page.path else None)
            level = following
        self.crawl.ended = self._why_over() or "nothing left to tap"
        return self._told()

    def _told(self) -> Crawl:
        self._user.steps.fact("entries", **self.crawl.as_fact(self._user.steps.scenario))
        return self.crawl

    def _is_over(self) -> bool:
        return bool(self._why_over())

    def _why_over(self) -> str:
        if self.crawl.ended:
            return self.crawl.ended
        if self._first and len(self.crawl.found) == len(self._words):
            return "all found"
        if self.crawl.taps >= self._user.limits.crawl_taps:
            return "limit of taps"
        return "limit of time" if self._monotonic() >= self._until else ""

    def _page(self, page: _Page, depth: int, here: Sight | None) -> list[_Page]:
        """Reads a page, taps what is on it, and gives the pages behind. `here`: the page, where it is known to show."""
        here = here or self._go(page)
        if here is None:
            if not self._is_over():
                self.crawl.unvisited.append(" > ".join(page.path))
            return []
        behind: list[_Page] = []
        while here is not None:
            self._read(here, page.path)
            self.here = here
            if self._is_over():
                self.crawl.unvisited += [self._name(c) for c in self._to_tap(here, page.path)]
                return behind
            if depth >= self.crawl.depth:
                self.crawl.beyond += [self._name(c) for c in self._to_tap(here, page.path)]
            else:
                here, found = self._tap_all(here, page)
                behind += found
                if here is None or self._is_over():
                    return behind
            here = self._scrolled(here)
        return behind

    def _tap_all(self, here: Sight, page: _Page) -> tuple[Sight | None, list[_Page]]:
        """Taps each control of the part of the page that shows; the same part at the end, where there is more to do on it."""
        behind: list[_Page] = []
        while todo := self._to_tap(here, page.path):
            if self._is_over():
                self.crawl.unvisited += [self._name(c) for c in todo]
                break
            control, place = todo[0], place_of(here)
            self._tapped.add(self._key(control, here))
            self.crawl.taps += 1
            after = self._user.tap(control, here, detail={"purpose": "crawl"})
            outside = self._outside(after, control)
            after = self._settled(after)
            if after is None and self.crawl.ended:
                break
            again: Sight | None
            if after is None or place_of(after) == place:
                again = after or self._go(page)
            elif outside:
                again = self._go(page)
            else:
                path = (*page.path, self._name(control))
                if asks(after):
                    self.crawl.left[f"{path[-1]}: {after.reading.with_role('agree')[0].text}"] = "a question"
                    self._read(after, path)
                elif place_of(after) not in self.crawl.visited:
                    self._read(after, path)
                    if after.reading.scrolls or self._to_tap(after, path):
                        behind.append(_Page(after, path))
                self.here = after
                if not here.reading.scrolls and not self._to_tap(here, page.path):
                    return None, behind     # nothing is left there to go back for
                again = after if self._is_over() else self._back(after, place, page)
            if again is None:
                self.crawl.unvisited.append(f"what else is on {title_of(here)}")
                return None, behind
            here = again
        return here, behind

    def _name(self, control: FoundControl) -> str:
        return control.text or control.resource_id.rpartition("/")[2] or control.role

    def _key(self, control: FoundControl, seen: Sight) -> str:
        what = _DIGITS.sub("#", fold(control.text)) or str(control.bounds)
        return f"{seen.event.activity}|{title_of(seen)}|{control.resource_id}|{what}"

    def _is_on(self, control: FoundControl, path: tuple[str, ...]) -> bool:
        """Whether a text names the page that it stands on."""
        return bool(path) and entry_of(control.text) == entry_of(path[-1])

    def _to_tap(self, here: Sight, page: tuple[str, ...]) -> list[FoundControl]:
        """What may be tapped and was not yet: what leads to settings and the like first."""
        found = []
        for control in here.reading.controls:
            why = self._why_not(control) or ("a text" if not control.tappable and self._is_on(control, page) else "")
            if why and (control.text or control.resource_id):
                self.crawl.left.setdefault(control.text or control.resource_id, why)
            if not why and self._key(control, here) not in self._tapped:
                found.append(control)
        return sorted(found, key=lambda c: not any(p.search(fold(c.text)) for p in patterns("leads")))

    def _why_not(self, control: FoundControl) -> str:
        if not control.enabled:
            return "disabled"
        if control.role == "checkbox":
            return "a switch"
        if not control.tappable and control.role != "link_policy":
            return "a text"
        if control.role == "exit":
            return "leaves the app"
        if entry_of(control.text) in ("withdraw", "delete_account", "logout"):
            return "not undone"
        if is_avoided(control.text) or is_avoided(control.resource_id.rpartition("/")[2].replace("_", " ")):
            return "avoided"
        return ""

    def _read(self, here: Sight, path: tuple[str, ...]) -> None:
        """Notes the entries on a page, and that it was seen."""
        self.crawl.visited.setdefault(place_of(here), path)
        names = self.crawl.looked_for
        for control in here.reading.controls:
            name = entry_of(control.text, names)
            if name in names and name not in self.crawl.found:
                self.crawl.found[name] = Entry(
                    name=name, text=control.text, way=(*path, self._name(control)), screen=here.event.id,
                    in_text=not control.tappable, checked=control.checked if control.role == "checkbox" else None)
        for words in self._words:
            hit = next((m for p in words.texts if (m := p.search(here.reading.text))), None)
            if hit is not None and words.name not in self.crawl.found:
                self.crawl.found[words.name] = Entry(name=words.name, text=hit[0], way=(*path, hit[0]), screen=here.event.id,
                                                     in_text=True)
        named = entry_of(path[-1]) if path else ""
        for number in hotlines(here.reading.text) if named not in _DOCUMENTS else ():
            self.crawl.hotlines.setdefault(number, (path, here.event.id))
        blocked = "a login" if self._is_gate(here, path) else "no words" if here.reading.wants_picture else ""
        if blocked:
            where = f"{blocked} on {' > '.join(path) or 'the first page'}"
            self.crawl.blocked += [where] if where not in self.crawl.blocked else []

    def _is_gate(self, here: Sight, path: tuple[str, ...]) -> bool:
        """Whether a page wants an account where none was asked for: a login that a control of that name leads to is none."""
        asked = path and entry_of(path[-1], ("login", "biometric")) in ("login", "biometric")
        wants = any(p.search(here.reading.text) for p in patterns("gates"))
        return not asked and (wants or (here.reading.kind == "login" and bool(here.reading.fields)))

    def _outside(self, after: Sight | None, control: FoundControl) -> bool:
        """Whether a tap led out of the app, to a browser perhaps."""
        if after is None or after.reading.kind != "other" or after.reading.package in (None, self._app.package):
            return False
        self.crawl.left[self._name(control)] = f"opened {after.reading.package}"
        return True

    def _settled(self, seen: Sight | None) -> Sight | None:
        """The app's own page, after what came over it was answered; None where the app is gone."""
        for _ in range(self._user.limits.dialogs):
            if seen is None or not self._app.is_running():
                self._app.has_exited()
                seen = self._app.launch()
                if seen is None or not self._app.is_running():
                    self.crawl.ended = "the app ended"
                    return None
                continue
            kind = seen.reading.kind
            told = self._told_way(seen)
            if told is not None:
                seen = self._user.tap(told, seen, detail={"purpose": "crawl"})
            elif kind == "system_permission":
                seen = self._user.answer(seen, "allow")
            elif kind in ("policy_consent", "policy_second_chance") and not self._led_here():
                seen = self._user.agree(PolicyNotice(seen))
            elif kind in _IN_THE_WAY and place_of(seen) in self._bare:
                return seen
            elif kind in _IN_THE_WAY or kind == "system_crash":
                after = self._user.dismiss(seen)
                if kind in _IN_THE_WAY and self._has_left(after):
                    self._bare.add(place_of(seen))
                seen = after
            elif seen.reading.package != self._app.package:
                seen = self._app.back_in(seen)
            else:
                return seen
        self.crawl.ended = "dialogs without end"
        return None

    def _has_left(self, after: Sight | None) -> bool:
        """Whether the app is no longer in front, though nothing in it ended."""
        return (after is not None and after.reading.kind == "other" and after.reading.package != self._app.package
                and self._app.is_running())

    def _led_here(self) -> bool:
        """Whether a tap of the crawl's own brought up what is on the screen: a question there is that page's own, and is left
        unanswered."""
        last = self._user.steps.last
        return last is not None and last.action == "tap" and last.detail.get("purpose") == "crawl"

    def _told_way(self, seen: Sight) -> FoundControl | None:
        """What the app file says to tap where a dialog of it is on the screen."""
        text = fold(seen.reading.text + seen.reading.words)
        known = next((d for d in self._dialogs if fold(d.text) in text), None)
        return ways.named(seen, known.tap) if known is not None else None

    def _scrolled(self, here: Sight) -> Sight | None:
        """The next part of the page; None at its end, and where the page says that it has no more."""
        if not here.reading.scrolls:
            return None
        after = self._user.scroll(here)
        return None if after is None or after.fingerprint == here.fingerprint else self._settled(after)

    def _back(self, after: Sight, place: str, page: _Page) -> Sight | None:
        """Back to the page; by the whole way from the first page where back leads elsewhere."""
        if place_of(after) == self._home_place:     # from there, back leaves the app
            return self._go(page, after)
        here = self._settled(self._user.back(after))
        return here if here is not None and place_of(here) == place else self._go(page, here)

    def _go(self, page: _Page, here: Sight | None = None) -> Sight | None:
        """To a page along the captions of its way, from `here`, where the app is; None where that is not possible again."""
        here = here or self._settled(self._user.look())
        if here is not None and place_of(here) == place_of(page.seen):
            return here
        if here is not None and len(page.path) == 1 and (tab := self._control(here, page.path[0])) is not None:
            self.crawl.taps += 1
            here = self._settled(self._user.tap(tab, here, detail={"purpose": "crawl"}))
            if here is not None and place_of(here) == place_of(page.seen):
                return here
        here = self.home(here)
        for words in page.path:
            if here is None:
                return None
            control = self._control(here, words)
            while control is None:
                here = self._scrolled(here)
                if here is None:
                    return None
                control = self._control(here, words)
            self.crawl.taps += 1
            here = self._settled(self._user.tap(control, here, detail={"purpose": "crawl"}))
        return here

    def _control(self, here: Sight, words: str) -> FoundControl | None:
        return next((c for c in here.reading.controls if self._name(c) == words), None)

    def home(self, seen: Sight | None = None) -> Sight | None:
        """The first page again: by back, and where that leaves the app, by starting it anew. `seen`: the screen as it is."""
        seen = seen or self._settled(self._user.look())
        for _ in range(self.crawl.depth + 1):
            if seen is None or place_of(seen) == self._home_place:
                return seen
            tab = next((c for c in seen.reading.controls if any(p.search(fold(c.text)) for p in patterns("home"))), None)
            after = self._user.tap(tab, seen, detail={"purpose": "crawl"}) if tab is not None else None
            if after is not None and place_of(after) == self._home_place:
                return after
            after = self._user.back(after or seen)
            if after is None or after.reading.package != self._app.package:
                break
            seen = self._settled(after)
        return self._settled(self._app.restart())
