"""Values of one digit, and numbers that mean nothing without their name: where they stand, and what must stand beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Generic, TypeVar

import numpy as np

from harness.decoding.rows import ALNUM, DOT, sorts_of
from harness.matching.lexicon import Agreement, bare, fields, words
from harness.matching.patterns import Quota
from harness.matching.standing import in_size

ONE_DIGIT = frozenset({"os_version", "timezone", "mnc", "gender"})  # fields whose values may be of one digit
MNC_BESIDE = "MNC beside "  # the variant of a network's number: it counts only where its country's stands near
_NEAR = 100  # bytes
# Names of an OS's version that are as often something else's: one digit under them needs other values beside it.
_VAGUE = frozenset({"version", "release", "vr", "sv", "av", "useragent", "ua", "zone"})
_OF_SDKS = frozenset({"sdkversion", "sdkver", "v", "ver", "api", "build"})
_API = re.compile(rb"android[^\n\"]{1,24}[^a-z]api(?: level)?[ /-]$")
_ANDROID = re.compile(rb"android(?: os)?[\"' /;|,:_()-]{1,5}$")
_GOES_ON = re.compile(rb"\.?\d")  # a longer version, which is an SDK's
_FINGERPRINT = re.compile(rb"[\w.-]+\\?/[\w.-]+\\?/[\w.-]+:$")  # brand/product/device: before version/build/...
_FINGERPRINT_GOES_ON = re.compile(rb"\\?/[\w.]+\\?/[\w.-]+:")
_FINGERPRINT_WHOLE = re.compile(rb"\\?/[\w.-]+\\?/[\w.-]+:[\d.]+\\?/[\w.]+")
_SIGNS = re.compile(rb"[^\w\s-]+ ?[^\w\s-]*|[^\w\s]? ?[^\w\s-]+")
_OFFSET = re.compile(rb"(?:gmt|utc)[+-]\d")
_TIME = re.compile(rb"[0-9]{4}-?[0-9]{2}-?[0-9]{2}[t _][0-9]{2}:?[0-9]{2}(?::?[0-9]{2}(?:\.[0-9]{1,9})?)?z? ?$")
# The distance in minutes or seconds behind a locale, under a number for a name, as Google's SDKs write it.
_BEHIND_LOCALE = re.compile(rb'"[a-z]{2,3}[-_][a-z]{2}"\s?,\s?"[0-9]{1,3}"\s?:\s?$')
_MINUTES = re.compile(rb"-?[0-9]{2,3}(?![0-9.])")
_TIME_ZONE = re.compile(rb"[+-][0-9]{2}:?[0-9]{2}")
_NUMBER = re.compile(r"[+-]?\d{1,3}(?:\.\d+)?")

Form = TypeVar("Form")


class LoneDigits(Generic[Form]):
    """Values of one digit: places where the digit stands alone."""

    def __init__(self) -> None:
        self._forms: dict[int, list[Form]] = {}

    def under(self, digit: bytes) -> list[Form]:
        return self._forms.setdefault(digit[0], [])

    def matches(self, data: bytes, quota: Quota) -> Iterator[tuple[Form, int, int]]:
        if not self._forms or not any(digit in data for digit in self._forms):
            return
        beside = sorts_of(data) & (ALNUM | DOT) != 0
        lone = np.ones(len(data), np.bool_)
        lone[1:] &= ~beside[:-1]
        lone[:-1] &= ~beside[1:]
        signs = np.frombuffer(data, np.uint8)
        for digit, forms in self._forms.items():
            for at in np.flatnonzero(lone & (signs == digit)).tolist():
                quota.left -= 1
                if quota.left < 0:
                    return
                for form in forms:
                    yield form, at, at + 1


def stricter(field: str, text: bytes, key: str, fits: Agreement) -> Agreement:
    """The agreement of a name with a short value. A network's number counts only as such; a small number is a time zone only
    where the name says nothing else; one digit needs more than `version`."""
    if field == "mnc":
        return Agreement.NAMED if bare(key) in fields()["mnc"].names or "mnc" in words(key) else Agreement.AGAINST
    if field == "os_version" and len(text) == 1 and bare(key) in _OF_SDKS:
        return Agreement.AGAINST
    if fits == Agreement.NAMED and bare(key) in _VAGUE and (len(text) == 1 or (field == "timezone" and not _OFFSET.match(text))):
        return Agreement.LIKELY if field == "os_version" else Agreement.OTHER
    if field == "timezone" and bare(key) == "z" and _TIME_ZONE.fullmatch(text):
        return Agreement.NAMED
    if field == "timezone" and fits < Agreement.NAMED and _NUMBER.fullmatch(text.decode("utf-8", "replace")):
        return Agreement.OTHER
    return fits


def country_near(variant: str, lowered: bytes, start: int, end: int) -> bool:
    """Whether the number of a network's country stands near by: each country has a network 01."""
    mcc = variant.removeprefix(MNC_BESIDE)[:3].encode()
    around = lowered[max(0, start - _NEAR) : start] + b" " + lowered[end : end + _NEAR]
    return re.search(rb"(?<![0-9a-z.])" + mcc + rb"(?![0-9a-z])", around) is not None


def form_says(field: str, lowered: bytes, start: int, end: int) -> bool:
    """Whether what stands around says what the value is: `android 9`, or its place in a build's fingerprint."""
    if field == "os_version":
        if _ANDROID.search(lowered[max(0, start - 19) : start]):
            return not _GOES_ON.match(lowered, end)
        return (
            lowered[start - 1 : start] == b":"
            and _FINGERPRINT.search(lowered[max(0, start - 120) : start]) is not None
            and _FINGERPRINT_GOES_ON.match(lowered[end : end + 80]) is not None
        )
    if field == "api_level":  # `Android OS 14 / API-34`
        return _API.search(lowered[max(0, start - 48) : start]) is not None
    if field == "density":
        return in_size(lowered, start, end)
    if field == "timezone":    # of a time stamp: 2024-05-30T23:57:07+0800
        if _BEHIND_LOCALE.search(lowered[max(0, start - 24) : start]) and _MINUTES.fullmatch(lowered[start:end]):
            return True
        return bool(
            _TIME_ZONE.fullmatch(lowered[start:end]) is not None
            and lowered[start + 1 : end].strip(b"0:")  # UTC itself is what clocks of servers say
            and not lowered[end : end + 1].isdigit()
            and _TIME.search(lowered[max(0, start - 34) : start]) is not None
        )
    return field == "manufacturer" and lowered[end : end + 1] in b"\\/" and _FINGERPRINT_WHOLE.match(lowered, end) is not None


def only_signs(between: bytes) -> bool:
    """Whether nothing but signs parts two values. A blank or a dash does not: `Xiaomi 10` is a phone."""
    return len(between) <= 4 and _SIGNS.fullmatch(between) is not None
