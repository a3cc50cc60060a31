"""Compression of file data on its way (AOSP compression_utils.h): brotli, LZ4 frames and zstd, as streams.

A file is one stream, cut into DATA blocks without regard to what it holds. Decoders take blocks as they come and give what
is complete; they raise Corrupt for what is no such stream. LZ4 (lz4_Frame_format.md, lz4_Block_format.md): no library
among our requirements reads it as it comes, so it is read here; it is written in blocks that are marked as stored.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import brotli
import zstandard

BROTLI, LZ4, ZSTD = 1, 2, 4
"""Flags of sync requests (file_sync_protocol.h, SyncFlag)."""
FEATURES = ("sendrecv_v2_brotli", "sendrecv_v2_lz4", "sendrecv_v2_zstd")

_LEVEL = 1  # as adbd: speed before size

_LZ4_MAGIC = bytes.fromhex("04224d18")
_LZ4_HEADER = bytes.fromhex("604082")  # independent blocks of at most 64 KiB, no checksums; its own check byte
_LZ4_BLOCK = 64 * 1024
_LZ4_STORED = 0x80000000
_LZ4_WINDOW = 64 * 1024
_LZ4_BLOCKS = {4: 64 << 10, 5: 256 << 10, 6: 1 << 20, 7: 4 << 20}


class Corrupt(Exception):
    """The data is not of that format, or ends before the stream does."""


class Encoder(Protocol):
    def encode(self, data: bytes) -> bytes:
        """What can be sent already."""

    def finish(self) -> bytes:
        """What is left."""


class Decoder(Protocol):
    def decode(self, data: bytes) -> bytes:
        """What `data` completes."""

    def finish(self) -> None:
        """Raises Corrupt if the stream has not ended."""


class PlainEncoder:
    """Data as it is."""

    def encode(self, data: bytes) -> bytes:
        return data

    def finish(self) -> bytes:
        return b""


class PlainDecoder:
    """Data as it is, with no end of its own."""

    def decode(self, data: bytes) -> bytes:
        return data

    def finish(self) -> None:
        return


class _BrotliEncoder:
    def __init__(self) -> None:
        self._stream = brotli.Compressor(quality=_LEVEL)

    def encode(self, data: bytes) -> bytes:
        return bytes(self._stream.process(data))

    def finish(self) -> bytes:
        return bytes(self._stream.finish())


class _BrotliDecoder:
    def __init__(self) -> None:
        self._stream = brotli.Decompressor()

    def decode(self, data: bytes) -> bytes:
        try:
            return bytes(self._stream.process(data))
        except brotli.error as error:
            raise Corrupt(str(error)) from error

    def finish(self) -> None:
        if not self._stream.is_finished():
            raise Corrupt("the brotli stream has not ended")


class _ZstdEncoder:
    def __init__(self) -> None:
        self._stream = zstandard.ZstdCompressor(level=_LEVEL).compressobj()

    def encode(self, data: bytes) -> bytes:
        return self._stream.compress(data)

    def finish(self) -> bytes:
        return self._stream.flush()


class _ZstdDecoder:
    def __init__(self) -> None:
        self._stream = zstandard.ZstdDecompressor().decompressobj()

    def decode(self, data: bytes) -> bytes:
        try:
            return self._stream.decompress(data) if data else b""
        except zstandard.ZstdError as error:
            raise Corrupt(str(error)) from error

    def finish(self) -> None:
        if not self._stream.eof:
            raise Corrupt("the zstd stream has not ended")


class _Lz4Encoder:
    def __init__(self) -> None:
        self._begun = False

    def encode(self, data: bytes) -> bytes:
        out = b"" if self._begun else _LZ4_MAGIC + _LZ4_HEADER
        self._begun = True
        for start in range(0, len(data), _LZ4_BLOCK):
            block = data[start : start + _LZ4_BLOCK]
            out += (len(block) | _LZ4_STORED).to_bytes(4, "little") + block
        return out

    def finish(self) -> bytes:
        return self.encode(b"") + bytes(4)


@dataclass(frozen=True)
class _Lz4Frame:
    """What a frame's descriptor says of the blocks that follow. `largest`: bytes in one block, unpacked."""

    linked: bool
    block_checksum: bool
    content_checksum: bool
    largest: int


class _Lz4Decoder:
    """Checksums (xxHash) are passed over unchecked: adb's own are not set, and the way of the data is reliable."""

    def __init__(self) -> None:
        self._waiting = bytearray()
        self._frame: _Lz4Frame | None = None
        self._window = b""
        self._ended = False

    def decode(self, data: bytes) -> bytes:
        self._waiting += data
        out = bytearray()
        while not self._ended and self._step(out):
            pass
        return bytes(out)

    def finish(self) -> None:
        if not self._ended:
            raise Corrupt("the LZ4 frame has not ended")

    def _step(self, out: bytearray) -> bool:
        """Takes a header or a block off what is waiting, if it is there whole."""
        if self._frame is None:
            return self._header()
        if len(self._waiting) < 4:
            return False
        word = int.from_bytes(self._waiting[:4], "little")
        if word == 0:
            whole = 8 if self._frame.content_checksum else 4
            self._ended = len(self._waiting) >= whole
            return self._ended
        size = word & ~_LZ4_STORED
        if size > self._frame.largest:
            raise Corrupt("an LZ4 block is larger than its frame allows")
        whole = 4 + size + (4 if self._frame.block_checksum else 0)
        if len(self._waiting) < whole:
            return False
        packed = bytes(self._waiting[4 : 4 + size])
        del self._waiting[:whole]
        before = self._window if self._frame.linked else b""
        block = packed if word & _LZ4_STORED else unpack_lz4_block(packed, before, self._frame.largest)
        self._window = (self._window + block)[-_LZ4_WINDOW:]
        out += block
        return True

    def _header(self) -> bool:
        if len(self._waiting) < 6:
            return False
        if self._waiting[:4] != _LZ4_MAGIC:
            raise Corrupt("this is no LZ4 frame")
        flags, block = self._waiting[4], self._waiting[5]
        largest = _LZ4_BLOCKS.get(block >> 4 & 7)
        if flags >> 6 != 1 or flags & 1 or largest is None:
            raise Corrupt("an LZ4 frame of another version, with a dictionary, or of no known block size")
        length = 7 + (8 if flags & 8 else 0)
        if len(self._waiting) < length:
            return False
        self._frame = _Lz4Frame(not flags & 0x20, bool(flags & 0x10), bool(flags & 4), largest)
        del self._waiting[:length]
        return True


def unpack_lz4_block(packed: bytes, before: bytes, largest: int) -> bytes:
    """The block's content, which may refer back into `before`; at most `largest` bytes, else Corrupt."""
    out = bytearray(before)
    limit = len(before) + largest
    at = 0
    try:
        while True:
            token = packed[at]
            literals, at = _lz4_length(packed, at + 1, token >> 4)
            if at + literals > len(packed):
                raise Corrupt("LZ4 literals beyond the end of their block")
            out += packed[at : at + literals]
            at += literals
            if at == len(packed):
                break
            offset = packed[at] | packed[at + 1] << 8
            length, at = _lz4_length(packed, at + 2, token & 15)
            length += 4
            start = len(out) - offset
            if offset == 0 or start < 0:
                raise Corrupt("an LZ4 match before the beginning")
            if len(out) + length > limit:
                raise Corrupt("an LZ4 block that is larger than its frame allows")
            piece = out[start : start + length]
            out += (piece * (length // len(piece) + 1))[:length]
    except IndexError:
        raise Corrupt("an LZ4 block that ends in the middle") from None
    if len(out) > limit:
        raise Corrupt("an LZ4 block that is larger than its frame allows")
    return bytes(out[len(before) :])


def _lz4_length(packed: bytes, at: int, length: int) -> tuple[int, int]:
    """A length of four bits, which 15 continues in the bytes that follow; and where what is after it begins."""
    if length == 15:
        while True:
            more = packed[at]
            at += 1
            length += more
            if more != 255:
                break
    return length, at


_ENCODERS: dict[int, Callable[[], Encoder]] = {0: PlainEncoder, BROTLI: _BrotliEncoder, LZ4: _Lz4Encoder, ZSTD: _ZstdEncoder}
_DECODERS: dict[int, Callable[[], Decoder]] = {0: PlainDecoder, BROTLI: _BrotliDecoder, LZ4: _Lz4Decoder, ZSTD: _ZstdDecoder}


def encoder(flags: int) -> Encoder:
    """KeyError for flags that are no format, or more than one."""
    return _ENCODERS[flags]()


def decoder(flags: int) -> Decoder:
    """KeyError for flags that are no format, or more than one."""
    return _DECODERS[flags]()
