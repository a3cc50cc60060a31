"""Thrift's compact protocol without its schema: field ids stand for names. A bare struct, or one in a message, framed or not."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Any

from harness.decoding.budget import Budget
from harness.decoding.decoder import Decoder
from harness.decoding.layer import Found, Layer, is_text
from harness.decoding.structure import Reader, mapping, strings, written

_DEEPEST = 32
_LARGEST = 8 << 20
_MOST_ITEMS = 1 << 20


def find(layer: Layer, budget: Budget) -> Iterable[Found]:
    data = layer.data
    if not 4 <= len(data) <= _LARGEST or data[-1] != 0:  # what ends a struct ends the data
        return
    framed = len(data) > 8 and int.from_bytes(data[:4], "big") == len(data) - 4
    reader = Reader(data, 4 if framed else 0)
    try:
        head: dict[str, Any] = {}
        if data[reader.at] == 0x82:
            head = {"message": _message(reader)}
        fields = _struct(reader, budget, 0)
    except (ValueError, UnicodeDecodeError):
        return
    if reader.left or not fields or not any(len(text) >= 3 for text in _texts(fields)):
        return
    yield from written(head | fields)


def _texts(fields: dict[str, Any]) -> Iterable[str]:
    return (text for text in strings(fields) if not text.isdigit() or len(text) > 5)


def _message(reader: Reader) -> str:
    reader.byte()
    if reader.byte() & 0x1F != 1:
        raise ValueError("another version")
    reader.varint()
    return reader.take(reader.varint()).decode()


def _struct(reader: Reader, budget: Budget, depth: int) -> dict[str, Any]:
    budget.check_time()
    fields: dict[str, Any] = {}
    last = 0
    while True:
        head = reader.byte()
        if head == 0:
            return fields
        kind = head & 15
        last = last + (head >> 4) if head >> 4 else reader.zigzag()
        if not 0 < last < 1 << 15:
            raise ValueError("no field id")
        fields[str(last)] = (kind == 1) if kind in (1, 2) else _value(reader, kind, budget, depth)


def _value(reader: Reader, kind: int, budget: Budget, depth: int) -> Any:
    if depth > _DEEPEST:
        raise ValueError("too deep")
    match kind:
        case 1 | 2:  # inside a collection a bool is a byte
            return reader.byte() == 1
        case 3:
            return reader.number(1)
        case 4 | 5 | 6:
            return reader.zigzag()
        case 7:
            return struct.unpack("<d", reader.take(8))[0]
        case 8:
            data = reader.take(reader.varint())
            return data.decode() if is_text(data) else data
        case 9 | 10:
            head = reader.byte()
            count = head >> 4
            if count == 15:
                count = reader.varint()
            return [_value(reader, head & 15, budget, depth + 1) for _ in range(_bounded(count, reader))]
        case 11:
            count = _bounded(reader.varint(), reader)
            kinds = reader.byte() if count else 0
            return mapping(
                (_value(reader, kinds >> 4, budget, depth + 1), _value(reader, kinds & 15, budget, depth + 1))
                for _ in range(count)
            )
        case 12:
            return _struct(reader, budget, depth + 1)
        case 13:
            return reader.take(16)
    raise ValueError(f"type {kind}")


def _bounded(count: int, reader: Reader) -> int:
    if count > min(_MOST_ITEMS, reader.left):
        raise ValueError("more items than bytes")
    return count


decoder = Decoder(
    id="thrift-compact",
    title="Thrift compact protocol without schema",
    title_zh="无模式 Thrift compact",
    of="binary",
    find=find,
    source="github.com/apache/thrift: doc/specs/thrift-compact-protocol.md",
    order=52,
)
