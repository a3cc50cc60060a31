"""The mitmproxy addon: hooks that hand what passes to the recorder, and watch over what is not passed on."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from mitmproxy import connection, dns, http, tcp, tls, udp
from mitmproxy.proxy import server_hooks
from OpenSSL import SSL

from harness.capture.proxy_journal import Recorder
from harness.capture.proxy_ledger import Ledger, is_address, via
from harness.capture.proxy_names import answer
from harness.capture.proxy_raw import RawRecorder
from harness.capture.resolving import Routes
from harness.capture.tls_causes import AFTER_HANDSHAKE, TlsCause, of_server
from harness.capture.wireguard import DEVICE_ADDRESS, DEVICE_ADDRESS6, NAME_SERVER

F = TypeVar("F", bound=Callable[..., None])
A = TypeVar("A", bound=Callable[..., Awaitable[None]])


class Recording(Protocol):
    """An addon that writes to the journal."""

    @property
    def ledger(self) -> Ledger: ...


def recorded(hook: F) -> F:
    """A hook that fails stops the proxy: mitmproxy would log the failure and let the traffic pass unseen."""

    @functools.wraps(hook)
    def guarded(self: Recording, *arguments: Any) -> None:
        try:
            hook(self, *arguments)
        except BaseException as bad:
            self.ledger.guard(bad)
            raise

    return guarded  # type: ignore[return-value]


def recorded_async(hook: A) -> A:
    """The same for a hook that waits."""

    @functools.wraps(hook)
    async def guarded(self: Recording, *arguments: Any) -> None:
        try:
            await hook(self, *arguments)
        except Exception as bad:
            self.ledger.guard(bad)
            raise

    return guarded  # type: ignore[return-value]


@dataclass
class _Tunnel:
    """A connection that one client asked for, and whether anything came of it."""

    client: connection.Client
    host: str
    port: int
    used: bool = False


@dataclass
class CaptureAddon:
    recorder: Recorder
    raw: RawRecorder
    routes: Routes
    from_wireguard: int = 0              # connections that came out of the tunnel
    tunnels: dict[str, _Tunnel] = field(default_factory=dict)
    first_datagrams: dict[str, bytes] = field(default_factory=dict)
    dns_notes: dict[str, str] = field(default_factory=dict)
    certificate_wanted: set[str] = field(default_factory=set)    # ids of connections to servers that asked for one

    @property
    def ledger(self) -> Ledger:
        return self.recorder.ledger

    @recorded
    def client_connected(self, client: connection.Client) -> None:
        if via(client) == "wireguard":
            self.from_wireguard += 1
            if client.transport_protocol == "tcp":
                host, port = self.ledger.target(connection.Server(address=client.sockname))
                self.tunnels[client.id] = _Tunnel(client, host, port)

    @recorded_async
    async def dns_request(self, flow: dns.DNSFlow) -> None:
        self.raw.asked(flow)
        if via(flow.client_conn) == "wireguard" and flow.server_conn.address == (NAME_SERVER, 53):
            flow.response, note = await answer(flow.request, self.routes, self.ledger.names)
            if note:
                self.dns_notes[flow.id] = note

    @recorded
    def dns_response(self, flow: dns.DNSFlow) -> None:
        self.raw.answered(flow, self.dns_notes.pop(flow.id, None))

    @recorded
    def dns_error(self, flow: dns.DNSFlow) -> None:
        self.raw.answered(flow, flow.error.msg if flow.error else "unknown")

    @recorded
    def http_connect(self, flow: http.HTTPFlow) -> None:
        self.tunnels[flow.client_conn.id] = _Tunnel(
            flow.client_conn, flow.request.host, flow.request.port)

    @recorded
    def requestheaders(self, flow: http.HTTPFlow) -> None:
        self.use(flow.client_conn)
        self.recorder.request_begins(flow)

    @recorded
    def request(self, flow: http.HTTPFlow) -> None:
        self.recorder.request_ends(flow)

    @recorded
    def responseheaders(self, flow: http.HTTPFlow) -> None:
        self.recorder.response_begins(flow)

    @recorded
    def response(self, flow: http.HTTPFlow) -> None:
        self.recorder.response_ends(flow)

    @recorded
    def error(self, flow: http.HTTPFlow) -> None:
        why = flow.error.msg if flow.error else "unknown"
        if flow.server_conn.id in self.certificate_wanted:
            self.ledger.tls_failed(self.recorder.named_host(flow), TlsCause.CLIENT_CERTIFICATE, why)
        self.recorder.fails(flow, why)

    @recorded
    def websocket_message(self, flow: http.HTTPFlow) -> None:
        self.recorder.message_passes(flow)

    @recorded
    def websocket_end(self, flow: http.HTTPFlow) -> None:
        self.recorder.websocket_ends(flow)

    @recorded
    def tcp_start(self, flow: tcp.TCPFlow) -> None:
        self.use(flow.client_conn)
        self.raw.tcp_begins(flow)

    @recorded
    def tcp_message(self, flow: tcp.TCPFlow) -> None:
        self.raw.tcp_passes(flow)

    @recorded
    def tcp_end(self, flow: tcp.TCPFlow) -> None:
        self.raw.ends(flow)

    @recorded
    def tcp_error(self, flow: tcp.TCPFlow) -> None:
        self.raw.ends(flow, flow.error.msg if flow.error else "unknown")

    @recorded
    def udp_start(self, flow: udp.UDPFlow) -> None:
        self.raw.udp_begins(flow)

    @recorded
    def udp_message(self, flow: udp.UDPFlow) -> None:
        self.raw.udp_passes(flow)

    @recorded
    def udp_end(self, flow: udp.UDPFlow) -> None:
        self.raw.ends(flow)

    @recorded
    def udp_error(self, flow: udp.UDPFlow) -> None:
        unsent = self.first_datagrams.get(flow.client_conn.id, b"")
        self.raw.ends(flow, flow.error.msg if flow.error else "unknown", unsent)

    @recorded
    def tls_established_client(self, data: tls.TlsData) -> None:
        self.ledger.ca_is_taken()

    @recorded
    def tls_failed_client(self, data: tls.TlsData) -> None:
        assert isinstance(data.conn, connection.Client)
        self.use(data.conn)
        self.raw.tls_fails(data.conn, data.context.server, data.conn.error or "unknown")

    @recorded
    def tls_start_server(self, data: tls.TlsData) -> None:
        """TLS 1.3 asks for the client's certificate within the handshake and complains of its lack after it, when all that
        is seen is a closed connection. So the asking is taken note of."""
        if data.ssl_conn is not None:
            data.ssl_conn.set_app_data(data.conn.id)
            data.ssl_conn.get_context().set_info_callback(self._handshake_goes_on)

    def _handshake_goes_on(self, ssl: SSL.Connection, where: int, status: int) -> None:
        """Told by OpenSSL of each state of a handshake with a server."""
        if b"certificate request" in ssl.get_state_string():
            self.certificate_wanted.add(ssl.get_app_data())

    @recorded
    def tls_failed_server(self, data: tls.TlsData) -> None:
        """The harness trusts less than the app may: what the app does after an answer is then not seen."""
        why = data.conn.error or ""
        cause = of_server(why, data.conn.id in self.certificate_wanted)
        if cause is not None:
            host = data.conn.sni or self.ledger.target(data.context.server)[0]
            self.ledger.tls_failed(host, cause, why)

    @recorded
    def server_connect(self, data: server_hooks.ServerConnectionHookData) -> None:
        """IP literals are not resolved, so the loop does not see them: they are judged here."""
        if data.server.address is None:
            return
        host, port = data.server.address[:2]
        if not is_address(host):
            return
        if name := self.ledger.names.routed(host):
            target = self.routes.route(name, port)
            if target is None:
                data.server.error = f"refused: no route of --resolve leads to {name}:{port}"
            else:
                data.server.address = target
        elif via(data.client) == "wireguard" and host in (NAME_SERVER, DEVICE_ADDRESS, DEVICE_ADDRESS6):
            data.server.error = f"refused: {host} is the tunnel's own, and answers nothing but DNS"
        elif target := self.routes.route(host, port):
            if target != (host, port):
                data.server.address = target
        elif refusal := self.routes.refusal(host):
            data.server.error = f"refused: {host} is {refusal}"

    @recorded
    def client_disconnected(self, client: connection.Client) -> None:
        self.recorder.client_leaves(client, "the connection ended")
        self.raw.client_leaves(client)
        self.first_datagrams.pop(client.id, None)
        if tunnel := self.tunnels.pop(client.id, None):
            self._end_tunnel(tunnel)

    def unfinished(self) -> int:
        """What is worth a moment's wait at the end. UDP has no end of its own."""
        return len(self.recorder.exchanges) + self.raw.unfinished()

    def capture_ends(self) -> None:
        """Journals all that is still open."""
        self.recorder.capture_ends()
        while self.tunnels:
            self._end_tunnel(self.tunnels.popitem()[1])
        self.raw.capture_ends()
        self.ledger.close()

    def _end_tunnel(self, tunnel: _Tunnel) -> None:
        client = tunnel.client
        if tunnel.used:
            return
        read = self.ledger.hosts_read
        if not client.tls_established:
            self.raw.unused(client, tunnel.host, tunnel.port)
        elif tunnel.host not in read and client.sni not in read:
            self.raw.tls_fails(client, connection.Server(address=(tunnel.host, tunnel.port)), AFTER_HANDSHAKE)

    def use(self, client: connection.Client) -> None:
        """Something came of what a client asked for."""
        if tunnel := self.tunnels.get(client.id):
            tunnel.used = True
