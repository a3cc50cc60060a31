"""Places as cells of a grid: geohashes, and Plus codes (Open Location Code)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.matching.lexicon import bare

_BASE32 = "0123456789bcdefghjkmnpqrstuvwxyz"
_PLUS = "23456789CFGHJMPQRVWX"
_LEAST, SURE, _MOST = 5, 7, 12  # characters of a geohash: under a name for it, and anywhere
_NAMES = frozenset({"gh", "geo", "geokey", "location", "loc", "cell", "position", "place"})
_SAME_PLACE = 5e-4  # degrees: a fix taken a moment later
_GEOHASH = re.compile(rb"[0-9b-hjkmnp-z]{5,12}(?![0-9a-z])")
_BITS = 3.5  # of a character; cells in which nobody lives, and words, do not count


def geohash(latitude: float, longitude: float, size: int) -> str:
    """`size` characters of five bits, longitude and latitude in turn."""
    low, high = [-180.0, -90.0], [180.0, 90.0]
    text, number = "", 0
    for place in range(size * 5):
        axis, value = place & 1, (longitude, latitude)[place & 1]
        middle = (low[axis] + high[axis]) / 2
        number = number << 1 | (value >= middle)
        (low if value >= middle else high)[axis] = middle
        if place % 5 == 4:
            text, number = text + _BASE32[number], 0
    return text


def centre(text: str) -> tuple[float, float, float]:
    """(latitude, longitude, half of the larger side of the cell), in degrees."""
    low, high, axis = [-180.0, -90.0], [180.0, 90.0], 0
    for sign in text:
        number = _BASE32.index(sign)
        for shift in (4, 3, 2, 1, 0):
            middle = (low[axis] + high[axis]) / 2
            (low if number >> shift & 1 else high)[axis] = middle
            axis ^= 1
    half = max((high[0] - low[0]) / 2, (high[1] - low[1]) / 2)
    return (low[1] + high[1]) / 2, (low[0] + high[0]) / 2, half


def beginnings(latitude: float, longitude: float) -> Iterator[str]:
    """What the geohashes of a place begin with; the short ones count only under a name for them."""
    yield from (geohash(latitude, longitude, size) for size in range(_LEAST, SURE + 1))


def geohash_at(data: bytes, start: int, latitude: float, longitude: float) -> tuple[int, float, str] | None:
    """(end, bits, variant) of the geohash that begins at `start`, where it is of this place; None where it is none."""
    match = _GEOHASH.match(data[start : start + _MOST + 1].lower())
    if match is None or (start and data[start - 1 : start].isalnum()):
        return None
    text = match[0].decode()
    at, beside, half = centre(text)
    if abs(at - latitude) > half + _SAME_PLACE or abs(beside - longitude) > half + _SAME_PLACE:
        return None
    plain = 0.0 if text.isalpha() or text.isdigit() else _BITS
    return start + len(text), plain * len(text), "geohash"


def says_geohash(key: str) -> bool:
    """Whether a field of this name may hold a short geohash: a cell of some kilometres."""
    return bare(key) in _NAMES or "geohash" in bare(key)


def plus_code(latitude: float, longitude: float) -> str:
    """Ten digits of base 20, in pairs of latitude and longitude, and one of a grid of four by five; `+` behind the eighth."""
    rows = int((min(max(latitude, -90), 90 - 1e-9) + 90) * 25e6)
    columns = int((longitude + 180) % 360 * 8.192e6)
    grid = ""
    for _ in range(5):
        grid = _PLUS[rows % 5 * 4 + columns % 4] + grid
        rows, columns = rows // 5, columns // 4
    pairs = ""
    for _ in range(5):
        pairs = _PLUS[rows % 20] + _PLUS[columns % 20] + pairs
        rows, columns = rows // 20, columns // 20
    return f"{pairs[:8]}+{pairs[8:]}{grid[0]}"


def plus_codes(latitude: float, longitude: float) -> Iterator[tuple[str, bool]]:
    """(text, whether it counts only under a name for a place): with and without its last digits."""
    code = plus_code(latitude, longitude)
    yield code, False
    yield code[:-1], False
    yield code[:9], True
