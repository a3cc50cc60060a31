"""Percent encoding, and forms made of it: a form is written out with one `name=value` a line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from urllib.parse import unquote_to_bytes

import numpy as np

from harness.decoding.budget import Budget
from harness.decoding.decoder import Decoder
from harness.decoding.layer import Found, Layer, as_key, is_text
from harness.decoding.rows import SMALL, WINDOW

_ESCAPE = re.compile(rb"%[0-9A-Fa-f]{2}")
_BY_CHANCE = 4  # escapes that stand in bytes which are no text, and one more in each so many bytes: chance makes one in 34600
_EACH = 20_000
_HALVES = np.array([int(chr(byte), 16) if chr(byte) in "0123456789abcdefABCDEF" else 16 for byte in range(256)], np.uint8)
_FORM = re.compile(rb"(?:[^?#\s]*\?)?[\w.\-\[\]%$:]{1,256}=[^&\s\"{}<>]*(?:&[^&=\s\"{}<>]*(?:=[^&\s\"<>]*)?)*")


def find(layer: Layer, budget: Budget) -> Iterable[Found]:
    data = layer.data
    escaped = _ESCAPE.search(data) is not None
    if not escaped and (b"=" not in data or (b"&" not in data and b"+" not in data)):
        return
    if is_form(data):
        head, question, rest = data.partition(b"?")
        pairs = rest if question else data
        plus = b"+" in pairs and layer.decoder != "percent"  # what was undone once has no blanks left to undo
        if not escaped and not plus and not question:
            return  # nothing is encoded: it reads as it stands
        lines = pairs.replace(b"&", b"\n")
        plain = unquoted(lines.replace(b"+", b" ") if plus else lines)
        if plain != data:
            yield Found(plain)
        if not is_text(plain):
            yield from _binary_values(pairs, len(data) - len(pairs))
        if question and _ESCAPE.search(head):
            yield Found(unquote_to_bytes(head), 0, len(head))
    elif escaped and (layer.text or len(_ESCAPE.findall(data)) >= _BY_CHANCE + len(data) // _EACH):
        yield Found(unquoted(data))


def unquoted(data: bytes) -> bytes:
    """Each % and two hexadecimal digits as the byte that they are."""
    if len(data) <= SMALL:
        return unquote_to_bytes(data)
    cuts = [_beside_escapes(data, at) for at in range(WINDOW, len(data), WINDOW)]
    return b"".join(_unquoted(data[begun:end]) for begun, end in pairwise([0, *cuts, len(data)]))


def _beside_escapes(data: bytes, at: int) -> int:
    """The place, or the end of the escape that it lies in."""
    inside = _ESCAPE.match(data, at - 1) or _ESCAPE.match(data, at - 2)
    return inside.end() if inside else at


def _unquoted(data: bytes) -> bytes:
    given = np.frombuffer(data, np.uint8)
    places = np.flatnonzero(given[:-2] == ord("%"))
    high, low = _HALVES[given[places + 1]], _HALVES[given[places + 2]]
    real = (high < 16) & (low < 16)
    places = places[real]
    plain, kept = given.copy(), np.ones(len(given), np.bool_)
    plain[places] = high[real] << 4 | low[real]
    kept[places + 1] = kept[places + 2] = False
    return plain[kept].tobytes()


def _binary_values(pairs: bytes, at: int) -> Iterator[Found]:
    for pair in pairs.split(b"&"):
        name, _, value = pair.partition(b"=")
        plain = unquote_to_bytes(value)
        if not is_text(plain):
            begun = at + len(name) + 1
            yield Found(plain, begun, begun + len(value), key=as_key(unquote_to_bytes(name)))
        at += len(pair) + 1


def is_form(data: bytes) -> bool:
    """Whether the whole is a query or a form, with an address before it or not."""
    head = data[:4096]
    if len(data) > len(head):
        head = head.rpartition(b"&")[0]
    return bool(head) and _FORM.fullmatch(head) is not None


decoder = Decoder(
    id="percent",
    title="percent encoding and forms",
    title_zh="百分号编码与表单",
    of="any",
    find=find,
    source="RFC 3986; WHATWG URL, application/x-www-form-urlencoded",
    order=30,
)
