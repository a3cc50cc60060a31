"""Where bytes of one sort stand in a row, found for a whole layer at once.

A pattern such as sixteen letters of base64 makes `re` begin at every byte, about 50 ns each. On a large layer the pattern is
therefore tried only at places where numpy, at 1 ns a byte, has found a row that is long enough.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Sorts = npt.NDArray[np.uint8]
"""For each byte of a layer, which sorts it is of."""
Places = npt.NDArray[np.intp]
"""Offsets in a layer, ascending."""

DIGIT, HEX_LETTER, LETTER, PLUS, UNDERSCORE, DASH, DOT, BLANK = (1 << bit for bit in range(8))
HEX = DIGIT | HEX_LETTER
ALNUM = HEX | LETTER
WORD = ALNUM | UNDERSCORE
WINDOW = 1 << 17  # bytes
_SIGNS = (b'"', b",", b"&", b"\n", b":", b"\0")
_SIGN = re.compile(rb"[\",&\n:\0]")
SMALL = 16384  # bytes; up to here spans.py is as quick

_OF = (
    (DIGIT, b"0123456789"),
    (HEX_LETTER, b"abcdefABCDEF"),
    (LETTER, b"ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ"),
    (PLUS, b"+/"),
    (UNDERSCORE, b"_"),
    (DASH, b"-"),
    (DOT, b"."),
    (BLANK, b" ()"),
)
_TABLE = bytes(sum(sort for sort, members in _OF if byte in members) for byte in range(256))


@lru_cache(maxsize=1)
def sorts_of(data: bytes) -> Sorts:
    """Kept for the layer that was asked about last: several ask about one layer, one after another."""
    return np.frombuffer(data.translate(_TABLE), np.uint8)


def rows(sorts: Sorts, wanted: int, least: int) -> tuple[Places, Places]:
    """(starts, ends) of all rows of `least` bytes or more that are of the sorts `wanted`, each as long as it goes."""
    inside = (sorts & wanted) != 0
    if len(inside) < least:
        return np.empty(0, np.intp), np.empty(0, np.intp)
    width = 1
    while width < least:  # inside[i]: the bytes from i to i + width are all of them
        step = min(width, least - width)
        inside = inside[:-step] & inside[step:]
        width += step
    edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
    if inside[0]:
        edges = np.concatenate(([0], edges))
    if inside[-1]:
        edges = np.concatenate((edges, [len(inside)]))
    return edges[::2], edges[1::2] + (least - 1)


@lru_cache(maxsize=1)
def hex_rows(data: bytes) -> tuple[Places, Places]:
    """(starts, ends) of all hexadecimal digits, 7 or more in a row, that have no letter or digit behind them, and before them
    none but the 0x of such numbers. Kept as in `sorts_of`."""
    sorts = sorts_of(data)
    starts, ends = rows(sorts, HEX, 7)
    alone = behind(sorts, ends) & ALNUM == 0
    starts, ends = only(starts, alone), only(ends, alone)
    alone = before(sorts, starts) & ALNUM == 0
    signed = np.frombuffer(data, np.uint8)[starts - 1] | 32 == ord("x")
    alone |= (starts >= 2) & signed & (before(sorts, starts, 2) & DIGIT != 0) & (before(sorts, starts, 3) & ALNUM == 0)
    return only(starts, alone), only(ends, alone)


def all_in(starts: Places, ends: Places) -> Places:
    """Every offset in the rows."""
    sizes = ends - starts
    begun = np.repeat(starts - np.concatenate(([0], np.cumsum(sizes)[:-1])), sizes) if len(sizes) else starts
    return begun + np.arange(len(begun))


def only(places: Places, wanted: npt.NDArray[np.bool_]) -> Places:
    kept: Places = places[wanted]
    return kept


def number_begins(data: bytes, starts: Places) -> Places:
    """Where a number begins whose digits begin there: two bytes before, where these are the 0x of a hexadecimal one."""
    begun: Places = np.where(before(sorts_of(data), starts) & ALNUM != 0, starts - 2, starts)
    return begun


def before(sorts: Sorts, places: Places, back: int = 1) -> Sorts:
    """The sorts of the byte that stands `back` bytes before each place; 0 where the layer begins later."""
    return np.where(places >= back, sorts[places - back], 0)


def behind(sorts: Sorts, ends: Places) -> Sorts:
    """The sorts of the byte at each end; 0 where the layer ends there."""
    return np.where(ends < len(sorts), sorts[np.minimum(ends, len(sorts) - 1)], 0)


def sorts_within(sorts: bytes, starts: Places, ends: Places) -> Sorts:
    """All sorts that stand in each row, `sorts` having one byte for each of the layer's."""
    if not len(starts):
        return np.empty(0, np.uint8)
    bounds = np.stack((starts, ends), axis=1).ravel()
    return np.bitwise_or.reduceat(np.frombuffer(sorts + b"\0", np.uint8), bounds)[::2]


def matches(
    pattern: re.Pattern[bytes], data: bytes, places: Callable[[bytes], Places], few: Callable[[bytes], Iterable[int]]
) -> Iterator[re.Match[bytes]]:
    """What `pattern.finditer(data)` gives. `places`: where in a large layer a match can begin; all such, and others may be.
    `few`: the same of a layer that is not large."""
    past = 0
    if len(data) <= SMALL:
        for place in few(data):
            if place >= past and (match := pattern.match(data, place)):
                past = match.end()
                yield match
        return
    for begun, end in _windows(data):
        for place in places(data[begun:end]).tolist():
            if begun + place >= past and (match := pattern.match(data, begun + place)):
                past = match.end()
                yield match


def _windows(data: bytes) -> Iterator[tuple[int, int]]:
    """(start, end) of pieces that fit a processor's cache, cut behind a byte that is in no row of anything."""
    begun = 0
    while begun < len(data):
        end = begun + WINDOW
        if end < len(data):
            near = max(data.rfind(sign, max(begun, end - 1024), end) for sign in _SIGNS)
            if near < 0:
                cut = _SIGN.search(data, end)
                near = cut.start() if cut else len(data)
            end = near + 1
        yield begun, min(end, len(data))
        begun = end
