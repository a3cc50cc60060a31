"""MessagePack."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgpack

from harness.decoding.budget import Budget
from harness.decoding.decoder import Decoder
from harness.decoding.layer import Found, Layer
from harness.decoding.structure import means_something, written

_LARGEST = 8 << 20
_MOST_OBJECTS = 10_000


def find(layer: Layer, budget: Budget) -> Iterable[Found]:
    data = layer.data
    if not 4 <= len(data) <= _LARGEST or not (0x80 <= data[0] <= 0x9F or 0xDC <= data[0] <= 0xDF):
        return
    found = _objects(data)
    if found and any(isinstance(one, dict | list) for one in found) and means_something(found):
        yield from written(found[0] if len(found) == 1 else found)


def _objects(data: bytes) -> list[Any]:
    unpacker = msgpack.Unpacker(
        raw=False,
        strict_map_key=False,
        unicode_errors="surrogateescape",
        max_buffer_size=len(data),
        ext_hook=_extension,
    )
    unpacker.feed(data)
    found: list[Any] = []
    try:
        while unpacker.tell() < len(data) and len(found) < _MOST_OBJECTS:
            found.append(unpacker.unpack())
    except (msgpack.exceptions.UnpackException, ValueError, TypeError, RecursionError):
        return []
    return found if unpacker.tell() == len(data) else []


def _extension(code: int, data: bytes) -> dict[str, Any]:
    return {f"extension {code}": data}


decoder = Decoder(
    id="msgpack",
    title="MessagePack",
    title_zh="MessagePack",
    of="binary",
    find=find,
    firsts=bytes({*range(0x80, 0xA0), *range(0xDC, 0xE0)}),
    source="github.com/msgpack/msgpack: spec.md",
    order=55,
)
