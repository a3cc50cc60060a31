"""HTTP/3 by aioquic: an app that speaks it, and a server."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aioquic.asyncio import connect, serve
from aioquic.asyncio.protocol import QuicConnectionProtocol
from aioquic.h3.connection import H3Connection
from aioquic.h3.events import DataReceived, HeadersReceived
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.events import QuicEvent

SECONDS = 20


class _Client(QuicConnectionProtocol):
    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.http = H3Connection(self._quic)
        self.done: asyncio.Future[tuple[int, bytes]] = asyncio.get_running_loop().create_future()
        self.status, self.body = 0, b""

    def quic_event_received(self, event: QuicEvent) -> None:
        for got in self.http.handle_event(event):
            if isinstance(got, HeadersReceived):
                self.status = int(dict(got.headers)[b":status"])
            elif isinstance(got, DataReceived):
                self.body += got.data
            if getattr(got, "stream_ended", False) and not self.done.done():
                self.done.set_result((self.status, self.body))


def ask(address: str, host: str, path: str, ca: Path, body: bytes = b"", offers: int = 0) -> tuple[int, bytes]:
    """One request. `offers`: how many more protocols than h3 the greeting names, which makes it longer. Raises
    ConnectionError where QUIC is refused."""

    async def go() -> tuple[int, bytes]:
        protocols = ["h3", *(f"{n:03}{'x' * 100}" for n in range(offers))]
        settings = QuicConfiguration(is_client=True, alpn_protocols=protocols, cafile=str(ca), server_name=host)
        async with connect(address, 443, configuration=settings, create_protocol=_Client) as client:
            assert isinstance(client, _Client)
            stream = client._quic.get_next_available_stream_id()
            client.http.send_headers(stream, [
                (b":method", b"POST"), (b":scheme", b"https"), (b":authority", host.encode()), (b":path", path.encode())])
            client.http.send_data(stream, body, end_stream=True)
            client.transmit()
            return await asyncio.wait_for(client.done, SECONDS)

    return asyncio.run(asyncio.wait_for(go(), SECONDS))


class _Server(QuicConnectionProtocol):
    """Answers each request with its body, turned to upper case."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.http = H3Connection(self._quic)
        self.bodies: dict[int, bytes] = {}

    def quic_event_received(self, event: QuicEvent) -> None:
        for got in self.http.handle_event(event):
            if isinstance(got, DataReceived):
                self.bodies[got.stream_id] = self.bodies.get(got.stream_id, b"") + got.data
            if getattr(got, "stream_ended", False):
                self.http.send_headers(got.stream_id, [(b":status", b"200"), (b"server", b"h3")])
                self.http.send_data(got.stream_id, self.bodies.get(got.stream_id, b"").upper(), end_stream=True)
                self.transmit()


@contextlib.contextmanager
def http3_server(chain: Path) -> Iterator[str]:
    """On loopback, in a thread. `chain`: a PEM file with certificate and key. Yields ADDRESS:PORT."""
    loop = asyncio.new_event_loop()
    settings = QuicConfiguration(is_client=False, alpn_protocols=["h3"])
    settings.load_cert_chain(chain, chain)
    server = loop.run_until_complete(serve("127.0.0.1", 0, configuration=settings, create_protocol=_Server))
    port = server._transport.get_extra_info("sockname")[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield f"127.0.0.1:{port}"
    loop.call_soon_threadsafe(server.close)
    loop.call_soon_threadsafe(loop.call_later, 0, loop.stop)
    thread.join()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
