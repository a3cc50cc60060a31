"""Where bytes of one sort stand in a row, found by `re` over a copy of the layer in which one letter stands for each sort.

A pattern that begins with a sort of bytes makes `re` try it at every one of them, 50 ns each. One that begins with the same
letter so many times over is looked for as a text is, 3 ns a byte, and nothing else has to be called: for layers of a few
kilobytes, which most are, that is less than numpy takes to begin (rows.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable

Spans = list[tuple[int, int]]
"""(start, end) in a layer, ascending."""

STANDARD = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
"""The letters of base64."""

_DIGITS = b"0123456789"
_HEX_LETTERS = b"abcdefABCDEF"
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def marked(*sorts: tuple[bytes, bytes]) -> bytes:
    """For `bytes.translate`: (the letter that stands for a sort, its members), ... A later sort takes from an earlier; what is in
    none is a blank."""
    table = bytearray(b" " * 256)
    for letter, members in sorts:
        for byte in members:
            table[byte] = letter[0]
    return bytes(table)


def spans_of(members: bytes, least: int) -> Callable[[bytes], Spans]:
    """What finds the rows of `least` bytes or more that are of these, each as long as it goes."""
    table, row = marked((b"a", members)), re.compile(b"a" * least + b"a*+")
    return lambda data: [match.span() for match in row.finditer(data.translate(table))]


_ALONE = marked((b"g", _LETTERS), (b"x", b"xX"), (b"a", _DIGITS + _HEX_LETTERS))
_HEX = re.compile(rb"aaaaaaa(?<![ag]aaaaaaa)a*+(?![gx])")


def hex_spans(data: bytes) -> Spans:
    """Hexadecimal digits, 7 or more in a row, that have no letter or digit behind them, and none before them but for an x, as
    that of 0x."""
    return [match.span() for match in _HEX.finditer(data.translate(_ALONE))]


def number_begin(data: bytes, start: int) -> int:
    """Where a number begins whose digits begin there: two bytes before, where these are the 0x of a hexadecimal one."""
    return start - 2 if start > 1 and data[start - 1] in b"xX" else start


def text_begins(alphabet: bytes, further: bytes = b"", skipped: bytes = b"") -> bytes:
    """A pattern of the first three letters of base64, where a text in UTF-8 can begin with the bytes that they stand for.
    `alphabet`: the letters by the six bits that they stand for; `further`: what may stand for the last two as well;
    `skipped`: a pattern of what stands for nothing."""
    letters = {value: alphabet[value : value + 1] for value in range(64)}
    for value, letter in zip(range(64 - len(further), 64), further, strict=True):
        letters[value] += bytes([letter])

    def among(wanted: Callable[[int], bool]) -> bytes:
        return skipped + b"[" + re.escape(b"".join(letters[value] for value in range(64) if wanted(value))) + b"]"

    one, two, more = among(lambda v: v in (2, 3) or 8 <= v < 32), among(lambda v: 48 <= v < 56), among(lambda v: 56 <= v < 62)
    single, begun, within = among(lambda v: v & 15 < 8), among(lambda v: v & 15 >= 12), among(lambda v: 8 <= v & 15 < 12)
    other, further_on = among(lambda v: v & 3 != 2), among(lambda v: v & 3 == 2)
    ascii_first = one + b"(?:" + single + other + b"|" + begun + further_on + b")"
    return b"(?:" + ascii_first + b"|" + two + within + other + b"|" + more + within + further_on + b")"


_HEX_UNIT = (
    rb"(?:[2-6].|7[^fF]|0[9aAdD]|[cC][2-9a-fA-F][89abAB].|[dD].[89abAB].|[eE].[89abAB].[89abAB].|[fF][0-4](?:[89abAB].){3})"
)
HEX_TEXT_BEGINS = re.compile(_HEX_UNIT + (b"(?:" + _HEX_UNIT + rb"|(?![0-9a-fA-F]))") * 3)
"""The first letters of hexadecimal digits that stand for a text in UTF-8: four of them, or all."""
