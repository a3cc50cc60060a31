"""What the recorders of one proxy share: its journal, its count, which hosts were read and which went dark."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field

from mitmproxy import connection
from mitmproxy.proxy.mode_specs import WireGuardMode

from harness.bundle import JournalWriter, ObjectStore
from harness.capture.names import Names
from harness.capture.tls_causes import TOLD, TlsCause
from harness.model import Fact, Flow, Gap, GapKind

Clock = Callable[[], int]


def nanoseconds(seconds: float) -> int:
    """A time of mitmproxy's, which are floats in seconds: good to about a microsecond."""
    return int(seconds * 1_000_000_000)


def address_of(server: connection.Server) -> str | None:
    """Where the proxy connected to."""
    if not server.peername:
        return None
    host, port = server.peername[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def client_port(client: connection.Client) -> int | None:
    return client.peername[1] if client.peername else None


def via(client: connection.Client) -> str:
    return "wireguard" if isinstance(client.proxy_mode, WireGuardMode) else "proxy"


def is_address(host: str) -> bool:
    if ":" not in host and not host[-1:].isdigit():
        return False    # what most names look like, without asking further
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


@dataclass
class Ledger:
    """`guard` is told of a failure to write, and does not return. `names`: what the app was told by DNS."""

    journal: JournalWriter
    objects: ObjectStore
    guard: Callable[[BaseException], None]
    clock: Clock
    names: Names = field(default_factory=Names)
    begun: int = 0                       # exchanges, for the heartbeat
    hosts_read: set[str] = field(default_factory=set)
    ca_taken: bool = False               # some client has finished a TLS handshake with the proxy's certificate
    _dark: set[str] = field(default_factory=set)
    _refused: dict[str, tuple[str, int]] = field(default_factory=dict)    # host -> why, when

    def append(self, line: Flow) -> Flow:
        """Writes a line; one that begins an exchange is counted."""
        written = self.journal.append(line)
        self.begun += written.of is None
        return written

    def fact(self, kind: str, data: dict[str, object]) -> None:
        self.journal.append(Fact(host_ns=self.clock(), type=kind, data=data))

    def target(self, server: connection.Server, sni: str | None = None) -> tuple[str, int]:
        """Host and port that were asked for; where only an address was, the name that the app has it from."""
        host, port = server.address[:2] if server.address else ("", 0)
        if is_address(host):
            return sni or self.names.of(host) or host, port
        return host, port

    def gone_dark(self, host: str, detail: str, *, detail_zh: str = "", cause: str = "", since: int | None = None) -> None:
        """One gap for a host, however often it happens."""
        if host not in self._dark:
            self._dark.add(host)
            now = self.clock()
            self.journal.append(Gap(
                host_ns=now, kind=GapKind.TRAFFIC_NOT_READ, detail=detail, detail_zh=detail_zh, subject=host, cause=cause,
                from_ns=now if since is None else since))

    def settled(self, cause: TlsCause) -> TlsCause:
        """A refusal is taken for pinning as soon as the CA was taken elsewhere."""
        return TlsCause.PINNED if cause is TlsCause.CERTIFICATE_REFUSED and self.ca_taken else cause

    def tls_failed(self, host: str, cause: TlsCause, why: str, since: int | None = None) -> None:
        """A gap with the likely cause. Where the app refused a certificate it is told once it can be said which kind of
        refusal that was: when any other connection has taken the CA, else at the end."""
        cause = self.settled(cause)
        if cause is TlsCause.CERTIFICATE_REFUSED:
            self._refused.setdefault(host, (why, self.clock()))
            return
        told = TOLD[cause]
        self.gone_dark(host, told.en(host, why), detail_zh=told.zh(host), cause=cause, since=since)

    def ca_is_taken(self) -> None:
        if not self.ca_taken:
            self.ca_taken = True
            self._tell_refused(TlsCause.PINNED)

    def close(self) -> None:
        self._tell_refused(TlsCause.CA_NOT_TRUSTED)

    def _tell_refused(self, cause: TlsCause) -> None:
        refused, self._refused = self._refused, {}
        for host, (why, since) in refused.items():
            self.tls_failed(host, cause, why, since)
