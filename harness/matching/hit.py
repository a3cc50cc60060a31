"""A known value in a layer of a message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.decoding import Layer, path_of
from harness.matching.digests import is_hash
from harness.matching.known import Known

CONTEXT = 80  # bytes kept on either side of a hit


@dataclass(slots=True, eq=False)
class Hit:
    """`start`, `end`: bytes of the layer. `variant`: spelling or hash; `weight`: the bits that speak for it; `key`: the name
    of the field it stands in."""

    known: Known
    variant: str
    layer: Layer
    start: int
    end: int
    key: str
    weight: float

    @property
    def where(self) -> str:
        return path_of(self.layer, self.start)

    @property
    def encodings(self) -> tuple[str, ...]:
        return self.layer.encodings

    def matched(self) -> str:
        return readable(self.layer.data[self.start : self.end])

    def around(self) -> tuple[str, str]:
        """What stands before and behind it."""
        data = self.layer.data
        return (
            readable(data[max(0, self.start - CONTEXT) : self.start]),
            readable(data[self.end : self.end + CONTEXT]),
        )


def once(hits: Sequence[Hit]) -> list[Hit]:
    """Without those in bytes that are told again in a text which was made of these very bytes, where fields have names: an
    address in a message of protobuf is one value in one place, as bytes there and as digits in what was read of it."""
    read: dict[tuple[Known, bool], list[Hit]] = {}
    for hit in hits:
        if hit.layer.text:
            read.setdefault((hit.known, is_hash(hit.variant)), []).append(hit)
    return [
        hit
        for hit in hits
        if hit.layer.text or not any(_made_of(one.layer, hit) for one in read.get((hit.known, is_hash(hit.variant)), ()))
    ]


def _made_of(layer: Layer, hit: Hit) -> bool:
    """Whether the layer is a reading of the bytes that the hit stands in."""
    below = next((step for step in layer.steps() if step.parent is hit.layer), None)
    return below is not None and (not below.found.end or below.found.start <= hit.start < hit.end <= below.found.end)


def readable(data: bytes) -> str:
    """As text, with a dot for what has no sign."""
    return "".join(c if c.isprintable() else "·" for c in data.decode("utf-8", "replace"))
