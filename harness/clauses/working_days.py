"""Working days of the PRC: terms in rules and promises are counted in them (sz-guide-15c, -15d: 15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache


@dataclass(frozen=True)
class Due:
    """The last day of a term. `certain`: false where it goes into a year whose holidays are not known: weekends alone count."""

    day: date
    certain: bool


def is_working_day(day: date) -> bool:
    """By the State Council's notice on the year's holidays, where it is known; else by the day of the week."""
    return _known(day) if _is_known(day.year) else day.weekday() < 5


def due(begun: date, days: int) -> Due:
    """The last day of a term of so many working days that begins on the day after `begun`."""
    day = begun
    while days > 0:
        day += timedelta(1)
        days -= is_working_day(day)
    return Due(day, all(map(_is_known, range(begun.year, day.year + 1))))


def between(first: date, last: date) -> int:
    """Working days after `first` up to `last`."""
    return sum(is_working_day(first + timedelta(n)) for n in range(1, (last - first).days + 1))


@cache
def least_and_most(days: int, year: int) -> tuple[int, int]:
    """How many of so many calendar days, that begin on any day of that year, are working days: least and most."""
    first = date(year, 1, 1)
    worked = [is_working_day(first + timedelta(n)) for n in range(365 + days)]
    counts = [sum(worked[n + 1 : n + 1 + days]) for n in range(365 - 1)]
    return min(counts), max(counts)


def _known(day: date) -> bool:
    from chinese_calendar import is_workday

    return bool(is_workday(day))


@cache
def _is_known(year: int) -> bool:
    try:
        _known(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True
