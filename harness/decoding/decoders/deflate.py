"""Deflate without a header, RFC 1951. Nothing marks it: it is taken for that only where it comes to its end at the data's."""

from __future__ import annotations

from collections.abc import Iterable

from harness.decoding.budget import Broken, Budget
from harness.decoding.decoder import Decoder
from harness.decoding.layer import Found, Layer
from harness.decoding.streams import LARGEST, begins_as_text, deflate_stream


def find(layer: Layer, budget: Budget) -> Iterable[Found]:
    data = layer.data
    if len(data) < 8 or data[0] & 6 == 6:
        return
    stream = deflate_stream(data, LARGEST)
    if stream.grew and begins_as_text(stream.out):
        raise Broken(stream.fault)
    if not stream.fault and stream.used >= len(data) - 4 and len(stream.out) >= 8:
        yield Found(stream.out)


decoder = Decoder(
    id="deflate",
    title="raw deflate",
    title_zh="原始 deflate 压缩",
    of="binary",
    find=find,
    firsts=bytes(byte for byte in range(256) if byte & 6 != 6),
    source="RFC 1951",
    order=70,
    claims=True,
)
