"""Text, as its frame shows, of which no charset that is tried makes words: told, since a name in it would be missed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from harness.decoding.budget import Broken, Budget
from harness.decoding.decoder import Decoder
from harness.decoding.decoders.charset import readings, without_controls
from harness.decoding.layer import Found, Layer

# JSON and XML from end to end; a form, an address or lines of headers by how they begin.
_FRAMES = re.compile(rb"\s*(?:\{\s*\".*\}|\[.*[\"}\]]\s*\]|<[\w!?].*>)\s*", re.DOTALL)
_BEGINS = re.compile(rb"[A-Za-z][\w.\-\[\]$]{2,63}(?:=|: )|https?://")
_WORDS = re.compile(rb"[\x80-\xff]{2,}")


def find(layer: Layer, budget: Budget) -> Iterable[Found]:
    data = layer.data
    if layer.found.path:
        return  # a value of a binary structure: of the many that are short, chance makes some look like `key=`
    if len(data) < 8 or not (_BEGINS.match(data) or _FRAMES.fullmatch(data)) or not without_controls(data):
        return
    if _in_words(data) and next(readings(data), None) is None:
        yield Found(data.decode("latin-1").encode())  # what is ASCII in it is read at least
        raise Broken("it is text in a charset that could not be told")


def _in_words(data: bytes) -> bool:
    """Whether most of what is beyond ASCII stands in rows, as letters do and bytes by chance do not."""
    high = len(data.translate(None, bytes(range(128))))
    return sum(len(word[0]) for word in _WORDS.finditer(data)) * 5 >= high * 4


decoder = Decoder(
    id="charset-unknown",
    title="a charset that could not be told",
    title_zh="无法判定的字符集",
    of="binary",
    find=find,
    source="WHATWG Encoding",
    order=99,
)
