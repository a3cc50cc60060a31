"""gzip, RFC 1952: the whole layer, or a stream inside binary data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from harness.decoding.budget import Budget
from harness.decoding.decoder import Decoder
from harness.decoding.layer import Found, Layer
from harness.decoding.streams import at_marks, gzip_stream

_MARK = b"\x1f\x8b\x08"


def _marks(data: bytes) -> Iterator[int]:
    at = data.find(_MARK)
    while at >= 0:
        yield at
        at = data.find(_MARK, at + 1)


def find(layer: Layer, budget: Budget) -> Iterable[Found]:
    return at_marks(layer.data, _marks(layer.data), gzip_stream, budget)


decoder = Decoder(
    id="gzip",
    title="gzip",
    title_zh="gzip 压缩",
    of="binary",
    find=find,
    holds=_MARK,
    source="RFC 1952",
    order=10,
    claims=True,
)
