"""The device's clock against ours."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.capture.clock import Offset, compare, measure, measure_device, record
from harness.errors import RigError
from harness.model import Fact


class Journal(list[Fact]):
    def append(self, event: Fact) -> Fact:  # type: ignore[override]
        super().append(event)
        return event


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


def test_the_fact_has_what_the_tables_read() -> None:
    journal = Journal()
    record(journal, Offset(-25, 10, "date", 8), lambda: 7)
    assert journal[0].type == "clock"
    assert journal[0].data == {"offset_ns": -25, "uncertainty_ns": 10, "source": "date", "rounds": 8}


@pytest.mark.parametrize(("agent", "agree"), [(1_000, True), (2_100, True), (2_101, False)])
def test_two_readings_of_one_clock_must_agree(agent: int, agree: bool) -> None:
    journal = Journal()
    said = compare(journal, Offset(agent, 1_000, "agent"), Offset(0, 1_100, "date"))
    assert said["agree"] is agree
    assert "offset_ns" not in journal[0].data, "the tables would take it for the device's"
