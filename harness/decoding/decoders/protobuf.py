"""Protocol buffers without their schema: field numbers stand for names.

A number on the wire may be meant in several ways; each that changes its digits stands beside it: `3` as a plain number,
`3~zigzag`,
`3~double`, `3~float`, `3~signed`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from harness.decoding.budget import Budget
from harness.decoding.decoder import Decoder
from harness.decoding.layer import Found, Layer, is_text
from harness.decoding.structure import Reader, float32, plausible, strings, written

_LARGEST_FIELD = 1 << 16  # real schemas number far lower; chance does not
_DEEPEST = 32
_LARGEST = 8 << 20
_LARGEST_KEY = _LARGEST_FIELD << 3 | 7
_WIRES = frozenset({0, 1, 2, 5})  # groups are as good as unused
_KEYS = bytes(byte for byte in range(8, 256) if byte & 7 in _WIRES)
"""With one of these a message begins."""
_NAMES = tuple(map(str, range(128)))
_INT64, _INT32, _DOUBLE = (struct.Struct(letter).unpack for letter in ("<q", "<i", "<d"))


def find(layer: Layer, budget: Budget) -> Iterable[Found]:
    data = layer.data
    if not 4 <= len(data) <= _LARGEST:
        return
    for at in (0 if data[0] in _KEYS else None, _after_length(data)):
        if at is None:
            continue
        message = parsed(data[at:] if at else data, budget)
        if message is not None and _credible(message, len(data)):
            yield from written(message)
            return


def _after_length(data: bytes) -> int | None:
    """Where a message begins that its own length stands before (writeDelimitedTo)."""
    reader = Reader(data)
    try:
        return reader.at if reader.varint() == reader.left and reader.left else None
    except ValueError:
        return None


def parsed(data: bytes, budget: Budget, depth: int = 0) -> dict[str, Any] | None:
    """The message; None where these bytes are none."""
    if depth > _DEEPEST or not data:
        return None
    budget.check_time()
    fields: dict[str, Any] = {}
    at, end = 0, len(data)
    try:
        while at < end:
            key = data[at]
            at += 1
            if key > 0x7F:
                key, at = _varint(data, at - 1)
            wire = key & 7
            if not 8 <= key <= _LARGEST_KEY or wire not in _WIRES:
                return None
            name = _NAMES[key >> 3] if key < 1024 else str(key >> 3)
            if wire == 1 or wire == 5:
                raw = data[at : at + (8 if wire == 1 else 4)]
                at += 8 if wire == 1 else 4
                if at > end:
                    return None
                if wire == 1:
                    _fixed(fields, name, _INT64(raw)[0], _DOUBLE(raw)[0], "double")
                else:
                    _fixed(fields, name, _INT32(raw)[0], float32(raw, "<"), "float")
                continue
            value = data[at]  # of a number, or the length of what follows
            at += 1
            if value > 0x7F:
                value, at = _varint(data, at - 1)
            if wire == 0:
                _add(fields, name, value)
                if value >= 1 << 20:
                    _add(fields, f"{name}~zigzag", (value >> 1) ^ -(value & 1))
                    if value >> 63:
                        _add(fields, f"{name}~signed", value - (1 << 64))
                continue
            at += value
            if at > end:
                return None
            _add(fields, name, _delimited(data[at - value : at], budget, depth))
    except (ValueError, IndexError):
        return None
    return fields


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """(number, where it ends). Raises ValueError or IndexError where there is none."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            if shift == 63 and byte > 1:
                raise ValueError("more than 64 bits")
            return value, at
        shift += 7
        if shift > 63:
            raise ValueError("more than 64 bits")


def _fixed(fields: dict[str, Any], name: str, whole: int, number: float, label: str) -> None:
    _add(fields, name, whole)
    if plausible(number):
        _add(fields, f"{name}~{label}", number)


def _delimited(data: bytes, budget: Budget, depth: int) -> Any:
    if not data:
        return ""
    # A line end is how a message begins whose first field is 1 and a text: such text reads as both.
    text = is_text(data)
    message = parsed(data, budget, depth + 1) if not text or data[:1] == b"\n" else None
    if text and not message:
        return data.decode()
    if message is not None and _credible(message, len(data)):
        return message
    return _packed(data) or data


def _packed(data: bytes) -> list[float] | None:
    """Repeated doubles or floats, packed: where all of them look like such."""
    for size, letter in ((8, "d"), (4, "f")):
        if 8 <= len(data) <= 4096 and len(data) % size == 0 and _likely(data, size):
            numbers = struct.unpack(f"<{len(data) // size}{letter}", data)
            if all(n == 0 or 1e-3 < n < 1e6 or -1e6 < n < -1e-3 for n in numbers):
                return [n if size == 8 else float32(data[i * 4 : i * 4 + 4], "<") for i, n in enumerate(numbers)]
    return None


def _likely(data: bytes, size: int) -> bool:
    """Whether the first number, by its exponent, can be one that is looked for."""
    high = (data[size - 1] & 0x7F) << 8 | data[size - 2]
    return (0x3F50 <= high < 0x4130 if size == 8 else 0x3A80 <= high < 0x4980) or not high


def _add(fields: dict[str, Any], name: str, value: Any) -> None:
    if name not in fields:
        fields[name] = value
    elif isinstance(fields[name], list):
        fields[name].append(value)
    else:
        fields[name] = [fields[name], value]


@lru_cache(maxsize=4096)
def _number(name: str) -> int:
    return int(name.partition("~")[0])


def _credible(message: dict[str, Any], size: int) -> bool:
    """Whether it was read to its end by more than luck: short bytes often can be."""
    most = max(map(_number, message))
    if most > 536 * 4 and size < 64:
        return False
    if size >= 12 or most <= 16:
        return True
    return any(len(text) >= 3 and not text.partition("~")[0].isdigit() for text in strings(message))


decoder = Decoder(
    id="protobuf",
    title="Protocol Buffers without schema",
    title_zh="无模式 Protocol Buffers",
    of="binary",
    find=find,
    source="protobuf.dev, Encoding",
    order=54,
)
