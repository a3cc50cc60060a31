"""JavaScript's escape(): `%u4E2D` for a UTF-16 unit, `%E9` for a letter of Latin-1."""

from __future__ import annotations

import re
from collections.abc import Iterable

from harness.decoding.budget import Budget
from harness.decoding.decoder import Decoder
from harness.decoding.layer import Found, Layer, as_bytes

_ESCAPE = re.compile(r"%u([0-9A-Fa-f]{4})|%([0-9A-Fa-f]{2})")
_UNIT = re.compile(rb"%u[0-9A-Fa-f]{4}")


def find(layer: Layer, budget: Budget) -> Iterable[Found]:
    if _UNIT.search(layer.data):
        text = _ESCAPE.sub(lambda m: chr(int(m[1] or m[2], 16)), layer.data.decode())
        yield Found(as_bytes(text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")))


decoder = Decoder(
    id="percent-u",
    title="JavaScript's escape()",
    title_zh="JavaScript escape() 编码",
    of="text",
    find=find,
    holds=b"%u",
    source="ECMA-262, annex B.2.1.1",
    order=29,
)
