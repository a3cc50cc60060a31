"""A known value in a layer of a message."""

from __future__ import annotations

from dataclasses import dataclass

from harness.decoding import Layer, path_of
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


def readable(data: bytes) -> str:
    """As text, with a dot for what has no sign."""
    return "".join(c if c.isprintable() else "·" for c in data.decode("utf-8", "replace"))
