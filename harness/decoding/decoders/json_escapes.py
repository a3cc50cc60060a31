"""Escapes of JSON strings. A string that holds quotes or backslashes, as JSON inside JSON does, is a layer of its own; escaped
letters and slashes are undone in the text as it stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from harness.decoding.budget import Budget
from harness.decoding.decoder import Decoder
from harness.decoding.layer import Found, Layer

# One that is cut off goes to the end of the text: its escaped quotes would each be tried as the beginning of another.
_STRING = re.compile(rb'"([^"\\]*+(?:\\.[^"\\]*+)++)(?:"|(\\?\Z))', re.DOTALL)
_NESTED = re.compile(rb'\\["\\]')
_BENIGN = re.compile(rb"\\u([0-9A-Fa-f]{4})|\\/")
_RUN = re.compile(rb"(?:\\u[0-9A-Fa-f]{4})++|\\/")
_SPECIAL = re.compile(r'[\x00-\x1f"\\]')  # they would break the text that they stand in
_BROKEN_UP = re.compile(rb"\\[nrt]")
_LOOSE = re.compile(rb"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|([\"'\\/bfnrt]))")
_SHORT = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}


def find(layer: Layer, budget: Budget) -> Iterable[Found]:
    data = layer.data
    if b"\\" not in data:
        return
    strings = 0
    for match in _STRING.finditer(data):
        if match[2] is not None:
            break
        strings += 1
        inside = match[1]
        if not _NESTED.search(inside) and not _BROKEN_UP.search(inside):
            continue
        try:
            plain = json.loads(match[0]).encode()
        except (ValueError, UnicodeEncodeError):
            plain = _loose(inside)
        budget.check_time()
        yield Found(plain, match.start(1), match.end(1))
    if _BENIGN.search(data):
        whole = _letters(data)
        if whole != data:
            yield Found(whole)
    if not strings:
        # A piece of JSON without its outer quotes, or quotes of another kind.
        yield Found(_loose(data))


def _letters(data: bytes) -> bytes:
    """The text with escaped letters and slashes as themselves: pairs of surrogates are one letter, halves are left."""
    return _RUN.sub(_run, data)


def _run(match: re.Match[bytes]) -> bytes:
    """Escapes that stand one behind another, as those of a word do, are undone in one go where nothing is special about them."""
    if match[0] == rb"\/":
        return b"/"
    try:
        text = bytes.fromhex(match[0].replace(rb"\u", b"").decode()).decode("utf-16-be")
    except UnicodeDecodeError:
        return _one_by_one(match[0])
    return _one_by_one(match[0]) if _SPECIAL.search(text) else text.encode()


def _one_by_one(escapes: bytes) -> bytes:
    text = escapes.decode()
    text = re.sub(r"\\u([dD][89abAB][0-9A-Fa-f]{2})\\u([dD][c-fC-F][0-9A-Fa-f]{2})", _pair, text)
    return re.sub(r"\\u([0-9A-Fa-f]{4})", _letter, text).encode()


def _pair(match: re.Match[str]) -> str:
    return chr(0x10000 + ((int(match[1], 16) & 0x3FF) << 10) + (int(match[2], 16) & 0x3FF))


def _letter(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    if code < 32 or code in (34, 92) or 0xD800 <= code < 0xE000:
        return match[0]
    return chr(code)


def _loose(data: bytes) -> bytes:
    def plain(match: re.Match[bytes]) -> bytes:
        if match[1] or match[2]:
            code = int(match[1] or match[2], 16)
            return b"" if 0xD800 <= code < 0xE000 else chr(code).encode()
        return _SHORT.get(match[3], match[3])

    return _LOOSE.sub(plain, data)


decoder = Decoder(
    id="json",
    title="JSON string escapes",
    title_zh="JSON 字符串转义",
    of="text",
    find=find,
    holds=b"\\",
    source="RFC 8259, section 7",
    order=31,
)
