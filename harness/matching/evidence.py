"""Whether a text that equals a known value is that value. A short or common one meets by chance, so each hit is weighed in bits.

    weight = how rare the text is + the field's name for it or against it + how it stands there + its neighbours

A hit counts from `ENOUGH` on. An identifier of 15 digits has 45 bits and counts wherever it stands; "en" has 5 and counts only
in a field such as `lang`, or in a row with others of the device. docs/decoding.md has the figures that this was set by.
"""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import dataclass
from functools import lru_cache

from harness.matching.lexicon import Agreement

ENOUGH = 18.0
BY_NAME = {
    Agreement.NAMED: 15.0, Agreement.LIKELY: 9.0, Agreement.UNKNOWN: 0.0, Agreement.OTHER: -3.0, Agreement.AGAINST: -10.0,
}  # fmt: skip
WHOLE = 3.0  # it is all that stands in the field
PART = -4.0  # more stands in the field
GLUED = -9.0  # a letter or digit stands right beside it
IN_NUMBER = -60.0  # it is a piece of a longer number
IN_WORD = -20.0  # it is a word, and a piece of a longer one
RAW_BIT = 8.0  # of each byte that stands as it is in binary data
MOST_FROM_NEIGHBOURS = 12.0
WEAKEST = 6.0  # bits; what has fewer gains half as much in a field whose name says nothing

# Words that stand in many requests of any device, and the bits that one of them is worth as a whole.
_COMMON = {
    word: bits
    for bits, words in (
        (8.0, "samsung huawei xiaomi oppo vivo honor pixel"),
        (5.0, "iphone china"),
        (4.0, "mobile google english cellular tablet"),
        (3.0, "android ios wifi phone portrait landscape linux arm male female"),
        (2.0, "home release"),
        (1.0, "true false unknown default app user test name device info data main"),
        (0.0, "null none"),
    )
    for word in words.split()
}


@lru_cache(maxsize=65536)
def rarity(text: str) -> float:
    """About how many bits the text has: digits 3.3 each, but few for round and small numbers; words 2.2 a letter, common ones
    less; mixed letters and digits 4.7 each; other scripts 8."""
    if text.isdecimal() and text.isascii():
        return _number(text)
    bits = 0.0
    lowered = text.lower()
    if lowered in _ABIS:
        return 8.0
    if _random_looking(text):
        return 4.6 * sum(c.isalnum() for c in text)
    if _like_a_code(text):
        return 3.5 * sum(c.isalnum() for c in text)
    for run in re.findall(r"[a-z]+|[0-9]+|[^\x00-\x7f]+|.", lowered):
        if run.isdecimal() and run.isascii():
            bits += _number(run) if len(run) > 2 else 2.5 * len(run)
        elif run in _COMMON:
            bits += _COMMON[run]
        elif run.isascii() and run.isalpha():
            bits += 2.2 * len(run) + (1 if len(run) > 2 else 0)
        elif not run.isascii():
            bits += 8.0 * len(run)
        else:
            bits += 0.7
    return bits


def _number(digits: str) -> float:
    bare = digits.rstrip("0") or "0"
    if len(digits) <= 4:
        return 1.6 * len(digits) + (1.5 if len(bare) > 2 else 0.0)
    if len(digits) in (10, 13) and digits.startswith(("15", "16", "17", "18")):
        return 2.6 * len(bare)  # times are alike in their first digits
    return 3.3 * len(bare) - 1.5


def _random_looking(text: str) -> bool:
    """An identifier: letters and digits mixed without words, or hexadecimal."""
    plain = re.sub(r"[-:_.{}]", "", text)
    if len(plain) < 8 or not plain.isascii() or not plain.isalnum() or plain.isalpha():
        return False
    if re.fullmatch(r"[0-9a-fA-F]+", plain):
        return True
    changes = sum(a.isdigit() != b.isdigit() for a, b in itertools.pairwise(plain))
    return changes >= len(plain) / 4


_ABIS = frozenset({"arm64-v8a", "armeabi-v7a", "armeabi", "x86_64", "x86", "aarch64"})
_CODE = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9]+(?:[-_,][A-Za-z0-9]+)*")


def _like_a_code(text: str) -> bool:
    """The name of a model or a build, such as SM-A525F: letters and digits, and no word among them."""
    return 5 <= len(text) <= 24 and _CODE.fullmatch(text) is not None and not re.search(r"[A-Za-z]{4}|[a-z]{3}", text)


@dataclass(slots=True)
class Weighed:
    """One hit's weight before its neighbours are asked."""

    bits: float
    name: float
    standing: float

    @property
    def alone(self) -> float:
        return self.bits + self.name + self.standing


def with_neighbours(weighed: Weighed, others: float, *, keyed: bool) -> float:
    """`others`: bits of the other values near by. A field whose name speaks against a value gains nothing."""
    if weighed.name < 0:
        return weighed.alone
    most = MOST_FROM_NEIGHBOURS if weighed.bits >= WEAKEST or weighed.name or not keyed else MOST_FROM_NEIGHBOURS / 2
    return weighed.alone + min(most, others / 3)


def raw_bits(count: int, size: int) -> float:
    """What `count` bytes are worth that could stand at any place of `size` bytes."""
    return RAW_BIT * count - math.log2(max(2, size)) - 2


def checksum_bits(count: int) -> float:
    """What 32 bits are worth where `count` of such sums are looked for."""
    return 32.0 - math.log2(max(2, count))
