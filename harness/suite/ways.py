"""Ways through an app that somebody told: texts or ids to tap, one after the other, from its first page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.model import GapKind
from harness.screens.phrases import fold
from harness.screens.reading import FoundControl
from harness.suite.driver import NotReached, Sight, UiDriver

SCROLLS = 4
"""How often a page is scrolled for a control that is not on it yet."""


@dataclass(frozen=True)
class Arrival:
    """Where a way led. `way`: what was tapped; `taps`: how many of the user's taps that were."""

    seen: Sight | None
    way: tuple[str, ...]

    @property
    def taps(self) -> int:
        return len(self.way)


def named(seen: Sight, words: str) -> FoundControl | None:
    """The control of that text or id; else the first whose text has these words in it."""
    wanted = fold(words)
    controls = (*seen.reading.controls, *seen.reading.fields)
    exact = [c for c in controls if fold(c.text) == wanted or c.resource_id.rpartition("/")[2] == words]
    partly = [c for c in controls if wanted and wanted in fold(c.text)]
    return next(iter(exact or partly), None)


def find(user: UiDriver, seen: Sight, words: str) -> tuple[FoundControl | None, Sight]:
    """The control, scrolled to where that is needed, and the screen on which it stands."""
    for _ in range(SCROLLS):
        control = named(seen, words)
        if control is not None:
            return control, seen
        after = user.scroll(seen)
        if after is None or after.fingerprint == seen.fingerprint:
            break
        seen = after
    return named(seen, words), seen


def follow(user: UiDriver, way: Sequence[str], what: str, *, seen: Sight | None = None) -> Arrival:
    """Taps one after the other, from `seen` or the screen as it is. `what` is what the way leads to, for the journal.

    Raises NotReached, with its gap, where one is not there.
    """
    here = seen if seen is not None else user.look()
    began = user.steps.clock()
    done: list[str] = []
    for words in way:
        control = None
        if here is not None:
            control, here = find(user, here, words)
        if control is None or here is None:
            detail = f"{what} was not reached in scenario {user.steps.scenario}: no {words!r} on the screen"
            detail += f" after {' > '.join(done)}." if done else "."
            user.steps.gap(GapKind.NOT_REACHED, detail, subject=f"{what} {user.steps.scenario}", from_ns=began)
            raise NotReached(detail, "The app may call it otherwise, or show it elsewhere.", "Correct the way in the app file.")
        here = user.tap(control, here, detail={"purpose": "use", "way": what})
        done.append(words)
    return Arrival(here, tuple(done))


def fill(user: UiDriver, words: str, text: str, *, secret: str = "") -> Sight | None:
    """Writes into the field of that label, hint or id on the screen as it is. `secret`: what the journal has in the place of the
    text. Raises NotReached, with its gap, where there is no such field."""
    here = user.look()
    began = user.steps.clock()
    control = None
    if here is not None:
        control, here = find(user, here, words)
    if control is None or here is None:
        detail = f"The field {words!r} was not reached in scenario {user.steps.scenario}: it is not on the screen."
        user.steps.gap(GapKind.NOT_REACHED, detail, subject=f"field {user.steps.scenario}", from_ns=began)
        raise NotReached(detail, "The app may call it otherwise, or show it elsewhere.", "Correct the name of the field.")
    return user.type(control, text, here, secret=secret)
