"""A proxy as mitmproxy is one to the device: reads what is sent to every host, also over TLS, and answers itself."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from harness.lab.certificates import CertificateAuthority


@dataclass(frozen=True)
class Seen:
    """`url`: with the host that the device meant. Header names are in lower case."""

    url: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    """What it says of its length, where that is not the truth."""


@dataclass
class RecordingProxy:
    """`answer` is called for each request, in a thread of its own."""

    port: int
    ca: Path
    answer: Callable[[Seen], Reply]
    seen: list[Seen] = field(default_factory=list)

    def asked(self, url: str) -> list[Seen]:
        return [one for one in self.seen if one.url == url]


@contextmanager
def recording_proxy(folder: Path, answer: Callable[[Seen], Reply]) -> Iterator[RecordingProxy]:
    authority = CertificateAuthority(folder)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        host = ""

        def do_CONNECT(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.host = f"https://{self.path.removesuffix(':443')}"
            self.connection = authority.server_context().wrap_socket(self.connection, server_side=True)
            self.rfile = self.connection.makefile("rb")
            self.wfile = self.connection.makefile("wb", buffering=0)
            self.handle_one_request()
            self.connection.close()

        def do_GET(self) -> None:
            seen = Seen(self.host + self.path, {name.lower(): value for name, value in self.headers.items()})
            proxy.seen.append(seen)
            reply = proxy.answer(seen)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body) if reply.length is None else reply.length))
            self.end_headers()
            self.wfile.write(reply.body)
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """What it saw is in `seen`."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        proxy = RecordingProxy(server.server_address[1], folder / "ca.pem", answer)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join()
