"""The device's clock against ours."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.capture.clock import Offset, agree, jumped, measure, measure_device
from harness.errors import RigError


@given(
    offset=st.integers(-(10**12), 10**12),
    trips=st.lists(st.tuples(st.integers(0, 10**8), st.integers(0, 10**8)), min_size=1, max_size=8),
)
def test_the_true_offset_lies_within_the_uncertainty(offset: int, trips: list[tuple[int, int]]) -> None:
    """Whatever the way there and the way back take."""
    now = 10**18
    ways: Iterator[tuple[int, int]] = iter(trips)

    def ask() -> int:
        nonlocal now
        there, back = next(ways)
        now += there
        answer = now + offset
        now += back
        return answer

    measured = measure(ask, "date", len(trips), lambda: now)
    assert abs(measured.offset_ns - offset) <= measured.uncertainty_ns + 1
    assert measured.uncertainty_ns == min(sum(t) // 2 for t in trips)


def test_a_date_without_nanoseconds_is_known_to_half_a_second() -> None:
    now = 1_800_000_000_300_000_000
    measured = measure_device(lambda *words: "1800000000 %N\n", lambda: now)
    assert abs(measured.offset_ns) <= measured.uncertainty_ns == 500_000_000


def test_a_device_that_tells_no_time_is_the_rigs_fault() -> None:
    with pytest.raises(RigError, match="clock cannot be read"):
        measure_device(lambda *words: "sh: date: not found")


@pytest.mark.parametrize(("agent", "fits"), [(1_000, True), (2_100, True), (2_101, False)])
def test_two_readings_of_one_clock_must_agree(agent: int, fits: bool) -> None:
    assert agree(Offset(agent, 1_000, "agent"), Offset(0, 1_100, "date")) is fits


@pytest.mark.parametrize(
    ("end", "seconds", "was_set"), [(2_000, 0, False), (2_001, 0, True), (2_000_000, 10, False), (2_100_000, 10, True)])
def test_a_clock_that_was_set_is_told_from_one_that_drifts(end: int, seconds: float, was_set: bool) -> None:
    assert jumped(Offset(0, 1_000, "date"), Offset(end, 1_000, "date"), seconds) is was_set
