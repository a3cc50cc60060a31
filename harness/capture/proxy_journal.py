"""Exchanges as they pass the proxy, turned into journal lines. Knows mitmproxy's flows, not its hooks."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from mitmproxy import connection, http, tcp

from harness.bundle import JournalWriter, ObjectStore, ObjectWriter
from harness.model import Flow, Gap, GapKind, Message

Clock = Callable[[], int]


def nanoseconds(seconds: float) -> int:
    """A time of mitmproxy's, which are floats in seconds: good to about a microsecond."""
    return int(seconds * 1_000_000_000)


def header_list(headers: http.Headers | None) -> list[list[str]]:
    """Name and value pairs as on the wire; bytes that are no UTF-8 stand as half surrogates (PEP 383)."""
    if headers is None:
        return []
    return [[n.decode("utf-8", "surrogateescape"), v.decode("utf-8", "surrogateescape")] for n, v in headers.fields]


def named_host(request: http.Request) -> str:
    """The host that was asked for; where an app resolves names itself, the one it named in the Host header."""
    try:
        ipaddress.ip_address(request.host)
    except ValueError:
        return request.host
    return request.pretty_host


class StreamedBody:
    """A body that goes to the disk while it passes. Called by mitmproxy with each piece, b"" at the end."""

    def __init__(self, store: ObjectStore, label: str, guard: Callable[[BaseException], None]) -> None:
        self._store = store
        self._label = label
        self._guard = guard
        self._writer: ObjectWriter | None = None

    def __call__(self, piece: bytes) -> bytes:
        if piece:
            try:
                if self._writer is None:
                    self._writer = self._store.begin(self._label)
                self._writer.write(piece)
            except BaseException as bad:
                self._guard(bad)
                raise
        return piece

    def finish(self) -> tuple[str | None, int]:
        """SHA-256 and size in bytes of what came; None where nothing did."""
        writer, self._writer = self._writer, None
        if writer is None:
            return None, 0
        return writer.finish(), writer.size


@dataclass
class Exchange:
    """One exchange between its first line in the journal and its last."""

    flow: http.HTTPFlow
    id: str = ""                         # of its first line; "" before that was written
    request_body: StreamedBody | None = None
    response_body: StreamedBody | None = None
    request: Message | None = None       # once it was read to its end
    response: Message | None = None


@dataclass
class RawConnection:
    """A connection that carries neither HTTP nor TLS (or what is inside TLS and no HTTP)."""

    id: str
    begun: Flow
    sent: StreamedBody
    received: StreamedBody


@dataclass
class Recorder:
    """Writes what passes. `guard` is told of a failure to write, and does not return."""

    journal: JournalWriter
    objects: ObjectStore
    guard: Callable[[BaseException], None]
    clock: Clock
    buffer_limit: int = 1 << 20          # bytes; bodies of known length up to it are kept in memory until whole
    begun: int = 0                       # exchanges, for the heartbeat
    exchanges: dict[str, Exchange] = field(default_factory=dict)
    raw: dict[str, RawConnection] = field(default_factory=dict)
    websockets: dict[str, str] = field(default_factory=dict)      # mitmproxy's flow id -> id of the handshake's line
    hosts_gone_dark: set[str] = field(default_factory=set)
    hosts_read: set[str] = field(default_factory=set)

    def request_begins(self, flow: http.HTTPFlow) -> None:
        exchange = self.exchanges[flow.id] = Exchange(flow)
        self.hosts_read.update((flow.request.host, flow.client_conn.sni or flow.request.host))
        if self._streams_request(flow.request):
            exchange.id = self._append(replace(self._line(flow), phase="open", request=self._head(flow.request))).id
            self.begun += 1
            body = exchange.request_body = StreamedBody(self.objects, f"{exchange.id}-request", self.guard)
            flow.request.stream = body

    def request_ends(self, flow: http.HTTPFlow) -> None:
        exchange = self.exchanges.get(flow.id)
        if exchange is None:
            return    # ended before: its client has gone
        exchange.request = self._message(flow.request, exchange.request_body)
        line = replace(self._line(flow), phase="request", of=exchange.id or None, request=exchange.request)
        written = self._append(line)
        if not exchange.id:
            exchange.id = written.id
            self.begun += 1
        if exchange.response is not None:
            self._end(exchange)

    def response_begins(self, flow: http.HTTPFlow) -> None:
        exchange = self.exchanges.get(flow.id)
        assert flow.response is not None
        if exchange is not None and self._streams_response(flow.response):
            label = f"{exchange.id or 'early'}-response"
            body = exchange.response_body = StreamedBody(self.objects, label, self.guard)
            flow.response.stream = body

    def response_ends(self, flow: http.HTTPFlow) -> None:
        exchange = self.exchanges.get(flow.id)
        if exchange is None:
            return
        assert flow.response is not None
        exchange.response = self._message(flow.response, exchange.response_body)
        if flow.websocket is not None:
            self.websockets[flow.id] = exchange.id
        if exchange.request is not None:
            self._end(exchange)

    def fails(self, flow: http.HTTPFlow, why: str) -> None:
        """The exchange ends where it is; what came of its bodies is kept."""
        exchange = self.exchanges.get(flow.id)
        if exchange is None:
            return
        if exchange.request is None:
            exchange.request = replace(self._message(flow.request, exchange.request_body), complete=False)
        if exchange.response is None and flow.response is not None:
            exchange.response = replace(self._message(flow.response, exchange.response_body), complete=False)
        self._end(exchange, why)

    def message_passes(self, flow: http.HTTPFlow) -> None:
        """A WebSocket message. mitmproxy would keep every one of them in memory; they are taken out of its list."""
        assert flow.websocket is not None
        message = flow.websocket.messages[-1]
        del flow.websocket.messages[:]
        body = Message(body=self.objects.put(message.content) if message.content else None, size=len(message.content))
        self._append(replace(
            self._line(flow), host_ns=nanoseconds(message.timestamp), protocol="websocket", phase="message",
            of=self.websockets[flow.id], method="text" if message.is_text else "binary",
            request=body if message.from_client else None, response=None if message.from_client else body,
        ))

    def websocket_ends(self, flow: http.HTTPFlow) -> None:
        opened = self.websockets.pop(flow.id, None)
        if opened is None or flow.websocket is None:
            return
        code = flow.websocket.close_code
        why = None if code in (None, 1000, 1001, 1005) else f"WebSocket closed with code {code}"
        self._append(replace(
            self._line(flow), phase="closed", of=opened, end_ns=self.clock(), error=why))

    def raw_begins(self, flow: tcp.TCPFlow) -> None:
        host, port = self._target(flow.server_conn)
        line = Flow(
            host_ns=nanoseconds(flow.timestamp_start), protocol="tcp", phase="open", host=host, port=port,
            client_port=self._client_port(flow.client_conn), sni=flow.client_conn.sni,
            version=flow.client_conn.tls_version,
        )
        written = self._append(line)
        self.begun += 1
        self.raw[flow.id] = RawConnection(
            written.id, line, StreamedBody(self.objects, f"{written.id}-request", self.guard),
            StreamedBody(self.objects, f"{written.id}-response", self.guard))
        self.gone_dark(
            host, f"What was sent to {host}:{port} is neither HTTP nor TLS; the bytes are kept, not understood.")

    def raw_passes(self, flow: tcp.TCPFlow) -> None:
        record = self.raw[flow.id]
        for message in flow.messages:
            (record.sent if message.from_client else record.received)(message.content)
        del flow.messages[:]

    def raw_ends(self, flow: tcp.TCPFlow, why: str | None = None) -> None:
        record = self.raw.pop(flow.id, None)
        if record is None:
            return
        self._end_raw(record, self._address(flow.server_conn), why)

    def tls_fails(self, client: connection.Client, server: connection.Server, why: str) -> None:
        """The app and the proxy did not come to terms: nothing that was meant to be sent could be read."""
        host, port = self._target(server, client.sni)
        self._append(Flow(
            host_ns=nanoseconds(client.timestamp_start), end_ns=self.clock(), protocol="tls", host=host, port=port,
            error=why, client_port=self._client_port(client), sni=client.sni, version=client.tls_version,
        ))
        self.begun += 1
        self.gone_dark(host, f"The TLS connection to {host} could not be read: {why}")

    def tunnel_unused(self, client: connection.Client, host: str, port: int) -> None:
        self._append(Flow(
            host_ns=nanoseconds(client.timestamp_start), end_ns=self.clock(), protocol="tcp", host=host, port=port,
            client_port=self._client_port(client), error="the app asked for a connection and sent nothing over it",
        ))
        self.begun += 1

    def gone_dark(self, host: str, detail: str) -> None:
        """One gap for a host, however often it happens."""
        if host not in self.hosts_gone_dark:
            self.hosts_gone_dark.add(host)
            now = self.clock()
            self.journal.append(Gap(
                host_ns=now, kind=GapKind.TRAFFIC_NOT_READ, detail=detail, subject=host, from_ns=now))

    def unfinished(self) -> int:
        return len(self.exchanges) + len(self.raw)

    def client_leaves(self, client: connection.Client, why: str) -> None:
        """Ends what mitmproxy ends without a word, such as an upload that was answered before its end."""
        for exchange in list(self.exchanges.values()):
            if exchange.flow.client_conn is client:
                self.fails(exchange.flow, why)

    def capture_ends(self) -> None:
        for exchange in list(self.exchanges.values()):
            self.fails(exchange.flow, "the capture ended while it was open")
        for identity in list(self.raw):
            self._end_raw(self.raw.pop(identity), None, "the capture ended while it was open")

    def _end(self, exchange: Exchange, why: str | None = None) -> None:
        flow = exchange.flow
        del self.exchanges[flow.id]
        line = replace(
            self._line(flow), of=exchange.id or None, request=exchange.request, response=exchange.response,
            status=flow.response.status_code if flow.response else None, end_ns=self.clock(), error=why,
        )
        if self._append(line).of is None:
            self.begun += 1

    def _end_raw(self, record: RawConnection, address: str | None, why: str | None) -> None:
        sent, received = (
            Message(body=body, size=size, complete=why is None)
            for body, size in (record.sent.finish(), record.received.finish()))
        self._append(replace(
            record.begun, phase="done", of=record.id, end_ns=self.clock(), error=why, address=address,
            request=sent, response=received,
        ))

    def _append(self, line: Flow) -> Flow:
        return self.journal.append(line)

    def _line(self, flow: http.HTTPFlow) -> Flow:
        request = flow.request
        return Flow(
            host_ns=nanoseconds(request.timestamp_start), protocol="https" if request.scheme == "https" else "http",
            method=request.method, url=request.url, host=named_host(request), port=request.port,
            address=self._address(flow.server_conn), client_port=self._client_port(flow.client_conn),
            sni=flow.client_conn.sni, version=request.http_version,
        )

    def _head(self, message: http.Message) -> Message:
        return Message(headers=header_list(message.headers), complete=False)

    def _message(self, message: http.Message, streamed: StreamedBody | None) -> Message:
        body, size = streamed.finish() if streamed is not None else (None, 0)
        content = message.raw_content
        if content and body is None:
            body, size = self.objects.put(content), len(content)
        return Message(
            headers=header_list(message.headers), body=body, size=size, trailers=header_list(message.trailers))

    def _streams_request(self, request: http.Request) -> bool:
        length = request.headers.get("content-length")
        if length is not None:
            return not (length.isascii() and length.isdigit() and int(length) <= self.buffer_limit)
        if request.is_http2 or request.is_http3:
            # Whether a body follows is not known here; a request of these methods seldom has one.
            return request.method not in ("GET", "HEAD", "DELETE", "OPTIONS")
        return "transfer-encoding" in request.headers

    def _streams_response(self, response: http.Response) -> bool:
        length = response.headers.get("content-length")
        return length is None or not (length.isascii() and length.isdigit() and int(length) <= self.buffer_limit)

    @staticmethod
    def _address(server: connection.Server) -> str | None:
        if not server.peername:
            return None
        host, port = server.peername[:2]
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    @staticmethod
    def _client_port(client: connection.Client) -> int | None:
        return client.peername[1] if client.peername else None

    @staticmethod
    def _target(server: connection.Server, sni: str | None = None) -> tuple[str, int]:
        host, port = server.address[:2] if server.address else ("", 0)
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return host, port
        return sni or host, port
