"""Whether bytes look encrypted: no format that is known by its first bytes, and byte values as even as chance makes them."""

from __future__ import annotations

import math
from collections import Counter
from functools import lru_cache

LEAST = 32  # bytes; shorter ones may be any identifier
_SAMPLE = 65536

# What is no secret, though as even as one: pictures, sound, films, fonts, archives, programs. First bytes, and where they stand.
_MEDIA: tuple[tuple[int, bytes], ...] = (
    (0, b"\x89PNG"), (0, b"\xff\xd8\xff"), (0, b"GIF8"), (8, b"WEBP"), (0, b"BM"), (0, b"\x00\x00\x01\x00"), (4, b"ftyp"), (0,
    b"OggS"), (0, b"ID3"), (0, b"\xff\xfb"), (0, b"\xff\xf1"), (0, b"fLaC"), (8, b"WAVE"), (0, b"#!AMR"), (0,
    b"\x1aE\xdf\xa3"), (0, b"%PDF"), (0, b"wOFF"), (0, b"wOF2"), (0, b"OTTO"), (0, b"\x00\x01\x00\x00\x00"), (0, b"\x7fELF"),
    (0, b"dex\n"), (0, b"PK\x03\x04"), (0, b"\x1f\x8b"), (0, b"BZh"), (0, b"\xfd7zXZ"), (0, b"7z\xbc\xaf"), (0, b"Rar!"), (0,
    b"MZ"), (4, b"moov"), (0, b"FLV\x01"), (0, b"II*\x00"), (0, b"MM\x00*"), (0, b"\x28\xb5\x2f\xfd"), (0,
    b"\x04\x22\x4d\x18"), (0, b"\x00asm"),
)  # fmt: skip
_AT_ONCE = tuple(mark for at, mark in _MEDIA if at == 0)
_FURTHER_ON = tuple((place, tuple(mark for at, mark in _MEDIA if at == place)) for place in (4, 8))


def known_media(data: bytes) -> bool:
    return data.startswith(_AT_ONCE) or any(data.startswith(marks, at) for at, marks in _FURTHER_ON)


def looks_random(data: bytes) -> bool:
    """Bytes per value as even as a cipher's output: entropy within what chance gives for that many bytes."""
    if len(data) < LEAST or known_media(data):
        return False
    sample = data[:_SAMPLE]
    return entropy(sample) >= expected_entropy(len(sample)) - max(0.08, 2.6 / math.sqrt(len(sample)))


def entropy(data: bytes) -> float:
    """Shannon's, of single bytes, in bits."""
    total = len(data)
    return -sum(n / total * math.log2(n / total) for n in Counter(data).values())


@lru_cache(maxsize=4096)
def expected_entropy(size: int) -> float:
    """The mean of `entropy` over `size` random bytes, where each value comes as often as Poisson has it."""
    mean = size / 256
    if mean > 64:
        return 8 - 255 / (2 * size * math.log(2))  # Miller and Madow's correction
    lost, share = 0.0, math.exp(-mean)
    for count in range(1, int(mean + 12 * math.sqrt(mean) + 12)):
        share *= mean / count
        lost += share * count * math.log2(count)
    return math.log2(size) - lost / mean
