"""What a decoder is, and how they are found: one file each in `decoders/`, no list of them anywhere."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from harness.decoding import decoders as folder
from harness.decoding.budget import Budget
from harness.decoding.layer import Found, Layer
from harness.errors import HarnessError

Find = Callable[[Layer, Budget], Iterable[Found]]


@dataclass(frozen=True, kw_only=True)
class Decoder:
    """Undoes one encoding. `id` stands in `encodings`.

    `of`: which layers it is asked about: text, binary or any. `find` gives what it makes of one, nothing where the
    layer is none of its; it raises Broken where the layer bears the format's marks and cannot be read to its end, after
    giving what could be read. `source`: what describes the format.
    `begins`, `firsts`, `holds`, `rows`: without which it would make nothing of a layer, so that it need not be asked: one of
    these byte strings at its beginning; one of these bytes there; these bytes anywhere; six letters, digits or signs of base64 in
    a row.
    `order`: smaller is asked first. `claims`: where it finds something the layer is its, and no later decoder is asked.
    `explains`: where it finds something, what the layer is made of is known, though others are asked as well.
    """

    id: str
    title: str
    title_zh: str
    of: str
    find: Find
    source: str
    begins: tuple[bytes, ...] = ()
    firsts: bytes = b""
    holds: bytes = b""
    rows: bool = False
    order: int = 50
    claims: bool = False
    explains: bool = False

    def may_begin(self, byte: int) -> bool:
        """Whether a layer that begins with this byte may be of it."""
        return byte in self.firsts if self.firsts else not self.begins or any(begun[0] == byte for begun in self.begins)


@cache
def all_decoders() -> tuple[Decoder, ...]:
    """Every decoder of the folder, in the order in which they are asked. Raises HarnessError where two have one id."""
    found: dict[str, Decoder] = {}
    for module in sorted(info.name for info in pkgutil.iter_modules(folder.__path__)):
        made = getattr(importlib.import_module(f"{folder.__name__}.{module}"), "decoder", None)
        if not isinstance(made, Decoder):
            raise HarnessError(f"harness/decoding/decoders/{module}.py has no `decoder`.")
        if made.id in found:
            raise HarnessError(f"Two decoders have the id {made.id}.", f"The second is in {module}.py.")
        found[made.id] = made
    return tuple(sorted(found.values(), key=lambda d: (d.order, d.id)))


@cache
def decoders_of(text: bool, first: int) -> tuple[Decoder, ...]:
    """Those that are asked about a layer of this sort that begins with this byte."""
    return tuple(d for d in all_decoders() if d.of in ("any", "text" if text else "binary") and d.may_begin(first))


@cache
def named(identity: str) -> Decoder | None:
    return next((d for d in all_decoders() if d.id == identity), None)
