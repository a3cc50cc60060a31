"""The ring is read back as it was written, and bytes that are none are refused."""

from __future__ import annotations

import contextlib
import json
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.capture.agent_ring import HEADER, MAGIC, PAD, BadRing, entries, last_number, ring_entries

values = st.recursive(st.none() | st.integers(-(2**53), 2**53) | st.text(max_size=20), lambda inner: st.lists(inner, max_size=4))


def entry(value: Any) -> bytes:
    text = json.dumps(value).encode()
    return (struct.pack("<I", len(text)) + text + b"\0").ljust((4 + len(text) + 1 + 3) & ~3, b"\0")


class Writer:
    """What hooks/agent/ring.js does, so that wrapping and padding can be tried without a process."""

    def __init__(self, capacity: int) -> None:
        self.data = bytearray(capacity)
        self.head = self.tail = 0

    def put(self, value: Any) -> bool:
        piece = entry(value)
        offset = self.head % len(self.data)
        rest = len(self.data) - offset
        pad = rest if rest < len(piece) else 0
        if pad + len(piece) > len(self.data) - (self.head - self.tail):
            return False
        if pad:
            self.data[offset : offset + 4] = struct.pack("<I", PAD)
            offset = 0
        self.data[offset : offset + len(piece)] = piece
        self.head += pad + len(piece)
        return True

    def file(self, number: int = 0) -> bytes:
        fields = struct.pack("<8sQQQQ", MAGIC, len(self.data), self.head, self.tail, number)
        return fields.ljust(HEADER, b"\0") + bytes(self.data)


@given(st.lists(values, max_size=20))
def test_a_piece_is_read_in_order(written: list[Any]) -> None:
    assert list(entries(b"".join(map(entry, written)))) == written


@given(st.lists(st.tuples(values, st.booleans()), max_size=60), st.integers(0, 2**40))
def test_what_was_not_confirmed_is_read_after_any_number_of_rounds(written: list[tuple[Any, bool]], number: int) -> None:
    ring = Writer(512)
    left: list[Any] = []
    for value, confirm in written:
        if ring.put(value):
            left.append(value)
        if confirm:
            ring.tail, left = ring.head, []
    assert list(ring_entries(ring.file(number))) == left
    assert last_number(ring.file(number)) == number


@given(st.binary(max_size=300))
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(BadRing):
        list(ring_entries(data))
    for read in (lambda: list(ring_entries((MAGIC + data).ljust(2000, b"\0"))), lambda: list(entries(data))):
        with contextlib.suppress(BadRing):      # and nothing else
            read()


@pytest.mark.parametrize("cut", [1, 3, 5])
def test_a_piece_that_ends_inside_an_entry_is_refused(cut: int) -> None:
    whole = entry([1, "two"]) + entry([3, "four"])
    with pytest.raises(BadRing):
        list(entries(whole[: len(entry([1, "two"])) + cut]))
