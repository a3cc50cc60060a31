"""Searching for many strings at once finds what looking for each of them finds; what is passed over would not have counted."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.matching import Known
from harness.matching.candidates import TextForm
from harness.matching.evidence import ENOUGH, GLUED, PART
from harness.matching.patterns import WINDOW, LongPatterns, Patterns, Quota
from harness.matching.standing import in_locale, standing, surely_glued


def each(data: bytes, patterns: list[bytes]) -> list[tuple[str, int, int]]:
    """By looking for one after another."""
    return sorted(
        (pattern.hex(), at, at + len(pattern))
        for pattern in patterns
        for at in range(len(data) - len(pattern) + 1)
        if data.startswith(pattern, at)
    )


def at_once(search: Patterns[str] | LongPatterns[str], data: bytes, patterns: list[bytes]) -> list[tuple[str, int, int]]:
    for pattern in patterns:
        search.under(pattern).append(pattern.hex())
    search.close()
    return list(search.matches(data, Quota()))


@pytest.mark.parametrize("size", [0, 3, 60, 255, 256, 257, 5000])
@pytest.mark.parametrize("seed", range(10))
def test_each_place_of_each_string_is_found(size: int, seed: int) -> None:
    r = Random(f"{size} {seed}")
    letters = bytes(r.sample(range(256), 3))
    data = bytes(r.choices(letters, k=size))
    patterns = sorted({bytes(r.choices(letters, k=r.randrange(4, 9))) for _ in range(40)})
    assert sorted(at_once(LongPatterns(), data, patterns)) == each(data, patterns)
    assert sorted(at_once(Patterns(), data, patterns)) == each(data, patterns)


def test_those_that_begin_at_one_place_are_told_from_short_to_long() -> None:
    assert at_once(LongPatterns(), b"abcdefgh" * 100, [b"abcdef", b"abcd", b"abcde"])[:3] == [
        (b"abcd".hex(), 0, 4), (b"abcde".hex(), 0, 5), (b"abcdef".hex(), 0, 6)
    ]  # fmt: skip


def test_what_stands_across_two_windows_is_found_once() -> None:
    for at in range(WINDOW - 8, WINDOW + 2):
        data = bytes(at) + b"\x01\x02\x03\x04\x05\x06" + bytes(WINDOW)
        assert [start for _, start, _ in at_once(LongPatterns(), data, [b"\x01\x02\x03\x04\x05\x06"])] == [at]


FIELDS = ("language", "country", "city", "os_version", "os_name", "screen_width", "network_type", "imei", "")


@given(
    st.binary(max_size=6) | st.text("abz19 -_/\\%nr\"'x", max_size=6).map(str.encode),
    st.sampled_from([b"zh", b"14", b"wifi", "杭州".encode(), b"1080"]),
    st.binary(max_size=6) | st.text("abz19 -_/\\%nr\"':x", max_size=6).map(str.encode),
    st.sampled_from(FIELDS),
)
def test_what_is_surely_glued_stands_badly(left: bytes, text: bytes, right: bytes, field: str) -> None:
    lowered = (left + text + right).lower()
    start, end = len(left), len(left) + len(text)
    if surely_glued(lowered, start, end, field):
        for word in (True, False):
            assert standing(lowered, start, end, field, word=word) <= GLUED + PART
        assert field not in ("language", "country") or not in_locale(lowered, start, end)


def test_a_weak_form_cannot_count_where_it_is_glued() -> None:
    known = Known(name="n", value="14", field="os_version")
    for bits in (0.0, 3.0, 15.9, 16.0, 45.0):
        form = TextForm(known, "raw", b"14", bits)
        assert form.weak == (bits + GLUED + PART + 15.0 < ENOUGH)
