"""Hexadecimal text of eight bytes or more."""

from __future__ import annotations

import re
from collections.abc import Iterable

from harness.decoding.budget import Budget
from harness.decoding.decoder import Decoder
from harness.decoding.layer import Found, Layer, is_text
from harness.decoding.rows import Places, hex_rows, matches, number_begins
from harness.decoding.six_bits import FEW, four_bytes, may_be_text
from harness.decoding.spans import HEX_TEXT_BEGINS, hex_spans, number_begin

# It begins with a sort of bytes, and looks back afterwards: `re` skips to such bytes quickly, and not to what stands before them.
_TOKEN = re.compile(
    rb"[0-9a-fA-F](?<![0-9A-Za-z].)"
    rb"(?:(?<=0)[xX]((?:[0-9a-fA-F]{2}){4,}+)|[0-9a-fA-F](?:[0-9a-fA-F]{2}){3,}+)(?![0-9A-Za-z])"
)
_SHORT = 20  # bytes; up to here only texts count
_BODY = 48  # bytes; a layer that is nothing but so many is no hash
_LIKE_HASHES = frozenset({8, 16, 20, 28, 32, 48, 64})


def find(layer: Layer, budget: Budget) -> Iterable[Found]:
    for match in matches(_TOKEN, layer.data, _places, _few_places):
        budget.check_time()
        start, end = match.span(1) if match[1] else match.span()
        plain = bytes.fromhex(layer.data[start:end].decode())
        if is_text(plain) or _kept(len(plain)) or (len(plain) >= _BODY and end - start == len(layer.data.strip())):
            yield Found(plain, start, end)


def _few_places(data: bytes) -> list[int]:
    """As `_places`, one by one."""
    return [
        number_begin(data, start)
        for start, end in hex_spans(data)
        if end - start >= 8
        and not (end - start) & 1
        and (_kept(end - start >> 1) or end - start >= 2 * _BODY or HEX_TEXT_BEGINS.match(data, start))
    ]


def _kept(size: int) -> bool:
    """Whether so many bytes are kept where they are no text."""
    return size > _SHORT and size not in _LIKE_HASHES


def _places(data: bytes) -> Places:
    starts, ends = hex_rows(data)
    sizes = ends - starts
    wanted = (sizes >= 8) & (sizes % 2 == 0)
    starts, sizes = starts[wanted], sizes[wanted]
    if len(starts) > FEW:
        starts = starts[(sizes > 2 * _SHORT) | may_be_text(four_bytes(data, starts))]
    return number_begins(data, starts)


decoder = Decoder(
    id="hex",
    title="hexadecimal text",
    title_zh="十六进制文本",
    of="any",
    find=find,
    rows=True,
    source="RFC 4648, section 8",
    order=41,
)
