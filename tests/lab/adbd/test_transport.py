"""The daemon keeps to the protocol, and no peer can bring it down or fill it up."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from memory_device import MemoryDevice

from harness.lab.adbd.packets import (
    A_CLSE,
    A_CNXN,
    A_OKAY,
    A_OPEN,
    A_WRTE,
    MAX_PAYLOAD,
    VERSION,
    VERSION_MIN,
    Packet,
    read_packet,
)
from harness.lab.adbd.server import ADB_SCANS, AdbDaemon
from harness.lab.adbd.stream import WINDOW


class Peer:
    """An adb server's end of a connection, packet by packet."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.delayed = False
        self.checksum = False
        self.next_id = 1

    async def send(self, command: int, arg0: int, arg1: int, payload: bytes = b"") -> None:
        self.writer.write(Packet(command, arg0, arg1, payload).encode(checksum=True))
        await self.writer.drain()

    async def read(self) -> Packet | None:
        async with asyncio.timeout(20):
            return await read_packet(self.reader, checksum=self.checksum)

    async def get(self, command: int) -> Packet:
        """The next packet, which is of that command."""
        packet = await self.read()
        assert packet is not None
        assert packet.command == command, packet
        return packet

    async def connect(self, features: str = "shell_v2,delayed_ack", version: int = VERSION) -> Packet:
        await self.send(A_CNXN, version, MAX_PAYLOAD, f"host::features={features}".encode())
        self.delayed = "delayed_ack" in features
        while (packet := await self.read()) is not None and packet.command == A_CLSE:
            continue  # of streams from before
        assert packet is not None
        assert packet.command == A_CNXN
        return packet

    async def open(self, destination: str, window: int = WINDOW) -> tuple[int, Packet]:
        """Our id and the answer, A_OKAY or A_CLSE."""
        number = self.next_id
        self.next_id += 1
        await self.send(A_OPEN, number, window if self.delayed else 0, destination.encode() + b"\0")
        answer = await self.read()
        assert answer is not None
        return number, answer

    async def run(self, destination: str) -> bytes:
        """All that a service says."""
        number, answer = await self.open(destination)
        assert answer.command == A_OKAY
        remote, out = answer.arg0, bytearray()
        while (packet := await self.read()) is not None and packet.command != A_CLSE:
            if packet.command == A_WRTE:
                out += packet.payload
                ack = len(packet.payload).to_bytes(4, "little") if self.delayed else b""
                await self.send(A_OKAY, number, remote, ack)
        return bytes(out)


@asynccontextmanager
async def daemon_on(folder: Path) -> AsyncIterator[tuple[AdbDaemon, Callable[[], Awaitable[Peer]]]]:
    daemon = AdbDaemon(MemoryDevice(folder / "root", folder / "state"))
    await daemon.start()
    peers: list[Peer] = []

    async def connect() -> Peer:
        peer = Peer(*await asyncio.open_connection("127.0.0.1", daemon.port))
        peers.append(peer)
        return peer

    try:
        yield daemon, connect
    finally:
        for peer in peers:
            peer.writer.close()
        await daemon.stop()


def against(test: Callable[..., Awaitable[None]]) -> Callable[[Path], None]:
    """Runs an async test with a daemon and a function that connects to it."""

    def run(tmp_path: Path) -> None:
        async def go() -> None:
            async with daemon_on(tmp_path) as (daemon, connect):
                await test(daemon, connect)

        asyncio.run(go())

    run.__name__ = test.__name__
    run.__doc__ = test.__doc__
    return run


@against
async def test_the_banner_names_product_and_features(daemon: AdbDaemon, connect: Callable[[], Awaitable[Peer]]) -> None:
    answer = await (await connect()).connect()
    text = answer.payload.decode()
    assert text.startswith("device::ro.product.name=lab_phone;ro.product.model=Lab_ Phone_ One;ro.product.device=lab;")
    assert text.count("=") == 4
    assert (answer.arg0, answer.arg1) == (VERSION, MAX_PAYLOAD)


@against
async def test_nothing_is_answered_before_the_handshake(daemon: AdbDaemon, connect: Callable[[], Awaitable[Peer]]) -> None:
    peer = await connect()
    await peer.send(A_OPEN, 1, WINDOW, b"shell:echo early\0")
    await peer.connect()
    assert await peer.run("shell:echo late") == b"late\n"


@against
async def test_both_ways_of_acknowledging_and_old_checksums(daemon: AdbDaemon, connect: Callable[[], Awaitable[Peer]]) -> None:
    for features, version in (("shell_v2", VERSION), ("delayed_ack", VERSION), ("", VERSION_MIN)):
        peer = await connect()
        await peer.connect(features, version)
        peer.checksum = version == VERSION_MIN
        out = await peer.run("shell:dd if=/dev/zero bs=1000 count=3000 status=none")
        assert out == b"\0" * 3_000_000


@against
async def test_without_delayed_acks_one_packet_is_under_way(daemon: AdbDaemon, connect: Callable[[], Awaitable[Peer]]) -> None:
    peer = await connect()
    await peer.connect("shell_v2")
    number, opened = await peer.open("shell:yes")
    await peer.get(A_WRTE)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await read_packet(peer.reader)
    await peer.send(A_OKAY, number, opened.arg0)
    await peer.get(A_WRTE)


@against
async def test_with_delayed_acks_no_more_is_sent_than_granted(daemon: AdbDaemon, connect: Callable[[], Awaitable[Peer]]) -> None:
    peer = await connect()
    await peer.connect()
    await peer.open("shell:yes", window=100_000)
    got = 0
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(1):
            while True:
                packet = await read_packet(peer.reader)
                assert packet is not None
                got += len(packet.payload)
    assert 100_000 <= got < 100_000 + MAX_PAYLOAD


@against
async def test_a_peer_that_overruns_what_it_was_granted_is_dropped(
    daemon: AdbDaemon, connect: Callable[[], Awaitable[Peer]]
) -> None:
    peer = await connect()
    await peer.connect()
    number, opened = await peer.open("shell:sleep 100")
    with contextlib.suppress(ConnectionError):
        for _ in range(2 * WINDOW // MAX_PAYLOAD + 8):
            await peer.send(A_WRTE, number, opened.arg0, b"x" * MAX_PAYLOAD)
        while await peer.read() is not None:
            continue
    other = await connect()
    await other.connect()
    assert await other.run("shell:echo alive") == b"alive\n"


@against
async def test_unread_input_holds_up_its_own_stream_only(daemon: AdbDaemon, connect: Callable[[], Awaitable[Peer]]) -> None:
    peer = await connect()
    await peer.connect("shell_v2")
    number, opened = await peer.open("shell:sleep 100")
    acknowledged = 0
    for _ in range(3):
        await peer.send(A_WRTE, number, opened.arg0, b"x" * MAX_PAYLOAD)
        try:
            async with asyncio.timeout(0.3):
                packet = await read_packet(peer.reader)
        except TimeoutError:
            break
        assert packet is not None
        acknowledged += packet.command == A_OKAY
    assert acknowledged < 3
    assert await peer.run("shell:echo other") == b"other\n"


@against
async def test_a_refused_port_gets_clse_and_never_okay(daemon: AdbDaemon, connect: Callable[[], Awaitable[Peer]]) -> None:
    peer = await connect()
    await peer.connect()
    for destination in ("tcp:1", "tcp:9008", "tcp:70000", "tcp:x", "tcp:host.example:80", "localabstract:x", "nonsense:"):
        number, answer = await peer.open(destination)
        assert (answer.command, answer.arg0, answer.arg1) == (A_CLSE, 0, number), destination


@against
async def test_authentication_and_tls_were_not_offered(daemon: AdbDaemon, connect: Callable[[], Awaitable[Peer]]) -> None:
    for command in (0x48545541, 0x534C5453):
        peer = await connect()
        await peer.connect()
        await peer.send(command, 1, 0)
        assert await peer.read() is None


@against
async def test_packets_for_streams_that_are_not_there(daemon: AdbDaemon, connect: Callable[[], Awaitable[Peer]]) -> None:
    peer = await connect()
    await peer.connect()
    await peer.send(A_WRTE, 77, 99, b"lost")
    await peer.send(A_CLSE, 77, 99)
    await peer.send(A_OPEN, 0, WINDOW, b"shell:echo\0")
    await peer.send(A_OPEN, 5, 0, b"shell:echo\0")
    assert (await peer.get(A_CLSE)).arg1 == 5
    await peer.send(A_OKAY, 77, 99, b"\0\0\0\0")
    assert (await peer.get(A_CLSE)).arg1 == 77
    assert await peer.run("shell:echo still") == b"still\n"


@against
async def test_a_second_handshake_ends_what_ran(daemon: AdbDaemon, connect: Callable[[], Awaitable[Peer]]) -> None:
    peer = await connect()
    await peer.connect()
    await peer.open("shell:sleep 1000")
    await peer.connect()
    assert await peer.run("shell:pidof sleep || echo none") == b"none\n"


@against
async def test_there_is_a_limit_to_streams(daemon: AdbDaemon, connect: Callable[[], Awaitable[Peer]]) -> None:
    peer = await connect()
    await peer.connect()
    refused = 0
    for _ in range(600):
        _, answer = await peer.open("shell:read x")
        refused += answer.command == A_CLSE and answer.arg0 == 0
    assert refused >= 88


def test_any_bytes_leave_the_daemon_alive(tmp_path: Path) -> None:
    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
    @given(data=st.binary(max_size=400), handshake=st.booleans())
    def throw(data: bytes, handshake: bool) -> None:
        async def go() -> None:
            async with daemon_on(tmp_path) as (_, connect):
                bad = await connect()
                if handshake:
                    await bad.connect()
                bad.writer.write(data)
                bad.writer.write_eof()
                await bad.reader.read()
                good = await connect()
                await good.connect()
                assert await good.run("shell:echo alive") == b"alive\n"

        asyncio.run(go())

    throw()


def test_any_packets_leave_the_daemon_alive(tmp_path: Path) -> None:
    small = st.integers(0, 4)
    packet = st.tuples(
        st.sampled_from([A_OPEN, A_OKAY, A_WRTE, A_CLSE, 0x434E5953]), small, small,
        st.sampled_from([b"", b"\0\0\0\0", b"shell:cat\0", b"sync:\0", b"shell,v2:cat\0", b"STAT\xff\xff\xff\xff",
                         b"SEND\x05\0\0\0/x,1\0", b"\0\x05\0\0\0hello", b"exec:\0", b"reverse:forward:tcp:0;tcp:1\0"]),
    )  # fmt: skip

    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
    @given(packets=st.lists(packet, max_size=12), delayed=st.booleans())
    def throw(packets: list[tuple[int, int, int, bytes]], delayed: bool) -> None:
        async def go() -> None:
            async with daemon_on(tmp_path) as (_, connect):
                bad = await connect()
                await bad.connect("delayed_ack" if delayed else "")
                for one in packets:
                    await bad.send(*one)
                bad.writer.write_eof()
                await bad.reader.read()
                good = await connect()
                await good.connect()
                assert await good.run("shell:echo alive") == b"alive\n"

        asyncio.run(go())

    throw()


@against
async def test_sync_refuses_what_is_not_sync(daemon: AdbDaemon, connect: Callable[[], Awaitable[Peer]]) -> None:
    peer = await connect()
    await peer.connect()
    for request in (
        struct.pack("<4sI", b"WHAT", 1) + b"/",
        struct.pack("<4sI", b"STAT", 5000) + b"/" * 5000,
        struct.pack("<4sI", b"SEND", 2) + b"/x",
        struct.pack("<4sI", b"SND2", 2) + b"/x" + struct.pack("<4sII", b"SND2", 0o644, 8),
        struct.pack("<4sI", b"RCV2", 2) + b"/x" + struct.pack("<4sI", b"RCV2", 3),
    ):
        number, opened = await peer.open("sync:")
        await peer.send(A_WRTE, number, opened.arg0, request)
        out = b""
        while (packet := await peer.read()) is not None and packet.command != A_CLSE:
            out += packet.payload if packet.command == A_WRTE else b""
        assert out.startswith(b"FAIL"), request


@against
async def test_half_a_file_is_not_left_behind(daemon: AdbDaemon, connect: Callable[[], Awaitable[Peer]]) -> None:
    peer = await connect()
    await peer.connect()
    number, opened = await peer.open("sync:")
    spec = b"/data/local/tmp/half,33188"
    await peer.send(A_WRTE, number, opened.arg0, struct.pack("<4sI", b"SEND", len(spec)) + spec)
    await peer.send(A_WRTE, number, opened.arg0, struct.pack("<4sI", b"DATA", 4) + b"part")
    await peer.send(A_CLSE, number, opened.arg0)
    while (packet := await peer.read()) is not None and packet.command != A_CLSE:
        pass
    assert await peer.run("shell:ls /data/local/tmp") == b""


def test_the_ports_that_adb_scans_are_left_alone(tmp_path: Path) -> None:
    daemon = AdbDaemon(MemoryDevice(tmp_path / "root", tmp_path / "state"))
    with pytest.raises(ValueError, match="scan"):
        asyncio.run(daemon.start(5561))
    assert 5555 in ADB_SCANS
    assert 5585 in ADB_SCANS


def test_it_listens_on_loopback_only(tmp_path: Path) -> None:
    async def go() -> None:
        async with daemon_on(tmp_path) as (daemon, _):
            assert daemon._server is not None
            assert [sock.getsockname()[0] for sock in daemon._server.sockets] == ["127.0.0.1"]

    asyncio.run(go())
