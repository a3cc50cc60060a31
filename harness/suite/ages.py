"""Saying how old the user is: in a field, with a picker, or by one of the ages that the app offers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from harness.screens.phrases import fold
from harness.screens.reading import FoundControl
from harness.suite import ways
from harness.suite.driver import Sight, UiDriver
from harness.suite.entries import entry_of
from harness.suite.task_words import has_words

_RANGE = re.compile(r"(\d{1,3}) ?(?:岁|years?)? ?(?:-|–|—|~|至|到|to) ?(\d{1,3}) ?(?:岁|周岁|years?)?")
_UNDER = re.compile(r"(?:未满|小于|under|below|younger than) ?(\d{1,3})|(\d{1,3}) ?(?:周岁|岁)?(?:以下|及以下)")
_EXACT = re.compile(r"(\d{1,3}) ?(?:周岁|岁|years? old)")
_YEAR = re.compile(r"(?:19|20)\d\d")
_NUMBER = re.compile(r"\d{1,4}")
_STEPS = 60
"""Taps of a picker at most; further away than that it stays where it is."""


@dataclass(frozen=True)
class Entered:
    """`how`: field, picker or choice; `text`: what stands there now."""

    how: str
    text: str
    seen: Sight | None


def wanted(seen: Sight) -> bool:
    """Whether the screen asks how old the user is."""
    reading = seen.reading
    labelled = any(entry_of(f.text, ("age",)) == "age" for f in reading.fields)
    return labelled or (has_words(reading.text, "adult") and bool(reading.fields or _offered(seen)))


def say(user: UiDriver, seen: Sight, years: int, now_ns: int, *, field: str = "") -> Entered | None:
    """Enters an age on the screen as it is; None where there is no place for it. `field`: its label or id, where known."""
    chosen = next((c for c, low, high in _offered(seen) if low <= years < high), None)
    if chosen is not None:
        after = user.tap(chosen, seen, detail={"purpose": "use", "way": "age"})
        return Entered("choice", chosen.text, after)
    place = ways.named(seen, field) if field else next(iter(seen.reading.fields), None)
    if place is None:
        return None
    born = datetime.fromtimestamp(now_ns / 1e9, UTC)
    if _NUMBER.fullmatch(place.text.strip()) and _neighbours(seen, place):
        target = born.year - years if _YEAR.fullmatch(place.text.strip()) else years
        return _picked(user, seen, place, target)
    text = str(years)
    label = fold(place.text)
    if "年龄" not in label and re.search(r"生日|出生|birth|yyyy", label):
        year = f"{born.year - years - 1}" if born.month < 2 else f"{born.year - years}"
        text = year if re.search(r"年份|year", label) else f"{year}-01-01"
    return Entered("field", text, user.type(place, text, seen))


def _offered(seen: Sight) -> list[tuple[FoundControl, int, int]]:
    """Ages that can be chosen, with the years from and below which they are."""
    found: list[tuple[FoundControl, int, int]] = []
    for control in seen.reading.controls:
        text = fold(control.text)
        if len(text) > 20:
            continue
        if match := _RANGE.search(text):
            found.append((control, int(match[1]), int(match[2]) + 1))
        elif match := _UNDER.search(text):
            found.append((control, 0, int(match[1] or match[2])))
        elif match := _EXACT.fullmatch(text):
            found.append((control, int(match[1]), int(match[1]) + 1))
    return found


def _neighbours(seen: Sight, place: FoundControl) -> dict[int, FoundControl]:
    """The buttons of a picker beside its value, by the value that each leads to."""
    value = int(place.text.strip())
    left, _, right, _ = place.bounds
    found = {}
    for control in seen.reading.controls:
        middle = control.centre[0]
        if _NUMBER.fullmatch(control.text.strip()) and left <= middle <= right and abs(int(control.text) - value) == 1:
            found[int(control.text)] = control
    return found


def _picked(user: UiDriver, seen: Sight, place: FoundControl, target: int) -> Entered | None:
    here, value = seen, int(place.text.strip())
    for _ in range(_STEPS):
        if value == target:
            return Entered("picker", str(value), here)
        step = _neighbours(here, place).get(value + (1 if target > value else -1))
        after = user.tap(step, here, patience=1.0) if step is not None else None
        again = [f for f in after.reading.fields if f.bounds == place.bounds] if after is not None else []
        if after is None or not again or not _NUMBER.fullmatch(again[0].text.strip()):
            return None
        here, place, value = after, again[0], int(again[0].text.strip())
    return None
