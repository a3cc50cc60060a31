"""Coordinates in traffic, with their sign and no further off than they are written: with fewer decimals, rounded or cut, as a
float of 32 bits, as a scaled whole number, or in degrees, minutes and seconds."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

# Degrees times this: the scales in which SDKs send whole numbers; the last counts thousandths of a second of arc.
SCALES = (10**5, 10**6, 10**7, 10**8, 3_600_000)
_FLOAT32 = 8e-6  # how far a float of 32 bits may be from a number up to 180
_BEYOND = 1.0000001  # a number that was cut is off by nearly one in its last place
_NUMBER = re.compile(rb"\d{1,3}\.\d{1,17}|\d{5,12}")
# 52°31'12.3"N, 52° 31.205' N, 52:31:12.3 (android.location.Location.convert), 52d31m12s, and EXIF's: 52/1,31/1,1230/100.
_ARC = re.compile(
    rb"(\d{1,3})(?:\s?(?:\xc2\xb0|\xba|\xb0|\xc2\xba|deg|d)\s?|:|/1, ?)(\d{1,2}(?:\.\d{1,9})?)(?:/1)?"
    rb"(?:(?:\s?(?:\\?'|\xe2\x80[\xb2\x99]|\xc2\xb4|m|min)\s?|:|, ?)(\d{1,7}(?:\.\d{1,9})?)(?:/(10{0,6}))?"
    rb"(?:\s?(?:\\?\"|''|\xe2\x80[\xb3\x9d]|s(?![a-z])|sec))?|\s?(?:\\?'|\xe2\x80[\xb2\x99]|m(?![a-z])))?(?:\s?([nsewNSEW])(?![A-Za-z]))?"
)
_SIGNS = ("\u00b0", " \u00b0", "\u00ba", "deg", "/1,")  # behind degrees; a colon and a d are too common without minutes
_SIDE_BEHIND = re.compile(rb"(?:\s?(?:\xc2\xb0|\xc2\xba|deg))?\s?([nsewNSEW])(?![A-Za-z])")
_BETWEEN = re.compile(rb"[ ,;]{1,3}-?[nsewNSEW]? ?|,?(?:%20|\+)-?")
_BITS = 3.3  # of a decimal digit
_MOST = 26.0
_LIKE_A_TIME = 12.0  # 08:31:12 is as often a time of day
_LEAST_DIGITS = 4
COARSE = "2 decimals"  # as prices have them: it counts under a name for it, or right beside the other coordinate


def prefixes(degrees: float) -> Iterator[str]:
    """What the digits of any form begin with, without the sign."""
    size = abs(degrees)
    yield from (f"{math.floor(size * 100) / 100:.2f}", f"{size:.2f}")
    for scale in SCALES:
        whole = str(int(size * scale))
        if len(whole) > 5:
            yield whole[:5]
            yield str(round(int(whole) / 10 ** (len(whole) - 5)))
    for near in dict.fromkeys((int(size * 60 - 1 / 60), int(size * 60), int(size * 60 + 1 / 60))):
        degree, minute = divmod(max(0, near), 60)
        yield from (f"{degree}{sign}" for sign in _SIGNS)
        yield from (f"{degree}{sign}{minute:02}" for sign in ":d")



def measured(data: bytes, start: int, degrees: float) -> tuple[int, float, str] | None:
    """(end, bits, variant) of the number that begins at `start`, where it stands for these degrees; None where it does not."""
    begin = _without_zeros(data, start)
    if begin and (data[begin - 1 : begin].isdigit() or data[begin - 1 : begin] == b"."):
        return None
    arc = _ARC.match(data, start)
    if arc is not None and (found := _in_arcs(data, arc, begin, degrees)) is not None:
        return found
    if begin < start:
        return None
    match = _NUMBER.match(data, start)
    if match is None:
        return None
    negative = start > 0 and data[start - 1 : start] == b"-"
    text, size = match[0], abs(degrees)
    if (negative or _west_or_south(data, start, match.end())) != (degrees < 0):
        return None
    whole, point, decimals = text.partition(b".")
    if point:
        places = len(decimals)
        off = abs(float(text) - size)
        if off > _BEYOND * 10.0**-places + _FLOAT32 or places < 2:
            return None
        digits = min(len(whole) + places, _agreeing(off, size))
        exact = off < 1e-9
        return match.end(), min(_MOST, _BITS * digits), "raw" if exact else f"{places} decimals"
    number = int(text)
    for scale in SCALES:
        off = abs(number / scale - size)
        if off <= _BEYOND / scale + _FLOAT32:
            digits = min(len(text), _agreeing(off, size))
            if digits > _LEAST_DIGITS:
                return match.end(), min(_MOST, _BITS * digits - 3), f"times {scale}"
    return None


def _west_or_south(data: bytes, start: int, end: int) -> bool:
    """Whether the letter of a quarter of the compass stands for a sign: S33.8568, 33.8568\u00b0 S."""
    if _side_before(data[max(0, start - 2) : start].lower()):
        return data[start - 1 : start].lower() in (b"s", b"w")
    behind = _SIDE_BEHIND.match(data, end)
    return behind is not None and behind[1].lower() in (b"s", b"w")


def begins(lowered: bytes, start: int) -> int:
    """Where a coordinate begins whose first digit other than zero is at `start`: 052°31', N52°31'."""
    zeros = _without_zeros(lowered, start)
    return zeros - _side_before(lowered[max(0, zeros - 2) : zeros])


def _without_zeros(data: bytes, start: int) -> int:
    while start and data[start - 1 : start] == b"0":
        start -= 1
    return start


def _side_before(lowered: bytes) -> bool:
    """Whether the letter of a quarter of the compass ends the text, and no longer word."""
    return lowered[-1:] in (b"n", b"s", b"e", b"w") and not lowered[-2:-1].isalnum()


def parts(between: bytes) -> bool:
    """Whether no more than blanks, a comma, a sign and the letter of a quarter of the compass stand between two coordinates."""
    return _BETWEEN.fullmatch(between) is not None


def _in_arcs(data: bytes, match: re.Match[bytes], begin: int, degrees: float) -> tuple[int, float, str] | None:
    """The same of degrees, minutes and, where they are there, seconds; `begin`: of the zeros before them."""
    seconds = float(match[3] or 0) / int(match[4] or 1)
    before = data[begin - 1 : begin] if begin else b""
    leads = _side_before(data[max(0, begin - 2) : begin].lower())
    side = before.upper() if leads else (match[5] or b"").upper()
    end = match.start() + len(data[match.start() : match.start(5)].rstrip()) if leads and match[5] else match.end()
    negative = side in (b"S", b"W") or before == b"-"
    if (side or negative) and negative != (degrees < 0):
        return None
    if float(match[2]) >= 60 or seconds >= 60 or (match[3] is None and b"." not in match[2]):
        return None
    off = abs(int(match[1]) + float(match[2]) / 60 + seconds / 3600 - abs(degrees))
    if off > _BEYOND * _last_place(match) + _FLOAT32:
        return None
    digits = min(_agreeing(off, abs(degrees)), len(match[1]) + 2 + (2 if match[3] else 0) + _decimals(match[3] or match[2]))
    bits = min(_MOST, _BITS * digits)
    if b":" in match[0]:
        bits -= _LIKE_A_TIME
    return end, bits, "degrees, minutes, seconds" if match[3] else "degrees and minutes"


def _last_place(match: re.Match[bytes]) -> float:
    """What one in the last place of degrees, minutes and seconds is, in degrees."""
    if match[3] is None:
        return 10.0 ** -_decimals(match[2]) / 60
    return max(10.0 ** -_decimals(match[3]) / int(match[4] or 1), 1e-6) / 3600


def _decimals(number: bytes) -> int:
    return len(number.partition(b".")[2])


def _agreeing(off: float, size: float) -> int:
    """How many leading digits two numbers share."""
    if off < 1e-12:
        return 16
    return max(0, math.floor(math.log10(max(size, 1e-3) / off)) + 1)
