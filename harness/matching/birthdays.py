"""Days of birth: however they are written, and as the moment in which that day began."""

from __future__ import annotations

import datetime
import re
import zoneinfo
from collections.abc import Iterator, Sequence

from harness.matching import shapes, time_zones

_MONTHS = tuple(names.split() for names in (
    "january february march april may june july august september october november december",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
))
_NUMBERS = re.compile(r"(\d{1,2})\s?[-/. ]\s?(\d{1,2})\s?[-/. ]\s?(\d{4}|\d{2})")
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th|\.)?[\s\-/]+(?:of |de )?([^\W\d_]{3,10})\.?,?[\s\-/]+(?:de )?(\d{4})")
_MONTH_FIRST = re.compile(r"([^\W\d_]{3,10})\.?[\s\-/]+(\d{1,2})(?:st|nd|rd|th)?,?[\s\-/]+(\d{4})")
_YEAR_FIRST = re.compile(r"((?:19|20)\d\d)\s?[-/.年 ]\s?(\d{1,2})\s?[-/.月 ]\s?(\d{1,2})\s?日?(?:[T ]\d\d:\d\d.*)?")
_AT_ONCE = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")
_THIS_CENTURY = 30  # two digits of a year up to here are of 20xx
_SHORTEST = 10**7  # a moment this near to 1970 is as often a count


def days_of(text: str) -> list[datetime.date]:
    """The day that a text says; two where day and month may be either."""
    text = text.strip()
    if match := _YEAR_FIRST.fullmatch(text) or _AT_ONCE.fullmatch(text):
        return _valid((int(match[1]), int(match[2]), int(match[3])))
    if match := _NUMBERS.fullmatch(text):
        year = int(match[3])
        if len(match[3]) == 2:
            year += 2000 if year <= _THIS_CENTURY else 1900
        return _valid((year, int(match[2]), int(match[1])), (year, int(match[1]), int(match[2])))
    if match := _DAY_FIRST.fullmatch(text):
        return _valid((int(match[3]), _month(match[2]), int(match[1])))
    if match := _MONTH_FIRST.fullmatch(text):
        return _valid((int(match[3]), _month(match[1]), int(match[2])))
    return []


def written(text: str, zones: Sequence[str]) -> Iterator[tuple[str, str, bool]]:
    """(variant, text, whether it counts only under a name that says birthday). `zones`: the device's."""
    for day in days_of(text):
        if shapes.date_of(text) is None:
            yield from _by_numbers(day)
        yield from _by_words(day)
        for sign in "/-.":
            short = f"{day.year % 100:02}"
            for first, last in ((day.month, day.day), (day.day, day.month)):
                yield "year of two digits", f"{first}{sign}{last}{sign}{short}", True
                yield "year of two digits", f"{first:02}{sign}{last:02}{sign}{short}", True
            yield "year of two digits", f"{short}{sign}{day.month:02}{sign}{day.day:02}", True
        for order in (f"{day:%y%m%d}", f"{day:%d%m%y}", f"{day:%m%d%y}"):
            yield "digits, year of two", order, True
        yield from _moments(day, zones)


def _by_numbers(day: datetime.date) -> Iterator[tuple[str, str, bool]]:
    y, m, d = f"{day.year:04}", f"{day.month:02}", f"{day.day:02}"
    yield "digits", y + m + d, False
    for sign in "-/.":
        yield "year first", f"{y}{sign}{m}{sign}{d}", False
        yield "day first", f"{d}{sign}{m}{sign}{y}", False
        yield "month first", f"{m}{sign}{d}{sign}{y}", False
        yield "year first, short", f"{y}{sign}{day.month}{sign}{day.day}", False
        yield "month first, short", f"{day.month}{sign}{day.day}{sign}{y}", False
        yield "day first, short", f"{day.day}{sign}{day.month}{sign}{y}", False
    yield "digits, day first", d + m + y, True
    yield "digits, month first", m + d + y, True
    yield "Chinese", f"{day.year}年{day.month}月{day.day}日", False
    yield "Chinese", f"{y}年{m}月{d}日", False
    yield "year", y, True


def _by_words(day: datetime.date) -> Iterator[tuple[str, str, bool]]:
    english = _MONTHS[0][day.month - 1].capitalize()
    for month in dict.fromkeys((english, english[:3])):
        for number in dict.fromkeys((str(day.day), f"{day.day:02}")):
            yield "month in words", f"{month} {number}, {day.year}", False
            yield "month in words", f"{month} {number} {day.year}", False
            for sign in " -":
                yield "month in words", f"{number}{sign}{month}{sign}{day.year}", False
    for names in _MONTHS[1:]:
        yield "month in words", f"{day.day}. {names[day.month - 1]} {day.year}", False
        yield "month in words", f"{day.day} {names[day.month - 1]} {day.year}", False
        yield "month in words", f"{day.day} de {names[day.month - 1]} de {day.year}", False


def _moments(day: datetime.date, zones: Sequence[str]) -> Iterator[tuple[str, str, bool]]:
    midnight = datetime.datetime(day.year, day.month, day.day, tzinfo=datetime.UTC)
    for zone in ("UTC", *zones):
        try:
            begun = midnight - _offset(zone, midnight)
        except OverflowError:
            continue
        seconds = int(begun.timestamp())
        if abs(seconds) >= _SHORTEST:
            yield f"seconds, {zone}", str(seconds), True
            yield f"milliseconds, {zone}", str(seconds * 1000), True
        if begun.date() != day:
            yield f"time stamp, {zone}", begun.strftime("%Y-%m-%dT%H:%M:%S"), True
            yield f"time stamp, {zone}", begun.strftime("%Y-%m-%d %H:%M:%S"), True


def _offset(zone: str, at: datetime.datetime) -> datetime.timedelta:
    """East of UTC, on that day: summer time and zones themselves were others then."""
    if "/" in zone:
        try:
            return at.replace(tzinfo=zoneinfo.ZoneInfo(zone)).utcoffset() or datetime.timedelta()
        except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
            return datetime.timedelta()
    return datetime.timedelta(seconds=next(iter(time_zones.offsets(zone)), 0))


def _month(word: str) -> int:
    """1 to 12, by its name in one of four languages or the first three letters of that; 0 where it is none."""
    lowered = word.lower()
    for names in _MONTHS:
        for number, name in enumerate(names, 1):
            if lowered == name or (len(lowered) in (3, 4) and name.startswith(lowered)):
                return number
    return 0


def _valid(*days: tuple[int, int, int]) -> list[datetime.date]:
    found: dict[datetime.date, None] = {}
    for year, month, day in days:
        if 1900 <= year <= 2100:
            try:
                found[datetime.date(year, month, day)] = None
            except ValueError:
                continue
    return list(found)
