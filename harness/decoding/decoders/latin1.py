"""Bytes that somebody took for Latin-1 and wrote as UTF-8, as JSON libraries and capture tools do with binary data."""

from __future__ import annotations

from collections.abc import Iterable

from harness.decoding.budget import Budget
from harness.decoding.decoder import Decoder
from harness.decoding.layer import Found, Layer


def find(layer: Layer, budget: Budget) -> Iterable[Found]:
    if layer.data.isascii():
        return
    try:
        yield Found(layer.data.decode().encode("latin-1"))
    except UnicodeError:
        return


decoder = Decoder(
    id="latin1",
    title="bytes written as Latin-1 text",
    title_zh="被当作 Latin-1 文本的字节",
    of="binary",
    find=find,
    firsts=bytes({*range(0x80), *range(0xC2, 0xF5)}),
    source="WHATWG Encoding; ISO/IEC 8859-1",
    order=1,
    claims=True,
)
