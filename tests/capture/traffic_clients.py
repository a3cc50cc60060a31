"""Real clients that go through the proxy as an app would, on plain sockets, and servers that misbehave on purpose."""

from __future__ import annotations

import contextlib
import http.client
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import h2.connection
import h2.events
import wsproto
from wsproto.events import AcceptConnection, BytesMessage, CloseConnection, Message, Request, TextMessage

Address = tuple[str, int]
SECONDS = 30


def through(
    proxy: Address, host: str, *, ca: Path | None = None, port: int | None = None
) -> http.client.HTTPConnection:
    """An HTTP/1.1 client of `host`: over TLS in a tunnel where `ca` is given, else in the clear."""
    if ca is None:
        plain = http.client.HTTPConnection(*proxy, timeout=SECONDS)
        plain.set_tunnel(host, port or 80)
        return plain
    secured = http.client.HTTPSConnection(
        *proxy, timeout=SECONDS, context=ssl.create_default_context(cafile=str(ca)))
    secured.set_tunnel(host, port or 443)
    return secured


def fetch(
    proxy: Address, host: str, path: str = "/", *, ca: Path | None = None, body: object = None, method: str = "",
    headers: dict[str, str] | None = None,
) -> tuple[int, bytes]:
    connection = through(proxy, host, ca=ca)
    connection.request(
        method or ("GET" if body is None else "POST"), path, body=body,  # type: ignore[arg-type]
        headers=headers or {}, encode_chunked=bool(headers and "Transfer-Encoding" in headers))
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response.status, content


def tunnel(proxy: Address, host: str, port: int) -> socket.socket:
    """The plain socket of a CONNECT that was granted."""
    stream = socket.create_connection(proxy, timeout=SECONDS)
    stream.sendall(f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        piece = stream.recv(1)
        assert piece, answer
        answer += piece
    assert b" 200 " in answer.split(b"\r\n")[0], answer
    return stream


def secure(stream: socket.socket, host: str, ca: Path | None, alpn: str = "http/1.1") -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=str(ca) if ca else None)
    context.set_alpn_protocols([alpn])
    return context.wrap_socket(stream, server_hostname=host)


def post_over_http2(
    proxy: Address, host: str, path: str, ca: Path, pieces: list[bytes], *,
    trailers: list[tuple[str, str]] | None = None, method: str = "POST",
) -> tuple[int, bytes]:
    """A request without a length, as gRPC clients make them."""
    with secure(tunnel(proxy, host, 443), host, ca, "h2") as stream:
        assert stream.selected_alpn_protocol() == "h2"
        connection = h2.connection.H2Connection()
        connection.initiate_connection()
        connection.send_headers(1, [
            (":method", method), (":scheme", "https"), (":authority", host), (":path", path),
            ("content-type", "text/x"),
        ])
        for piece in pieces:
            connection.send_data(1, piece)
        if trailers:
            connection.send_headers(1, trailers, end_stream=True)
        else:
            connection.end_stream(1)
        stream.sendall(connection.data_to_send())
        status, content = 0, b""
        while True:
            data = stream.recv(65536)
            assert data, "the proxy closed the connection"
            for event in connection.receive_data(data):
                if isinstance(event, h2.events.ResponseReceived):
                    status = int(dict(event.headers)[b":status"])
                elif isinstance(event, h2.events.DataReceived):
                    content += event.data
                elif isinstance(event, h2.events.StreamEnded):
                    return status, content
                assert not isinstance(event, h2.events.StreamReset), event
            stream.sendall(connection.data_to_send())


def converse(proxy: Address, host: str, path: str, ca: Path, messages: list[str | bytes]) -> list[str | bytes]:
    """Sends each message over one WebSocket and returns what came back."""
    heard: list[str | bytes] = []
    with secure(tunnel(proxy, host, 443), host, ca) as stream:
        websocket = wsproto.WSConnection(wsproto.ConnectionType.CLIENT)
        stream.sendall(websocket.send(Request(host=host, target=path)))

        def events() -> Iterator[object]:
            while True:
                websocket.receive_data(stream.recv(65536) or None)
                yield from websocket.events()

        incoming = events()
        assert isinstance(next(incoming), AcceptConnection)
        for message in messages:
            said = TextMessage(data=message) if isinstance(message, str) else BytesMessage(data=message)
            stream.sendall(websocket.send(said))
            whole = message[:0]
            while True:
                event = next(incoming)
                assert isinstance(event, Message), event
                whole += event.data    # type: ignore[operator]
                if event.message_finished:
                    break
            heard.append(whole)
        stream.sendall(websocket.send(CloseConnection(code=1000)))
        assert isinstance(next(incoming), CloseConnection)
    return heard


@contextlib.contextmanager
def server(handle: Callable[[socket.socket], None]) -> Iterator[str]:
    """A TCP server on loopback; each connection is given to `handle` in a thread. Yields host:port."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.settimeout(SECONDS)
            with contextlib.suppress(OSError):
                handle(self.request)

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as listening:
        threading.Thread(target=listening.serve_forever, args=(0.05,), daemon=True).start()
        yield f"127.0.0.1:{listening.server_address[1]}"
        listening.shutdown()


def read_head(stream: socket.socket) -> bytes:
    """An HTTP/1 request's head."""
    head = b""
    while b"\r\n\r\n" not in head:
        piece = stream.recv(1)
        if not piece:
            return head
        head += piece
    return head
