"""xz."""

from __future__ import annotations

from collections.abc import Iterable

from harness.decoding.budget import Budget
from harness.decoding.decoder import Decoder
from harness.decoding.layer import Found, Layer
from harness.decoding.streams import at_marks, xz_stream


def find(layer: Layer, budget: Budget) -> Iterable[Found]:
    return at_marks(layer.data, iter([0] if layer.data[:6] == b"\xfd7zXZ\x00" else []), xz_stream, budget)


decoder = Decoder(
    id="xz",
    title="xz",
    title_zh="xz 压缩",
    of="binary",
    find=find,
    begins=(b"\xfd7zXZ\x00",),
    source="tukaani.org/xz/xz-file-format.txt",
    order=13,
    claims=True,
)
