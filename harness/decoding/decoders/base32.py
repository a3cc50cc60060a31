"""Base32 in capitals, with and without padding."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator

from harness.decoding.budget import Budget
from harness.decoding.decoder import Decoder
from harness.decoding.decoders.base64 import rows_of
from harness.decoding.layer import Found, Layer, is_text

_LONG, _DIFFERENT = 40, 16  # letters; what is no text counts from so many, of which so many differ
_ROW = re.compile(rb"[A-Z2-7]{16,}+(?![A-Za-z0-9])")
_DIGIT, _PADDING = re.compile(rb"[2-7]"), re.compile(rb"={0,6}")
_FULL = {0: b"", 2: b"======", 4: b"====", 5: b"===", 7: b"="}


def find(layer: Layer, budget: Budget) -> Iterable[Found]:
    data = layer.data
    for start, end in _rows(data):
        padding = _PADDING.match(data, end)
        assert padding is not None
        beyond = padding.end()
        token, more = data[start:end], (end - start) % 8
        if data[max(0, start - 1) : start].isalnum() or data[beyond : beyond + 1].isalnum() or more not in _FULL:
            continue
        budget.check_time()
        try:
            plain = base64.b32decode(token + _FULL[more])
        except binascii.Error:
            continue
        even = len(token) >= _LONG and len(set(token)) >= _DIFFERENT and _DIGIT.search(token) is not None
        if even or is_text(plain):
            yield Found(plain, start, beyond)


def _rows(data: bytes) -> Iterator[tuple[int, int]]:
    """In the rows of what base64 is made of, those of its letters."""
    for begun, ended in rows_of(data):
        at = begun
        while (match := _ROW.search(data, at, ended)) is not None:
            yield match.span()
            at = match.end()


decoder = Decoder(
    id="base32",
    title="Base32",
    title_zh="Base32 编码",
    of="any",
    find=find,
    rows=True,
    source="RFC 4648, section 6",
    order=42,
)
