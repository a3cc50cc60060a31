"""A day of birth is found however it is written, as the moment it began, and hashed; another day is not it."""

from __future__ import annotations

import datetime
import hashlib
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_search import hits, names

from harness.matching import birthdays

WRITTEN = (
    "23/08/1987", "8/23/87", "1987-08-23", "19870823", "August 23, 1987", "23 Aug 1987", "1987年8月23日",
    "23.08.1987", "08/23/1987", "Aug 23 1987", "1987/8/23", "23-Aug-1987", "1987-08-23T00:00:00Z",
)  # fmt: skip


@pytest.mark.parametrize(("known", "sent"), [(a, b) for a, b in itertools.product(WRITTEN, WRITTEN) if a != b])
def test_known_in_any_spelling_it_is_found_in_any_other(known: str, sent: str) -> None:
    assert names(hits(f'{{"dob":"{sent}"}}', ("birthday", known))) == {"birthday"}


def _midnight(zone_hours: int) -> int:
    return int(datetime.datetime(1987, 8, 23, tzinfo=datetime.UTC).timestamp()) - zone_hours * 3600


def test_its_midnight_counts_under_its_name() -> None:
    device = (("birthday", "8/23/87"), ("timezone", "Asia/Kolkata"))
    for moment in (_midnight(0), _midnight(0) * 1000, int(_midnight(0) - 5.5 * 3600), int(_midnight(0) - 5.5 * 3600) * 1000):
        assert "birthday" in names(hits(f'{{"birth_date":{moment}}}', *device))
    assert "birthday" in names(hits('{"birthday":"1987-08-22T18:30:00.000Z"}', *device))


def test_summer_time_is_that_of_the_day() -> None:
    """Japan had none in 1987, and Shanghai had: midnight of that day was at 15 o'clock UTC."""
    device = (("birthday", "1987-08-23"), ("timezone", "Asia/Shanghai"))
    assert "birthday" in names(hits(f'{{"dob":{_midnight(9)}}}', *device))


def test_before_1970_the_moment_is_negative() -> None:
    assert names(hits('{"dob":-31536000}', ("birthday", "January 1, 1969"))) == {"birthday"}


@pytest.mark.parametrize("body", [
    '{"dob":"1987-08-24"}', '{"dob":"8/24/87"}', '{"v":"8.23.87"}', '{"version":"23.8.87"}', '{"t":556675200123}',
    '{"dob":"August 24, 1987"}', '{"x":"18/23/87"}', '{"count":1987}', '{"dob":556675201}', '{"year":1987}',
])  # fmt: skip
def test_another_day_is_not_it(body: str) -> None:
    assert hits(body, ("birthday", "8/23/87")) == []


def test_a_moment_elsewhere_is_not_it() -> None:
    device = (("birthday", "8/23/87"), ("timezone", "America/New_York"))
    assert hits(f'{{"size":{_midnight(-4)}}}', *device) == []


@pytest.mark.parametrize("known", WRITTEN)
def test_it_is_found_hashed(known: str) -> None:
    for text in ("19870823", "1987-08-23", "08/23/1987"):
        assert names(hits(hashlib.sha256(text.encode()).hexdigest(), ("birthday", known))) == {"birthday"}
    assert hits(hashlib.sha256(b"19870824").hexdigest(), ("birthday", known)) == []


@pytest.mark.parametrize(("text", "days"), [
    ("January 31, 1979", ["1979-01-31"]), ("3 Dec 1995", ["1995-12-03"]), ("03/04/1987", ["1987-03-04", "1987-04-03"]),
    ("31. März 1980", ["1980-03-31"]), ("5 de enero de 1990", ["1990-01-05"]), ("Jan 5th, 1990", ["1990-01-05"]),
    ("31/02/1990", []),
    ("hello", []), ("1.2.3.4", []), ("99/99/1999", []), ("", []), ("1987", []),
])  # fmt: skip
def test_a_day_is_read(text: str, days: list[str]) -> None:
    assert sorted(str(day) for day in birthdays.days_of(text)) == days


ZONES = ["Asia/Shanghai", "America/New_York", "GMT-3"]


@given(st.dates(datetime.date(1900, 1, 1), datetime.date(2030, 1, 1)), st.sampled_from(ZONES))
def test_what_is_written_is_read_again(day: datetime.date, zone: str) -> None:
    for variant, text, _ in birthdays.written(f"{day:%d.%m.%Y}", [zone]):
        if variant in ("digits", "year first", "Chinese", "month in words"):
            read = birthdays.days_of(text)
            assert day in read or datetime.date(day.year, day.day, day.month) in read
