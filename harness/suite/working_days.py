"""Working days of the PRC: terms in rules and promises are counted in them (sz-guide-15c, -15d: 15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Due:
    """The last day of a term. `certain`: false where it goes into a year whose holidays are not known: weekends alone count."""

    day: date
    certain: bool


@cache
def _calendar() -> tuple[frozenset[date], frozenset[date], frozenset[int]]:
    data: Any = yaml.safe_load((Path(__file__).parent / "working_days.yaml").read_text(encoding="utf-8"))
    years = data["years"]
    off = {day for year in years.values() for span in year["closed"] for day in _days(span)}
    work = {day for year in years.values() for span in year["worked"] for day in _days(span)}
    return frozenset(off), frozenset(work), frozenset(years)


def _days(span: Any) -> list[date]:
    first, _, last = str(span).partition("..")
    begin, end = date.fromisoformat(first), date.fromisoformat(last or first)
    return [begin + timedelta(n) for n in range((end - begin).days + 1)]


def is_working_day(day: date) -> bool:
    off, work, _ = _calendar()
    return day in work or (day.weekday() < 5 and day not in off)


def due(begun: date, days: int) -> Due:
    """The last day of a term of so many working days that begins on the day after `begun`."""
    known = _calendar()[2]
    day = begun
    while days > 0:
        day += timedelta(1)
        days -= is_working_day(day)
    return Due(day, all(year in known for year in range(begun.year, day.year + 1)))
