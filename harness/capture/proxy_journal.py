"""HTTP exchanges and WebSocket messages as they pass the proxy, turned into journal lines. Knows mitmproxy's flows, not its
hooks."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from mitmproxy import connection, http

from harness.capture.proxy_bodies import Later, StreamedBody, put
from harness.capture.proxy_ledger import Ledger, address_of, client_port, is_address, nanoseconds, via
from harness.model import Flow, Message


def header_list(headers: http.Headers | None) -> list[list[str]]:
    """Name and value pairs as on the wire; bytes that are no UTF-8 stand as half surrogates (PEP 383)."""
    if headers is None:
        return []
    return [[n.decode("utf-8", "surrogateescape"), v.decode("utf-8", "surrogateescape")] for n, v in headers.fields]


def _length(message: http.Message) -> int | None:
    """The length that a message's head names; None where it names none, or what is none."""
    length = message.headers.get("content-length")
    return int(length) if length is not None and length.isascii() and length.isdigit() else None


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
class Recorder:
    """Writes what passes. `keep_responses`: responses with more bytes than this are measured and not kept; None keeps all."""

    ledger: Ledger
    keep_responses: int | None = None
    later: Later | None = None           # as in StreamedBody, for responses
    buffer_limit: int = 1 << 20          # bytes; bodies of known length up to it are kept in memory until whole
    exchanges: dict[str, Exchange] = field(default_factory=dict)
    websockets: dict[str, str] = field(default_factory=dict)      # mitmproxy's flow id -> id of the handshake's line

    def request_begins(self, flow: http.HTTPFlow) -> None:
        exchange = self.exchanges[flow.id] = Exchange(flow)
        self.ledger.hosts_read.update((self.named_host(flow), flow.client_conn.sni or flow.request.host))
        if self._streams_request(flow.request):
            flow.request.stream = self._open(exchange)
        elif "content-length" not in flow.request.headers and (flow.request.is_http2 or flow.request.is_http3):
            # Whether a body follows is not known yet; a request of such a method seldom has one, and needs no line for it.
            flow.request.stream = lambda piece: self._late_piece(exchange, piece)

    def request_ends(self, flow: http.HTTPFlow) -> None:
        exchange = self.exchanges.get(flow.id)
        if exchange is None:
            return    # ended before: its client has gone
        exchange.request = self._message(flow.request, exchange.request_body)
        written = self.ledger.append(
            self._line(flow, phase="request", of=exchange.id or None, request=exchange.request))
        exchange.id = exchange.id or written.id
        if exchange.response is not None:
            self._end(exchange)

    def response_begins(self, flow: http.HTTPFlow) -> None:
        exchange = self.exchanges.get(flow.id)
        assert flow.response is not None
        if exchange is not None:
            length = _length(flow.response)
            if length is None or length > self.buffer_limit:
                label = f"{exchange.id or 'early'}-response"
                flow.response.stream = exchange.response_body = StreamedBody(
                    self.ledger.objects, label, self.ledger.guard, limit=self.keep_responses, expected=length or 0,
                    later=self.later)

    def response_ends(self, flow: http.HTTPFlow) -> None:
        exchange = self.exchanges.get(flow.id)
        if exchange is None:
            return
        assert flow.response is not None
        exchange.response = self._message(flow.response, exchange.response_body, self.keep_responses)
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
            response = self._message(flow.response, exchange.response_body, self.keep_responses)
            exchange.response = replace(response, complete=False)
        self._end(exchange, why)

    def message_passes(self, flow: http.HTTPFlow) -> None:
        """A WebSocket message. mitmproxy would keep every one of them in memory; they are taken out of its list."""
        assert flow.websocket is not None
        message = flow.websocket.messages[-1]
        del flow.websocket.messages[:]
        body = put(self.ledger.objects, message.content, None if message.from_client else self.keep_responses)
        self._message_line(flow, message.from_client, message.is_text, nanoseconds(message.timestamp), body.message())

    def long_message_begins(self, flow: http.HTTPFlow, from_client: bool) -> StreamedBody:
        """A WebSocket message that passes in pieces, since it is long. They are given to what this returns."""
        return self._body(f"{self.websockets[flow.id]}-message", None if from_client else self.keep_responses)

    def long_message_ends(
        self, flow: http.HTTPFlow, from_client: bool, is_text: bool, begun_ns: int, body: StreamedBody, *, complete: bool = True
    ) -> None:
        self._message_line(flow, from_client, is_text, begun_ns, body.finish().message(complete=complete))

    def websocket_ends(self, flow: http.HTTPFlow) -> None:
        opened = self.websockets.pop(flow.id, None)
        if opened is None or flow.websocket is None:
            return
        code = flow.websocket.close_code
        why = None if code in (None, 1000, 1001, 1005) else f"WebSocket closed with code {code}"
        self.ledger.append(self._line(flow, phase="closed", of=opened, end_ns=self.ledger.clock(), error=why))

    def client_leaves(self, client: connection.Client, why: str) -> None:
        """Ends what mitmproxy ends without a word, such as an upload that was answered before its end."""
        for exchange in list(self.exchanges.values()):
            if exchange.flow.client_conn is client:
                self.fails(exchange.flow, why)

    def capture_ends(self) -> None:
        for exchange in list(self.exchanges.values()):
            self.fails(exchange.flow, "the capture ended while it was open")

    def named_host(self, flow: http.HTTPFlow) -> str:
        """The host that was asked for; where an app resolves names itself or uses a tunnel, the one that it named in the
        Host header, in its TLS greeting, or had the address from."""
        request = flow.request
        if not is_address(request.host):
            return request.host
        named = request.pretty_host
        if is_address(named):
            return flow.client_conn.sni or self.ledger.names.of(request.host) or named
        return named

    def _open(self, exchange: Exchange) -> StreamedBody:
        flow = exchange.flow
        exchange.id = self.ledger.append(self._line(flow, phase="open", request=self._head(flow.request))).id
        exchange.request_body = self._body(f"{exchange.id}-request")
        return exchange.request_body

    def _late_piece(self, exchange: Exchange, piece: bytes) -> bytes:
        if not piece:
            return piece
        try:
            return (exchange.request_body or self._open(exchange))(piece)
        except BaseException as bad:
            self.ledger.guard(bad)
            raise

    def _end(self, exchange: Exchange, why: str | None = None) -> None:
        flow = exchange.flow
        del self.exchanges[flow.id]
        self.ledger.append(self._line(
            flow, of=exchange.id or None, request=exchange.request, response=exchange.response,
            status=flow.response.status_code if flow.response else None, end_ns=self.ledger.clock(), error=why,
        ))

    def _message_line(self, flow: http.HTTPFlow, from_client: bool, is_text: bool, begun_ns: int, body: Message) -> None:
        self.ledger.append(replace(
            self._line(flow), host_ns=begun_ns, protocol="websocket", phase="message",
            of=self.websockets[flow.id], method="text" if is_text else "binary",
            request=body if from_client else None, response=None if from_client else body,
        ))

    def _line(self, flow: http.HTTPFlow, **more: Any) -> Flow:
        """What every line of an exchange has, and `more`."""
        request, host = flow.request, self.named_host(flow)
        url = request.url if host == request.host and ":" not in host else _url(request, host)
        return Flow(
            host_ns=nanoseconds(request.timestamp_start), protocol="https" if request.scheme == "https" else "http",
            method=request.method, url=url, host=host, port=request.port,
            address=address_of(flow.server_conn), client_port=client_port(flow.client_conn),
            sni=flow.client_conn.sni, version=request.http_version, via=via(flow.client_conn), **more,
        )

    def _head(self, message: http.Message) -> Message:
        return Message(headers=header_list(message.headers), complete=False)

    def _body(self, label: str, limit: int | None = None) -> StreamedBody:
        return StreamedBody(self.ledger.objects, label, self.ledger.guard, limit=limit)

    def _message(self, message: http.Message, streamed: StreamedBody | None, limit: int | None = None) -> Message:
        body = streamed.finish() if streamed is not None else None
        if body is None or body.sha256 is None:
            body = put(self.ledger.objects, message.raw_content or b"", limit)
        return body.message(headers=header_list(message.headers), trailers=header_list(message.trailers))

    def _streams_request(self, request: http.Request) -> bool:
        if "content-length" in request.headers:
            length = _length(request)
            return length is None or length > self.buffer_limit
        if request.is_http2 or request.is_http3:
            return request.method not in ("GET", "HEAD", "DELETE", "OPTIONS")
        return "transfer-encoding" in request.headers


def _url(request: http.Request, host: str) -> str:
    """The URL that the app meant, where all that the proxy was given is an address; mitmproxy leaves out IPv6's brackets."""
    usual = {"http": 80, "https": 443}.get(request.scheme)
    port = "" if request.port == usual else f":{request.port}"
    shown = f"[{host}]" if ":" in host else host
    return f"{request.scheme}://{shown}{port}{request.path}"
