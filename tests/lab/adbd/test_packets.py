"""Packets are adb's, byte for byte, and nothing else gets through."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.lab.adbd.packets import COMMANDS, HEADER_SIZE, MAX_PAYLOAD, MalformedPacket, Packet, read_packet

words = st.integers(0, 2**32 - 1)


def read(data: bytes, **options: object) -> Packet | None:
    async def run() -> Packet | None:
        reader = asyncio.StreamReader()
        reader.feed_data(data)
        reader.feed_eof()
        return await read_packet(reader, **options)  # type: ignore[arg-type]

    return asyncio.run(run())


@given(st.sampled_from(sorted(COMMANDS)), words, words, st.binary(max_size=3000), st.booleans())
def test_what_is_written_is_read(command: int, arg0: int, arg1: int, payload: bytes, checksum: bool) -> None:
    packet = Packet(command, arg0, arg1, payload)
    assert read(packet.encode(checksum=checksum), checksum=checksum) == packet


@given(st.binary(min_size=1, max_size=200))
def test_garbage_is_malformed(data: bytes) -> None:
    if data[20:24] != bytes(255 - b for b in data[:4]) or len(data) < HEADER_SIZE:
        with pytest.raises(MalformedPacket):
            read(data)


def test_the_bytes_are_those_of_protocol_txt() -> None:
    assert Packet(0x4E584E43, 0x01000001, 4096, b"host::\0").encode(checksum=True) == (
        b"CNXN" + b"\x01\x00\x00\x01" + b"\x00\x10\x00\x00" + b"\x07\x00\x00\x00" + b"\x32\x02\x00\x00"
        + b"\xbc\xb1\xa7\xb1" + b"host::\0"
    )  # fmt: skip


def test_an_end_between_packets_is_no_fault() -> None:
    assert read(b"") is None


def test_a_cut_packet_is_one() -> None:
    whole = Packet(0x45545257, 1, 2, b"hello").encode(checksum=False)
    for length in range(1, len(whole)):
        with pytest.raises(MalformedPacket):
            read(whole[:length])


def test_a_payload_over_the_limit_is_refused_before_it_is_read() -> None:
    header = Packet(0x45545257, 1, 2).encode(checksum=False)
    huge = header[:12] + (MAX_PAYLOAD + 1).to_bytes(4, "little") + header[16:]
    with pytest.raises(MalformedPacket, match="at most"):
        read(huge)


def test_a_wrong_checksum_is_refused_where_it_counts() -> None:
    data = bytearray(Packet(0x45545257, 1, 2, b"hello").encode(checksum=True))
    data[-1] ^= 1
    assert read(bytes(data)) is not None
    with pytest.raises(MalformedPacket):
        read(bytes(data), checksum=True)
