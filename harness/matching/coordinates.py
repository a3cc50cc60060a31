"""Coordinates in traffic: with fewer decimals, rounded or cut, as a float of 32 bits, or as a scaled whole number."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

# Degrees times this: the scales in which SDKs send whole numbers; the last counts thousandths of a second of arc.
SCALES = (10**5, 10**6, 10**7, 10**8, 3_600_000)
_FLOAT32 = 8e-6  # how far a float of 32 bits may be from a number up to 180
_SAME_PLACE = 5e-4  # degrees, about 50 m: a fix taken a moment later
_NUMBER = re.compile(rb"\d{1,3}\.\d{1,17}|\d{5,12}")
_BITS = 3.3  # of a decimal digit
_MOST = 26.0
_LEAST_DIGITS = 4


def prefixes(degrees: float) -> Iterator[str]:
    """What the digits of any form begin with, without the sign."""
    size = abs(degrees)
    yield from (f"{math.floor(size * 100) / 100:.2f}", f"{size:.2f}")
    for scale in SCALES:
        whole = str(int(size * scale))
        if len(whole) > 5:
            yield whole[:5]
            yield str(round(int(whole) / 10 ** (len(whole) - 5)))


def measured(data: bytes, start: int, degrees: float) -> tuple[int, float, str] | None:
    """(end, bits, variant) of the number that begins at `start`, where it stands for these degrees; None where it does not."""
    match = _NUMBER.match(data, start)
    if match is None or (start and (data[start - 1 : start].isdigit() or data[start - 1 : start] == b".")):
        return None
    negative = start > 0 and data[start - 1 : start] == b"-"
    text, size = match[0], abs(degrees)
    if negative != (degrees < 0) and negative:
        return None
    whole, point, decimals = text.partition(b".")
    if point:
        places = len(decimals)
        off = abs(float(text) - size)
        if off > max(10.0**-places + _FLOAT32, _SAME_PLACE) or places < 2:
            return None
        digits = min(len(whole) + places, _agreeing(off, size))
        exact = off < 1e-9
        return match.end(), min(_MOST, _BITS * digits), "raw" if exact else f"{places} decimals"
    number = int(text)
    for scale in SCALES:
        off = abs(number / scale - size)
        if off <= 6e-4:
            digits = min(len(text), _agreeing(off, size))
            if digits > _LEAST_DIGITS:
                return match.end(), min(_MOST, _BITS * digits - 3), f"times {scale}"
    return None


def _agreeing(off: float, size: float) -> int:
    """How many leading digits two numbers share."""
    if off < 1e-12:
        return 16
    return max(0, math.floor(math.log10(max(size, 1e-3) / off)) + 1)
