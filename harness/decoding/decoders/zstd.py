"""Zstandard, RFC 8878."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from harness.decoding.budget import Budget
from harness.decoding.decoder import Decoder
from harness.decoding.layer import Found, Layer
from harness.decoding.streams import at_marks, zstd_stream

_MARK = b"\x28\xb5\x2f\xfd"


def _marks(data: bytes) -> Iterator[int]:
    at = data.find(_MARK)
    while at >= 0:
        yield at
        at = data.find(_MARK, at + 1)


def find(layer: Layer, budget: Budget) -> Iterable[Found]:
    return at_marks(layer.data, _marks(layer.data), zstd_stream, budget)


decoder = Decoder(
    id="zstd",
    title="Zstandard",
    title_zh="Zstandard 压缩",
    of="binary",
    find=find,
    holds=_MARK,
    source="RFC 8878",
    order=12,
    claims=True,
)
