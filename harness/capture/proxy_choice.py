"""Which of mitmproxy's layers takes a connection, where its own choice would not show what passes."""

from __future__ import annotations

from dataclasses import dataclass

from mitmproxy import connection
from mitmproxy.proxy import layer
from mitmproxy.proxy.layers import TCPLayer, UDPLayer

from harness.capture.proxy_addon import CaptureAddon, recorded
from harness.capture.proxy_layers import RecordedDns, RefusedQuic, is_question, is_quic_greeting
from harness.capture.proxy_ledger import Ledger

_DNS_PORTS = {53, 5353}
_QUIC_PORT = 443


@dataclass
class LayerChoice:
    """An addon that stands before mitmproxy's own: that takes all that goes to port 53 for DNS and drops without a word what
    is none, and it reads QUIC. What is not decided here is decided there."""

    capture: CaptureAddon
    read_quic: bool = False

    @property
    def ledger(self) -> Ledger:
        return self.capture.ledger

    @recorded
    def next_layer(self, data: layer.NextLayer) -> None:
        context, begin = data.context, data.data_client()  # type: ignore[no-untyped-call]
        port = context.server.address[1] if context.server.address else 0
        if context.client.transport_protocol == "udp":
            if len(context.layers) == 1:
                data.layer = self._of_datagrams(data, begin, port)
        elif begin and port in _DNS_PORTS and not context.client.tls and len(context.layers) > 0:
            self.capture.use(context.client)
            data.layer = RecordedDns(context, self._not_dns) if is_question(begin, "tcp") else TCPLayer(context)

    def _of_datagrams(self, data: layer.NextLayer, begin: bytes, port: int) -> layer.Layer | None:
        context = data.context
        if port in _DNS_PORTS and is_question(begin, "udp"):
            return RecordedDns(context, self._not_dns)
        if port == _QUIC_PORT or is_quic_greeting(begin):
            return None if self.read_quic else RefusedQuic(context, self._refused)
        self.capture.first_datagrams[context.client.id] = begin
        return UDPLayer(context)

    @recorded
    def _not_dns(self, client: connection.Client, server: connection.Server, why: str) -> None:
        self.capture.raw.not_dns(client, server, why)

    @recorded
    def _refused(self, client: connection.Client, server: connection.Server, sni: str | None) -> None:
        self.capture.raw.quic_refused(client, server, sni)
