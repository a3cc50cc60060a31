"""Whether letters of base64, or hexadecimal digits, can be a text, by the first few: of what is none, nearly nothing can, and so
need not be undone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from harness.decoding.layer import is_text
from harness.decoding.rows import Places

FEW = 40  # tokens that are looked at one by one as quickly
Values = npt.NDArray[np.uint8]
"""For each byte of a layer, the six bits that the letter stands for."""
Bytes = npt.NDArray[np.uint8]
"""[place, byte]"""

_AT_ONCE = 1 << 14  # places
_LETTERS = np.arange(4)[:, None] + 4 * np.arange(5)[None, :]  # [letter of a group, group]
_NEVER, _SINGLE, _FIRST, _FURTHER = range(4)
# What each byte is in UTF-8; control characters are in no text.
_KIND = np.array(
    [_SINGLE if is_text(bytes([byte])) else _NEVER for byte in range(0x80)] + [_FURTHER] * 0x40 + [_FIRST] * 0x40, np.uint8
)


def table(alphabet: bytes) -> bytes:
    """For `bytes.translate`: letter -> its six bits."""
    values = bytearray(256)
    for value, letter in enumerate(alphabet):
        values[letter] = value
    return bytes(values)


_HALVES = bytes(int(chr(byte), 16) if chr(byte) in "0123456789abcdefABCDEF" else 0 for byte in range(256))


def may_begin_text(values: Values, places: Places, quads: int) -> npt.NDArray[np.bool_]:
    """For each place, whether the first `quads` groups of four letters can be the beginning of a text in UTF-8. The letters
    have to be there."""
    if len(places) > _AT_ONCE:
        pieces = (places[at : at + _AT_ONCE] for at in range(0, len(places), _AT_ONCE))
        return np.concatenate([may_begin_text(values, piece, quads) for piece in pieces])
    a, b, c, d = values[places[:, None, None] + _LETTERS[:, :quads]].transpose(1, 0, 2)
    return may_be_text(np.stack((a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d), axis=2).reshape(len(places), 3 * quads))


def four_bytes(data: bytes, places: Places) -> Bytes:
    """For each place, the first four of the bytes that hexadecimal digits there stand for."""
    halves = np.frombuffer(data.translate(_HALVES), np.uint8)[places[:, None] + np.arange(8)]
    found: Bytes = halves[:, ::2] << 4 | halves[:, 1::2]
    return found


def may_be_text(beginnings: Bytes) -> npt.NDArray[np.bool_]:
    """For each row of bytes, whether a text in UTF-8 can begin with them."""
    kinds = _KIND[beginnings]
    last, further = kinds[:, :-1], kinds[:, 1:] == _FURTHER
    fits = np.where(further, last >= _FIRST, last != _FIRST)
    may: npt.NDArray[np.bool_] = (kinds[:, 0] != _FURTHER) & (kinds != _NEVER).all(axis=1) & fits.all(axis=1)
    return may
