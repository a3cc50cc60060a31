"""Character references of XML and HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from harness.decoding.budget import Budget
from harness.decoding.decoder import Decoder
from harness.decoding.layer import Found, Layer

_REFERENCE = re.compile(rb"&(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")
# In a form `&copy=1` is a field, and no sign: without its semicolon a reference is none.
_ANY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")


def find(layer: Layer, budget: Budget) -> Iterable[Found]:
    if b"&" not in layer.data or not _REFERENCE.search(layer.data):
        return
    plain = _ANY.sub(lambda m: html.unescape(m[0]), layer.data.decode("utf-8")).encode("utf-8", "replace")
    if plain != layer.data:
        yield Found(plain)


decoder = Decoder(
    id="entities",
    title="XML and HTML character references",
    title_zh="XML/HTML 字符引用",
    of="text",
    find=find,
    holds=b"&",
    source="XML 1.0, section 4.1; WHATWG HTML, named character references",
    order=32,
)
