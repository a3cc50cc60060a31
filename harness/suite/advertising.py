"""Advertisements at the app's start and over its pages: timed pictures, what closes them, taps beside that, shaking, jumps.

An advertisement is not shown at each launch, so each fact says how many launches were made and in how many one was seen.
Where a tap led is told by comparing with where the app goes when nobody touches anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.model import GapKind
from harness.screens.advert import closing, is_advert, measure
from harness.screens.hierarchy import Bounds
from harness.screens.reading import FoundControl
from harness.suite.app import App
from harness.suite.driver import NotReached, Sight, UiDriver

_SIZE = re.compile(r"(?:Override|Physical) size: (\d+)x(\d+)")
_ROOM = 12
"""Pixels round a control that are left to it when places beside it are chosen."""


@dataclass(frozen=True)
class Display:
    """`size`: width and height in pixels; `density`: dots per inch. None where the device does not tell."""

    size: tuple[int, int] | None
    density: int | None


@dataclass(frozen=True)
class Frame:
    """The screen, `at` seconds after the launch was sent."""

    at: float
    seen: Sight


@dataclass
class Showing:
    """An advertisement at one launch. `frames`: while it was there; `after`: the screen that followed it."""

    launch: int
    frames: list[Frame] = field(default_factory=list)
    after: Sight | None = None

    @property
    def last(self) -> Frame:
        return self.frames[-1]

    @property
    def close(self) -> Frame | None:
        """The first in which something closes it."""
        return next((frame for frame in self.frames if closing(frame.seen.reading)), None)


class Advertising:
    """`shake`: moves the device by that many m/s2, and says whether it could."""

    def __init__(self, app: App, user: UiDriver, picture_of: Callable[[str], bytes], shake: Callable[[float], bool]) -> None:
        self._app = app
        self._user = user
        self._picture_of = picture_of
        self._shake = shake
        self._display: Display | None = None
        self._launches = 0
        self._shown = 0
        self._normal: Sight | None = None
        self._lasts = 0.0
        self._current: Showing | None = None

    # -- at the start -----------------------------------------------------------------------------------------------

    def splash(self) -> Showing:
        """Launches until an advertisement comes up, and watches it to its end untouched. What is measured on it stands in
        the fact `splash`. Raises NotReached where none came in all launches of the profile."""
        limits = self._user.limits
        began = self._user.steps.clock()
        self._launches = self._shown = 0
        for _ in range(limits.launches):
            showing = self._launch()
            if showing is None:
                continue
            self._watch(showing)
            self._normal, self._lasts = showing.after, showing.last.at - showing.frames[0].at
            self._tell_watched(showing)
            return showing
        detail = f"No splash advertisement was shown in {limits.launches} launches in scenario {self._user.steps.scenario}."
        self._user.steps.fact("splash", what="none", launches=self._launches, shown=0)
        self._user.steps.gap(GapKind.NOT_REACHED, detail, subject=f"splash {self._user.steps.scenario}", from_ns=began)
        raise NotReached(detail, "Advertisements depend on the time, the place and the account.", "Run again.")

    def splash_close(self, first: Showing) -> str:
        """Taps what closes it, as soon as that is there: closed, stays, jump, exits, or timer, where it may have gone by
        itself. none: there is nothing to tap."""
        if first.close is None:
            return "none"
        self._current = None
        showing = self._launch(until=lambda seen: bool(closing(seen.reading)))
        if showing is None:
            return self._not_shown("close")
        seen = showing.last.seen
        control = closing(seen.reading)[0]
        after = self._user.tap(control, seen, patience=self._user.limits.close, detail={"purpose": "close"})
        return self._came_to("close", showing, after, control=control.text or control.resource_id)

    def splash_beside(self, first: Showing, points: int = 1) -> list[str]:
        """Taps places that are no control of the advertisement, one after the other as long as it stays, else at a launch of
        its own. The outcomes, in order."""
        outcomes = []
        for number in range(points):
            showing = self._showing()
            if showing is None:
                outcomes.append(self._not_shown("beside"))
                continue
            x, y = self._place_beside(showing.last.seen, number, first)
            after = self._tap_at(x, y, showing.last.seen, "beside")
            outcomes.append(self._came_to("beside", showing, after, point=[x, y], of=points))
        return outcomes

    def splash_shake(self) -> str:
        """Shakes the device while the advertisement shows, gently, then strongly. jump, stays, not_shown, or not_injected, where
        the device takes no events of a sensor: a gap says so."""
        outcome = "not_shown"
        for amplitude in (self._user.limits.shake_small, self._user.limits.shake_large):
            showing = self._showing()
            if showing is None:
                return self._not_shown("shake")
            if not self._shake(amplitude):
                return "not_injected"
            after = self._user.capture.take_other_than(showing.last.seen.fingerprint, self._user.limits.close)
            outcome = self._came_to("shake", showing, after, amplitude=amplitude)
            if outcome == "jump":
                break
        return outcome

    # -- over a page ------------------------------------------------------------------------------------------------

    def popup(self) -> Sight:
        """The advertisement over the page that shows, once it is there, and something that closes it if that comes within the
        profile's time; measured in the fact `popup`. Raises NotReached where none comes up."""
        seen = self._await_popup()
        if seen is None:
            detail = f"No pop-up advertisement came up in scenario {self._user.steps.scenario}."
            self._user.steps.fact("popup", what="none")
            self._user.steps.gap(GapKind.NOT_REACHED, detail, subject=f"popup {self._user.steps.scenario}")
            raise NotReached(detail, "It may come later, on another page, or not at all.", "Run again, or use the app longer.")
        began = self._user.steps.clock()
        if not closing(seen.reading):
            later = self._user.capture.watch(self._user.limits.advert, stop=lambda s: bool(closing(s.reading)))
            seen = next((one for one in reversed(later) if is_advert(one.reading)), seen)
        watched = round((self._user.steps.clock() - began) / 1e9, 2)
        control = next(iter(closing(seen.reading)), None)
        self._user.steps.fact("popup", what="measured", screens=[seen.event.id], kind=seen.reading.kind, watched_s=watched,
                              close=self._measured(control, seen))
        return seen

    def popup_close(self, seen: Sight) -> str:
        """Taps what closes it: closed, stays, again (it is back at once), jump, exits. none: there is nothing to tap."""
        control = next(iter(closing(seen.reading)), None)
        if control is None:
            return "none"
        after = self._user.tap(control, seen, patience=self._user.limits.close, detail={"purpose": "close"})
        return self._popup_outcome("close", seen, after, control=control.text or control.resource_id)

    def popup_back(self, seen: Sight) -> str:
        """Presses back on it."""
        with self._user.steps.act("back", screen=seen.event.id):
            self._user.hands.press("back")
        after = self._user.capture.take_other_than(seen.fingerprint, self._user.limits.close)
        return self._popup_outcome("back", seen, after)

    def popup_beside(self, seen: Sight) -> str:
        """Taps outside its window."""
        x, y = self._outside_window(seen)
        return self._popup_outcome("beside", seen, self._tap_at(x, y, seen, "beside"), point=[x, y])

    def popup_again(self) -> Sight | None:
        """Starts the app again, for another way to close it. None where it does not come up this time."""
        self._app.restart()
        return self._await_popup()

    def _await_popup(self) -> Sight | None:
        last = self._user.look()
        if last is not None and is_advert(last.reading):
            return last
        seen = self._user.capture.watch(self._user.limits.advert, stop=lambda s: is_advert(s.reading))
        return next((s for s in seen if is_advert(s.reading)), None)

    def _popup_outcome(self, how: str, seen: Sight, after: Sight | None, **more: Any) -> str:
        to = _where(after)
        if after is None or not self._app.is_running():
            outcome = "exits"
        elif after.reading.package != self._user.package or after.event.activity != seen.event.activity:
            outcome = "jump"
        elif is_advert(after.reading):
            outcome = "again" if _seen_otherwise(seen, after) else "stays"
        else:
            outcome = "closed"
        self._user.steps.fact("popup", what=how, outcome=outcome, to=to, screens=_ids(seen, after), **more)
        return outcome

    # -- launches ---------------------------------------------------------------------------------------------------

    def _showing(self) -> Showing | None:
        """An advertisement that stays long enough for one more act: the one that shows, or that of a new launch."""
        current, self._current = self._current, None
        if current is not None:
            passed = (self._user.steps.clock() - current.frames[0].seen.event.host_ns) / 1e9
            if passed + self._user.limits.close + 2 * self._user.limits.pace < self._lasts:
                return current
        return self._launch()

    def _launch(self, until: Callable[[Sight], bool] = lambda seen: True) -> Showing | None:
        """A launch from nothing, until an advertisement is there of which `until` is true; None where none comes."""
        self._launches += 1
        self._app.kill()
        begun = self._user.steps.clock()
        if not self._app.start():
            return None
        showing = Showing(self._launches)
        drawn: float | None = None
        for frame in self._frames(begun):
            if is_advert(frame.seen.reading):
                showing.frames.append(frame)
                if until(frame.seen):
                    break
            elif showing.frames or (drawn is not None and frame.at - drawn > self._user.limits.advert):
                break
            elif drawn is None and self._app.has_drawn(frame.seen):
                drawn = frame.at
        if not showing.frames or not until(showing.last.seen):
            return None
        self._shown += 1
        return showing

    def _watch(self, showing: Showing) -> None:
        """Goes on until it is gone, or until the profile's time is over."""
        begun = showing.last.seen.event.host_ns - int(showing.last.at * 1e9)
        for frame in self._frames(begun):
            if not is_advert(frame.seen.reading) or frame.seen.event.activity != showing.last.seen.event.activity:
                showing.after = self._user.look()
                return
            showing.frames.append(frame)
            if frame.at - showing.frames[0].at > self._user.limits.splash:
                return

    def _frames(self, begun: int) -> Iterator[Frame]:
        """The screen again and again, in pictures; ends with the app, and where the app comes to draw nothing."""
        limits = self._user.limits
        last = self._user.steps.clock()
        drawn: int | None = None
        while True:
            if drawn is None and self._app.gives_up():
                return
            if drawn is not None and not (self._app.is_running() and (last - drawn) / 1e9 < limits.advert + limits.splash):
                return
            passed = (self._user.steps.clock() - last) / 1e9
            seen = self._user.capture.snap(max(0.0, limits.pace - passed))
            last = self._user.steps.clock()
            if seen is not None:
                drawn = last if drawn is None and self._app.has_drawn(seen) else drawn
                yield Frame(round((seen.event.host_ns - begun) / 1e9, 2), seen)

    def _led(self, showing: Showing, after: Sight | None) -> tuple[str, str]:
        """What an act on an advertisement came to, and where to."""
        shows = showing.last.seen
        to = _where(after)
        if after is None or not self._app.is_running():
            return "exits", to
        if after.reading.package != self._user.package:
            return "jump", to
        if after.event.activity == shows.event.activity and is_advert(after.reading):
            return "stays", to
        usual = self._normal.event.activity if self._normal is not None else shows.event.activity
        if after.event.activity not in (usual, shows.event.activity):
            return "jump", to
        lasted = (after.event.host_ns - showing.frames[0].seen.event.host_ns) / 1e9
        return ("timer" if lasted >= self._lasts - self._user.limits.pace else "closed"), to

    def _came_to(self, what: str, showing: Showing, after: Sight | None, **data: Any) -> str:
        """Tells what an act on it came to. One that stays is there for the next act."""
        outcome, to = self._led(showing, after)
        self._tell("splash", what, showing, outcome=outcome, to=to, screens=_ids(showing.last.seen, after), **data)
        self._current = None
        if outcome == "stays" and after is not None:
            showing.frames.append(Frame(showing.last.at, after))
            self._current = showing
        return outcome

    def _not_shown(self, what: str) -> str:
        self._user.steps.gap(
            GapKind.NOT_REACHED, f"No splash advertisement was shown at a launch for {what}: it was not tried.",
            subject=f"splash {what} {self._user.steps.scenario}")
        self._user.steps.fact("splash", what=what, launches=self._launches, shown=self._shown, outcome="not_shown")
        return "not_shown"

    # -- places -----------------------------------------------------------------------------------------------------

    @property
    def display(self) -> Display:
        if self._display is None:
            size = _SIZE.findall(self._app.phone.shell("wm", "size").output)
            self._display = Display(
                (int(size[-1][0]), int(size[-1][1])) if size else None, self._app.phone.density())
        return self._display

    def _place_beside(self, seen: Sight, number: int, first: Showing) -> tuple[int, int]:
        """The `number`th place on the screen where nothing with a caption of its own is. The first is close to what closes
        it, where a finger that misses lands; the others are spread evenly."""
        width, height = self.display.size or _extent(seen)
        taken = [control.bounds for control in seen.reading.controls
                 if _area(control.bounds) < width * height // 2]
        close = first.close
        if number == 0 and close is not None:
            left, top, right, bottom = closing(close.seen.reading)[0].bounds
            beside = left - max(_ROOM, (right - left) // 4)
            if beside > 0:
                return beside, (top + bottom) // 2
        for step in range(number + 1, number + 200):
            x, y = int(width * (0.08 + 0.84 * _spread(step, 2))), int(height * (0.12 + 0.76 * _spread(step, 3)))
            if not any(_holds(bounds, x, y) for bounds in taken):
                return x, y
        return width // 2, height // 2

    def _outside_window(self, seen: Sight) -> tuple[int, int]:
        """A place near the screen's edge that no control of the window reaches."""
        width, height = self.display.size or _extent(seen)
        boxes = [control.bounds for control in seen.reading.controls if _area(control.bounds) < width * height // 2]
        for x, y in ((width // 2, height // 12 * 11), (width // 2, height // 10), (width // 24, height // 2)):
            if not any(_holds(bounds, x, y) for bounds in boxes):
                return x, y
        return width // 24, height // 10

    def _tap_at(self, x: int, y: int, seen: Sight, what: str) -> Sight | None:
        with self._user.steps.act("tap", what, screen=seen.event.id, detail={"x": x, "y": y, "purpose": what}):
            self._user.hands.tap(x, y)
        return self._user.capture.take_other_than(seen.fingerprint, self._user.limits.close)

    # -- telling ----------------------------------------------------------------------------------------------------

    def _measured(self, control: FoundControl | None, seen: Sight) -> dict[str, Any] | None:
        if control is None:
            return None
        picture = self._picture_of(seen.event.screenshot) if seen.event.screenshot else None
        display = self.display
        return measure(control, seen.reading, picture, size=display.size, density=display.density).as_data()

    def _tell_watched(self, showing: Showing) -> None:
        first, last, close = showing.frames[0], showing.last, showing.close
        control = closing(close.seen.reading)[0] if close is not None else None
        self._tell(
            "splash", "watched", showing, from_s=first.at, until_s=last.at, lasted_s=round(last.at - first.at, 2),
            close=self._measured(control, close.seen) if close is not None else None,
            close_after_s=round(close.at - first.at, 2) if close is not None else None,
            close_left_s=round(last.at - close.at, 2) if close is not None else None,
            ended=self._ended(showing.after), to=_where(showing.after),
            times=[frame.at for frame in showing.frames], screens=[frame.seen.event.id for frame in showing.frames],
        )  # fmt: skip

    def _ended(self, after: Sight | None) -> str:
        """How an advertisement that nobody touched ended: itself, jump (another app came up), still there."""
        if after is None:
            return "still there" if self._app.is_running() else "exits"
        return "itself" if after.reading.package == self._user.package else "jump"

    def _tell(self, kind: str, what: str, showing: Showing, **data: Any) -> None:
        self._user.steps.fact(kind, what=what, launch=showing.launch, launches=self._launches, shown=self._shown, **data)


def _where(seen: Sight | None) -> str:
    return "" if seen is None else f"{seen.event.package}/{seen.event.activity}"


def _ids(*seen: Sight | None) -> list[str]:
    return list(dict.fromkeys(one.event.id for one in seen if one is not None))


def _seen_otherwise(before: Sight, after: Sight) -> bool:
    return before.fingerprint != after.fingerprint


def _extent(seen: Sight) -> tuple[int, int]:
    boxes: Sequence[Bounds] = [control.bounds for control in seen.reading.controls]
    return max((b[2] for b in boxes), default=1080), max((b[3] for b in boxes), default=1920)


def _area(bounds: Bounds) -> int:
    return (bounds[2] - bounds[0]) * (bounds[3] - bounds[1])


def _holds(bounds: Bounds, x: int, y: int) -> bool:
    return bounds[0] - _ROOM <= x <= bounds[2] + _ROOM and bounds[1] - _ROOM <= y <= bounds[3] + _ROOM


def _spread(number: int, base: int) -> float:
    """The van der Corput sequence: between 0 and 1, spread evenly however many are taken."""
    found, share = 0.0, 1.0
    while number:
        share /= base
        number, digit = divmod(number, base)
        found += share * digit
    return found
