"""What passes the proxy and is no HTTP: raw TCP and UDP, DNS, TLS that failed, QUIC that was refused."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from mitmproxy import connection, dns, tcp, udp
from mitmproxy.net.dns import types

from harness.capture.proxy_bodies import FirstBytes, StreamedBody
from harness.capture.proxy_ledger import Ledger, address_of, client_port, nanoseconds, via
from harness.capture.tls_causes import of_client
from harness.model import Flow, Message

DATAGRAM_BYTES_KEPT = 4096
REFUSED_QUIC = "refused, so that the app takes TCP instead"
_ENDED = "the capture ended while it was open"


@dataclass
class RawConnection:
    """A connection that carries neither HTTP nor TLS (or what is inside TLS and no HTTP)."""

    begun: Flow
    sent: StreamedBody
    received: StreamedBody

    def messages(self, complete: bool) -> tuple[Message, Message]:
        return self.sent.finish().message(complete=complete), self.received.finish().message(complete=complete)


@dataclass
class Datagrams:
    """UDP between one port of the device and one of a server."""

    begun: Flow
    sent: FirstBytes
    received: FirstBytes

    def messages(self, complete: bool) -> tuple[Message, Message]:
        return self.sent.message(complete), self.received.message(complete)


@dataclass
class Question:
    """A DNS question that was not answered yet."""

    client: connection.Client
    begun: Flow


@dataclass
class RefusedHost:
    """QUIC to one host and port: the flow of the first attempt, and how many there were."""

    begun: Flow
    count: int = 1


@dataclass
class RawRecorder:
    ledger: Ledger
    open: dict[str, RawConnection | Datagrams] = field(default_factory=dict)
    questions: dict[str, Question] = field(default_factory=dict)
    quic: dict[tuple[str, int], RefusedHost] = field(default_factory=dict)
    malformed: dict[str, int] = field(default_factory=dict)

    def tcp_begins(self, flow: tcp.TCPFlow) -> None:
        line = self._begun(flow, "tcp")
        self.open[flow.id] = RawConnection(line, *(
            StreamedBody(self.ledger.objects, f"{line.id}-{way}", self.ledger.guard) for way in ("request", "response")))
        self.ledger.gone_dark(
            line.host, f"What was sent to {line.host}:{line.port} is neither HTTP nor TLS; the bytes are kept, not understood.",
            detail_zh=f"发往 {line.host}:{line.port} 的内容既非 HTTP 也非 TLS;字节已保存,但未能解读。", cause="unknown_protocol")

    def tcp_passes(self, flow: tcp.TCPFlow) -> None:
        record = self.open[flow.id]
        assert isinstance(record, RawConnection)
        for message in flow.messages:
            (record.sent if message.from_client else record.received)(message.content)
        del flow.messages[:]

    def udp_begins(self, flow: udp.UDPFlow) -> None:
        line = self._begun(flow, "udp")
        self.open[flow.id] = Datagrams(line, *(FirstBytes(self.ledger.objects, DATAGRAM_BYTES_KEPT) for _ in (1, 2)))
        self.ledger.gone_dark(
            line.host, f"What was sent to {line.host}:{line.port} by UDP is counted, and its first bytes are kept; it is not "
            "understood.", cause="unknown_protocol",
            detail_zh=f"以 UDP 发往 {line.host}:{line.port} 的内容仅计数并保存开头部分,未能解读。")

    def udp_passes(self, flow: udp.UDPFlow) -> None:
        record = self.open[flow.id]
        assert isinstance(record, Datagrams)
        for message in flow.messages:
            (record.sent if message.from_client else record.received).add(message.content)
        del flow.messages[:]

    def ends(self, flow: tcp.TCPFlow | udp.UDPFlow, why: str | None = None, unsent: bytes = b"") -> None:
        """`unsent`: what the app gave and the proxy could not hand on."""
        record = self.open.pop(flow.id, None)
        if record is None:
            return
        if isinstance(record, Datagrams) and record.sent.empty:
            record.sent.add(unsent)
        self._end(record, address_of(flow.server_conn), why)

    def asked(self, flow: dns.DNSFlow) -> None:
        """A DNS question, as soon as it is read."""
        query = flow.request
        for number, question in enumerate(query.questions):
            kind = types.to_str(question.type)
            line = self.ledger.append(Flow(
                host_ns=nanoseconds(query.timestamp), protocol="dns", phase="request", method=kind,
                url=f"dns:{question.name}?type={kind}", host=question.name or ".", port=self._port(flow.server_conn),
                client_port=client_port(flow.client_conn), via=via(flow.client_conn)))
            self.questions[f"{flow.id}-{number}"] = Question(flow.client_conn, line)

    def answered(self, flow: dns.DNSFlow, error: str | None = None) -> None:
        """Its answer, before the app has it. `error`: what there is to say of one that the proxy made up."""
        answer = flow.response
        for record in answer.answers if answer else ():
            if record.type in (types.A, types.AAAA):
                self.ledger.names.learn((flow.request.question or record).name.lower(), str(record))
        for key in [key for key in self.questions if key.startswith(f"{flow.id}-")]:
            self._settle(
                self.questions.pop(key), error, address=address_of(flow.server_conn),
                status=answer.response_code if answer else None, answers=[str(a) for a in answer.answers] if answer else [])

    def not_dns(self, client: connection.Client, server: connection.Server, why: str) -> None:
        """Bytes to a name server's port that are no DNS."""
        host, port = self.ledger.target(server)
        self.malformed[host] = self.malformed.get(host, 0) + 1
        self.ledger.gone_dark(
            host, f"What went to {host}:{port} is not well-formed DNS ({why}); it was not passed on.", cause="malformed_dns",
            detail_zh=f"发往 {host}:{port} 的内容不是合法的 DNS 报文,未被转发。")

    def tls_fails(self, client: connection.Client, server: connection.Server, why: str) -> None:
        """The app and the proxy did not come to terms: nothing that was meant to be sent could be read."""
        host, port = self.ledger.target(server, client.sni)
        cause = self.ledger.settled(of_client(why))
        self.ledger.append(Flow(
            host_ns=nanoseconds(client.timestamp_start), end_ns=self.ledger.clock(), protocol="tls", host=host, port=port,
            error=why, client_port=client_port(client), sni=client.sni, version=client.tls_version, via=via(client), cause=cause,
        ))
        self.ledger.tls_failed(host, cause, why)

    def quic_refused(self, client: connection.Client, server: connection.Server, sni: str | None) -> None:
        """One flow for a host, however often it tries."""
        host, port = self.ledger.target(server, sni)
        known = self.quic.get((host, port))
        if known is not None:
            known.count += 1
            return
        self.quic[host, port] = RefusedHost(self.ledger.append(Flow(
            host_ns=nanoseconds(client.timestamp_start), end_ns=self.ledger.clock(), protocol="quic", host=host, port=port,
            address=":".join(map(str, server.address[:2])) if server.address else None, error=REFUSED_QUIC,
            client_port=client_port(client), sni=sni, via=via(client))))

    def unused(self, client: connection.Client, host: str, port: int) -> None:
        self.ledger.append(Flow(
            host_ns=nanoseconds(client.timestamp_start), end_ns=self.ledger.clock(), protocol="tcp", host=host, port=port,
            client_port=client_port(client), error="the app asked for a connection and sent nothing over it", via=via(client),
        ))

    def unfinished(self) -> int:
        return len(self.questions) + sum(isinstance(one, RawConnection) for one in self.open.values())

    def client_leaves(self, client: connection.Client) -> None:
        for key, question in list(self.questions.items()):
            if question.client is client:
                self._settle(self.questions.pop(key), "no answer came")

    def capture_ends(self) -> None:
        for identity in list(self.open):
            self._end(self.open.pop(identity), None, _ENDED)
        for key in list(self.questions):
            self._settle(self.questions.pop(key), _ENDED)
        self._tell_quic()
        if self.malformed:
            self.ledger.fact("malformed_dns", {"messages": dict(sorted(self.malformed.items()))})

    def _tell_quic(self) -> None:
        """A host that was read over TCP is no blind spot; one that was not, is."""
        hosts = []
        for (host, port), refused in self.quic.items():
            fell_back = host in self.ledger.hosts_read
            hosts.append({
                "host": host, "port": port, "flow": refused.begun.id, "attempts": refused.count, "fell_back": fell_back})
            if not fell_back:
                self.ledger.gone_dark(
                    host, f"The app tried QUIC with {host}:{port}, which was refused so that it takes TCP; nothing was read of "
                    "that host over TCP afterwards.", cause="quic_refused", since=refused.begun.host_ns,
                    detail_zh=f"App 曾尝试以 QUIC 连接 {host}:{port},为使其改用 TCP 而被拒绝;此后未读到该主机的任何 TCP 内容。")
        if hosts:
            self.ledger.fact("quic_refused", {"hosts": hosts})

    def _begun(self, flow: tcp.TCPFlow | udp.UDPFlow, protocol: str) -> Flow:
        host, port = self.ledger.target(flow.server_conn, flow.client_conn.sni)
        return self.ledger.append(Flow(
            host_ns=nanoseconds(flow.timestamp_start), protocol=protocol, phase="open", host=host, port=port,
            client_port=client_port(flow.client_conn), sni=flow.client_conn.sni, version=flow.client_conn.tls_version,
            via=via(flow.client_conn)))

    def _end(self, record: RawConnection | Datagrams, address: str | None, why: str | None) -> None:
        sent, received = record.messages(why is None)
        self.ledger.append(replace(
            record.begun, phase="done", of=record.begun.id, end_ns=self.ledger.clock(), error=why, address=address,
            request=sent, response=received,
        ))

    def _settle(self, question: Question, error: str | None, *, address: str | None = None, status: int | None = None,
                answers: list[str] | None = None) -> None:
        self.ledger.append(replace(
            question.begun, phase="done", of=question.begun.id, end_ns=self.ledger.clock(), error=error, address=address,
            status=status, answers=answers or []))

    @staticmethod
    def _port(server: connection.Server) -> int:
        return server.address[1] if server.address else 53
