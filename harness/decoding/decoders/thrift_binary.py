"""Thrift's binary protocol without its schema: field ids stand for names. A bare struct, or one in a message, framed or not."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Any

from harness.decoding.budget import Budget
from harness.decoding.decoder import Decoder
from harness.decoding.layer import Found, Layer, is_text
from harness.decoding.structure import Reader, mapping, written

_DEEPEST = 32
_LARGEST = 8 << 20


def find(layer: Layer, budget: Budget) -> Iterable[Found]:
    data = layer.data
    if not 4 <= len(data) <= _LARGEST or data[-1] != 0:  # what ends a struct ends the data
        return
    framed = len(data) > 8 and int.from_bytes(data[:4], "big") == len(data) - 4
    reader = Reader(data, 4 if framed else 0)
    try:
        head: dict[str, Any] = {}
        if data[reader.at : reader.at + 2] == b"\x80\x01":
            reader.take(4)
            head = {"message": reader.take(reader.number(4)).decode()}
            reader.take(4)
        fields = _struct(reader, budget, 0)
    except (ValueError, UnicodeDecodeError):
        return
    if reader.left or not fields:
        return
    yield from written(head | fields)


def _struct(reader: Reader, budget: Budget, depth: int) -> dict[str, Any]:
    budget.check_time()
    fields: dict[str, Any] = {}
    while True:
        kind = reader.byte()
        if kind == 0:
            return fields
        number = reader.number(2)
        if not 0 < number < 1 << 14:
            raise ValueError("no field id")
        fields[str(number)] = _value(reader, kind, budget, depth)


def _value(reader: Reader, kind: int, budget: Budget, depth: int) -> Any:
    if depth > _DEEPEST:
        raise ValueError("too deep")
    match kind:
        case 2:
            return reader.byte() == 1
        case 3:
            return reader.number(1)
        case 4:
            return struct.unpack(">d", reader.take(8))[0]
        case 6:
            return reader.number(2)
        case 8:
            return reader.number(4)
        case 10:
            return reader.number(8)
        case 11:
            data = reader.take(reader.number(4))
            return data.decode() if is_text(data) else data
        case 12:
            return _struct(reader, budget, depth + 1)
        case 13:
            key, value, count = reader.byte(), reader.byte(), _bounded(reader)
            return mapping(
                (_value(reader, key, budget, depth + 1), _value(reader, value, budget, depth + 1)) for _ in range(count)
            )
        case 14 | 15:
            kind = reader.byte()
            return [_value(reader, kind, budget, depth + 1) for _ in range(_bounded(reader))]
        case 16:
            return reader.take(16)
    raise ValueError(f"type {kind}")


def _bounded(reader: Reader) -> int:
    count = reader.number(4)
    if not 0 <= count <= reader.left:
        raise ValueError("more items than bytes")
    return count


decoder = Decoder(
    id="thrift-binary",
    title="Thrift binary protocol without schema",
    title_zh="无模式 Thrift binary",
    of="binary",
    find=find,
    source="github.com/apache/thrift: doc/specs/thrift-binary-protocol.md",
    order=51,
)
