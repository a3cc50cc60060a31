"""Base64 with an alphabet of the sender's own: those that are public."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import numpy as np

from harness.decoding.budget import Budget
from harness.decoding.decoder import Decoder
from harness.decoding.decoders.base64 import text_of
from harness.decoding.layer import Found, Layer
from harness.decoding.rows import ALNUM, DOT, PLUS, Places, matches, only, rows, sorts_of
from harness.decoding.six_bits import FEW, may_begin_text, table
from harness.decoding.spans import STANDARD, spans_of, text_begins

# Mintegral's, in public code that speaks to its servers; and the one that GEDCOM and crypt(3) count with.
_ALPHABETS = (
    b"vSoajc7dRzpWifGyNxZnV5k+DHLYhJ46lt0U3QrgEuq8sw/XMeBAT2Fb9P1OIKmC",
    b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
)
_TABLES = tuple(bytes.maketrans(alphabet, STANDARD) for alphabet in _ALPHABETS)
# The first alphabet has no full stop, and undoing passes over it.
_TEXTS = b"(?:" + text_begins(_ALPHABETS[0], skipped=rb"\.*+") + b"|" + text_begins(_ALPHABETS[1]) + b")"
_WORTH = re.compile(_TEXTS + b"|." + _TEXTS)
_OTHER = re.compile(rb"[^0-9a-fA-F]")
_long_rows = spans_of(STANDARD + b".", 24)
_TOKEN = re.compile(rb"[A-Za-z0-9+/.]{24,}={0,2}")


def find(layer: Layer, budget: Budget) -> Iterable[Found]:
    for match in matches(_TOKEN, layer.data, _places, _few_places):
        token = match[0]
        if not _OTHER.search(token.rstrip(b"=")):
            continue
        budget.check_time()
        texts = list(_texts(token))
        if texts and text_of(token) is None:
            yield from (Found(plain, match.start() + skipped, match.end()) for skipped, plain in texts)


def _texts(token: bytes) -> Iterator[tuple[int, bytes]]:
    """(letters that stand before it, the text), by each alphabet."""
    for to_standard in _TABLES:
        for skipped in (0, 1):  # a length may stand before it
            if (plain := text_of(token[skipped:].translate(to_standard))) is not None:
                yield skipped, plain
                break


def _few_places(data: bytes) -> list[int]:
    """As `_places`, one by one."""
    return [start for start, end in _long_rows(data) if _WORTH.match(data, start) and _OTHER.search(data, start, end)]


def _places(data: bytes) -> Places:
    """Where tokens begin of which text can come in one of the alphabets."""
    starts, _ = rows(sorts_of(data), ALNUM | PLUS | DOT, 24)
    if 4 * len(starts) <= FEW:  # each is undone in four ways
        return starts
    worth = np.zeros(len(starts), np.bool_)
    for alphabet in _ALPHABETS:
        values = np.frombuffer(data.translate(table(alphabet)), np.uint8)
        worth |= may_begin_text(values, np.concatenate((starts, starts + 1)), 5).reshape(2, -1).any(axis=0)
    return only(starts, worth)


decoder = Decoder(
    id="base64-own-alphabet",
    title="Base64 with another alphabet",
    title_zh="自定义字母表 Base64",
    of="any",
    find=find,
    rows=True,
    source="public clients of Mintegral's servers; POSIX a64l",
    order=42,
)
