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
_COARSEST = 5e-4  # degrees by which a value that is known with few decimals may be off
_NUMBER = re.compile(rb"\d{1,6}\.\d{1,17}|\d{5,12}")
_TENTHS = re.compile(rb"\d{1,3}\.\d(?![0-9.a-z%])")
# 52°31'12.3"N, 52° 31.205' N, 52:31:12.3 (android.location.Location.convert), 52d31m12s, and EXIF's: 52/1,31/1,1230/100.
_ARC = re.compile(
    rb"(\d{1,3})(?:\s?(?:\xc2\xb0|\xba|\xb0|\xc2\xba|deg|d)\s?|:|/1, ?)(\d{1,2}(?:\.\d{1,9})?)(?:/1)?"
    rb"(?:(?:\s?(?:\\?'|\xe2\x80[\xb2\x99]|\xc2\xb4|m|min)\s?|:|, ?)(\d{1,7}(?:\.\d{1,9})?)(?:/(10{0,6}))?"
    rb"(?:\s?(?:\\?\"|''|\xe2\x80[\xb3\x9d]|s(?![a-z])|sec))?|\s?(?:\\?'|\xe2\x80[\xb2\x99]|m(?![a-z])))?(?:\s?([nsewNSEW])(?![A-Za-z]))?"
)
_SIGNS = ("\u00b0", " \u00b0", "\u00ba", "deg", "/1,")  # behind degrees; a colon and a d are too common without minutes
_SIDE_BEHIND = re.compile(rb"(?:\s?(?:\xc2\xb0|\xc2\xba|deg))?\s?([nsewNSEW])(?![A-Za-z])")
_BETWEEN = re.compile(rb"[ ,;]{1,3}-?[nsewNSEW]? ?|,?(?:%20|\+)-?|[x_|~^:/]-?")
_BITS = 3.3  # of a decimal digit
_MOST = 26.0
_LIKE_A_TIME = 12.0  # 08:31:12 is as often a time of day
_LEAST_DIGITS = 4
_LEAST_OF_SECONDS = 6  # digits of a number of seconds of arc, or of degrees and minutes in one
TENTHS = "1 decimals"  # kilometres: both coordinates, under names for them
_OF_TENTHS = 9.9  # bits at least, since both are asked for
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
    for number, _ in _in_other_units(size):
        if number >= 1000:
            yield str(int(number))[:5] if number >= 10_000 else f"{int(number)}."
    for near in dict.fromkeys(int((size + off) * 60) for off in (-_COARSEST, 0.0, _COARSEST)):
        degree, minute = divmod(max(0, near), 60)
        yield from (f"{degree}{sign}" for sign in _SIGNS)
        yield from (f"{degree}{sign}{minute:02}" for sign in ":d")


def tenths(degrees: float) -> Iterator[str]:
    """What a coordinate of one decimal is, rounded or cut, without the sign."""
    yield from dict.fromkeys((f"{math.floor(abs(degrees) * 10) / 10:.1f}", f"{abs(degrees):.1f}"))


def in_tenths(data: bytes, start: int, degrees: float) -> tuple[int, float, str] | None:
    """(end, bits, variant) of a coordinate of one decimal."""
    match = _TENTHS.match(data, start)
    if match is None or data[start - 1 : start].isalnum() or data[start - 1 : start] == b".":
        return None
    if (data[start - 1 : start] == b"-") != (degrees < 0):
        return None
    return match.end(), max(_OF_TENTHS, _BITS * (len(match[0]) - 1)), TENTHS


def _in_other_units(size: float) -> Iterator[tuple[float, str]]:
    """Seconds of arc, and degrees and minutes in one number, as GPS receivers write them (NMEA 0183)."""
    yield size * 3600, "seconds of arc"
    yield math.floor(size) * 100 + size % 1 * 60, "degrees and minutes in one"


def known_within(value: str) -> float:
    """One in the last decimal of a value that is known: what is sent may have more decimals."""
    return float(min(10.0 ** -len(value.partition(".")[2]), _COARSEST))


def measured(data: bytes, start: int, degrees: float, within: float = 0.0) -> tuple[int, float, str] | None:
    """(end, bits, variant) of the number that begins at `start`, where it stands for these degrees; None where it does not.
    `within`: how exactly these are known."""
    begin = _without_zeros(data, start)
    if begin and (data[begin - 1 : begin].isdigit() or data[begin - 1 : begin] == b"."):
        return None
    arc = _ARC.match(data, start)
    if arc is not None and (found := _in_arcs(data, arc, begin, degrees, within)) is not None:
        return found
    if begin < start:
        return None
    match = _NUMBER.match(data, start)
    if match is None:
        return None
    negative = start > 0 and data[start - 1 : start] == b"-"
    text, size = match[0], abs(degrees)
    side, end = _side(data, start, match.end())
    if (negative or side in (b"s", b"w")) != (degrees < 0):
        return None
    whole, point, decimals = text.partition(b".")
    if len(whole) > 3 and point:
        return _of_other_units(float(text), len(whole) + len(decimals), size, 10.0 ** -len(decimals), end)
    if point:
        places = len(decimals)
        off = abs(float(text) - size)
        if off > _BEYOND * max(10.0**-places, within) + _FLOAT32 or places < 2:
            return None
        digits = min(len(whole) + places, _agreeing(off, size))
        exact = off < 1e-9
        return end, min(_MOST, _BITS * digits), "raw" if exact else f"{places} decimals"
    number = int(text)
    for scale in SCALES:
        off = abs(number / scale - size)
        if off <= _BEYOND * max(1 / scale, within) + _FLOAT32:
            digits = min(len(text), _agreeing(off, size))
            if digits > _LEAST_DIGITS:
                return end, min(_MOST, _BITS * digits - 3), f"times {scale}"
    return None


def _of_other_units(number: float, digits: int, size: float, place: float, end: int) -> tuple[int, float, str] | None:
    for meant, name in _in_other_units(size):
        off = abs(number - meant)
        agreeing = min(digits, _agreeing(off, meant))
        if off <= _BEYOND * max(place, 0.004) and agreeing >= _LEAST_OF_SECONDS:
            return end, min(_MOST, _BITS * agreeing - 3), name
    return None


def _side(data: bytes, start: int, end: int) -> tuple[bytes, int]:
    """The letter of a quarter of the compass that stands in place of a sign, S33.8568 or 33.8568° S, and where all ends."""
    if _side_before(data[max(0, start - 2) : start].lower()):
        return data[start - 1 : start].lower(), end
    behind = _SIDE_BEHIND.match(data, end)
    return (behind[1].lower(), behind.end()) if behind is not None else (b"", end)


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


def crossed(lowered: bytes, begin: int, end: int) -> bool:
    """Whether it is one of two numbers with a cross between, 29.5x106.5, which parts it as a sign would."""
    behind = lowered[end : end + 1] == b"x" and lowered[end + 1 : end + 3].lstrip(b"-")[:1].isdigit()
    return behind or (lowered[begin - 1 : begin] == b"x" and lowered[begin - 2 : begin - 1].isdigit())


def _in_arcs(
    data: bytes, match: re.Match[bytes], begin: int, degrees: float, within: float
) -> tuple[int, float, str] | None:
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
    if off > _BEYOND * max(_last_place(match), within) + _FLOAT32:
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
