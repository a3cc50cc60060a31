"""JCE, which is now Tars: Tencent's tagged fields. Tags stand for names. A struct, or a packet behind its length."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Any

from harness.decoding.budget import Budget
from harness.decoding.decoder import Decoder
from harness.decoding.layer import Found, Layer, is_text
from harness.decoding.structure import Reader, float32, mapping, strings, written

_DEEPEST = 32
_LARGEST = 8 << 20
_END = object()
_WHOLE_NUMBERS = frozenset({0, 1, 2, 3, 12})  # types


def find(layer: Layer, budget: Budget) -> Iterable[Found]:
    data = layer.data
    if not 4 <= len(data) <= _LARGEST:
        return
    packet = len(data) > 8 and int.from_bytes(data[:4], "big") == len(data)
    reader = Reader(data, 4 if packet else 0)
    fields: dict[str, Any] = {}
    try:
        while reader.left:
            tag, value = _field(reader, budget, 0)
            if value is _END or tag in fields:
                return
            fields[tag] = value
    except ValueError:
        return
    if fields and (
        packet or any(isinstance(v, bytes | dict) for v in fields.values()) or any(len(text) >= 3 for text in strings(fields))
    ):
        yield from written(fields)


def _field(reader: Reader, budget: Budget, depth: int) -> tuple[str, Any]:
    if depth > _DEEPEST:
        raise ValueError("too deep")
    head = reader.byte()
    tag, kind = head >> 4, head & 15
    if tag == 15:
        tag = reader.byte()
    return str(tag), _value(reader, kind, budget, depth)


def _value(reader: Reader, kind: int, budget: Budget, depth: int) -> Any:
    match kind:
        case 0 | 1 | 2 | 3:
            return reader.number(1 << kind)
        case 4:
            return float32(reader.take(4), ">")
        case 5:
            return struct.unpack(">d", reader.take(8))[0]
        case 6:
            return _text(reader.take(reader.byte()))
        case 7:
            return _text(reader.take(reader.number(4)))
        case 8:
            return mapping(
                (_field(reader, budget, depth + 1)[1], _field(reader, budget, depth + 1)[1])
                for _ in range(_count(reader, budget))
            )
        case 9:
            return [_field(reader, budget, depth + 1)[1] for _ in range(_count(reader, budget))]
        case 10:
            return _struct(reader, budget, depth + 1)
        case 11:
            return _END
        case 12:
            return 0
        case 13:
            if reader.byte() & 15 != 0:
                raise ValueError("a simple list of something else than bytes")
            return reader.take(_count(reader, budget))
    raise ValueError(f"type {kind}")


def _struct(reader: Reader, budget: Budget, depth: int) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    while True:
        tag, value = _field(reader, budget, depth)
        if value is _END:
            return fields
        fields[tag] = value


def _count(reader: Reader, budget: Budget) -> int:
    budget.check_time()
    if not reader.left or reader.data[reader.at] & 15 not in _WHOLE_NUMBERS:
        raise ValueError("no count")
    _, count = _field(reader, budget, _DEEPEST)
    if not isinstance(count, int) or not 0 <= count <= reader.left:
        raise ValueError("more items than bytes")
    return count


def _text(data: bytes) -> str | bytes:
    return data.decode() if is_text(data) else data


decoder = Decoder(
    id="jce",
    title="JCE (Tars) without schema",
    title_zh="无模式 JCE(Tars)",
    of="binary",
    find=find,
    firsts=bytes(byte for byte in range(256) if byte & 15 <= 13),
    source="github.com/TarsCloud/TarsDocs_en: base/tars-protocol.md",
    order=53,
)
