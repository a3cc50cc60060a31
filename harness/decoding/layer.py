"""One message, taken apart: layers of bytes, each with the step that led to it from the layer below."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_NOT_IN_TEXT = bytes(c for c in range(32) if c not in b"\t\n\r") + b"\x7f"


@dataclass(frozen=True, slots=True)
class Found:
    """What a decoder made of a layer, or of a piece of it.

    `start`, `end`: the piece, in bytes of the layer; both 0 where it is the whole. `path`: where in a structure whose fields
    have no place in text (`2.5[0]`); `key`: the name of the field it was the value of, where that is known.
    `fields`: the data is the structure itself, written as JSON by the decoder, and no value inside it; `letters`: of texts
    that chance does not put there.
    """

    data: bytes
    start: int = 0
    end: int = 0
    path: str = ""
    key: str = ""
    fields: bool = False
    letters: int = 0


@dataclass(slots=True, eq=False)
class Layer:
    """`data` as it is at this depth. `decoder`: the id of the decoder that gave it; "" for the message's own part.

    `root`: which part of the message it is in the end: url, headers, body.
    """

    data: bytes
    root: str
    parent: Layer | None = None
    decoder: str = ""
    found: Found = Found(b"")
    depth: int = 0
    explained: bool = False  # what it is made of is known: compressed, or damaged
    written: bool = False  # a structure was read out of it to its end, be it by chance
    accounted: bool = False  # somebody knows what went into it, so neither it nor what chance reads out of it is dark
    text: bool = field(init=False)
    places: Any = field(default=None, init=False, repr=False)  # what is kept between questions for places in it

    def __post_init__(self) -> None:
        self.text = is_text(self.data)

    def steps(self) -> Iterator[Layer]:
        """From the layer next to the message's part down to this one."""
        above: list[Layer] = []
        layer: Layer | None = self
        while layer is not None and layer.parent is not None:
            above.append(layer)
            layer = layer.parent
        return reversed(above)

    def above(self) -> Iterator[Layer]:
        """From the layer that this one was made of to the message's part."""
        layer = self.parent
        while layer is not None:
            yield layer
            layer = layer.parent

    @property
    def encodings(self) -> tuple[str, ...]:
        """The decoders that led here, outermost first."""
        return tuple(layer.decoder for layer in self.steps())


def is_text(data: bytes) -> bool:
    """Whether the bytes are UTF-8 without control characters but for tab and line ends."""
    if len(data.translate(None, _NOT_IN_TEXT)) != len(data):
        return False
    if data.isascii():
        return True
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def has_controls(data: bytes) -> bool:
    """Whether there are control characters which no text holds."""
    return len(data.translate(None, _NOT_IN_TEXT)) != len(data)


def as_bytes(text: str) -> bytes:
    """A text as UTF-8. What stands for a byte that was none (half a surrogate pair, PEP 383) is that byte again; where there
    are other halves, each is three bytes, as programs write them that do not mind."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


_WORD = re.compile(rb"[\w.\-\[\]$]{1,64}")


def as_key(text: bytes) -> str:
    """A field's name from its bytes; "" where they are none."""
    return text.decode() if _WORD.fullmatch(text) else ""
