"""Compressed streams, undone within a budget: what came out, where the stream ended, and what was wrong with it."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import brotli
import zstandard

from harness.decoding.budget import Broken, Budget
from harness.decoding.layer import Found, is_text

LARGEST = 32 << 20  # bytes that one stream may become
# A format that bears a mark is told where it becomes more than the budget has room for. One that bears none is known by what
# comes out, so it is undone whatever the room; what does not fit is told where it is counted.
_BROTLI_PIECE = 32
_ZSTD_PIECE = 256
_NO_CHANCE = 32  # bytes of text out of a stream


@dataclass(frozen=True)
class Stream:
    """`used`: bytes of the input that were the stream. `fault`: why there is no more of it; "" where it came to its end."""

    out: bytes
    used: int
    fault: str = ""

    @property
    def grew(self) -> bool:
        """Whether there is more of it than was asked for."""
        return self.fault.startswith("it grows")


class _Machine(Protocol):
    """What zlib's, bz2's and lzma's decompressors share."""

    @property
    def unused_data(self) -> bytes: ...

    @property
    def eof(self) -> bool: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


Undo = Callable[[bytes, int], Stream]
"""(data, most bytes to make) -> the stream that data begins with."""


def _run(machine: _Machine, data: bytes, most: int, errors: type[Exception] | tuple[type[Exception], ...]) -> Stream:
    out = bytearray()
    piece = data
    try:
        while True:
            made = machine.decompress(piece, most + 1 - len(out))
            out += made
            piece = getattr(machine, "unconsumed_tail", b"")
            if machine.eof or len(out) > most or (not piece and not made):
                break
    except errors as bad:
        return Stream(bytes(out), len(data), f"damaged: {bad}")
    if len(out) > most:
        return Stream(bytes(out[:most]), len(data), f"it grows beyond {most} bytes")
    if not machine.eof:
        return Stream(bytes(out), len(data), "truncated")
    return Stream(bytes(out), len(data) - len(machine.unused_data))


def _zlib(wbits: int) -> Undo:
    def undo(data: bytes, most: int) -> Stream:
        machine = zlib.decompressobj(wbits)
        # zlib tells of damage without what it had made before, so it is fed in pieces.
        out, at = bytearray(), 0
        try:
            while at < len(data) and not machine.eof and len(out) <= most:
                out += machine.decompress(machine.unconsumed_tail or data[at : at + 16384], most + 1 - len(out))
                if not machine.unconsumed_tail:
                    at += 16384
        except zlib.error as bad:
            return Stream(bytes(out[:most]), len(data), f"damaged: {bad}")
        if len(out) > most:
            return Stream(bytes(out[:most]), len(data), f"it grows beyond {most} bytes")
        if not machine.eof:
            return Stream(bytes(out), len(data), "truncated")
        return Stream(bytes(out), min(len(data), at) - len(machine.unused_data))

    return undo


gzip_member, zlib_stream, deflate_stream = _zlib(31), _zlib(15), _zlib(-15)


def gzip_stream(data: bytes, most: int) -> Stream:
    """All members that follow one another."""
    first = gzip_member(data, most)
    out, used, fault = bytearray(first.out), first.used, first.fault
    while not fault and data[used : used + 3] == b"\x1f\x8b\x08" and len(out) < most:
        following = gzip_member(data[used:], most - len(out))
        out += following.out
        used, fault = used + following.used, following.fault
    return Stream(bytes(out), used, fault)


def bzip2_stream(data: bytes, most: int) -> Stream:
    return _run(bz2.BZ2Decompressor(), data, most, (OSError, ValueError, EOFError))


def xz_stream(data: bytes, most: int) -> Stream:
    machine = lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=128 << 20)
    return _run(machine, data, most, (lzma.LZMAError, EOFError))


def zstd_stream(data: bytes, most: int) -> Stream:
    """All frames that follow one another."""
    out, begun = bytearray(), 0
    try:
        while True:
            machine = zstandard.ZstdDecompressor(max_window_size=1 << 27).decompressobj()
            at = begun
            # A block makes 128 KiB of four bytes, and the library has no bound of its own, so it is fed a few at a time.
            while at < len(data) and not machine.eof and len(out) <= most:
                out += machine.decompress(data[at : at + _ZSTD_PIECE])
                at = min(len(data), at + _ZSTD_PIECE)
            if len(out) > most:
                return Stream(bytes(out[:most]), len(data), f"it grows beyond {most} bytes")
            if not machine.eof:
                return Stream(bytes(out), len(data), "truncated")
            begun = at - len(machine.unused_data)
            if data[begun : begun + 4] != data[:4]:
                return Stream(bytes(out), begun)
    except zstandard.ZstdError as bad:
        return Stream(bytes(out[:most]), len(data), f"damaged: {bad}")


def brotli_stream(data: bytes, most: int) -> Stream:
    """`used` is good to 32 bytes."""
    machine = brotli.Decompressor()
    out, used = bytearray(), 0
    try:
        # The library has no bound of its own. A few bytes make 16 MiB at most (RFC 7932, MLEN), so it is fed a few at a time.
        for at in range(0, len(data), _BROTLI_PIECE):
            out += machine.process(data[at : at + _BROTLI_PIECE])
            used = min(len(data), at + _BROTLI_PIECE)
            if len(out) > most or machine.is_finished():
                break
    except brotli.error as bad:
        return Stream(bytes(out[:most]), len(data), f"damaged: {bad}")
    if len(out) > most:
        return Stream(bytes(out[:most]), len(data), f"it grows beyond {most} bytes")
    return Stream(bytes(out), used, "" if machine.is_finished() else "truncated")


def begins_as_text(data: bytes) -> bool:
    return len(data) > 0 and is_text(data[:1024].decode("utf-8", "ignore").encode())


def at_marks(data: bytes, marks: Iterator[int], undo: Undo, budget: Budget) -> Iterator[Found]:
    """The streams that begin at these places. Raises Broken, in the end, for one that is not whole: at the data's very beginning,
    or elsewhere where text comes out of it, for there the mark may be chance."""
    fault, past, tries = "", 0, 0
    for at in marks:
        if at < past or tries > 64:
            continue
        tries += 1
        budget.check_time()
        stream = undo(data[at:] if at else data, min(LARGEST, budget.room))
        if stream.fault and at and not (len(stream.out) >= _NO_CHANCE and begins_as_text(stream.out)):
            continue
        if stream.out:
            past = at + max(1, stream.used)
            yield Found(stream.out) if at == 0 and past >= len(data) else Found(stream.out, at, past)
        if stream.fault:
            fault, past = stream.fault, len(data)
    if fault:
        raise Broken(fault)
