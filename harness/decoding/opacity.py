"""Whether bytes look encrypted: no format that is known by its first bytes, and byte values as even as chance makes them; or
cannot be read for another reason."""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import lru_cache

LEAST = 32  # bytes; shorter ones may be any identifier
_SAMPLE = 65536

# What is no secret, though as even as one: pictures, sound, films, fonts, programs. First bytes, and where they stand. What a
# decoder undoes is not among them, and of marks of two or three bytes more is asked below.
_MEDIA: tuple[tuple[int, bytes], ...] = (
    (0, b"\x89PNG"), (0, b"\xff\xd8\xff\xe0"), (0, b"\xff\xd8\xff\xe1"), (0, b"\xff\xd8\xff\xe2"), (0, b"\xff\xd8\xff\xed"),
    (0, b"\xff\xd8\xff\xee"), (0, b"\xff\xd8\xff\xdb"), (0, b"\xff\xd8\xff\xfe"), (0, b"\xff\xd8\xff\xc0"), (0, b"GIF8"),
    (8, b"WEBP"), (0, b"\x00\x00\x01\x00"), (0, b"OggS"), (0, b"fLaC"), (8, b"WAVE"), (0, b"#!AMR"), (0, b"\x1aE\xdf\xa3"),
    (0, b"%PDF"), (0, b"wOFF"), (0, b"wOF2"), (0, b"OTTO"), (0, b"\x00\x01\x00\x00\x00"), (0, b"\x7fELF"), (0, b"dex\n"),
    (0, b"PK\x03\x04"), (0, b"\xfd7zXZ"), (0, b"7z\xbc\xaf"), (0, b"Rar!"), (0, b"FLV\x01"), (0, b"II*\x00"), (0, b"MM\x00*"),
    (0, b"\x28\xb5\x2f\xfd"), (0, b"\x04\x22\x4d\x18"), (0, b"\x00asm"),
)  # fmt: skip
_AT_ONCE = tuple(mark for at, mark in _MEDIA if at == 0)
_FURTHER_ON = tuple(mark for at, mark in _MEDIA if at == 8)
_BRAND = re.compile(rb"[A-Za-z0-9 ]{4}")


def known_media(data: bytes) -> bool:
    """Whether it is a picture, sound, a film, a font or a program, by its first bytes."""
    return data.startswith(_AT_ONCE) or data.startswith(_FURTHER_ON, 8) or any(is_one(data) for is_one in _MORE_THAN_A_MARK)


def _bitmap(data: bytes) -> bool:
    """BITMAPFILEHEADER: the file's length, four zeros, and where the pixels begin."""
    return data[:2] == b"BM" and data[6:10] == bytes(4) and int.from_bytes(data[10:14], "little") <= 1024 + 138


def _windows_program(data: bytes) -> bool:
    """The place of its second header, in the first kilobytes, has that header's mark."""
    at = int.from_bytes(data[0x3C:0x40], "little")
    return data[:2] == b"MZ" and 0x40 <= at < 4096 and data[at : at + 4] == b"PE\0\0"


def _iso_media(data: bytes) -> bool:
    """ISO/IEC 14496-12: the first box, whose length and brand can be such."""
    size = int.from_bytes(data[:4], "big")
    if data[4:8] == b"ftyp":
        return 8 <= size <= 1024 and _BRAND.fullmatch(data[8:12]) is not None
    return data[4:8] == b"moov" and data[12:16] == b"mvhd"


def _tagged_sound(data: bytes) -> bool:
    """ID3v2: version, flags, and a length of four times seven bits."""
    return data[:3] == b"ID3" and data[3:4] in (b"\2", b"\3", b"\4") and len(data) > 9 and max(data[6:10]) < 0x80


def _mpeg_sound(data: bytes) -> bool:
    """MPEG-1 layer III or AAC in ADTS: one frame behind the other."""
    if data[:2] == b"\xff\xfb" and len(data) > 3:
        rate, sampling = _BIT_RATES[data[2] >> 4], _SAMPLING[data[2] >> 2 & 3]
        size = 144_000 * rate // sampling + (data[2] >> 1 & 1) if rate and sampling else 0
    elif data[:2] == b"\xff\xf1" and len(data) > 5:
        size = (data[3] & 3) << 11 | data[4] << 3 | data[5] >> 5
    else:
        return False
    return size > 7 and (data[size : size + 2] == data[:2] or size == len(data))


_BIT_RATES = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0)  # kilobits a second
_SAMPLING = (44_100, 48_000, 32_000, 0)
_MORE_THAN_A_MARK = (_bitmap, _windows_program, _iso_media, _tagged_sound, _mpeg_sound)


def looks_random(data: bytes) -> bool:
    """Bytes per value as even as a cipher's output: entropy within what chance gives for that many bytes."""
    if len(data) < LEAST or known_media(data):
        return False
    sample = data[:_SAMPLE]
    return entropy(sample) >= expected_entropy(len(sample)) - max(0.08, 2.6 / math.sqrt(len(sample)))


# What can be read between other bytes: six letters, digits, or signs that texts are full of, in a row, or three Chinese
# characters. Other signs are what text becomes under a key of letters.
_READABLE = re.compile(rb"[\w \t\r\n.,:/\"{}\[\]=&-]{6,}|(?:[\xe3-\xe9][\x80-\xbf]{2}){3,}")
_LEAST_EVEN = 3.0  # bits; lengths, zeros and what fills space have less
_HARDLY, _ENOUGH = 4, 64  # less than a quarter of 64 bytes and more is next to nothing


def unread(data: bytes) -> bool:
    """Whether there are 32 bytes in a row in which nothing can be read, and which are no filling; or hardly anything can be read
    at all. Asked of what no decoder understood: text with a key over it, or something encrypted behind a head."""
    if known_media(data):
        return False
    sample = data[:_SAMPLE]
    at = read = 0
    for start, end in (*(match.span() for match in _READABLE.finditer(sample)), (len(sample), len(sample))):
        if start - at >= LEAST and entropy(sample[at:start]) >= _LEAST_EVEN:
            return True
        at, read = end, read + end - start
    return len(sample) >= _ENOUGH and read * _HARDLY < len(sample) and entropy(sample) >= _LEAST_EVEN


_WINDOW, _MOST_WINDOWS = 256, 64
_VALUES, _TEXT_EVEN = 54, 5.62
_OF_ONE = 14  # quotation marks, or e, of 256 letters: chance makes three or four, and most texts have more


def random_text(data: bytes) -> tuple[int, int] | None:
    """A piece of 256 letters (start, end) as even as the digits of random bytes to a base of 58 to 94; None where there is
    none. What is written by people, and JSON, with numbers and identifiers in it, is less even: 5.3 bits and below."""
    if len(data) < _WINDOW or not data.isascii():
        return None
    last = len(data) - _WINDOW
    step = max(_WINDOW // 2, last // _MOST_WINDOWS + 1)
    for at in (*range(0, last, step), last):
        piece = data[at : at + _WINDOW]
        few = piece.count(b'"') <= _OF_ONE and piece.count(b"e") <= _OF_ONE
        if few and len(set(piece)) >= _VALUES and entropy(piece) >= _TEXT_EVEN:
            return at, at + _WINDOW
    return None


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
