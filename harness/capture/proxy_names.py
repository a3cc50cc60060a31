"""DNS as the tunnel's own name server answers it."""

from __future__ import annotations

import asyncio
import ipaddress
import socket

from mitmproxy import dns
from mitmproxy.net.dns import classes, response_codes, types

from harness.capture.names import Names
from harness.capture.resolving import Refused, Routes

_FAMILIES = {types.A: socket.AF_INET, types.AAAA: socket.AF_INET6}
_SOMEWHERE6 = ("2001:db8::1", 9)    # RFC 3849; nothing is sent there


def reaches_ipv6() -> bool:
    """Whether this machine has a route for IPv6. Where it has none, an app that were told such an address would wait in vain."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.connect(_SOMEWHERE6)
    except OSError:
        return False
    return True


async def answer(query: dns.Message, routes: Routes, names: Names) -> tuple[dns.Message, str | None]:
    """The answer, and what is to be said of it where it is not the world's.

    Addresses are looked up by the machine's own resolver. Anything else is answered empty: a record of type HTTPS would
    lead apps to QUIC and to greetings whose host is hidden, and other types are not looked up.
    """
    asked = query.question
    if asked is None or query.op_code != 0 or asked.class_ != classes.IN or asked.type not in _FAMILIES:
        return query.succeed([]), "answered empty by the proxy, which looks up addresses only"
    if routes.covers(asked.name):
        address = names.give(asked.name.lower()) if asked.type == types.A else None
        return query.succeed(_records(asked, [address] if address else [])), "answered by a route of --resolve"
    if asked.type == types.AAAA and not reaches_ipv6():
        return query.succeed([]), "answered empty by the proxy, whose machine has no IPv6"
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            asked.name, None, family=_FAMILIES[asked.type], type=socket.SOCK_STREAM)
    except Refused as refused:
        return query.succeed([]), str(refused)
    except socket.gaierror as bad:
        empty = {getattr(socket, "EAI_NODATA", None), getattr(socket, "EAI_ADDRFAMILY", None)}
        if bad.errno in empty:
            return query.succeed([]), None
        if bad.errno == socket.EAI_NONAME:
            return query.fail(response_codes.NXDOMAIN), None
        return query.fail(response_codes.SERVFAIL), f"the machine's resolver: {bad.strerror}"
    except (OSError, UnicodeError) as bad:
        return query.fail(response_codes.SERVFAIL), f"the machine's resolver: {bad}"
    return query.succeed(_records(asked, list(dict.fromkeys(str(entry[4][0]) for entry in found)))), None


def _records(asked: dns.Question, addresses: list[str]) -> list[dns.ResourceRecord]:
    return [
        dns.ResourceRecord(asked.name, asked.type, asked.class_, dns.ResourceRecord.DEFAULT_TTL, ipaddress.ip_address(a).packed)
        for a in addresses
    ]
