"""Base64 with other signs in place of +, / and =, so that it needs no escapes in URLs and forms.

Where the token has none of these signs, or only dashes and underscores, it is plain base64's affair.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from harness.decoding.budget import Budget
from harness.decoding.decoder import Decoder
from harness.decoding.decoders.base64 import text_of, undone
from harness.decoding.layer import Found, Layer
from harness.decoding.spans import STANDARD, spans_of

# What stands for +, / and =: Tencent's TLS signatures (tls_sigature base64url), YUI's Y64, Freenet's, and .NET forms' kin.
_SIGNS = ("*-_", "._-", "~-=", "-~=", "*/=", "*_=", "._=", "*._", "-_.", "-_~", "-_*", "+/.", "+/~", "+/*")
_TABLES = tuple(bytes.maketrans(signs.encode(), b"+/=") for signs in _SIGNS)
_SHORTEST = 24  # letters
_long_rows = spans_of(STANDARD + b"*.~_-=", _SHORTEST)
_MARK = re.compile(rb"[*.~]|(?<=[A-Za-z0-9])_{1,2}\Z")
_MARKS = b"*.~_"
_PLAIN = re.compile(rb"[A-Za-z0-9+/]+={0,2}")
_CASES = tuple(re.compile(c) for c in (rb"[0-9]", rb"[A-Z]", rb"[a-z]"))
_SHORTEST_PIECE = 16  # on average, between full stops: names and versions have shorter ones


def find(layer: Layer, budget: Budget) -> Iterable[Found]:
    data = layer.data
    if not any(sign in data for sign in _MARKS):
        return
    for row, end in _long_rows(data):
        start = max(row, data.rfind(b"=", row, end - 2) + 1)  # behind a field's name, which is made of such letters too
        token = data[start:end]
        if len(token) < _SHORTEST or not _MARK.search(token) or not all(case.search(token) for case in _CASES) or _named(token):
            continue
        budget.check_time()
        if (plain := _plain(token)) is not None:
            yield Found(plain, start, end)


def _named(token: bytes) -> bool:
    """Whether its full stops part words, as those of hosts, packages and versions do, and the parts of a JWT."""
    pieces = token.split(b".")
    return len(pieces) > 1 and len(token) < _SHORTEST_PIECE * len(pieces) and pieces[-1] != b""


def _plain(token: bytes) -> bytes | None:
    """The text by the first table that gives one; else the bytes where the signs leave one table only and the padding fits."""
    whole = []
    for table in _TABLES:
        letters = token.translate(table)
        if letters == token or not _PLAIN.fullmatch(letters):
            continue
        if (text := text_of(letters)) is not None:
            return text
        if len(letters) % 4 == 0:
            whole.append(letters)
    return undone(whole[0]) if whole else None


decoder = Decoder(
    id="base64-other-signs",
    title="Base64 with other signs for + / =",
    title_zh="替换符号的 Base64",
    of="text",
    find=find,
    rows=True,
    source="tls-sig-api of Tencent Cloud (* - _); YUI's Y64 (. _ -); Freenet (~ -)",
    order=39,
)
