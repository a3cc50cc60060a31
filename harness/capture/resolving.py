"""Where the proxy really connects to: an event loop that resolves names as it is told.

Like curl's --resolve, only the address changes: the host an app asked for stays in the flow, in SNI and in
the check of the server's certificate. The loop is also what keeps an app from using the proxy to
reach the machine it runs on: an app is foreign code, and the proxy is not.
"""

from __future__ import annotations

import asyncio
import fnmatch
import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.errors import UsageError

Host = str | bytes | None


class Refused(OSError):
    """An address that the proxy does not connect to."""


@dataclass(frozen=True)
class Routes:
    """Host pattern -> address, and what may be reached besides.

    Patterns are shell-like, with a port or without: "*.example", "api.shop.example:443". The first
    that fits is taken. Loopback, link-local, multicast and unspecified addresses are reached by a route only; private
    networks (RFC 1918, RFC 4193) if `reach_private`.
    """

    table: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    reach_private: bool = True

    @classmethod
    def parse(cls, resolve: Mapping[str, str], reach_private: bool = True) -> Routes:
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

    def refusal(self, address: str) -> str:
        """Why the proxy does not connect to an IP address; "" where it does."""
        ip = ipaddress.ip_address(address.partition("%")[0])
        if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
            ip = ip.ipv4_mapped
        if ip.is_loopback or ip.is_unspecified:
            return f"{address} is the machine that the proxy runs on"
        if ip.is_link_local or ip.is_multicast:
            return f"{address} is in the network of the machine that the proxy runs on"
        if ip.is_private and not self.reach_private:
            return f"{address} is in a private network"
        return ""


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
            raise Refused(f"refused: {refusals[0]}")
        return kept
