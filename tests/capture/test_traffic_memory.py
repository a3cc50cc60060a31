"""However much passes, the proxy stays small. A gibibyte is in benchmarks/traffic_proxy.py."""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
import struct
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import traffic_clients as clients
import wsproto
from captured_traffic import Start, end, until
from wsproto.events import AcceptConnection, BytesMessage, Message, Request

from harness.bundle import Bundle
from harness.capture.proxy_websocket import GATHERED

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
MEBIBYTE = 1 << 20
PIECE = os.urandom(MEBIBYTE)
GROWTH = 64 * MEBIBYTE


def memory(pid: int, field: str) -> int:
    """A figure of /proc/PID/status in bytes: VmHWM is the peak of resident memory."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024
    raise AssertionError(f"{field} is not in /proc/{pid}/status")


def digest(pieces: int) -> str:
    whole = hashlib.sha256()
    for _ in range(pieces):
        whole.update(PIECE)
    return whole.hexdigest()


@contextlib.contextmanager
def grows_little(pid: int) -> Iterator[None]:
    before = memory(pid, "VmRSS")
    yield
    assert memory(pid, "VmHWM") - before < GROWTH


def swallow(stream: socket.socket) -> None:
    """Reads a request of either framing to its end, without looking at it, and answers."""
    head = clients.read_head(stream)
    if b"chunked" in head.lower():
        last = b""
        while not last.endswith(b"0\r\n\r\n"):
            last = (last + stream.recv(1 << 18))[-8:]
    else:
        left = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]) if b"content-length" in head.lower() else 0
        while left:
            left -= len(stream.recv(1 << 18))
    stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


@pytest.mark.parametrize(("headers", "pieces"), [({"Transfer-Encoding": "chunked"}, 128), ({}, 128)])
def test_an_upload_of_any_size_and_framing_is_kept_whole_in_little_memory(
    bundle: Bundle, start: Start, headers: dict[str, str], pieces: int
) -> None:
    with clients.server(swallow) as address:
        traffic = start(resolve={"*.example": address})
        clients.fetch(traffic.address, "warm.example", body=b"x")
        sent = headers or {"Content-Length": str(pieces * MEBIBYTE)}
        with grows_little(traffic.pid):
            status, _ = clients.fetch(
                traffic.address, "big.example", "/up", body=iter([PIECE] * pieces), method="POST", headers=sent)
        reader = end(bundle, traffic)
    assert status == 200
    flow = reader.flows()[-1]
    assert flow.request is not None
    assert (flow.request.size, flow.request.body) == (pieces * MEBIBYTE, digest(pieces))


def test_a_download_of_any_size_passes_in_little_memory(bundle: Bundle, start: Start) -> None:
    pieces = 128

    def pour(stream: socket.socket) -> None:
        clients.read_head(stream)
        stream.sendall(b"HTTP/1.0 200 OK\r\n\r\n")    # its end is that of the connection
        for _ in range(pieces):
            stream.sendall(PIECE)

    with clients.server(pour) as address:
        traffic = start(resolve={"*.example": address})
        clients.tunnel(traffic.address, "warm.example", 80).close()
        with grows_little(traffic.pid):
            connection = clients.through(traffic.address, "big.example")
            connection.request("GET", "/film")
            response = connection.getresponse()
            while response.read(1 << 20):
                pass
            connection.close()
        reader = end(bundle, traffic)
    flow = next(flow for flow in reader.flows() if flow.host == "big.example")
    assert flow.response is not None
    assert (flow.response.size, flow.response.omitted) == (pieces * MEBIBYTE, digest(pieces))


def websocket_server(handle: Callable[[wsproto.WSConnection, Iterator[Message], socket.socket], None]) -> Callable[..., None]:
    """`handle` is given the connection, the pieces of messages that arrive, and the stream."""

    def talk(stream: socket.socket) -> None:
        websocket = wsproto.WSConnection(wsproto.ConnectionType.SERVER)

        def events() -> Iterator[object]:
            while True:
                yield from websocket.events()
                websocket.receive_data(stream.recv(1 << 16) or None)

        incoming = events()
        assert isinstance(next(incoming), Request)
        stream.sendall(websocket.send(AcceptConnection()))
        handle(websocket, (event for event in incoming if isinstance(event, Message)), stream)

    return talk


def open_websocket(stream: socket.socket, host: str) -> Iterator[Message]:
    """The pieces that arrive after the handshake."""
    websocket = wsproto.WSConnection(wsproto.ConnectionType.CLIENT)
    stream.sendall(websocket.send(Request(host=host, target="/push")))

    def events() -> Iterator[object]:
        while True:
            yield from websocket.events()
            websocket.receive_data(stream.recv(1 << 16) or None)

    incoming = events()
    assert isinstance(next(incoming), AcceptConnection)
    return (event for event in incoming if isinstance(event, Message))


def frame_head(size: int, *, text: bool = False) -> bytes:
    """One frame from an app that is a whole message; masked with zeros, which changes nothing."""
    return bytes([0x81 if text else 0x82, 0xFF]) + struct.pack("!Q", size) + bytes(4)


def test_long_websocket_messages_pass_in_pieces_and_are_kept_by_the_same_rules(bundle: Bundle, start: Start) -> None:
    up, down = 24, 96
    received = hashlib.sha256()

    def handle(websocket: wsproto.WSConnection, incoming: Iterator[Message], stream: socket.socket) -> None:
        for piece in incoming:
            received.update(piece.data)
            if piece.message_finished:
                break
        stream.sendall(bytes([0x82, 127]) + struct.pack("!Q", down * MEBIBYTE))
        for _ in range(down):
            stream.sendall(PIECE)
        stream.sendall(websocket.send(BytesMessage(b"short")))
        stream.recv(1)

    with clients.server(websocket_server(handle)) as address:
        traffic = start(resolve={"*.example": address})
        with clients.tunnel(traffic.address, "push.example", 80) as stream:
            incoming = open_websocket(stream, "push.example")
            with grows_little(traffic.pid):
                stream.sendall(frame_head(up * MEBIBYTE))
                for _ in range(up):
                    stream.sendall(PIECE)
                heard, sizes, size = hashlib.sha256(), [], 0
                for piece in incoming:
                    if not sizes:
                        heard.update(piece.data)
                    size += len(piece.data)
                    if piece.message_finished:
                        sizes, size = [*sizes, size], 0
                        if len(sizes) == 2:
                            break
        reader = end(bundle, traffic)
    assert sizes == [down * MEBIBYTE, 5]
    assert (received.hexdigest(), heard.hexdigest()) == (digest(up), digest(down))
    sent, long, short = [flow for flow in reader.flows() if flow.protocol == "websocket"]
    assert sent.request is not None and (sent.request.body, sent.request.size) == (digest(up), up * MEBIBYTE)
    assert long.response is not None and (long.response.body, long.response.omitted) == (None, digest(down))
    assert short.response is not None and reader.object(short.response.body or "") == b"short"
    assert all(message.method == "binary" for message in (sent, long, short))


def test_a_message_that_its_sender_never_ended_is_kept_as_far_as_it_came(bundle: Bundle, start: Start) -> None:
    said = "表" * 10

    def handle(websocket: wsproto.WSConnection, incoming: Iterator[Message], stream: socket.socket) -> None:
        for _ in incoming:
            pass

    with clients.server(websocket_server(handle)) as address:
        traffic = start(resolve={"*.example": address})
        for extra in (0, GATHERED):
            with clients.tunnel(traffic.address, "push.example", 80) as stream:
                open_websocket(stream, "push.example")
                stream.sendall(frame_head(9 * MEBIBYTE, text=True) + said.encode() + b"x" * extra)
        until(bundle, lambda flows: sum(flow.phase == "closed" for flow in flows) == 2)
        reader = end(bundle, traffic)
    short, long = [flow.request for flow in reader.flows() if flow.protocol == "websocket"]
    assert short is not None and long is not None
    assert (reader.object(short.body or ""), short.complete) == (said.encode(), False)
    assert (long.size, long.complete) == (len(said.encode()) + GATHERED, False)
