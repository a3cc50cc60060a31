"""adb's packets: 24 bytes of header, then the payload.

Header: command, arg0, arg1, payload length, payload checksum, command ^ 0xffffffff; six little-endian
32-bit words. From version 0x01000001 on the checksum is not looked at.
"""

from __future__ import annotations

import asyncio
import struct
from dataclasses import dataclass

A_CNXN = 0x4E584E43
A_AUTH = 0x48545541
A_OPEN = 0x4E45504F
A_OKAY = 0x59414B4F
A_CLSE = 0x45534C43
A_WRTE = 0x45545257
A_STLS = 0x534C5453
A_SYNC = 0x434E5953

COMMANDS = frozenset({A_CNXN, A_AUTH, A_OPEN, A_OKAY, A_CLSE, A_WRTE, A_STLS, A_SYNC})

VERSION_MIN = 0x01000000
VERSION = 0x01000001  # checksums are skipped from here on
MAX_PAYLOAD_V1 = 4 * 1024  # what a peer that has not yet connected may be sent
MAX_PAYLOAD = 1024 * 1024

_HEADER = struct.Struct("<6I")
HEADER_SIZE = _HEADER.size


class MalformedPacket(Exception):
    """The bytes are not adb's; the transport they came from cannot go on."""


@dataclass(frozen=True)
class Packet:
    command: int
    arg0: int
    arg1: int
    payload: bytes = b""

    def encode(self, *, checksum: bool) -> bytes:
        total = sum(self.payload) & 0xFFFFFFFF if checksum else 0
        return (
            _HEADER.pack(self.command, self.arg0, self.arg1, len(self.payload), total, self.command ^ 0xFFFFFFFF) + self.payload
        )


async def read_packet(reader: asyncio.StreamReader, *, max_payload: int = MAX_PAYLOAD, checksum: bool = False) -> Packet | None:
    """The next packet, or None where the peer closed between two packets.

    Raises MalformedPacket for a header that is not adb's, a payload over `max_payload` bytes, a wrong
    checksum (where `checksum` is asked for) and for an end in the middle of a packet.
    """
    try:
        header = await reader.readexactly(HEADER_SIZE)
    except asyncio.IncompleteReadError as cut:
        if cut.partial:
            raise MalformedPacket(f"the connection ended after {len(cut.partial)} bytes of a header") from None
        return None
    command, arg0, arg1, length, total, magic = _HEADER.unpack(header)
    if command ^ 0xFFFFFFFF != magic or command not in COMMANDS:
        raise MalformedPacket(f"no adb header: {header[:8].hex()}")
    if length > max_payload:
        raise MalformedPacket(f"payload of {length} bytes, at most {max_payload} were agreed on")
    try:
        payload = await reader.readexactly(length) if length else b""
    except asyncio.IncompleteReadError:
        raise MalformedPacket("the connection ended inside a payload") from None
    if checksum and sum(payload) & 0xFFFFFFFF != total:
        raise MalformedPacket("wrong checksum")
    return Packet(command, arg0, arg1, payload)
