"""Records behind their lengths, where the lengths fill the data to its last byte: 2 or 4 bytes, big or little endian, or a
varint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from harness.decoding.budget import Budget
from harness.decoding.decoder import Decoder
from harness.decoding.layer import Found, Layer
from harness.decoding.structure import Reader

_MOST = 5000
_LENGTHS = ((4, "big"), (4, "little"), (2, "big"), (2, "little"), (0, ""))  # in so many bytes; the last: a varint


def find(layer: Layer, budget: Budget) -> Iterable[Found]:
    data = layer.data
    for size, order in _LENGTHS:
        if size:
            if int.from_bytes(data[:size], "big" if order == "big" else "little") > len(data) - size:
                continue
        elif len(data) <= data[0] < 0x80:
            continue
        found = list(_records(data, size, order))
        # One record with a short length before it is as likely chance.
        if found and (len(found) > 1 or size == 4) and sum(len(f.data) for f in found) >= 8:
            yield from found
            return


def _records(data: bytes, size: int, order: str) -> Iterator[Found]:
    """Nothing unless all of the data is records."""
    reader, found, count = Reader(data), [], 0
    try:
        while reader.left:
            count += 1
            if count > _MOST:  # empty ones, too: zeros are nothing else
                return
            length = reader.number(size, order, signed=False) if size else reader.varint()
            begun = reader.at
            piece = reader.take(length)
            if piece:
                found.append(Found(piece, begun, begun + length))
    except ValueError:
        return
    yield from found


decoder = Decoder(
    id="length-prefixed",
    title="records behind their lengths",
    title_zh="长度前缀记录",
    of="binary",
    find=find,
    source="no standard; common in SDKs' own formats",
    order=58,
)
