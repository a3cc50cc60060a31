"""A time zone as its distance from UTC, in the units and with the signs that SDKs use, and the zones that have a distance."""

from __future__ import annotations

import datetime
import re
import zoneinfo
from collections.abc import Iterator
from functools import cache

_OFFSET = re.compile(r"(?:GMT|UTC)?\s?([+-])(\d{1,2})(?::?([0-5]\d))?")
_SEASONS = (datetime.datetime(2025, 1, 15), datetime.datetime(2025, 7, 15))
_FARTHEST = 14 * 3600


def offsets(value: str) -> tuple[int, ...]:
    """Seconds east of UTC in winter and in summer; () where the text is no zone."""
    if (match := _OFFSET.fullmatch(value.strip())) is not None:
        seconds = int(match[2]) * 3600 + int(match[3] or 0) * 60
        return (seconds if match[1] == "+" else -seconds,) if seconds <= _FARTHEST else ()
    return _of_zone(value) if "/" in value else ()


@cache
def _of_zone(name: str) -> tuple[int, ...]:
    try:
        zone = zoneinfo.ZoneInfo(name)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        return ()
    distances = [at.replace(tzinfo=zone).utcoffset() for at in _SEASONS]
    return tuple(dict.fromkeys(int(far.total_seconds()) for far in distances if far is not None))


@cache
def zones_at(seconds: int) -> tuple[str, ...]:
    """The zones with places for names that are so far from UTC in winter or in summer."""
    return tuple(name for name in sorted(zoneinfo.available_timezones()) if "/" in name and seconds in _of_zone(name))


def written(seconds: int) -> Iterator[tuple[str, str, bool]]:
    """(variant, text, whether it counts only under a name that says time zone). Both signs of bare numbers: JavaScript's
    getTimezoneOffset counts west of UTC."""
    sign, (hours, minutes) = "-" if seconds < 0 else "+", divmod(abs(seconds) // 60, 60)
    for name in ("GMT", "UTC"):
        for tail in (f"{hours:02}:{minutes:02}", f"{hours:02}{minutes:02}", f"{hours}:{minutes:02}"):
            yield "offset from UTC", f"{name}{sign}{tail}", False
        if not minutes:
            yield "offset from UTC", f"{name}{sign}{hours}", False
            yield "offset from UTC", f"{name}{sign}{hours:02}", False
    for text in (f"{sign}{hours:02}:{minutes:02}", f"{sign}{hours:02}{minutes:02}"):
        yield "offset from UTC", text, True
    if not seconds:
        return
    if not minutes:
        for text in (f"{sign}{hours}", f"{sign}{hours:02}", str(hours), f"{hours}.0", f"-{hours}", f"-{hours}.0"):
            yield "hours from UTC", text, True
    else:
        yield "hours from UTC", f"{seconds / 3600:g}", True
        yield "hours from UTC", f"{-seconds / 3600:g}", True
    for unit, size in (("minutes", 60), ("seconds", 1), ("milliseconds", 0)):
        number = abs(seconds) // size if size else abs(seconds) * 1000
        yield f"{unit} from UTC", str(number), True
        yield f"{unit} from UTC", f"-{number}", True
