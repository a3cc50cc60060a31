"""Reads what the agent put into its ring: a piece of it from the live channel, or the whole file of a dead process.

docs/hook-journal.md has the layout.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from typing import Any

MAGIC = b"HRNSRING"
HEADER = 64
PAD = 0xFFFFFFFF
_LENGTH = struct.Struct("<I")
_FIELDS = struct.Struct("<8sQQQQ")


class BadRing(ValueError):
    """These bytes are no ring, or not a whole one."""


def entries(piece: bytes) -> Iterator[Any]:
    """The entries of a piece that begins with one, in order. Raises BadRing where it ends inside one."""
    at = 0
    while at < len(piece):
        entry, at = _entry(piece, at, len(piece))
        yield entry


def last_number(file: bytes) -> int:
    """The number of the last record that the agent counted, kept or not. Raises BadRing."""
    return _header(file)[3]


def _header(file: bytes) -> tuple[int, int, int, int]:
    """Capacity, head, tail and last number."""
    if len(file) < HEADER:
        raise BadRing(f"it has {len(file)} bytes")
    magic, capacity, head, tail, number = _FIELDS.unpack_from(file)
    if magic != MAGIC or capacity % 4 or len(file) < HEADER + capacity or not tail <= head <= tail + capacity:
        raise BadRing(f"its header says capacity {capacity}, head {head}, tail {tail}; it has {len(file)} bytes")
    return capacity, head, tail, number


def ring_entries(file: bytes) -> Iterator[Any]:
    """The entries that the harness had not confirmed when the process died, oldest first. Raises BadRing."""
    capacity, head, tail, _ = _header(file)
    data = file[HEADER : HEADER + capacity]
    at = tail
    while at < head:
        offset = at % capacity
        if capacity - offset < _LENGTH.size or _LENGTH.unpack_from(data, offset)[0] == PAD:
            at += capacity - offset
            continue
        entry, end = _entry(data, offset, capacity)
        at += end - offset
        yield entry


def _entry(data: bytes, at: int, limit: int) -> tuple[Any, int]:
    """The entry at that place, and where the next one begins."""
    if limit - at < _LENGTH.size:
        raise BadRing("it ends inside an entry")
    (length,) = _LENGTH.unpack_from(data, at)
    begun = at + _LENGTH.size
    if begun + length + 1 > limit:
        raise BadRing("it ends inside an entry")
    try:
        entry = json.loads(data[begun : begun + length])
    except ValueError as bad:
        raise BadRing(f"an entry is no JSON: {bad}") from bad
    return entry, (begun + length + 1 + 3) & ~3
