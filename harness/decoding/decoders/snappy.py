"""Snappy: the framed form by its mark, the raw one where its declared size comes out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import cramjam

from harness.decoding.budget import Broken, Budget
from harness.decoding.decoder import Decoder
from harness.decoding.layer import Found, Layer
from harness.decoding.streams import LARGEST

_snappy: Any = cramjam.snappy  # cramjam's stubs know nothing of what its modules hold
_MARK = b"\xff\x06\x00\x00sNaPpY"
_CHUNK = 65536  # no chunk of the framed form holds more


def find(layer: Layer, budget: Budget) -> Iterable[Found]:
    data, most = layer.data, min(LARGEST, budget.room)
    if data.startswith(_MARK):
        yield Found(_framed(data, most))
    elif len(data) >= 8 and data[-1] != 0x82 and (out := raw(data, LARGEST)):
        yield Found(out)


def raw(data: bytes, most: int) -> bytes | None:
    """The plain bytes; None where this is no raw Snappy, or more than `most`."""
    declared, shift, at = 0, 0, 0
    while at < min(5, len(data)):
        declared |= (data[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if data[at - 1] < 0x80:
            break
    # A literal comes first, and nothing grows more than 64 bytes for 3.
    if not 8 <= declared <= min(most, 22 * len(data)) or at >= len(data) or data[at] & 3:
        return None
    literal = data[at] >> 2
    if literal < 60 and literal + 1 > min(declared, len(data) - at - 1):
        return None
    try:
        out = bytes(_snappy.decompress_raw(data))
    except cramjam.DecompressionError:
        return None
    return out if len(out) == declared else None


def _framed(data: bytes, most: int) -> bytes:
    out, at = bytearray(), len(_MARK)
    while at + 4 <= len(data):
        kind, size = data[at], int.from_bytes(data[at + 1 : at + 4], "little")
        body = data[at + 4 : at + 4 + size]
        if len(body) < size:
            break
        if kind == 0:
            out += raw_chunk(body[4:])
        elif kind == 1:
            out += body[4:]
        elif 2 <= kind <= 0x7F:
            raise Broken(f"a chunk of unknown kind {kind}")
        if len(out) > most:
            raise Broken(f"it grows beyond {most} bytes")
        at += 4 + size
    if at < len(data):
        raise Broken("truncated")
    return bytes(out)


def raw_chunk(data: bytes) -> bytes:
    """Raises Broken."""
    try:
        if _snappy.decompress_raw_len(data) > _CHUNK:
            raise Broken("a chunk declares more than 64 KiB")
        return bytes(_snappy.decompress_raw(data))
    except cramjam.DecompressionError as bad:
        raise Broken(f"damaged: {bad}") from bad


decoder = Decoder(
    id="snappy",
    title="Snappy",
    title_zh="Snappy 压缩",
    of="binary",
    find=find,
    source="github.com/google/snappy: format_description.txt, framing_format.txt",
    order=61,
    claims=True,
)
