"""A device in a WireGuard tunnel: the initiator's half of the protocol (wireguard.com/protocol), and a network of its own
whose only way out is that tunnel. So its programs use the kernel's real TCP and UDP.

Runs inside `in_own_network`; the socket to the other end is made before, in the network outside.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import os
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from own_network import in_own_network, ip

from harness.capture.wireguard import DEVICE_ADDRESS, DEVICE_ADDRESS6, MTU, NAME_SERVER, public_key
from harness.lab.containment import kernel

_TUNSETIFF, _IFF_TUN, _IFF_NO_PI = 0x400454CA, 0x0001, 0x1000    # linux/if_tun.h
_NOISE = b"Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s"
_PROLOGUE = b"WireGuard v1 zx2c4 Jason@zx2c4.com"
HANDSHAKE_SECONDS = 20.0


def _hash(*parts: bytes) -> bytes:
    return hashlib.blake2s(b"".join(parts)).digest()


def _mac(key: bytes, data: bytes) -> bytes:
    return hashlib.blake2s(data, key=key, digest_size=16).digest()


def _kdf(key: bytes, data: bytes, count: int) -> list[bytes]:
    secret = hmac.digest(key, data, "blake2s")
    found, last = [], b""
    for number in range(1, count + 1):
        last = hmac.digest(secret, last + bytes([number]), "blake2s")
        found.append(last)
    return found


def _dh(private: X25519PrivateKey, public: bytes) -> bytes:
    return private.exchange(X25519PublicKey.from_public_bytes(public))


def _raw(private: X25519PrivateKey) -> bytes:
    return private.public_key().public_bytes_raw()


def _tai64n() -> bytes:
    now = time.time_ns()
    return struct.pack(">QI", 0x400000000000000A + now // 10**9, now % 10**9)


class Session:
    """A tunnel of one device. `keys`: both private keys in base64, as in mitmproxy's file."""

    def __init__(self, keys: dict[str, str], link: socket.socket, there: tuple[str, int]) -> None:
        self.link, self.there = link, there
        self._own = X25519PrivateKey.from_private_bytes(base64.b64decode(keys["client_key"]))
        self._peer = base64.b64decode(public_key(keys["server_key"]))
        self._sent = 0
        self._index = os.urandom(4)

    def shake_hands(self, seconds: float = HANDSHAKE_SECONDS) -> bool:
        """Whether the other end answered."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            fresh = X25519PrivateKey.generate()
            hello, chain, digest = self._initiation(fresh)
            self.link.sendto(hello, self.there)
            if select.select([self.link], [], [], min(1.0, seconds))[0]:
                self._finish(self.link.recv(65536), fresh, chain, digest)
                return True
        return False

    def _initiation(self, fresh: X25519PrivateKey) -> tuple[bytes, bytes, bytes]:
        chain = _hash(_NOISE)
        digest = _hash(_hash(chain, _PROLOGUE), self._peer)
        public = _raw(fresh)
        (chain,) = _kdf(chain, public, 1)
        digest = _hash(digest, public)
        chain, key = _kdf(chain, _dh(fresh, self._peer), 2)
        static = ChaCha20Poly1305(key).encrypt(bytes(12), _raw(self._own), digest)
        digest = _hash(digest, static)
        chain, key = _kdf(chain, _dh(self._own, self._peer), 2)
        stamp = ChaCha20Poly1305(key).encrypt(bytes(12), _tai64n(), digest)
        digest = _hash(digest, stamp)
        message = b"\x01\0\0\0" + self._index + public + static + stamp
        return message + _mac(_hash(b"mac1----", self._peer), message) + bytes(16), chain, digest

    def _finish(self, reply: bytes, fresh: X25519PrivateKey, chain: bytes, digest: bytes) -> None:
        assert reply[0] == 2 and reply[8:12] == self._index, reply[:12]
        self._their_index, public, empty = reply[4:8], reply[12:44], reply[44:60]
        (chain,) = _kdf(chain, public, 1)
        digest = _hash(digest, public)
        (chain,) = _kdf(chain, _dh(fresh, public), 1)
        (chain,) = _kdf(chain, _dh(self._own, public), 1)
        chain, tau, key = _kdf(chain, bytes(32), 3)
        digest = _hash(digest, tau)
        assert ChaCha20Poly1305(key).decrypt(bytes(12), empty, digest) == b""
        send, receive = _kdf(chain, b"", 2)
        self._send, self._receive = ChaCha20Poly1305(send), ChaCha20Poly1305(receive)

    def wrap(self, packet: bytes) -> bytes:
        counter = struct.pack("<Q", self._sent)
        self._sent += 1
        padded = packet + bytes(-len(packet) % 16)
        return b"\x04\0\0\0" + self._their_index + counter + self._send.encrypt(bytes(4) + counter, padded, b"")

    def unwrap(self, message: bytes) -> bytes:
        """The IP packet in a transport message; b"" for a keep-alive and for messages of other kinds."""
        if message[:1] != b"\x04":
            return b""
        packet = self._receive.decrypt(bytes(4) + message[8:16], message[16:], b"")
        if not packet:
            return b""
        length = 40 + int.from_bytes(packet[4:6], "big") if packet[0] >> 4 == 6 else int.from_bytes(packet[2:4], "big")
        return packet[:length]


def _open_tun(name: str) -> int:
    import fcntl

    try:
        tun = os.open("/dev/net/tun", os.O_RDWR)
        fcntl.ioctl(tun, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _IFF_TUN | _IFF_NO_PI))
    except OSError as bad:
        pytest.skip(f"no tun device may be made here: {bad}")
    return tun


@contextlib.contextmanager
def _up(session: Session, folder: Path) -> Iterator[None]:
    tun = _open_tun("wg0")
    ip("addr", "add", f"{DEVICE_ADDRESS}/32", "dev", "wg0")
    ip("-6", "addr", "add", f"{DEVICE_ADDRESS6}/128", "dev", "wg0", "nodad")
    ip("link", "set", "wg0", "mtu", str(MTU), "up")
    ip("route", "add", "default", "dev", "wg0")
    ip("-6", "route", "add", "default", "dev", "wg0")
    servers = folder / "resolv.conf"
    servers.write_text(f"nameserver {NAME_SERVER}\noptions timeout:10 attempts:1\n")
    kernel.mount(str(servers), "/etc/resolv.conf", "", kernel.MS_BIND)
    assert session.shake_hands(), "the other end of the tunnel does not answer"
    stopping = threading.Event()

    def carry() -> None:
        """Until told to stop and nothing is left that the device had sent."""
        while (found := select.select([tun, session.link], [], [], 0.3)[0]) or not stopping.is_set():
            for ready in found:
                if ready is tun:
                    session.link.sendto(session.wrap(os.read(tun, 65536)), session.there)
                elif packet := session.unwrap(session.link.recv(65536)):
                    os.write(tun, packet)

    carrier = threading.Thread(target=carry, daemon=True)
    carrier.start()
    yield
    stopping.set()
    carrier.join()
    os.close(tun)


def in_tunnel(keys: dict[str, str], there: tuple[str, int], folder: Path, piece: Callable[[], Any]) -> Any:
    """What `piece` returns, run on a device that is connected to nothing but the tunnel."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:

        def inside() -> Any:
            with _up(Session(keys, link, there), folder):
                return piece()

        return in_own_network(inside)
