"""bzip2."""

from __future__ import annotations

from collections.abc import Iterable

from harness.decoding.budget import Budget
from harness.decoding.decoder import Decoder
from harness.decoding.layer import Found, Layer
from harness.decoding.streams import at_marks, bzip2_stream


def find(layer: Layer, budget: Budget) -> Iterable[Found]:
    marked = layer.data[:3] == b"BZh" and layer.data[4:10] == b"1AY&SY"
    return at_marks(layer.data, iter([0] if marked else []), bzip2_stream, budget)


decoder = Decoder(
    id="bzip2",
    title="bzip2",
    title_zh="bzip2 压缩",
    of="binary",
    find=find,
    begins=(b"BZh",),
    source="sourceware.org/bzip2",
    order=13,
    claims=True,
)
