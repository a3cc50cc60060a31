"""CBOR."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

import cbor2

from harness.decoding.budget import Budget
from harness.decoding.decoder import Decoder
from harness.decoding.layer import Found, Layer
from harness.decoding.structure import means_something, written

_LARGEST = 8 << 20
_MOST_OBJECTS = 10_000
_DEEPEST = 100
_SELF_DESCRIBED = b"\xd9\xd9\xf7"


def find(layer: Layer, budget: Budget) -> Iterable[Found]:
    data = layer.data
    if not 4 <= len(data) <= _LARGEST or not (0x80 <= data[0] <= 0xBF or data.startswith(_SELF_DESCRIBED)):
        return
    found = _objects(data)
    if found and any(isinstance(one, dict | list) for one in found) and means_something(found):
        yield from written(found[0] if len(found) == 1 else found)


def _objects(data: bytes) -> list[Any]:
    """The objects of a sequence (RFC 8742), [] where they do not fill the data."""
    file = io.BytesIO(data)
    machine = cbor2.CBORDecoder(
        file, max_depth=_DEEPEST, str_errors="replace", read_size=1, tag_hook=_untagged, semantic_decoders={}
    )
    found: list[Any] = []
    try:
        while file.tell() < len(data) and len(found) < _MOST_OBJECTS:
            found.append(machine.decode())
    except (cbor2.CBORDecodeError, ValueError, TypeError, RecursionError, OverflowError, EOFError, MemoryError):
        return []
    return found if file.tell() == len(data) else []


def _untagged(tag: cbor2.CBORTag, immutable: bool) -> Any:
    return tag.value


decoder = Decoder(
    id="cbor",
    title="CBOR",
    title_zh="CBOR",
    of="binary",
    find=find,
    firsts=bytes({*range(0x80, 0xC0), _SELF_DESCRIBED[0]}),
    source="RFC 8949; RFC 8742",
    order=56,
)
