"""Base64 in its variants: with and without padding, URL-safe, broken into lines; inside any text, or between binary bytes.

A word may be made of the same letters: what is no text afterwards is kept only where the token looks like base64 and like no
name, number or UUID.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from harness.decoding.budget import Budget
from harness.decoding.decoder import Decoder
from harness.decoding.layer import Found, Layer, has_controls, is_text
from harness.decoding.rows import ALNUM, DASH, PLUS, UNDERSCORE, Places, behind, matches, only, rows, sorts_of, sorts_within
from harness.decoding.six_bits import FEW, may_begin_text, table
from harness.decoding.spans import STANDARD, Spans, marked, spans_of, text_begins

_TOKEN = re.compile(
    rb"[A-Za-z0-9+/_-](?<![A-Za-z0-9+/_-].)(?:[A-Za-z0-9+/_-]{15,}+={0,2}|[A-Za-z0-9+/_-]{5,14}+={1,2}(?![A-Za-z0-9]))"
)  # it looks back afterwards, see hex.py
_LINES = re.compile(
    rb"[A-Za-z0-9+/](?<![A-Za-z0-9+/].)[A-Za-z0-9+/]{51,75}+\r?\n(?:[A-Za-z0-9+/]{52,76}+\r?\n)*+[A-Za-z0-9+/]{0,76}+={0,2}"
)
_SPLIT = re.compile(rb"[A-Za-z0-9]{16,}={0,2}")
_NO_DASHES = re.compile(rb"[A-Za-z0-9+/]{16,}={0,2}")
_TO_STANDARD = bytes.maketrans(b"-_", b"+/")
_HEX_LIKE = b"0123456789abcdefABCDEF-"
_DIGITS, _UPPER, _LOWER = (re.compile(c) for c in (rb"\d", rb"[A-Z]", rb"[a-z]"))
_SIX_BITS = _TO_STANDARD.translate(table(STANDARD))
_CASES = bytes(
    sum(1 << place for place, sort in enumerate((_DIGITS, _UPPER, _LOWER)) if sort.match(bytes([byte]))) for byte in range(256)
)
_ALL_CASES = 7
_LETTERS = STANDARD + b"-_"
_long_rows, _line_rows = spans_of(_LETTERS, 16), spans_of(STANDARD, 52)
_PADDED = re.compile(rb"=(?<=[A-Za-z0-9+/_-]{6}=)(?![A-Za-z0-9])")
_OF_LETTERS = marked((b"a", _LETTERS))
_TEXT = re.compile(text_begins(STANDARD, b"-_"))
_EITHER = re.compile(_TEXT.pattern + b"|." + _TEXT.pattern)  # a letter may stand before it
_OTHER = re.compile(rb"[^0-9a-fA-F-]")
_PADDING = (b"", b"", b"==", b"=")
_BEGINNING = 16  # letters, a multiple of four


def find(layer: Layer, budget: Budget) -> Iterable[Found]:
    data = layer.data
    past = 0
    if b"\n" in data:
        for match in matches(_LINES, data, _first_lines, _few_first_lines):
            joined = re.sub(rb"\s", b"", match[0])
            if (plain := undone(joined)) is not None:
                past = match.end()
                yield Found(plain, match.start(), match.end())
    for match in matches(_TOKEN, data, _places, _few_places):
        token = match[0]
        if match.start() < past or not token.translate(None, _HEX_LIKE):
            continue
        budget.check_time()
        yield from _token(token, match.start(), len(token) == len(data.strip()))


def _few_first_lines(data: bytes) -> list[int]:
    return [start for start, end in _line_rows(data) if end - start <= 76] if _rows(data)[1] >= 52 else []


@lru_cache(maxsize=1)
def _rows(data: bytes) -> tuple[Spans, int]:
    """The rows of 16 letters and more, and how long the longest is. Kept for the layer that was asked about last."""
    rows = _long_rows(data)
    return rows, max((end - start for start, end in rows), default=0)


def rows_of(data: bytes) -> Spans:
    """The rows of 16 and more of the letters of base64, both alphabets."""
    return _rows(data)[0]


def _few_places(data: bytes) -> list[int]:
    """As `_places`, one by one."""
    places = [start for start, end in _rows(data)[0] if _worth(data, start, end)]
    if b"=" in data:
        padded = [match.start() for match in _PADDED.finditer(data)]
        letters = data.translate(_OF_LETTERS) if padded else b""
        begun = ((letters.rfind(b" ", 0, end) + 1, end) for end in padded)
        short = {start for start, end in begun if _worth_padded(data, start, end)}
        places = sorted(short.union(places)) if short else places
    return places


def _worth_padded(data: bytes, start: int, end: int) -> bool:
    """The same of one with signs of padding behind it."""
    return end - start >= 16 or (end - start) % 4 >= 2 or _EITHER.match(data, start) is not None


def _worth(data: bytes, start: int, end: int) -> bool:
    """Whether a token of 16 letters or more may hold a text, at its beginning or in a piece of it, or looks like base64."""
    if data[end : end + 1] == b"=":
        return True
    if not _OTHER.search(data, start, end):
        return False
    if _EITHER.match(data, start) and (_may_begin(data, start) or _may_begin(data, start + 1)):
        return True
    if end - start > 16:
        for finder in (_NO_DASHES, _SPLIT):
            for piece in finder.finditer(data, start, end):
                if piece.end() - piece.start() < end - start and _may_begin(data, piece.start()):
                    return True
    return end - start >= 22 and all(sort.search(data, start, end) for sort in (_DIGITS, _UPPER, _LOWER))


def _may_begin(data: bytes, start: int) -> bool:
    """Whether a text can begin with what twelve letters stand for."""
    return _TEXT.match(data, start) is not None and not has_controls(undone(data[start : start + 12]) or b"")


def _first_lines(data: bytes) -> Places:
    starts, ends = rows(sorts_of(data), ALNUM | PLUS, 52)
    return only(starts, ends - starts <= 76)


def _places(data: bytes) -> Places:
    """Where tokens begin that may hold a text, at their beginning or in a piece of theirs, or that look like base64."""
    sorts = sorts_of(data)
    starts, ends = rows(sorts, ALNUM | PLUS | DASH | UNDERSCORE, 6)
    signs = _signs(data, ends)
    long = ends - starts >= 16
    token = long | ((signs > 0) & (behind(sorts, ends + 1) & ALNUM == 0))
    starts, ends, signs, long = only(starts, token), only(ends, token), signs[token], long[token]
    if len(starts) <= FEW:
        return starts
    values = np.frombuffer(data.translate(_SIX_BITS), np.uint8)
    worth = (signs > 0) & (((ends - starts + signs) % 4 == 0) | ((ends - starts + 1) % 4 == 0))  # a letter may stand behind two
    worth |= (ends - starts + signs >= 22) & (sorts_within(data.translate(_CASES), starts, ends) == _ALL_CASES)
    short = np.flatnonzero(~long)
    for letters in (0, 1):  # a length may stand before it
        worth[short] |= may_begin_text(values, starts[short] + letters, 1)
    begun = [starts[long], starts[long] + 1, *(rows(sorts, sort, 16)[0] for sort in (ALNUM, ALNUM | PLUS))]
    texts = np.concatenate(begun)
    worth[np.searchsorted(starts, texts[may_begin_text(values, texts, 3)], "right") - 1] = True
    return only(starts, worth)


def _signs(data: bytes, ends: Places) -> npt.NDArray[np.intp]:
    """How many signs of padding, two at most, stand at each end."""
    padding = np.frombuffer(data + b"..", np.uint8) == ord("=")
    signs: npt.NDArray[np.intp] = padding[ends] * (1 + padding[ends + 1].astype(np.intp))
    return signs


def _token(token: bytes, at: int, alone: bool) -> Iterator[Found]:
    """`alone`: there is nothing else in the layer, so that pieces which can be read are as likely chance."""
    text = text_of(token)
    if text is not None:
        yield Found(text, at, at + len(token))
        return
    texts = list(_pieces(token, at))
    yield from texts
    if (alone or not texts) and _likely(token) and (plain := undone(token)) is not None:
        yield Found(plain, at, at + len(token))


def _pieces(token: bytes, at: int) -> Iterator[Found]:
    """Where the token has more in it than the encoded piece: a path before it, a length byte, a name and a dash. Texts only."""
    for finder in () if token.isalnum() else (_SPLIT, _NO_DASHES):
        for piece in finder.finditer(token):
            if piece[0] == token or not piece[0].translate(None, _HEX_LIKE):
                continue
            if (text := text_of(piece[0])) is not None:
                yield Found(text, at + piece.start(), at + piece.end())
    if (text := text_of(token[1:])) is not None:
        yield Found(text, at + 1, at + len(token))


def text_of(token: bytes) -> bytes | None:
    """The text that it is; None where it is none, which the first twelve bytes show of most."""
    if not _TEXT.match(token) and not (b"." in token[:4] and _TEXT.match(token.replace(b".", b""))):  # undoing passes over it
        return None
    if len(token) > _BEGINNING and has_controls(undone(token[:_BEGINNING]) or b""):
        return None
    plain = undone(token)
    return plain if plain is not None and is_text(plain) else None


def undone(token: bytes) -> bytes | None:
    """The bytes; None where the letters cannot be base64."""
    bare = token.rstrip(b"=").translate(_TO_STANDARD)
    more = len(bare) % 4
    if more == 1:
        return None
    try:
        return binascii.a2b_base64(bare + _PADDING[more])
    except binascii.Error:
        return None


def _likely(token: bytes) -> bool:
    if token.endswith(b"=") and len(token) % 4 == 0:
        return True
    return len(token) >= 22 and all(sort.search(token) for sort in (_DIGITS, _UPPER, _LOWER))


decoder = Decoder(
    id="base64",
    title="Base64",
    title_zh="Base64 编码",
    of="any",
    find=find,
    rows=True,
    source="RFC 4648, sections 4 and 5; RFC 2045",
    order=40,
)
