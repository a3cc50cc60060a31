"""A value as bytes, for formats that nobody describes: an address or a UUID as it is, a number in either order of bytes."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence

from harness.matching import coordinates, shapes
from harness.matching.known import Known

_BIG, _LITTLE = "UTF-16be", "UTF-16le"


def raw_forms(value: str) -> Iterator[tuple[str, bytes]]:
    """(variant, bytes), four bytes or more each."""
    if shapes.MAC.fullmatch(value) or shapes.UUID.fullmatch(value):
        plain = bytes.fromhex(re.sub("[-:{}]", "", value))
        yield "bytes", plain
        if len(plain) == 16:  # Windows writes the first three groups with their bytes turned
            yield "bytes, turned", plain[3::-1] + plain[5:3:-1] + plain[7:5:-1] + plain[8:]
        else:
            yield "bytes, turned", plain[::-1]
    elif (address := shapes.ip_of(value)) is not None:
        yield "bytes", address.packed
        yield "bytes, turned", address.packed[::-1]
    elif shapes.HEX.fullmatch(value):
        yield "bytes", bytes.fromhex(value)
    elif value.isascii() and value.isdecimal() and len(value) <= 19:
        yield from _number(int(value), value)
    elif (degrees := shapes.coordinate_of(value)) is not None:
        yield from _coordinate(degrees)
    if not value.isascii() or len(value) >= 6:
        for order in (_LITTLE, _BIG):
            yield order, value.encode(order, "replace")


def misread(data: bytes, found: Sequence[tuple[Known, str, int, int]]) -> Iterator[tuple[Known, str, int]]:
    """Of letters of ASCII in UTF-16 the zeros before and behind them make the other order of bytes, too: which of both is none.
    `found`: (value, variant, start, end)."""
    little = {(known, start): end for known, variant, start, end in found if variant == _LITTLE}
    for known, variant, start, _ in found:
        if variant == _BIG and (end := little.get((known, start + 1))) is not None:
            big = _is_big(data, start + 1, end)
            yield (known, _LITTLE, start + 1) if big else (known, _BIG, start)


def _is_big(data: bytes, start: int, end: int) -> bool:
    """Whether a zero begins the row of letters and zeros around these, and a letter ends it."""
    while start > 1 and data[start - 2] and not data[start - 1]:
        start -= 2
    while end + 1 < len(data) and data[end] and not data[end + 1]:
        end += 2
    return start > 0 and not data[start - 1] and end < len(data) and 32 <= data[end] < 127


def _number(number: int, digits: str) -> Iterator[tuple[str, bytes]]:
    if number >= 1 << 40:
        yield "int64", number.to_bytes(8, "big")
        yield "int64, turned", number.to_bytes(8, "little")
    elif 1 << 24 <= number < 1 << 32:
        yield "int32", number.to_bytes(4, "big")
        yield "int32, turned", number.to_bytes(4, "little")
    if 14 <= len(digits) <= 16:  # two digits a byte, as SIM cards keep them
        yield "packed digits", bytes.fromhex(digits + "f" * (len(digits) % 2))


def _coordinate(degrees: float) -> Iterator[tuple[str, bytes]]:
    for order, name in ((">", ""), ("<", ", turned")):
        for places in range(2, 8):
            rounded = round(degrees, places)
            yield f"double{name}", struct.pack(f"{order}d", rounded)
            if places > 2:
                yield f"float{name}", struct.pack(f"{order}f", rounded)
        for scale in coordinates.SCALES:
            for number in {int(degrees * scale), round(degrees * scale)}:
                if 1 << 20 <= abs(number) < 1 << 31:
                    yield f"int32 times {scale}{name}", struct.pack(f"{order}i", number)
