"""Brotli, RFC 7932. Nothing marks it: it is taken for that where it comes to its end with the data."""

from __future__ import annotations

from collections.abc import Iterable

from harness.decoding.budget import Broken, Budget
from harness.decoding.decoder import Decoder
from harness.decoding.layer import Found, Layer
from harness.decoding.streams import LARGEST, begins_as_text, brotli_stream


def find(layer: Layer, budget: Budget) -> Iterable[Found]:
    if len(layer.data) < 8:
        return
    stream = brotli_stream(layer.data, LARGEST)
    if stream.grew and begins_as_text(stream.out):
        raise Broken(stream.fault)
    if not stream.fault and stream.used == len(layer.data) and len(stream.out) >= 8:
        yield Found(stream.out)


decoder = Decoder(
    id="brotli", title="Brotli", title_zh="Brotli 压缩", of="binary", find=find, source="RFC 7932", order=72, claims=True
)
