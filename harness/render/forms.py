"""How moments, numbers, values and lists of ids are written for a reader."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Literal

import yaml

from harness.resources import resource

_JSON = json.JSONEncoder(ensure_ascii=False, default=str)
LISTED = 60  # ranges of ids that are written out; the bundle's own journals have them all
_ID = re.compile(r"([a-z])(\d+)(@[0-9a-f]+)?")
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]")
_EPOCH = datetime.datetime.fromtimestamp(0, datetime.UTC)
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@cache
def texts(name: str) -> Mapping[str, Any]:
    """reports/texts/NAME.yaml: zh, en, and compare-zh and compare-en for a comparison."""
    loaded: Mapping[str, Any] = yaml.safe_load(resource("reports", "texts", f"{name}.yaml").read_text("utf-8"))
    return loaded


def instant(ns: int) -> datetime.datetime | None:
    """UTC, to the microsecond that has begun; None for a number of nanoseconds that is no time."""
    try:
        return _EPOCH + datetime.timedelta(microseconds=ns // 1000)
    except (OverflowError, ValueError, OSError):
        return None


def iso(ns: int | None, digits: Literal[0, 3, 9] = 0) -> str | None:
    """ISO 8601 in UTC with so many digits of the second, what is beyond cut off; None where there is no time, or none that a
    calendar has."""
    at = instant(ns) if ns else None
    if ns is None or at is None:
        return None
    fraction = f".{ns % 10**9 // 10**(9 - digits):0{digits}}" if digits else ""
    return f"{at.replace(tzinfo=None).isoformat(timespec='seconds')}{fraction}Z"


def clock(ns: int | None) -> str:
    """UTC, to the millisecond, with the date left to the report's head. An analysis gap has no time."""
    at = instant(ns) if ns else None
    return "–" if at is None else at.strftime("%H:%M:%S.%f")[:-3] + "Z"


def moment(ns: int | None, language: str = "en") -> str:
    """Date and time in UTC, as the language writes them; "" where there is none."""
    at = instant(ns) if ns else None
    return "" if at is None else day_and_time(at, language)


def day_and_time(at: datetime.datetime, language: str) -> str:
    time = at.strftime("%H:%M:%S UTC")
    if language == "zh":
        return f"{at.year}年{at.month}月{at.day}日 {time}"
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}, {time}"


def from_iso(text: str, language: str) -> str:
    """A time of a signature (2026-11-30T12:27:01Z) as a reader writes it; any other text as it is."""
    try:
        at = datetime.datetime.fromisoformat(text)
    except ValueError:
        return text
    return day_and_time(at.astimezone(datetime.UTC), language) if at.tzinfo else text


def number(value: float) -> str:
    """With thousands set apart, which both languages do alike."""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def plain(value: Any) -> str:
    """A recorded value as text: a text as it is, nothing as "", anything else as JSON."""
    if isinstance(value, str):
        return value
    return "" if value is None else _JSON.encode(value)


def visible(text: str) -> str:
    """What a reader would not see, or would be led astray by, as its escape: controls, marks that turn the direction of
    writing, halves of surrogate pairs, which Java's texts may hold."""
    return text if text.isprintable() else _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def word(t: Mapping[str, Any], table: str, key: object) -> str:
    """The word of a table of texts for what a bundle says; what the table does not know is shown as it stands."""
    known: Mapping[str, str] = t[table]
    return known.get(str(key)) or cut(key, 120)


def cut(value: Any, length: int = 400) -> str:
    """At most `length` characters, the cut marked."""
    text = plain(value)
    return visible(text if len(text) <= length else text[:length] + " …")


def ranges(ids: Iterable[str], most: int = LISTED) -> str:
    """Ids by kind and number, the kinds as they first come; a row of neighbours as c3–c9; what is beyond `most` ranges is
    counted."""
    rows: list[tuple[str, int, int, str]] = []
    for one in _in_order(ids):
        found = _ID.fullmatch(one)
        if not found:
            rows.append((one, -1, -1, ""))
            continue
        letter, count, label = found[1], int(found[2]), found[3] or ""
        if rows and rows[-1][0] == letter and rows[-1][3] == label and rows[-1][2] + 1 == count:
            rows[-1] = (letter, rows[-1][1], count, label)
        else:
            rows.append((letter, count, count, label))
    shown = [letter if begin < 0 else f"{letter}{begin}{label}" if begin == end
             else f"{letter}{begin}{label}{'–' if end > begin + 1 else ', '}{letter}{end}{label}"
             for letter, begin, end, label in rows[:most]]
    left = sum(1 if begin < 0 else end - begin + 1 for _, begin, end, _ in rows[most:])
    return ", ".join(shown) + (f" (+{number(left)})" if left else "")


def _in_order(ids: Iterable[str]) -> list[str]:
    given = list(ids)
    found = {one: _ID.fullmatch(one) for one in given}
    kinds = {letter: place for place, letter in reversed(list(enumerate(one[:1] for one in given)))}

    def key(one: str) -> tuple[int, str, int]:
        match = found[one]
        return (kinds[one[:1]], match[3] or "", int(match[2])) if match else (kinds[one[:1]], "", -1)

    return sorted(given, key=key)


def flatten(data: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """A fact's mapping as rows of a table, values as they are."""
    rows: list[tuple[str, Any]] = []
    for key, value in data.items():
        if isinstance(value, Mapping) and value:
            rows += flatten(value, f"{prefix}{key}.")
        else:
            rows.append((f"{prefix}{key}", value))
    return rows
