"""LZ4: frames by their mark; blocks, which have none, where text comes out. A block may begin with its size (32 bits, little
endian), as most bindings write it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import lz4.block
import lz4.frame

from harness.decoding.budget import Budget
from harness.decoding.decoder import Decoder
from harness.decoding.layer import Found, Layer, is_text
from harness.decoding.streams import LARGEST, Stream, at_marks

_MARK = b"\x04\x22\x4d\x18"
_SMALL = 1 << 16


def _frame(data: bytes, most: int) -> Stream:
    machine = lz4.frame.LZ4FrameDecompressor()
    try:
        out = machine.decompress(data, max_length=most + 1)
    except (RuntimeError, ValueError, MemoryError) as bad:
        return Stream(b"", len(data), f"damaged: {bad}")
    if len(out) > most:
        return Stream(out[:most], len(data), f"it grows beyond {most} bytes")
    return Stream(out, len(data) - len(machine.unused_data or b""), "" if machine.eof else "truncated")


def _marks(data: bytes) -> Iterator[int]:
    at = data.find(_MARK)
    while at >= 0:
        yield at
        at = data.find(_MARK, at + 1)


def find(layer: Layer, budget: Budget) -> Iterable[Found]:
    data = layer.data
    if _MARK in data:
        yield from at_marks(data, _marks(data), _frame, budget)
        if data.startswith(_MARK):
            return
    if len(data) < 12:
        return
    declared = int.from_bytes(data[:4], "little")
    if (
        8 <= declared <= min(LARGEST, 255 * len(data))
        and _may_be_block(data, 4)
        and (out := _block(data[4:], declared))
        and len(out) == declared
    ):
        yield Found(out)
        return
    out = _block(data, min(LARGEST, _SMALL + 16 * len(data))) if _may_be_block(data, 0) else None
    if out and len(out) > len(data) and is_text(out):
        yield Found(out)


def _may_be_block(data: bytes, at: int) -> bool:
    """Whether what is repeated first can stand among what came before: bytes taken as they are."""
    plain = data[at] >> 4
    match = at + 1 + plain
    return plain == 15 or match == len(data) or (match + 2 <= len(data) and data[match] | data[match + 1] << 8 <= plain)


def _block(data: bytes, most: int) -> bytes | None:
    try:
        return bytes(lz4.block.decompress(data, uncompressed_size=most))
    except (lz4.block.LZ4BlockError, ValueError, MemoryError, OverflowError):
        return None


decoder = Decoder(
    id="lz4",
    title="LZ4",
    title_zh="LZ4 压缩",
    of="binary",
    find=find,
    source="github.com/lz4/lz4: doc/lz4_Frame_format.md, doc/lz4_Block_format.md",
    order=60,
    claims=True,
)
