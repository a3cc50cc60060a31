"""Working days of the PRC: terms in rules and promises are counted in them (sz-guide-15c, -15d: 15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


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


def _known(day: date) -> bool:
    from chinese_calendar import is_workday

    return bool(is_workday(day))


def _is_known(year: int) -> bool:
    try:
        _known(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True
