"""Quoted-printable, where every = of the text is an escape or the end of a line."""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterable

from harness.decoding.budget import Budget
from harness.decoding.decoder import Decoder
from harness.decoding.layer import Found, Layer, is_text

_ANY, _ESCAPE = re.compile(rb"="), re.compile(rb"=(?:[0-9A-F]{2}|[ \t]*\r?\n|\Z)")
_MARKED = re.compile(rb"=(?:3D|[89A-F][0-9A-F])")  # an = that was there, or a letter beyond ASCII


def find(layer: Layer, budget: Budget) -> Iterable[Found]:
    data = layer.data
    if _MARKED.search(data) and all(_ESCAPE.match(data, match.start()) for match in _ANY.finditer(data)):
        plain = quopri.decodestring(data)
        if is_text(plain):
            yield Found(plain)


decoder = Decoder(
    id="quoted-printable",
    title="quoted-printable",
    title_zh="Quoted-Printable 编码",
    of="text",
    find=find,
    holds=b"=",
    source="RFC 2045, section 6.7",
    order=31,
)
