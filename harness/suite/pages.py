"""Pages with a task: withdraw consent, delete the account, personalisation off, age, biometric question, a text for a GenAI.

The way to each is the app file's; where that tells none, a crawl looks for it by words (entries.yaml). A page that a complete
crawl did not find is an answer, `no_way`; a crawl that was not complete raises NotReached, with its gap. What came of a
task is the fact `page`. Its controls are guessed from their words, and what they did is told from the screen after.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.capture.screen import as_control
from harness.model import Stage
from harness.screens.phrases import fold
from harness.screens.reading import FoundControl
from harness.suite import ages, ways
from harness.suite.driver import Sight
from harness.suite.entries import asks, entry_of, place_of
from harness.suite.page_ways import Done, Found, PageWays
from harness.suite.steps import Act
from harness.suite.task_words import demanded, gives_up, goes_on, has_words, terms

_UNDONE = ("demands", "dead_end", "disabled")
"""Outcomes of a task that was not carried to its end."""


@dataclass
class _Trail:
    """A task under way. `decisive`: the tap that confirmed it, when it began and on which screen."""

    taps: list[str] = field(default_factory=list)
    screens: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    demands: dict[str, str] = field(default_factory=dict)
    fields: list[str] = field(default_factory=list)
    terms: list[str] = field(default_factory=list)
    confirmed: bool = False
    said: bool = False
    decisive: tuple[FoundControl, int, str] | None = None
    seen: Sight | None = None


class Pages(PageWays):
    """The pages of one scenario, and what is done on each."""

    def withdraw(self) -> Done:
        """Withdraws consent; the tap that confirms it opens after_withdrawal."""
        return self._task("withdraw", Stage.AFTER_WITHDRAWAL)

    def delete_account(self) -> Done:
        """Deletes the account; the tap that confirms it opens after_deletion."""
        return self._task("delete_account", Stage.AFTER_DELETION)

    def _task(self, name: str, stage: Stage) -> Done:
        began = self.steps.clock()
        found = self.go(name)
        if found is None:
            return Done(page=name, outcome="no_way")
        trail = _Trail(seen=found.seen)
        page = self.known.get(name)
        if page is not None and found.control is None:
            trail.seen = self.fill(page, found.seen)
        outcome = self._carry(name, trail, found.control, page.tap if page is not None else ())
        demands = tuple(trail.demands)
        about = {
            "way": list(found.way), "taps": trail.taps, "demands": list(demands), "demand_texts": list(trail.demands.values()),
            "fields": trail.fields, "terms": trail.terms, "screens": trail.screens, "said": trail.said}
        if outcome in _UNDONE:
            self.tell(name, outcome, **about)
            raise self.not_reached(name, f"it was not carried to its end: {outcome} {', '.join(demands)}".rstrip(), began)
        assert trail.decisive is not None
        control, begun, screen = trail.decisive
        act = Act(outcome=outcome, detail={"taps": trail.taps, "way": list(found.way)})
        self.steps.write(name, control.text or control.resource_id, begun, act, control=as_control(control), screen=screen,
                          opens=stage)
        self.tell(name, outcome, **about)
        if outcome == "exits":
            self.app.has_exited()
        return Done(page=name, outcome=outcome, way=found.way, demands=demands, seen=trail.seen)

    def _carry(self, name: str, trail: _Trail, first: FoundControl | None, told: Sequence[str]) -> str:
        """Taps on until the task is done, or cannot be gone on with; the outcome. `told`: what the app file says to tap."""
        control = first
        pending = list(told)
        if first is None:
            self._note(trail)
        for _ in range(self.user.limits.dialogs):
            seen = trail.seen
            if seen is None:
                return "exits"
            if control is None:
                control, seen = self._next(name, trail, seen, pending)
            if control is None:
                return self._without_control(trail)
            if not control.enabled:
                control, seen = self.enabled(control, seen)
            if control is None or not control.enabled:
                return "demands" if trail.demands else "disabled"
            begun = self.steps.clock()
            if trail.decisive is None or goes_on(control.text, name) or control.role == "agree":
                trail.decisive = (control, begun, seen.event.id)
                trail.confirmed = trail.confirmed or control is not first
            trail.used.add(self._key(control, seen))
            trail.taps.append(control.text or control.resource_id)
            after = self._unasked(trail, self.user.tap(control, seen, detail={"purpose": "use", "way": name}))
            if after is None or not self.in_front(after):
                return "exits"
            self._note(trail)
            if after.reading.is_notice and not any(goes_on(one.text, name) for one in after.reading.controls):
                return "asks_consent"       # a question of the task's own may speak as a notice does: 撤回后您将无法使用
            if has_words(after.reading.text, f"{name}.done"):
                trail.said = True
                return "done"
            if after.fingerprint == seen.fingerprint and not pending:
                return self._without_control(trail) if trail.confirmed else "unconfirmed"
            control = None
        return "dead_end"

    def _unasked(self, trail: _Trail, seen: Sight | None) -> Sight | None:
        """The screen after a tap, with the system's questions on the way to it denied: what they ask for is a demand."""
        for _ in range(self.user.limits.dialogs):
            if seen is None or seen.reading.kind != "system_permission":
                break
            trail.demands.setdefault("permission", seen.reading.permission or "unknown")
            seen = self.user.answer(seen, "deny")
        trail.seen = seen
        return seen

    def _without_control(self, trail: _Trail) -> str:
        """Nothing is left to tap: done, unless the page at the end still wants something."""
        seen = trail.seen
        if trail.confirmed and seen is not None and not asks(seen) and not demanded(seen.reading.text):
            return "done"
        return "demands" if trail.demands else "dead_end"

    def _next(self, name: str, trail: _Trail, seen: Sight, pending: list[str]) -> tuple[FoundControl | None, Sight]:
        """What carries the task on: what the app file says next, else by words: the task's own first, then any yes."""
        if pending:
            return ways.find(self.user, seen, pending.pop(0))
        while True:
            open_to = [c for c in seen.reading.controls if self._key(c, seen) not in trail.used and c.role != "checkbox"
                       and not gives_up(c.text) and c.text]
            own = [c for c in open_to if goes_on(c.text, name)]
            yes = [c for c in open_to if goes_on(c.text, "any") or c.role == "agree"]
            best = [c for c in yes if c in own] or yes or own
            if best:
                return best[0], seen
            after = self.user.scroll(seen) if seen.reading.scrolls else None
            if after is None or after.fingerprint == seen.fingerprint:
                return None, seen
            seen = after

    def _note(self, trail: _Trail) -> None:
        """What the page at hand asks for."""
        seen = trail.seen
        if seen is None:
            return
        trail.screens.append(seen.event.id)
        for what, text in demanded(seen.reading.text).items():
            trail.demands.setdefault(what, text)
        trail.terms += [term for term in terms(seen.reading.text) if term not in trail.terms]
        trail.fields += [f.text or f.resource_id for f in seen.reading.fields if (f.text or f.resource_id) not in trail.fields]

    def _key(self, control: FoundControl, seen: Sight) -> str:
        return f"{place_of(seen)}|{control.resource_id}|{fold(control.text)}"

    def personalisation_off(self) -> Done:
        """Switches personalisation off; that tap opens after_optout. Outcome: off, stays_on, was_off, unconfirmed, no_way."""
        name, began = "personalisation", self.steps.clock()
        at = self._switch(name)
        if at is None:
            return Done(page=name, outcome="no_way")
        found, seen, box = at
        if box is None:
            self.tell(name, "no_switch", way=list(found.way))
            raise self.not_reached(name, "there is no switch where its way ends", began)
        if box.role == "checkbox" and box.checked is False:
            self.tell(name, "was_off", way=list(found.way), before=False, after=False)
            return Done(page=name, outcome="was_off", way=found.way, seen=seen)
        after = self.user.tap(box, seen, opens=Stage.AFTER_OPTOUT, detail={"purpose": "use", "way": name})
        for _ in range(self.user.limits.second_chances):
            yes = after.reading.with_role("agree") if after is not None and asks(after) else ()
            if after is None or not yes:
                break
            after = self.user.tap(yes[0], after, detail={"purpose": "use", "way": name})
        state = self._state(after, box)
        outcome = {False: "off", True: "stays_on", None: "unconfirmed"}[state]
        self.tell(name, outcome, way=list(found.way), before=box.checked, after=state, text=box.text)
        return Done(page=name, outcome=outcome, way=found.way, seen=after)

    def personalisation_state(self, when: str) -> bool | None:
        """Goes to the switch again and says how it stands. `when`: for the fact, `restart` perhaps."""
        at = self._switch("personalisation")
        if at is None:
            return None
        found, _, box = at
        state = box.checked if box is not None and box.role == "checkbox" else None
        self.tell("personalisation", {True: "is_on", False: "is_off", None: "unknown"}[state], when=when, way=list(found.way))
        return state

    def _switch(self, name: str) -> tuple[Found, Sight, FoundControl | None] | None:
        """The switch of a page, and where it is."""
        found = self.go(name)
        if found is None:
            return None
        seen, page = found.seen, self.known.get(name)
        if found.control is not None and found.control.role == "checkbox":
            return found, seen, found.control
        if found.control is not None:
            seen = self.user.tap(found.control, seen, detail={"purpose": "use", "way": name}) or seen
        elif page is not None and page.tap:
            box, seen = ways.find(self.user, seen, page.tap[-1])
            return found, seen, box
        boxes = seen.reading.with_role("checkbox")
        named = [b for b in boxes if entry_of(b.text, (name,)) == name]
        buttons = [c for c in seen.reading.controls if goes_on(c.text, name) and entry_of(c.text, (name,)) == name]
        return found, seen, next(iter((*named, *boxes[:1], *buttons)), None)

    def _state(self, seen: Sight | None, box: FoundControl) -> bool | None:
        if seen is None or box.role != "checkbox":
            return None
        again = [c for c in seen.reading.with_role("checkbox") if c.text == box.text or c.bounds == box.bounds]
        return again[0].checked if again else None

    def enter_age(self, years: int) -> Done:
        """Says that the user is of that age, where the app asks: on the screen as it is, else on its page. Outcome: accepted,
        guardian, youth_mode, refused, not_asked (no place to say it was found by a complete crawl)."""
        name, began = "age", self.steps.clock()
        seen = self.user.look()
        way: tuple[str, ...] = ()
        if seen is None or not ages.wanted(seen):
            opened = self.open(name)
            if opened is None:
                return Done(page=name, outcome="not_asked")
            way, seen = opened[0].way, opened[1]
        page = self.known.get(name)
        if seen is None:
            raise self.not_reached(name, "its page did not show", began)
        entered = ages.say(self.user, seen, years, self.steps.clock(), field=page.fill[0][0] if page and page.fill else "")
        if entered is None:
            self.tell(name, "no_place", way=list(way))
            raise self.not_reached(name, "its page has neither a field, nor a picker, nor ages to choose from", began)
        after, pending = entered.seen, list(page.tap if page else ())
        trail = _Trail(seen=after)
        while after is not None and ages.wanted(after) and len(trail.taps) < self.user.limits.second_chances:
            control, after = self._next(name, trail, after, pending)
            if control is None:
                break
            trail.used.add(self._key(control, after))
            trail.taps.append(control.text)
            after = self.user.tap(control, after, detail={"purpose": "use", "way": name})
        text = after.reading.text if after is not None else ""
        outcome = next((word for word, key in (("refused", "refused"), ("guardian", "guardian"), ("youth_mode", "youth"))
                        if has_words(text, key)), "accepted")
        if after is None or not self.in_front(after):
            outcome = "exits"
        self.tell(name, outcome, way=list(way), how=entered.how, years=years, entered=entered.text, taps=trail.taps,
                   screens=[after.event.id] if after else [])
        return Done(page=name, outcome=outcome, way=tuple(way), seen=after)

    def child_mode(self) -> Done:
        """Looks for the mode for children and switches it on. Outcome: on, opened (its page; no switch there), no_way."""
        at = self._switch("child_mode")
        if at is None:
            return Done(page="child_mode", outcome="no_way")
        found, seen, box = at
        if box is None:
            trail = _Trail(seen=seen)
            box, seen = self._next("child_mode", trail, seen, [])
        after = self.user.tap(box, seen, detail={"purpose": "use", "way": "child_mode"}) if box is not None else seen
        state = self._state(after, box) if box is not None else None
        guardian = after is not None and has_words(after.reading.text, "guardian")
        outcome = "on" if state else "opened"
        self.tell("child_mode", outcome, way=list(found.way), guardian=guardian, after=state)
        return Done(page="child_mode", outcome=outcome, way=found.way, seen=after)

    def ask_genai(self, canary: str) -> Done:
        """Writes a text that nobody else would write to a generative service, and sends it. It is the fact `canary`, journalled
        before it is typed, by which it is looked for in what leaves the device."""
        name, began = "genai", self.steps.clock()
        opened = self.open(name)
        if opened is None:
            return Done(page=name, outcome="no_way")
        found, seen = opened
        page = self.known.get(name)
        field = None
        if seen is not None and page is not None and page.fill:
            field, seen = ways.find(self.user, seen, page.fill[0][0])
        elif seen is not None:
            field = next(iter(seen.reading.fields), None)
        if field is None or seen is None:
            self.tell(name, "no_field", way=list(found.way))
            raise self.not_reached(name, "its page has no field to write in", began)
        self.steps.fact("canary", text=canary, where=name, field=field.text or field.resource_id, screen=seen.event.id,
                         scenario=self.steps.scenario)
        after = self.user.type(field, canary, seen)
        if after is None:
            raise self.not_reached(name, "no screen showed after the text was written", began)
        control, after = self._next(name, _Trail(seen=after), after, list(page.tap if page else ()))
        if control is None:
            self.tell(name, "no_control", way=list(found.way))
            raise self.not_reached(name, "nothing there sends what was written", began)
        answer = self.user.tap(control, after, detail={"purpose": "use", "way": name})
        self.tell(name, "sent", way=list(found.way), by=control.text, screens=[answer.event.id] if answer else [])
        return Done(page=name, outcome="sent", way=found.way, seen=answer)

    def genai_kept(self, canary: str) -> bool | None:
        """Goes to the generative service again and looks whether a text that was sent before still shows: the fact `retention`.
        None where its page does not open any more."""
        opened = self.open("genai")
        seen = opened[1] if opened is not None else None
        if opened is None or seen is None:
            return None
        screens = [seen.event.id]
        while canary not in seen.reading.text and seen.reading.scrolls and len(screens) < self.user.limits.dialogs:
            after = self.user.scroll(seen)
            if after is None or after.fingerprint == seen.fingerprint:
                break
            seen = after
            screens.append(seen.event.id)
        shown = canary in seen.reading.text
        self.steps.fact("retention", text=canary, deleted="account", shown=shown, way=list(opened[0].way),
                         screens=screens if not shown else screens[-1:], scenario=self.steps.scenario)
        return shown

    def refuse_biometric(self) -> Done:
        """Goes to where the app wants face or finger, refuses, and sees what it offers instead. Outcome: alternative (offered
        with the question), alternative_after_refusal, none, exits, not_asked (nothing biometric came), no_way."""
        name = "biometric"
        opened = self.open(name)
        if opened is None:
            return Done(page=name, outcome="no_way")
        found, seen = opened
        known = self.known.get(name)
        for words in known.tap if known else ():
            control, seen = ways.find(self.user, seen, words) if seen is not None else (None, None)
            seen = self.user.tap(control, seen, detail={"purpose": "use", "way": name}) if control and seen else seen
        if seen is None or not has_words(seen.reading.text + seen.reading.words, "biometrics"):
            self.tell(name, "not_asked", way=list(found.way))
            return Done(page=name, outcome="not_asked", way=found.way, seen=seen)
        offered = self._alternatives(seen)
        asked = seen.event.id
        no = ("refuse", "later", "close", "deny", "exit")
        refusing = [c for c in seen.reading.controls if (c.role in no or gives_up(c.text)) and c.text not in offered]
        after = self.user.tap(refusing[0], seen) if refusing else self.user.back(seen)
        outcome, then = "none", []
        if after is None or not self.app.is_running():
            outcome = "exits"
            self.app.has_exited()
        else:
            then = self._alternatives(after)
            outcome = "alternative" if offered else "alternative_after_refusal" if then else "none"
        again = after is not None and has_words(after.reading.text, "biometrics")
        self.tell(name, outcome, way=list(found.way), offered=offered, offered_after=then, asks_again=again,
                   by=refusing[0].text if refusing else "back", screens=[asked, *([after.event.id] if after else [])])
        return Done(page=name, outcome=outcome, way=found.way, seen=after)

    def _alternatives(self, seen: Sight) -> list[str]:
        return [c.text for c in seen.reading.controls if c.text and has_words(c.text, "alternatives")
                and not has_words(c.text, "biometrics")]
