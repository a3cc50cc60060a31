"""Which addresses are this machine's own, as the kernel says at the moment of asking: a list made at the start would be
wrong as soon as an interface comes up or gets another address."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import socket
import struct

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# linux/netlink.h, linux/rtnetlink.h
_NLMSG_ERROR, _RTM_NEWROUTE, _RTM_GETROUTE, _NLM_F_REQUEST, _RTA_DST = 2, 24, 26, 1, 1
_OWN_ROUTES = {2, 3, 4, 5}  # RTN_LOCAL, RTN_BROADCAST, RTN_ANYCAST, RTN_MULTICAST
_NO_ROUTE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EACCES, errno.EINVAL}  # none, or one that leads nowhere
_HEADER = struct.Struct("=IHHII")
_ROUTE = struct.Struct("=8BI")


def is_own(address: Address) -> bool:
    """Whether what is sent there stays on this machine, or is meant for all of its network."""
    kind = _route_kind(address)
    return _can_bind(address) if kind is None else kind in _OWN_ROUTES


def _route_kind(address: Address) -> int | None:
    """The kind of route that the kernel takes to it; 0 where there is none, None where it cannot be asked.

    Linux only. More exact than to bind, which `ip_nonlocal_bind` allows for every address, and than a socket's own end,
    which for an interface's second address is the first.
    """
    if not hasattr(socket, "AF_NETLINK"):
        return None
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    destination = struct.pack("=HH", 4 + len(address.packed), _RTA_DST) + address.packed
    body = _ROUTE.pack(family, address.max_prefixlen, 0, 0, 0, 0, 0, 0, 0) + destination
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as kernel:
            kernel.settimeout(1)
            kernel.send(_HEADER.pack(_HEADER.size + len(body), _RTM_GETROUTE, _NLM_F_REQUEST, 1, 0) + body)
            answer = kernel.recv(4096)
    except OSError:
        return None
    said = _HEADER.unpack_from(answer)[1]
    if said == _RTM_NEWROUTE:
        return int(_ROUTE.unpack_from(answer, _HEADER.size)[7])
    if said == _NLMSG_ERROR and -struct.unpack_from("=i", answer, _HEADER.size)[0] in _NO_ROUTE:
        return 0
    return None


def _can_bind(address: Address) -> bool:
    """Only an address of its own can a machine bind to."""
    with contextlib.suppress(OSError):
        with socket.socket(socket.AF_INET if address.version == 4 else socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind((str(address), 0))
            return True
    return False
