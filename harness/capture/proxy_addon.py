"""The mitmproxy addon: hooks that hand what passes to the recorder, and watch over what is not passed on."""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from mitmproxy import connection, http, tcp, tls
from mitmproxy.proxy import server_hooks

from harness.capture.proxy_journal import Recorder
from harness.capture.resolving import Routes

F = TypeVar("F", bound=Callable[..., None])


def recorded(hook: F) -> F:
    """A hook that fails stops the proxy: mitmproxy would log the failure and let the traffic pass unseen."""

    @functools.wraps(hook)
    def guarded(self: CaptureAddon, *arguments: Any) -> None:
        try:
            hook(self, *arguments)
        except BaseException as bad:
            self.recorder.guard(bad)
            raise

    return guarded  # type: ignore[return-value]


@dataclass
class _Tunnel:
    """A CONNECT of one client connection, and whether anything came of it."""

    client: connection.Client
    host: str
    port: int
    used: bool = False


@dataclass
class CaptureAddon:
    recorder: Recorder
    routes: Routes
    tunnels: dict[str, _Tunnel] = field(default_factory=dict)

    @recorded
    def http_connect(self, flow: http.HTTPFlow) -> None:
        self.tunnels[flow.client_conn.id] = _Tunnel(
            flow.client_conn, flow.request.host, flow.request.port)

    @recorded
    def requestheaders(self, flow: http.HTTPFlow) -> None:
        self._use(flow.client_conn)
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
        self.recorder.fails(flow, flow.error.msg if flow.error else "unknown")

    @recorded
    def websocket_message(self, flow: http.HTTPFlow) -> None:
        self.recorder.message_passes(flow)

    @recorded
    def websocket_end(self, flow: http.HTTPFlow) -> None:
        self.recorder.websocket_ends(flow)

    @recorded
    def tcp_start(self, flow: tcp.TCPFlow) -> None:
        self._use(flow.client_conn)
        self.recorder.raw_begins(flow)

    @recorded
    def tcp_message(self, flow: tcp.TCPFlow) -> None:
        self.recorder.raw_passes(flow)

    @recorded
    def tcp_end(self, flow: tcp.TCPFlow) -> None:
        self.recorder.raw_ends(flow)

    @recorded
    def tcp_error(self, flow: tcp.TCPFlow) -> None:
        self.recorder.raw_ends(flow, flow.error.msg if flow.error else "unknown")

    @recorded
    def tls_failed_client(self, data: tls.TlsData) -> None:
        assert isinstance(data.conn, connection.Client)
        self._use(data.conn)
        self.recorder.tls_fails(data.conn, data.context.server, data.conn.error or "unknown")

    @recorded
    def tls_failed_server(self, data: tls.TlsData) -> None:
        """The harness trusts less than the app may: what the app does after an answer is then not seen."""
        error = data.conn.error or ""
        if not error.startswith("Certificate verify failed"):
            return
        host = data.conn.sni or str(data.conn.peername)
        self.recorder.gone_dark(
            host, f"The proxy could not trust the server of {host}, so the app had no answer: {error}")

    @recorded
    def server_connect(self, data: server_hooks.ServerConnectionHookData) -> None:
        """IP literals are not resolved, so the loop does not see them: they are judged here."""
        if data.server.address is None:
            return
        host, port = data.server.address[:2]
        try:
            ipaddress.ip_address(host.partition("%")[0])
        except ValueError:
            return
        if target := self.routes.route(host, port):
            if target != (host, port):
                data.server.address = target
        elif refusal := self.routes.refusal(host):
            data.server.error = f"refused: {host} is {refusal}"

    @recorded
    def client_disconnected(self, client: connection.Client) -> None:
        self.recorder.client_leaves(client, "the connection ended")
        if tunnel := self.tunnels.pop(client.id, None):
            self._end_tunnel(tunnel)

    def capture_ends(self) -> None:
        """Journals all that is still open."""
        self.recorder.capture_ends()
        while self.tunnels:
            self._end_tunnel(self.tunnels.popitem()[1])

    def _end_tunnel(self, tunnel: _Tunnel) -> None:
        client = tunnel.client
        if tunnel.used:
            return
        if not client.tls_established:
            self.recorder.tunnel_unused(client, tunnel.host, tunnel.port)
        elif tunnel.host not in self.recorder.hosts_read and client.sni not in self.recorder.hosts_read:
            self.recorder.tls_fails(
                client, connection.Server(address=(tunnel.host, tunnel.port)),
                "after the TLS handshake the app made no request, as an app that pins certificates does")

    def _use(self, client: connection.Client) -> None:
        if tunnel := self.tunnels.get(client.id):
            tunnel.used = True
