"""What a value looks like: an address, a UUID, a date. What it can be written as follows from that."""

from __future__ import annotations

import datetime
import ipaddress
import re

MAC = re.compile(r"[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}")
UUID = re.compile(r"\{?[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}\}?")
HEX = re.compile(r"(?=.*[A-Fa-f])(?=.*\d)(?:[0-9A-Fa-f]{2}){4,64}")
DECIMAL = re.compile(r"[+-]?\d+\.\d+")
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s.]+")
PHONE = re.compile(r"(?:\+|00)?[\d][\d ()-]{6,18}\d")
SIZE = re.compile(r"(\d{3,5}) ?[xX*×] ?(\d{3,5})")
_DATES = (
    re.compile(r"(?P<y>(?:19|20)\d\d)[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})日?"),
    re.compile(r"(?P<y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d)"),
)


def date_of(text: str) -> datetime.date | None:
    """The day, where the text is one written with its year first."""
    for form in _DATES:
        if match := form.fullmatch(text):
            try:
                return datetime.date(int(match["y"]), int(match["m"]), int(match["d"]))
            except ValueError:
                return None
    return None


def ip_of(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    if text.count(".") != 3 and text.count(":") < 2:
        return None
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None


def coordinate_of(text: str) -> float | None:
    """The degrees, where the text is a decimal number that can be a latitude or longitude and has two decimals or more."""
    if not DECIMAL.fullmatch(text) or len(text.partition(".")[2]) < 2:
        return None
    number = float(text)
    return number if abs(number) <= 180 else None


_PAIR = re.compile(r"\s*[\[(]?\s*([+-]?\d{1,3}\.\d{2,})\s*[,;/ ]\s*([+-]?\d{1,3}\.\d{2,})\s*[\])]?\s*")


def place_of(text: str) -> tuple[float, float] | None:
    """(latitude, longitude), where the text is two decimal numbers that can be these, in either order."""
    match = _PAIR.fullmatch(text)
    if match is None:
        return None
    first, second = float(match[1]), float(match[2])
    if abs(first) > 90 >= abs(second):
        first, second = second, first
    return (first, second) if abs(first) <= 90 and abs(second) <= 180 else None


def epoch_of(text: str) -> tuple[int, int] | None:
    """(seconds, milliseconds) since 1970, where the digits are a time between 2001 and 2100."""
    if not text.isdecimal() or not text.isascii():
        return None
    if len(text) == 10 and 10**9 <= int(text) < 4_102_444_800:
        return int(text), int(text) * 1000
    if len(text) == 13 and 10**12 <= int(text) < 4_102_444_800_000:
        return int(text) // 1000, int(text)
    return None
