"""A small internet on loopback: HTTP and HTTPS servers of any name, for the example apps to talk to.

One port takes both: a connection that begins with a TLS record is TLS. Certificates are issued
when a name is first asked for (SNI), by a CA that lives as long as this does.
`python -m harness.lab.internet CONFIG` runs it as a process, until its stdin ends.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import hashlib
import json
import socket
import socketserver
import ssl
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import h11
import wsproto
from wsproto.events import AcceptConnection, BytesMessage, CloseConnection, Ping, TextMessage

from harness.errors import RigError
from harness.lab.certificates import CertificateAuthority
from harness.lab.internet_config import REFUSE, Answer, Config, read_config

KEPT_BODY = 1 << 16
_TLS_RECORD = 0x16
_IDLE_SECONDS = 60.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Request:
    """What came in. `body` is its first 64 KiB; `size` (bytes) and `sha256` are of all of it. `status`: 0 where
    the connection was closed without an answer."""

    time_ns: int
    scheme: str
    host: str
    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes
    size: int
    sha256: str
    status: int
    known: bool


class LabInternet:
    """`port`: 0 lets the system choose. `log`: a file to which each request is added as a line of JSON."""

    def __init__(self, config: Config, *, port: int = 0, log: Path | None = None) -> None:
        self.config = config
        self._port = port
        self._log = log
        self._lock = threading.Lock()
        self._requests: list[Request] = []
        self._folder = tempfile.TemporaryDirectory(prefix="lab-internet-")
        self._ca = CertificateAuthority(Path(self._folder.name))
        self._server: _Server | None = None

    @property
    def ca_pem(self) -> Path:
        """The certificate of the CA that vouches for every host, PEM."""
        return self._ca.certificate

    @property
    def address(self) -> tuple[str, int]:
        assert self._server is not None, "start first"
        host, port = self._server.server_address[:2]
        return str(host), int(port)

    @property
    def requests(self) -> list[Request]:
        with self._lock:
            return list(self._requests)

    def start(self) -> tuple[str, int]:
        try:
            self._server = _Server(("127.0.0.1", self._port), self)
        except OSError as bad:
            self._folder.cleanup()
            raise RigError(
                f"The lab internet cannot listen on port {self._port}.", str(bad), "Choose another port.") from bad
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="lab internet", daemon=True).start()
        return self.address

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def record(self, request: Request) -> None:
        fields = {**dataclasses.asdict(request), "body": request.body.decode("utf-8", "backslashreplace")}
        with self._lock:
            self._requests.append(request)
            if self._log is not None:
                with self._log.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(fields, ensure_ascii=False) + "\n")

    def tls(self) -> ssl.SSLContext:
        return self._ca.server_context()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], internet: LabInternet) -> None:
        self.internet = internet
        self.context = internet.tls()
        super().__init__(address, _Connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves or talks nonsense is none of the server's concern; anything else is a bug."""
        if not isinstance(sys.exception(), OSError | h11.ProtocolError | wsproto.utilities.ProtocolError):
            super().handle_error(request, client_address)


class _Connection(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        plain: socket.socket = self.request
        plain.settimeout(_IDLE_SECONDS)
        first = plain.recv(1, socket.MSG_PEEK)
        if not first:
            return
        if first[0] == _TLS_RECORD:
            with self.server.context.wrap_socket(plain, server_side=True) as secured:
                self._serve(secured, "https")
        else:
            self._serve(plain, "http")

    def _serve(self, stream: socket.socket, scheme: str) -> None:
        connection = h11.Connection(h11.SERVER)
        while True:
            event = self._next(connection, stream)
            if not isinstance(event, h11.Request):
                return
            answer = self._answer(connection, stream, event, scheme)
            if answer is None:
                return
            if answer.websocket:
                _echo(connection, stream, event)
                return
            headers = [*answer.headers, ("content-length", str(len(answer.body))), ("server", "lab")]
            body = answer.body
            if answer.status in (204, 304):
                headers, body = [*answer.headers, ("server", "lab")], b""
            stream.sendall(_sent(connection, h11.Response(status_code=answer.status, headers=headers)))
            if body and event.method != b"HEAD":
                stream.sendall(_sent(connection, h11.Data(data=body)))
            stream.sendall(_sent(connection, h11.EndOfMessage()))
            if connection.our_state is not h11.DONE or connection.their_state is not h11.DONE:
                return
            connection.start_next_cycle()

    def _answer(
        self, connection: h11.Connection, stream: socket.socket, event: h11.Request, scheme: str
    ) -> Answer | None:
        """Reads the request to its end, records it, and says what to answer; None closes the connection."""
        headers = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in event.headers]
        host = next((v for n, v in headers if n == "host"), "").rpartition(":")
        name = host[0] if host[1] and host[2].isdigit() else "".join(host)
        target = event.target.decode("latin-1")
        upgrade = any(n == "upgrade" and v.lower() == "websocket" for n, v in headers)
        digest, size, kept = hashlib.sha256(), 0, bytearray()
        for piece in () if upgrade else self._body(connection, stream):
            digest.update(piece)
            size += len(piece)
            kept += piece[: KEPT_BODY - len(kept)]
        internet = self.server.internet
        site = internet.config.site(name)
        answer: Answer | None
        if site is not None:
            answer = site.answer(target.partition("?")[0])
        else:
            answer = None if internet.config.unknown == REFUSE else Answer()
        if answer is not None and answer.websocket and not upgrade:
            answer = Answer(status=426)
        internet.record(Request(
            time_ns=time.time_ns(), scheme=scheme, host=name, method=event.method.decode("latin-1"), target=target,
            headers=headers, body=bytes(kept), size=size, sha256=digest.hexdigest(),
            status=0 if answer is None else 101 if answer.websocket else answer.status, known=site is not None,
        ))
        return answer

    def _body(self, connection: h11.Connection, stream: socket.socket) -> Iterator[bytes]:
        while True:
            event = self._next(connection, stream)
            if isinstance(event, h11.Data):
                yield bytes(event.data)
            else:
                return

    @staticmethod
    def _next(connection: h11.Connection, stream: socket.socket) -> Any:
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                if connection.they_are_waiting_for_100_continue:
                    stream.sendall(_sent(connection, h11.InformationalResponse(status_code=100, headers=[])))
                connection.receive_data(stream.recv(1 << 16))
            elif event is h11.PAUSED:
                return None
            else:
                return event


def _sent(connection: h11.Connection, event: Any) -> bytes:
    return connection.send(event) or b""


def _echo(connection: h11.Connection, stream: socket.socket, request: h11.Request) -> None:
    """A WebSocket (RFC 6455) that sends back what it is sent."""
    websocket = wsproto.WSConnection(wsproto.ConnectionType.SERVER)
    websocket.initiate_upgrade_connection(list(request.headers), request.target.decode("latin-1"))
    stream.sendall(websocket.send(AcceptConnection()))
    data: bytes | None = connection.trailing_data[0] or None
    text, binary = "", b""
    while True:
        if data is None:
            data = stream.recv(1 << 16)
            if not data:
                return
        websocket.receive_data(data)
        data = None
        for event in websocket.events():
            if isinstance(event, TextMessage):
                text += event.data
                if event.message_finished:
                    stream.sendall(websocket.send(TextMessage(data=text)))
                    text = ""
            elif isinstance(event, BytesMessage):
                binary += bytes(event.data)
                if event.message_finished:
                    stream.sendall(websocket.send(BytesMessage(data=binary)))
                    binary = b""
            elif isinstance(event, Ping):
                stream.sendall(websocket.send(event.response()))
            elif isinstance(event, CloseConnection):
                stream.sendall(websocket.send(event.response()))
                return


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m harness.lab.internet", description=__doc__)
    parser.add_argument("config", type=Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", type=Path)
    options = parser.parse_args()
    with LabInternet(read_config(options.config), port=options.port, log=options.log) as internet:
        host, port = internet.address
        print(json.dumps({"host": host, "port": port, "ca": str(internet.ca_pem)}), flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            sys.stdin.buffer.read()


if __name__ == "__main__":
    main()
