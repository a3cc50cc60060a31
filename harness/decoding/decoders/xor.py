"""JSON with one byte over it (XOR), known by the marks that JSON begins and ends with."""

from __future__ import annotations

from collections.abc import Iterable

from harness.decoding.budget import Budget
from harness.decoding.decoder import Decoder
from harness.decoding.layer import Found, Layer, is_text

_LEAST = 12
_BRACKETS = ((ord("{"), ord("}")), (ord("["), ord("]")))
_SECOND = b'"{[ \r\n\t'
_FIELD = b'":'


def find(layer: Layer, budget: Budget) -> Iterable[Found]:
    data = layer.data
    if len(data) < _LEAST:
        return
    first, second, last = data[0], data[1], data[-1]
    for begin, end in _BRACKETS:
        key = first ^ begin
        if key and last ^ key == end and second ^ key in _SECOND:
            plain = data.translate(bytes(byte ^ key for byte in range(256)))
            if _FIELD in plain.replace(b'" :', _FIELD) and is_text(plain):
                yield Found(plain)


decoder = Decoder(
    id="xor",
    title="JSON with one byte over it (XOR)",
    title_zh="单字节异或的 JSON",
    of="any",
    find=find,
    source="no standard; common in SDKs' own formats",
    order=2,
    claims=True,
)
