"""What happens to a message on its way: it is cut, bits turn, pieces come twice, are lost or swap, lengths lie."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

Mutation = Callable[[bytes, Random], bytes]
TELLING = (
    b"\x00", b"\xff", b"\x80", b"\x7f", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x80\x00\x00\x00", b"\x00\x00\x00\x00",
    b'"', b"\\", b"\\u", b"\\ud800", b"%", b"%25", b"&#", b"&amp;", b"=", b"==", b"\r\n", b"\n\n", b",", b"{", b"[", b"]",
    b"}", b":", b"+/", b"-_", b"\x1f\x8b\x08", b"PK\x03\x04", b"BZh9", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18",
    b"\xfd7zXZ\x00", b"bplist00", b"Obj\x01", b"\xff\x06\x00\x00sNaPpY", b"\x80\x01", b"\x82", b"\x0d\x00", b"eyJ", b"--",
    b"<plist>", b"<?xml", b"\xef\xbb\xbf", b"\xff\xfe", b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff", b"\x9f", b"\xbf",
    b"\x5f", b"\x1b\xff\xff\xff\xff\xff\xff\xff\xff",
)  # fmt: skip


def cut(data: bytes, random: Random) -> bytes:
    return data[: random.randint(0, len(data))]


def beheaded(data: bytes, random: Random) -> bytes:
    return data[random.randint(0, min(len(data), 40)) :]


def turned(data: bytes, random: Random) -> bytes:
    """Up to eight bits are other ones, more often near the beginning, where formats have what they live by."""
    out = bytearray(data)
    for _ in range(random.randint(1, 8)):
        if out:
            at = random.randint(0, min(len(out) - 1, 31) if random.randint(0, 1) else len(out) - 1)
            out[at] ^= 1 << random.randint(0, 7)
    return bytes(out)


def overwritten(data: bytes, random: Random) -> bytes:
    piece = _piece(random)
    at = random.randint(0, len(data))
    return data[:at] + piece + data[at + len(piece) :]


def inserted(data: bytes, random: Random) -> bytes:
    at = random.randint(0, len(data))
    return data[:at] + _piece(random) * random.choice((1, 1, 1, 2, 3, 40)) + data[at:]


def lost(data: bytes, random: Random) -> bytes:
    at = random.randint(0, len(data))
    return data[:at] + data[at + random.randint(1, 40) :]


def doubled(data: bytes, random: Random) -> bytes:
    """A block comes again, a few times or many."""
    at = random.randint(0, len(data))
    end = min(len(data), at + random.randint(1, 200))
    return data[:end] + data[at:end] * random.choice((1, 1, 2, 5, 30)) + data[end:]


def swapped(data: bytes, random: Random) -> bytes:
    a, b, c = sorted(random.randint(0, len(data)) for _ in range(3))
    return data[:a] + data[b:c] + data[a:b] + data[c:]


def lying(data: bytes, random: Random) -> bytes:
    """A field that may be a length is another: 1, 2, 4 or 8 bytes, or a varint, a little off, none or far too much."""
    size = random.choice((1, 2, 4, 8))
    at = random.randint(0, min(len(data), 64) if random.randint(0, 1) else len(data))
    old = int.from_bytes(data[at : at + size], "big")
    order = "big" if random.randint(0, 1) else "little"
    new = random.choice((0, 1, old + 1, old - 1, old * 2, 1 << (8 * size - 1), (1 << 8 * size) - 1, (1 << 8 * size - 1) - 1))
    return data[:at] + (new % (1 << 8 * size)).to_bytes(size, "big" if order == "big" else "little") + data[at + size :]


def endless(data: bytes, random: Random) -> bytes:
    """A varint that does not end where it did."""
    at = random.randint(0, len(data))
    return data[:at] + b"\xff" * random.randint(1, 11) + data[at + 1 :]


def _piece(random: Random) -> bytes:
    if random.randint(0, 2):
        return random.choice(TELLING)
    return bytes(random.randint(0, 255) for _ in range(random.randint(1, 16)))


MUTATIONS: tuple[Mutation, ...] = (
    cut, beheaded, turned, turned, overwritten, inserted, lost, doubled, swapped, lying, lying, endless,
)  # fmt: skip


def mutated(data: bytes, random: Random) -> bytes:
    """One to three of them, one after another."""
    for _ in range(random.choice((1, 1, 2, 3))):
        data = random.choice(MUTATIONS)(data, random)
    return data
