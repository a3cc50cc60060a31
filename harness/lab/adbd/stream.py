"""One stream of a transport: bytes in both directions, bounded both ways.

Two ways of flow control (AOSP sockets.cpp). Without `delayed_ack` each A_WRTE is answered by one A_OKAY,
and one A_WRTE may be under way. With it each side grants a number of bytes, first in A_OPEN and the
first A_OKAY, then, as bytes are consumed, in the four-byte payload of further A_OKAYs; a sender may go
on while what was granted is above zero.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Protocol

from harness.lab.adbd.packets import A_CLSE, A_OKAY, A_WRTE, MAX_PAYLOAD, Packet

WINDOW = 4 * 1024 * 1024
"""Bytes granted to the peer under delayed acks; what a stream can hold unread is at most this and one packet."""


class StreamClosed(ConnectionError):
    """The peer closed the stream, or the transport ended."""


class FlowViolation(Exception):
    """The peer sent more than it was granted."""


class PacketSink(Protocol):
    """The transport as a stream sees it."""

    max_payload: int

    async def send(self, packet: Packet) -> None: ...

    def forget(self, stream: Stream) -> None: ...


class Stream:
    """The device's end. Used by one service task; fed by the transport's reading task."""

    def __init__(self, transport: PacketSink, local_id: int, *, delayed_ack: bool, granted: int = 0) -> None:
        self.local_id = local_id
        self.remote_id = 0
        self.delayed_ack = delayed_ack
        self._transport = transport
        self._inbound: deque[bytes] = deque()
        self._unread = 0
        self._unacknowledged = 0  # bytes read since the last grant (delayed acks)
        self._owed = False  # an A_OKAY was held back (one packet at a time)
        self._sendable = granted
        self._ended = False
        self._closed = False
        self._readable = asyncio.Event()
        self._writable = asyncio.Event()
        self._opened = asyncio.Event()
        self._hangup = asyncio.Event()

    @property
    def ended(self) -> bool:
        """The peer closed; what it sent before can still be read."""
        return self._ended

    async def accept(self, remote_id: int) -> None:
        """Answers A_OPEN."""
        self.remote_id = remote_id
        self._opened.set()
        if not self.delayed_ack or self._sendable > 0:
            self._writable.set()
        await self._acknowledge(WINDOW)

    async def wait_opened(self) -> None:
        """Until the peer has answered our A_OPEN. Raises StreamClosed where it refused."""
        await self._opened.wait()
        if self.remote_id == 0:
            raise StreamClosed("the host refused the connection")

    async def wait_hangup(self) -> None:
        """Until the peer has closed the stream."""
        await self._hangup.wait()

    async def read(self, limit: int = MAX_PAYLOAD) -> bytes:
        """At most `limit` bytes as soon as there are any; b"" after the end."""
        while not self._inbound:
            if self._ended:
                return b""
            self._readable.clear()
            await self._readable.wait()
        chunk = self._inbound.popleft()
        if len(chunk) > limit:
            self._inbound.appendleft(chunk[limit:])
            chunk = chunk[:limit]
        self._unread -= len(chunk)
        if not self._ended:
            await self._consumed(len(chunk))
        return chunk

    async def read_exactly(self, size: int) -> bytes:
        """Exactly `size` bytes; raises StreamClosed where the stream ends before."""
        parts = []
        missing = size
        while missing:
            chunk = await self.read(missing)
            if not chunk:
                raise StreamClosed(f"ended {missing} bytes early")
            parts.append(chunk)
            missing -= len(chunk)
        return b"".join(parts)

    async def write(self, data: bytes) -> None:
        """Sends all of `data`, waiting for the peer's acknowledgements. Raises StreamClosed."""
        view = memoryview(data)
        while view:
            while not self._writable.is_set() and not self._ended:
                await self._writable.wait()
            if self._ended or self._closed:
                raise StreamClosed("the peer closed the stream")
            chunk = bytes(view[: self._transport.max_payload])
            view = view[len(chunk) :]
            if self.delayed_ack:
                self._sendable -= len(chunk)
                if self._sendable <= 0:
                    self._writable.clear()
            else:
                self._writable.clear()
            await self._transport.send(Packet(A_WRTE, self.local_id, self.remote_id, chunk))

    async def close(self) -> None:
        """Tells the peer, once; what was written before arrives before."""
        if self._closed:
            return
        self._closed = True
        self._transport.forget(self)
        if self.remote_id:
            await self._transport.send(Packet(A_CLSE, self.local_id, self.remote_id))
        self.hang_up()

    # called by the transport's reading task

    def feed(self, data: bytes) -> None:
        """Takes an A_WRTE's payload. Raises FlowViolation."""
        if self._ended:
            return
        limit = WINDOW + MAX_PAYLOAD if self.delayed_ack else 2 * MAX_PAYLOAD
        if self._unread + len(data) > limit:
            raise FlowViolation(f"stream {self.local_id}: {self._unread + len(data)} bytes unread")
        if data:
            self._inbound.append(data)
            self._unread += len(data)
            self._readable.set()

    async def fed(self) -> None:
        """After `feed`: without delayed acks, asks for the next packet while there is room for it."""
        if not self.delayed_ack and not self._ended:
            if self._unread < MAX_PAYLOAD:
                await self._acknowledge(0)
            else:
                self._owed = True

    async def acknowledged(self, remote_id: int, payload: bytes) -> None:
        """Takes an A_OKAY."""
        if not self._opened.is_set():
            self.remote_id = remote_id
            self._opened.set()
        elif remote_id != self.remote_id:
            return
        if self.delayed_ack != (len(payload) == 4):
            return
        if self.delayed_ack:
            self._sendable += int.from_bytes(payload, "little", signed=True)
            if self._sendable > 0:
                self._writable.set()
        else:
            self._writable.set()

    def hang_up(self) -> None:
        """The peer or the transport is gone: readers see the end, writers an error."""
        self._ended = True
        for event in (self._readable, self._writable, self._opened, self._hangup):
            event.set()

    async def _consumed(self, count: int) -> None:
        if self.delayed_ack:
            self._unacknowledged += count
            if self._unacknowledged >= WINDOW // 4 or not self._inbound:
                read, self._unacknowledged = self._unacknowledged, 0
                await self._acknowledge(read)
        elif self._owed and self._unread < MAX_PAYLOAD:
            self._owed = False
            await self._acknowledge(0)

    async def _acknowledge(self, count: int) -> None:
        payload = count.to_bytes(4, "little") if self.delayed_ack else b""
        await self._transport.send(Packet(A_OKAY, self.local_id, self.remote_id, payload))
