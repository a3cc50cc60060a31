"""The device's wlan0: an interface with the profile's addresses that leads nowhere.

Apps ask java.net.NetworkInterface for the addresses of their device. A veth pair is all that a user namespace may make
on every kernel; its other end lies in a network namespace in which there is nothing else and no process. No route is
made either, so whatever is sent but to itself is refused as before. Messages: rtnetlink(7), RFC 3549.
"""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import struct
import time

from harness.lab.containment import kernel

_NETLINK_ROUTE = 0
_NEW_LINK, _NEW_ADDRESS = 16, 20
_REQUEST, _ACK, _EXCLUSIVE, _CREATE = 1, 4, 0x200, 0x400
_ERROR = 2
_UP = 1
_LINK_ADDRESS, _LINK_NAME, _LINK_INFO, _LINK_NAMESPACE_FD = 1, 3, 18, 28
_INFO_KIND, _INFO_DATA, _PEER = 1, 2, 1
_ADDRESS, _LOCAL, _ADDRESS_FLAGS = 1, 2, 8
_NO_PREFIX_ROUTE = 0x200
_NESTED = 0x8000
_PEER_NAME = "nowhere"
_SIOCGIFFLAGS, _RUNNING = 0x8913, 0x40
_CARRIER_SECONDS = 3.0


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)


def _nested(kind: int, *parts: bytes) -> bytes:
    return _attribute(kind | _NESTED, b"".join(parts))


def _link_header(index: int, flags: int) -> bytes:
    return struct.pack("=BxHiII", socket.AF_UNSPEC, 0, index, flags, flags)


def _order(kind: int, flags: int, body: bytes) -> None:
    """Raises OSError with the kernel's reason."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_ROUTE) as sock:
        sock.send(struct.pack("=IHHII", 16 + len(body), kind, _REQUEST | _ACK | flags, 1, 0) + body)
        answer = sock.recv(65536)
    _size, told, _flags, _number, _port = struct.unpack_from("=IHHII", answer)
    if told == _ERROR:
        number = -struct.unpack_from("=i", answer, 16)[0]
        if number:
            raise OSError(number, os.strerror(number))


def _set_up(name: str) -> None:
    _order(_NEW_LINK, 0, _link_header(socket.if_nametoindex(name), _UP))


def _await_running(name: str) -> None:
    """The kernel tells a link's carrier up to a second after it is there (linkwatch)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        until = time.monotonic() + _CARRIER_SECONDS
        while time.monotonic() < until:
            asked = fcntl.ioctl(sock, _SIOCGIFFLAGS, struct.pack("16sH14s", name.encode(), 0, b""))
            if struct.unpack_from("=H", asked, 16)[0] & _RUNNING:
                return
            time.sleep(0.02)
    raise OSError(errno.ETIMEDOUT, f"{name} has no carrier")


def add(name: str, mac: str, address: str, prefix: int, here: int, nowhere: int) -> None:
    """Makes the interface in the network namespace `here`, which this process is in; its other end in `nowhere`.

    Both are descriptors. `mac` is hexadecimal with colons, `address` IPv4. Raises OSError or ValueError.
    """
    hardware = bytes.fromhex(mac.replace(":", ""))
    local = socket.inet_aton(address)
    peer = _attribute(_LINK_NAME, _PEER_NAME.encode() + b"\0") + _attribute(_LINK_NAMESPACE_FD, struct.pack("=i", nowhere))
    link = (
        _link_header(0, 0)
        + _attribute(_LINK_NAME, name.encode() + b"\0")
        + _attribute(_LINK_ADDRESS, hardware)
        + _nested(
            _LINK_INFO,
            _attribute(_INFO_KIND, b"veth"),
            _nested(_INFO_DATA, _nested(_PEER, _link_header(0, 0), peer)),
        )
    )
    _order(_NEW_LINK, _CREATE | _EXCLUSIVE, link)
    kernel.setns(nowhere, kernel.CLONE_NEWNET)
    try:
        _set_up(_PEER_NAME)
    finally:
        kernel.setns(here, kernel.CLONE_NEWNET)
    _set_up(name)
    body = struct.pack("=BBBBI", socket.AF_INET, prefix, 0, 0, socket.if_nametoindex(name))
    body += _attribute(_LOCAL, local) + _attribute(_ADDRESS, local)
    body += _attribute(_ADDRESS_FLAGS, struct.pack("=I", _NO_PREFIX_ROUTE))
    _order(_NEW_ADDRESS, _CREATE | _EXCLUSIVE, body)
    _await_running(name)
