"""File data on its way is packed and unpacked as other implementations of the formats have it."""

from __future__ import annotations

import contextlib

import brotli
import pyarrow
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from harness.lab.adbd.compression import BROTLI, LZ4, ZSTD, Corrupt, decoder, encoder, unpack_lz4_block

FORMATS = (0, BROTLI, LZ4, ZSTD)
CONTENTS = (b"", b"x", bytes(range(256)) * 3, b"the same again " * 40_000, bytes(200_000))


def _packed(flags: int, content: bytes, block: int = 65536) -> bytes:
    packing = encoder(flags)
    parts = [packing.encode(content[at : at + block]) for at in range(0, len(content), block)]
    return b"".join(parts) + packing.finish()


def _unpacked(flags: int, packed: bytes, block: int) -> bytes:
    unpacking = decoder(flags)
    content = b"".join(unpacking.decode(packed[at : at + block]) for at in range(0, len(packed), block))
    unpacking.finish()
    return content


def _by_pyarrow(content: bytes) -> bytes:
    sink = pyarrow.BufferOutputStream()
    with pyarrow.CompressedOutputStream(sink, "lz4") as stream:
        stream.write(content)
    return bytes(sink.getvalue().to_pybytes())


@pytest.mark.parametrize("content", CONTENTS, ids=len)
def test_others_read_what_is_packed_here(content: bytes) -> None:
    assert brotli.decompress(_packed(BROTLI, content)) == content
    assert zstandard.ZstdDecompressor().decompressobj().decompress(_packed(ZSTD, content)) == content
    assert pyarrow.CompressedInputStream(pyarrow.BufferReader(_packed(LZ4, content)), "lz4").read() == content


@pytest.mark.parametrize("content", CONTENTS, ids=len)
@pytest.mark.parametrize("block", [1000, 65536])
def test_what_others_packed_is_read_here(content: bytes, block: int) -> None:
    assert _unpacked(BROTLI, brotli.compress(content), block) == content
    assert _unpacked(ZSTD, zstandard.compress(content), block) == content
    assert _unpacked(LZ4, _by_pyarrow(content), block) == content


@given(st.lists(st.binary(max_size=40), max_size=60).map(b"".join), st.sampled_from(FORMATS), st.integers(1, 70))
def test_any_content_comes_back_however_it_is_cut(content: bytes, flags: int, block: int) -> None:
    assert _unpacked(flags, _packed(flags, content), block) == content
    assert _unpacked(LZ4, _by_pyarrow(content), block) == content


@given(st.binary(max_size=200), st.binary(max_size=20))
def test_any_bytes_are_a_block_of_lz4_or_corrupt(packed: bytes, before: bytes) -> None:
    with contextlib.suppress(Corrupt):
        assert len(unpack_lz4_block(packed, before, 1000)) <= 1000


@pytest.mark.parametrize("flags", [BROTLI, LZ4, ZSTD])
def test_half_a_stream_and_no_stream_are_corrupt(flags: int) -> None:
    packed = _packed(flags, bytes(range(256)) * 100)
    with pytest.raises(Corrupt):
        _unpacked(flags, packed[:-5], 1000)
    with pytest.raises(Corrupt):
        _unpacked(flags, b"\x77 this is none of the three formats, whichever is meant", 1000)


@pytest.mark.parametrize("flags", [3, 8, 6])
def test_flags_that_are_no_format_are_refused(flags: int) -> None:
    with pytest.raises(KeyError):
        encoder(flags)
    with pytest.raises(KeyError):
        decoder(flags)
