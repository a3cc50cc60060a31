"""zlib, RFC 1950, which HTTP calls deflate: the whole layer, or a stream inside binary data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from harness.decoding.budget import Broken, Budget
from harness.decoding.decoder import Decoder
from harness.decoding.layer import Found, Layer
from harness.decoding.streams import at_marks, zlib_stream

# RFC 1950: two bytes with a checksum of both, and no preset dictionary. Inside data only the window size that everybody uses.
_SIZES = b"\x28\x38\x48\x58\x68\x78"
_INSIDE = re.compile(rb"\x78[" + re.escape(bytes(b for b in range(256) if (0x7800 | b) % 31 == 0 and not b & 0x20)) + rb"]")


def _marks(data: bytes) -> Iterator[int]:
    if len(data) > 1 and data[0] in _SIZES and (data[0] << 8 | data[1]) % 31 == 0 and not data[1] & 0x20:
        yield 0
    yield from (match.start() for match in _INSIDE.finditer(data, 1))


def find(layer: Layer, budget: Budget) -> Iterable[Found]:
    data = layer.data
    if data[0] not in _SIZES and b"\x78" not in data:
        return
    inside = False
    try:
        for found in at_marks(layer.data, _marks(layer.data), zlib_stream, budget):
            inside = inside or found.start > 0
            yield found
    except Broken:
        # Two bytes are a weak mark: it is zlib that was cut only where something readable came out.
        if inside or (layer.data[0] == 0x78 and zlib_stream(layer.data, 64).out):
            raise


decoder = Decoder(id="zlib", title="zlib", title_zh="zlib 压缩", of="binary", find=find, source="RFC 1950", order=11, claims=True)
