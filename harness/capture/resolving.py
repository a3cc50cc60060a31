"""Where the proxy really connects to: an event loop that resolves names as it is told.

Like curl's --resolve, only the address changes: the host an app asked for stays in the flow, in SNI and in
the check of the server's certificate. The loop is also what keeps an app from using the proxy to
reach the machine it runs on, or its network: an app is foreign code in a cage, and the proxy is not.
"""

from __future__ import annotations

import asyncio
import fnmatch
import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.capture.own_addresses import Address, is_own
from harness.errors import UsageError

Host = str | bytes | None
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class Refused(OSError):
    """An address that the proxy does not connect to."""


@dataclass(frozen=True)
class Routes:
    """Host pattern -> address, and what may be reached besides.

    Patterns are shell-like, with a port or without: "*.example", "api.shop.example:443". The first
    that fits is taken. By a route only are reached: every address of this machine, whatever its interfaces have at
    that moment, loopback, link-local, multicast and unspecified ones; and unless `reach_private`, all that is no
    address of the public internet (RFC 1918, RFC 4193, RFC 6598 and the rest of IANA's special registries).
    """

    table: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    reach_private: bool = False

    @classmethod
    def parse(cls, resolve: Mapping[str, str], reach_private: bool = False) -> Routes:
        table = {}
        for pattern, target in resolve.items():
            host, colon, port = target.rpartition(":")
            if not colon or not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
                raise UsageError(
                    f"{pattern}={target} is no route.", "The target is not ADDRESS:PORT.",
                    "Write it like *.example=127.0.0.1:8443")
            table[pattern.lower()] = (host.strip("[]"), int(port))
        return cls(table, reach_private)

    def route(self, host: str, port: int) -> tuple[str, int] | None:
        name = host.lower().rstrip(".")
        for pattern, target in self.table.items():
            if fnmatch.fnmatchcase(name, pattern) or fnmatch.fnmatchcase(f"{name}:{port}", pattern):
                return target
        return None

    def covers(self, host: str) -> bool:
        """Whether some port of a host is reached by a route."""
        name = host.lower().rstrip(".")
        return any(fnmatch.fnmatchcase(name, _without_port(pattern)) for pattern in self.table)

    def refusal(self, address: str) -> str:
        """What an IP address is that the proxy does not connect to; "" where it does. Asked anew for each connection."""
        for ip in _meant(address):
            if ip.is_loopback or ip.is_unspecified or is_own(ip):
                return "the machine that the proxy runs on (a route by --resolve leads there)"
            if ip.is_link_local or ip.is_multicast:
                return "in the network of the machine that the proxy runs on"
            if not self.reach_private and (not ip.is_global or getattr(ip, "is_site_local", False)):
                return "in a private network (--reach-private lets apps reach these)"
        return ""


def _without_port(pattern: str) -> str:
    host, colon, port = pattern.rpartition(":")
    return host if colon and port.isdigit() else pattern


def _meant(address: str) -> list[Address]:
    """The address without its zone, and the IPv4 address that a translator on the way would make of it."""
    ip: Address = ipaddress.ip_address(address.partition("%")[0])
    if ip.version == 4:
        return [ip]
    if ip.ipv4_mapped:
        return [ip.ipv4_mapped]
    inner = ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
    if ip in _NAT64:
        inner = ipaddress.IPv4Address(ip.packed[-4:])
    return [ip, inner] if inner else [ip]


class ResolvingLoop(asyncio.SelectorEventLoop):
    """Resolves by `routes`, then as the system does; refused addresses are taken out of the answer."""

    def __init__(self, routes: Routes) -> None:
        super().__init__()
        self._routes = routes

    async def getaddrinfo(
        self, host: Host, port: Any, *, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0
    ) -> Any:
        name = host.decode("idna") if isinstance(host, bytes) else host or ""
        target = self._routes.route(name, port) if isinstance(port, int) else None
        if target is not None:
            return await super().getaddrinfo(*target, family=family, type=type, proto=proto, flags=flags)
        found = await super().getaddrinfo(host, port, family=family, type=type, proto=proto, flags=flags)
        if flags & socket.AI_PASSIVE:
            return found
        refusals = [self._routes.refusal(str(entry[4][0])) for entry in found]
        kept = [entry for entry, refusal in zip(found, refusals, strict=True) if not refusal]
        if not kept:
            raise Refused(f"refused: {name} is {refusals[0]}")
        return kept
