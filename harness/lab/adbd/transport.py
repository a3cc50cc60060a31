"""One connection from an adb server: handshake, and the streams multiplexed on it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from itertools import count

from harness.lab.adbd import compression
from harness.lab.adbd.packets import (
    A_AUTH,
    A_CLSE,
    A_CNXN,
    A_OKAY,
    A_OPEN,
    A_STLS,
    A_SYNC,
    A_WRTE,
    MAX_PAYLOAD,
    MAX_PAYLOAD_V1,
    VERSION,
    VERSION_MIN,
    MalformedPacket,
    Packet,
    read_packet,
)
from harness.lab.adbd.stream import WINDOW, FlowViolation, Stream, StreamClosed

FEATURES = (
    "shell_v2", "cmd", "abb", "abb_exec", "stat_v2", "ls_v2", "fixed_push_mkdir", "fixed_push_symlink_timestamp",
    "sendrecv_v2", "sendrecv_v2_dry_run_send", *compression.FEATURES, "delayed_ack",
)  # fmt: skip
"""Only what is implemented here. No `track_app`."""

MAX_STREAMS = 512
HANDSHAKE_S = 10.0

Serve = Callable[[Stream], Awaitable[None]]
"""What runs on an accepted stream; when it returns the stream is closed."""

Open = Callable[["Transport", str], Awaitable[Serve | None]]
"""Finds what answers a destination; None refuses it (the peer gets A_CLSE, never A_OKAY)."""

log = logging.getLogger(__name__)


class Transport:
    """Reads packets until the peer goes or sends what is not adb's."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        banner: Callable[[], str],
        open_service: Open,
        max_streams: int = MAX_STREAMS,
    ) -> None:
        """`banner`: what A_CNXN says of the device, "device::ro.product.name=...;features=..."."""
        self.max_payload = MAX_PAYLOAD_V1
        self.online = False
        self.on_close: list[Callable[[], None]] = []
        self._reader = reader
        self._writer = writer
        self._banner = banner
        self._open_service = open_service
        self._max_streams = max_streams
        self._version = VERSION_MIN
        self._delayed_ack = False
        self._streams: dict[int, Stream] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._ids = count(1)
        self._closed = False

    async def run(self) -> None:
        """Until the connection ends; then every service that ran on it has ended too."""
        try:
            await self._read_packets()
        except (MalformedPacket, FlowViolation) as bad:
            log.warning("adb transport closed: %s", bad)
        except (ConnectionError, TimeoutError) as gone:
            log.info("adb transport lost: %s", gone)
        finally:
            await self._end()

    def kick(self) -> None:
        """Drops the connection; the adb server connects again by itself."""
        self._closed = True
        self._writer.transport.abort()

    async def send(self, packet: Packet) -> None:
        """Raises StreamClosed when the connection is gone."""
        if self._closed:
            raise StreamClosed("the transport is closed")
        self._writer.write(packet.encode(checksum=self._version == VERSION_MIN))
        try:
            await self._writer.drain()
        except ConnectionError as gone:
            raise StreamClosed(str(gone)) from gone

    def forget(self, stream: Stream) -> None:
        self._streams.pop(stream.local_id, None)

    async def open_stream(self, destination: str) -> Stream:
        """A stream to the host's side (reverse forwarding). Raises StreamClosed where the host refuses."""
        if not self.online or len(self._streams) >= self._max_streams:
            raise StreamClosed("no further stream")
        stream = self._new_stream(granted=0)
        window = WINDOW if self._delayed_ack else 0
        try:
            await self.send(Packet(A_OPEN, stream.local_id, window, destination.encode() + b"\0"))
            await stream.wait_opened()
        except BaseException:
            self.forget(stream)
            raise
        return stream

    async def _read_packets(self) -> None:
        while True:
            async with asyncio.timeout(None if self.online else HANDSHAKE_S):
                packet = await read_packet(
                    self._reader,
                    max_payload=MAX_PAYLOAD,
                    checksum=self.online and self._version == VERSION_MIN,
                )
            if packet is None:
                return
            if packet.command == A_CNXN:
                await self._connect(packet)
            elif packet.command in (A_STLS, A_AUTH):
                raise MalformedPacket("the peer wants authentication or TLS, which was not offered")
            elif self.online:
                await self._dispatch(packet)

    async def _connect(self, packet: Packet) -> None:
        """A_CNXN: agrees on version, payload size and features; whatever ran before ends."""
        if packet.arg0 < VERSION_MIN or packet.arg1 < MAX_PAYLOAD_V1:
            raise MalformedPacket(f"A_CNXN with version {packet.arg0:#x} and payload {packet.arg1}")
        await self._end_streams()
        self._version = min(packet.arg0, VERSION)
        self.max_payload = min(packet.arg1, MAX_PAYLOAD)
        self._delayed_ack = "delayed_ack" in _features(packet.payload)
        banner = f"{self._banner()};features={','.join(FEATURES)}".encode()
        answer = Packet(A_CNXN, VERSION, MAX_PAYLOAD, banner)
        self._writer.write(answer.encode(checksum=True))
        await self._writer.drain()
        self.online = True

    async def _dispatch(self, packet: Packet) -> None:
        if packet.command == A_OPEN:
            await self._opened(packet)
        elif packet.command == A_WRTE:
            stream = self._streams.get(packet.arg1)
            if stream is not None and stream.remote_id == packet.arg0:
                stream.feed(packet.payload)
                await stream.fed()
        elif packet.command == A_OKAY:
            stream = self._streams.get(packet.arg1)
            if stream is not None:
                await stream.acknowledged(packet.arg0, packet.payload)
            elif packet.arg0 and packet.arg1:
                await self.send(Packet(A_CLSE, packet.arg1, packet.arg0))
        elif packet.command == A_CLSE:
            stream = self._streams.get(packet.arg1)
            if stream is not None and packet.arg0 in (0, stream.remote_id):
                stream.hang_up()
        elif packet.command == A_SYNC:
            return

    async def _opened(self, packet: Packet) -> None:
        remote_id = packet.arg0
        if remote_id == 0:
            return
        if len(self._streams) >= self._max_streams or self._delayed_ack != bool(packet.arg1):
            await self.send(Packet(A_CLSE, 0, remote_id))
            return
        try:
            destination = packet.payload.rstrip(b"\0").decode()
        except UnicodeDecodeError:
            await self.send(Packet(A_CLSE, 0, remote_id))
            return
        stream = self._new_stream(granted=packet.arg1)
        self._start(self._serve(stream, remote_id, destination))

    async def _serve(self, stream: Stream, remote_id: int, destination: str) -> None:
        """One service from A_OPEN to A_CLSE. A fault in a service is a bug of ours: logged, its stream closed."""
        try:
            serve = await self._open_service(self, destination)
            if serve is None:
                self.forget(stream)
                await self.send(Packet(A_CLSE, 0, remote_id))
                return
            await stream.accept(remote_id)
            try:
                await serve(stream)
            finally:
                await stream.close()
        except StreamClosed:
            log.debug("stream of %r closed by the peer", destination)
        finally:
            self.forget(stream)

    def _new_stream(self, *, granted: int) -> Stream:
        local_id = next(i for i in self._ids if i & 0xFFFFFFFF and i not in self._streams)
        stream = Stream(self, local_id, delayed_ack=self._delayed_ack, granted=granted)
        self._streams[local_id] = stream
        return stream

    def _start(self, serving: Awaitable[None]) -> None:
        task = asyncio.ensure_future(serving)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            log.error("an adb service failed", exc_info=fault)

    async def _end_streams(self) -> None:
        for callback in self.on_close:
            callback()
        self.on_close.clear()
        for stream in list(self._streams.values()):
            stream.hang_up()
        self._streams.clear()
        if self._tasks:
            _, pending = await asyncio.wait(self._tasks, timeout=2.0)
            for task in pending:
                task.cancel()
            if pending:
                await asyncio.wait(pending, timeout=2.0)

    async def _end(self) -> None:
        self._closed = True
        self.online = False
        await self._end_streams()
        self._writer.close()


def _features(banner: bytes) -> frozenset[str]:
    """The features named in a peer's identity, "host::features=a,b"."""
    for part in banner.decode(errors="replace").split(":", 2)[-1].split(";"):
        name, _, value = part.partition("=")
        if name == "features":
            return frozenset(value.rstrip("\0").split(","))
    return frozenset()
