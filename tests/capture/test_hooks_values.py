"""What a record says of a value: the very text up to a bound, and that there was more beyond it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jvm_app import CATALOGUE, HookedApp, hooked

from harness.capture.catalogue import load_catalogue
from harness.model import Outcome

pytestmark = pytest.mark.lab

BOUND, ITEMS = 4096, 64
UNITS = st.one_of(
    st.integers(0, 0xFFFF), st.integers(0, 0x7F), st.integers(0xD800, 0xDFFF), st.sampled_from([0, 10, 34, 92, 0x7F, 0x2026]))


@pytest.fixture(scope="module")
def rig() -> Iterator[HookedApp]:
    with hooked(load_catalogue(CATALOGUE)) as made:
        yield made


def hexed(text: str) -> str:
    return text.encode("utf-16-be", "surrogatepass").hex()


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-16-le", "surrogatepass")).hexdigest()


def text_of(units: list[int]) -> str:
    """Units as a Python text: pairs of surrogates are one character there, halves stay."""
    return b"".join(u.to_bytes(2, "big") for u in units).decode("utf-16-be", "surrogatepass")


@given(st.lists(UNITS, max_size=60))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_every_text_is_told_unit_by_unit(rig: HookedApp, units: list[int]) -> None:
    text = text_of(units)
    call = rig.call(f"answer {hexed(text)}".rstrip())
    assert rig.said == "same"
    if text in ("", "000000000000000"):
        assert (call.outcome, call.value) == (Outcome.EMPTY, None)
    else:
        assert (call.outcome, call.value) == (Outcome.VALUE, text)


@pytest.mark.parametrize("length", [BOUND - 1, BOUND, BOUND + 1, 20_000])
def test_beyond_the_bound_only_the_length_is_told(rig: HookedApp, length: int) -> None:
    call = rig.call(f"answer {hexed('梁' * length)}")
    whole = "梁" * length
    assert call.value == (whole if length <= BOUND else "梁" * BOUND + f"\u2026[{length} sha256 {digest(whole)}]")


def test_a_text_is_cut_between_units_even_where_that_halves_a_pair(rig: HookedApp) -> None:
    whole = "x" + chr(0x1F600) * BOUND
    call = rig.call(f"answer {hexed(whole)}")
    cut = "x" + chr(0x1F600) * (BOUND // 2 - 1) + "\ud83d"
    assert call.value == cut + f"\u2026[{1 + 2 * BOUND} sha256 {digest(whole)}]"


@pytest.mark.parametrize("count", [0, 1, ITEMS, ITEMS + 1])
def test_of_a_long_array_the_first_items_and_how_many_there_are(rig: HookedApp, count: int) -> None:
    told = rig.call(f"texts {count} {hexed('梁小雨')}").arguments[-1]
    items = ["梁小雨" if i != 1 else None for i in range(min(count, ITEMS))]
    assert told == (items if count <= ITEMS else {"count": count, "items": items})


def test_an_array_too_long_for_the_quick_way_is_told_all_the_same(rig: HookedApp) -> None:
    told = rig.call(f"texts 20 {hexed('梁' * BOUND)}").arguments[-1]
    assert told == ["梁" * BOUND if i != 1 else None for i in range(20)]


@pytest.mark.parametrize("length", [1024, 1025])
def test_of_many_bytes_the_first_the_length_and_the_hash(rig: HookedApp, length: int) -> None:
    call = rig.call(f"bytes {length}")
    whole = bytes(i % 251 for i in range(length))
    cut = {"hex": whole[:1024].hex(), "length": length, "sha256": hashlib.sha256(whole).hexdigest()}
    assert call.value == (whole.hex() if length == 1024 else cut)


def test_of_a_wide_cursor_as_many_rows_as_there_is_room_for(rig: HookedApp) -> None:
    call = rig.call("query content://com.android.contacts/wide")
    assert rig.said == "-1 of 30"
    cell = "雨" * 256 + "\u2026[300]"
    assert (call.value["columns"], call.value["count"]) == ([f"c{i}" for i in range(40)], 30)
    assert call.value["rows"] == [[cell] * 40] * len(call.value["rows"])
    assert 1 <= len(call.value["rows"]) < 20


@pytest.mark.parametrize("count", [-1, -2])
def test_a_cursor_that_does_not_know_how_many_rows_it_has_has_none(rig: HookedApp, count: int) -> None:
    assert rig.call(f"uncounted {count}").outcome == Outcome.EMPTY
    assert rig.said == str(count)


def test_a_cursor_that_refuses_stays_the_apps_own(rig: HookedApp) -> None:
    """What it throws at us does not reach the app, and its place is what it was."""
    call = rig.call("query content://com.android.contacts/broken")
    assert rig.said == "-1 of 2"
    assert (call.outcome, call.value) == (Outcome.VALUE, {"unreadable": "android.database.Cursor: java exception"})
