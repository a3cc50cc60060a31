"""The door through which an app's Frida agent joins the portal, and the identity it joins under.

An agent that joins a portal presents itself: the path of its executable as identifier and a process id
(frida-core, lib/agent/agent.vala, join_portal). Here every executable is the JVM, and what runs inside an app
process can claim anything. So each agent is let through this door only: it must show the one-time token that was
made for one process, and its `Join` message gets the pid and name that the system server gave that process.
Everything after `Join` passes unread.

On the wire: an HTTP upgrade, then WebSocket frames (RFC 6455) that carry D-Bus messages (D-Bus specification,
message format) without SASL; the agent authenticates with `re.frida.AuthenticationService17.Authenticate`.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from dataclasses import dataclass

_REQUEST_LIMIT = 16 << 10
_FRAME_LIMIT = (1 << 18) + 1  # what Frida's own WebSocket takes (lib/base/socket.vala)
_BEFORE_JOIN_LIMIT = 4 << 20
_CHUNK = 1 << 18
_JOIN_SECONDS = 30.0
_OPCODE_CONTINUATION, _OPCODE_TEXT, _OPCODE_BINARY = 0, 1, 2


@dataclass(frozen=True)
class Identity:
    """Who a joining process is, as the portal's clients see it: `frida-ps` shows `name`, attach takes either."""

    pid: int
    name: str


class NotFrida(Exception):
    """The bytes are not what an agent sends, or the token is unknown."""


@dataclass(frozen=True)
class Message:
    """A D-Bus message: `member` and `interface` are "" where absent; `body` begins at `start` of `raw`."""

    raw: bytes
    start: int
    interface: str
    member: str

    @property
    def order(self) -> str:
        return "<" if self.raw[:1] == b"l" else ">"

    def first_string(self) -> str:
        """The body's first argument, which must be a string."""
        text, _ = _string(self.raw, self.start, self.order)
        return text


def _align(offset: int, size: int) -> int:
    return (offset + size - 1) // size * size


def _string(raw: bytes, offset: int, order: str) -> tuple[str, int]:
    """A D-Bus string or object path at `offset`, and where it ends."""
    offset = _align(offset, 4)
    length = struct.unpack_from(f"{order}I", raw, offset)[0]
    end = offset + 4 + length
    if end >= len(raw):
        raise NotFrida("a string runs past its message")
    return raw[offset + 4 : end].decode("utf-8", "replace"), end + 1


def take_message(buffer: bytes) -> tuple[Message, bytes] | None:
    """The first whole message of `buffer` and what follows it; None if it is not whole yet."""
    if len(buffer) < 16:
        return None
    if buffer[:1] not in (b"l", b"B"):
        raise NotFrida("no D-Bus message")
    order = "<" if buffer[:1] == b"l" else ">"
    body, _serial, fields = struct.unpack_from(f"{order}III", buffer, 4)
    start = _align(16 + fields, 8)
    if start + body > _BEFORE_JOIN_LIMIT:
        raise NotFrida("a message of improbable size")
    if len(buffer) < start + body:
        return None
    raw, rest = buffer[: start + body], buffer[start + body :]
    try:
        named = _header_strings(raw, 16 + fields, order)
    except (struct.error, IndexError) as error:
        raise NotFrida("a malformed header") from error
    return Message(raw, start, named.get(2, ""), named.get(3, "")), rest


def _header_strings(raw: bytes, end: int, order: str) -> dict[int, str]:
    """Header fields of string type by code: 1 path, 2 interface, 3 member, ..."""
    found: dict[int, str] = {}
    offset = 16
    while offset < end:
        offset = _align(offset, 8)
        code, length = raw[offset], raw[offset + 1]
        signature = raw[offset + 2 : offset + 2 + length]
        offset += 3 + length
        if signature in (b"s", b"o"):
            found[code], offset = _string(raw, offset, order)
        elif signature == b"g":
            offset += 2 + raw[offset]
        elif signature == b"u":
            offset = _align(offset, 4) + 4
        else:
            raise NotFrida(f"an unknown header field {signature!r}")
    return found


def rename(message: Message, identity: Identity) -> bytes:
    """`Join` with another identity.

    Its first argument is a struct (identifier: s, name: s, pid: u, parameters: a{sv}). The dictionary's entries begin
    at a multiple of 8, so what follows them keeps its alignment when they move by one.
    """
    raw, order, start = message.raw, message.order, message.start
    try:
        _, offset = _string(raw, start, order)
        _, offset = _string(raw, offset, order)
        offset = _align(offset, 4) + 4
        length = struct.unpack_from(f"{order}I", raw, offset)[0]
    except struct.error as error:
        raise NotFrida("a malformed Join") from error
    kept = raw[_align(offset + 4, 8) :]
    body = b""
    for text in (identity.name, identity.name):
        data = text.encode()
        body = body.ljust(_align(len(body), 4), b"\0") + struct.pack(f"{order}I", len(data)) + data + b"\0"
    body = body.ljust(_align(len(body), 4), b"\0") + struct.pack(f"{order}II", identity.pid, length)
    body = body.ljust(_align(len(body), 8), b"\0") + kept
    return raw[:4] + struct.pack(f"{order}I", len(body)) + raw[8:start] + body


async def read_frame(reader: asyncio.StreamReader) -> tuple[int, bytes, bytes]:
    """One WebSocket frame from a client: opcode, payload unmasked, and the frame as it came."""
    head = await reader.readexactly(2)
    raw = head
    length = head[1] & 0x7F
    if length >= 126:
        more = await reader.readexactly(2 if length == 126 else 8)
        raw += more
        length = int.from_bytes(more, "big")
    if length > _FRAME_LIMIT:
        raise NotFrida("a frame of improbable size")
    if not head[1] & 0x80:
        raise NotFrida("a frame without a mask")
    mask = await reader.readexactly(4)
    payload = await reader.readexactly(length)
    repeated = (mask * (length // 4 + 1))[:length]
    plain = int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")
    return head[0] & 0x0F, plain.to_bytes(length, "big"), raw + mask + payload


def binary_frame(payload: bytes) -> bytes:
    """One final binary frame as a client sends it, with a mask of zeroes."""
    length = len(payload)
    if length < 126:
        size = bytes([0x80 | length])
    elif length < 1 << 16:
        size = bytes([0x80 | 126]) + length.to_bytes(2, "big")
    else:
        size = bytes([0x80 | 127]) + length.to_bytes(8, "big")
    return b"\x82" + size + b"\0\0\0\0" + payload


async def admit(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, claim: Callable[[str], Identity | None], port: int
) -> None:
    """Serves one agent's connection until it ends. `claim` gives the identity that a token stands for, once;
    `port`: the portal's cluster endpoint on 127.0.0.1."""
    portal_reader, portal_writer = await asyncio.open_connection("127.0.0.1", port)
    backwards = asyncio.create_task(pump(portal_reader, writer))
    try:
        async with asyncio.timeout(_JOIN_SECONDS):
            await _escort(reader, portal_writer, claim)
        await pump(reader, portal_writer)
    except (NotFrida, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
        # A stranger at the door, or an app that died at it: it is shut, and the portal hears of nobody.
        pass
    finally:
        backwards.cancel()
        for side in (writer, portal_writer):
            side.close()


async def _escort(reader: asyncio.StreamReader, portal: asyncio.StreamWriter, claim: Callable[[str], Identity | None]) -> None:
    """Passes on what the agent sends, up to and including its `Join`."""
    request = await reader.readuntil(b"\r\n\r\n")
    if len(request) > _REQUEST_LIMIT or not request.startswith(b"GET /ws "):
        raise NotFrida("no WebSocket request")
    portal.write(request)
    identity: Identity | None = None
    pending = b""
    while True:
        opcode, payload, raw = await read_frame(reader)
        if opcode not in (_OPCODE_CONTINUATION, _OPCODE_TEXT, _OPCODE_BINARY):
            portal.write(raw)
            continue
        pending += payload
        while taken := take_message(pending):
            message, pending = taken
            if message.member == "Authenticate":
                identity = claim(message.first_string())
                if identity is None:
                    raise NotFrida("an unknown token")
            elif identity is None:
                raise NotFrida(f"{message.member or 'a message'} before Authenticate")
            if message.member == "Join":
                portal.write(binary_frame(rename(message, identity) + pending))
                await portal.drain()
                return
            portal.write(binary_frame(message.raw))
        if len(pending) > _BEFORE_JOIN_LIMIT:
            raise NotFrida("too much before Join")
        await portal.drain()


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Copies until either side ends, then closes the writing one."""
    try:
        while data := await reader.read(_CHUNK):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()
