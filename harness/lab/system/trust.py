"""The device's CA stores as the JVM's: system store, and the user's where the app trusts it.

Files are PEM or DER, one or more certificates each, in the folders where Android keeps them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

SYSTEM_STORE = ("system/etc/security/cacerts", "apex/com.android.conscrypt/cacerts")
USER_STORE = ("data/misc/user/0/cacerts-added",)


class BadCertificate(ValueError):
    """A file in a store that is no certificate."""


def read_store(root: Path, folders: Sequence[str], on_bad: Callable[[str], None] = lambda why: None) -> list[bytes]:
    """Every certificate (DER) of the folders below the device's root, each once.

    What is no certificate is passed over, as conscrypt's TrustedCertificateStore does, and told to `on_bad`.
    """
    found: dict[bytes, None] = {}
    for folder in folders:
        place = root / folder
        if not place.is_dir():
            continue
        for path in sorted(place.iterdir()):
            if path.is_file() and not path.is_symlink():
                try:
                    found.update(dict.fromkeys(_read(path)))
                except BadCertificate as fault:
                    on_bad(str(fault))
    return list(found)


def _read(path: Path) -> list[bytes]:
    data = path.read_bytes()
    try:
        if b"-----BEGIN" in data:
            certificates = x509.load_pem_x509_certificates(data)
        else:
            certificates = [x509.load_der_x509_certificate(data)]
    except ValueError as fault:
        raise BadCertificate(f"{path.name} is no certificate: {fault}") from fault
    return [one.public_bytes(Encoding.DER) for one in certificates]


def write_trust_store(
    root: Path, folder: Path, *, user_store: bool, on_bad: Callable[[str], None] = lambda why: None
) -> Path | None:
    """A PKCS #12 file for javax.net.ssl.trustStore, any password; None when the stores are empty.

    Named after its content, so that a process that runs keeps the one it was started with.
    """
    certificates = read_store(root, SYSTEM_STORE + (USER_STORE if user_store else ()), on_bad)
    if not certificates:
        return None
    digest = hashlib.sha256(b"".join(sorted(certificates))).hexdigest()
    target = folder / f"trust-{digest[:16]}.p12"
    if not target.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        part = target.with_suffix(".part")
        part.write_bytes(encode_trust_store(certificates))
        part.replace(target)
    return target


# RFC 7292 (PKCS #12), RFC 2985 (friendlyName); the JDK takes a certificate as trusted only with Oracle's
# trustedKeyUsage attribute. No MAC and no encryption: certificates are public, and JDK 12 and later read it so.
_DATA = "1.2.840.113549.1.7.1"
_CERT_BAG = "1.2.840.113549.1.12.10.1.3"
_X509 = "1.2.840.113549.1.9.22.1"
_FRIENDLY_NAME = "1.2.840.113549.1.9.20"
_TRUSTED_KEY_USAGE = "2.16.840.1.113894.746875.1.1"
_ANY_USAGE = "2.5.29.37.0"


def encode_trust_store(certificates: Sequence[bytes]) -> bytes:
    """PKCS #12 of trusted certificates, aliases ca-0, ca-1 ..."""
    bags = b"".join(_bag(f"ca-{index}", one) for index, one in enumerate(certificates))
    contents = _content(_sequence(bags))
    return _sequence(_tlv(0x02, b"\x03"), _content(_sequence(contents)))


def _bag(alias: str, certificate: bytes) -> bytes:
    cert_bag = _sequence(_oid(_X509), _tlv(0xA0, _tlv(0x04, certificate)))
    name = _sequence(_oid(_FRIENDLY_NAME), _tlv(0x31, _tlv(0x1E, alias.encode("utf-16-be"))))
    usage = _sequence(_oid(_TRUSTED_KEY_USAGE), _tlv(0x31, _oid(_ANY_USAGE)))
    return _sequence(_oid(_CERT_BAG), _tlv(0xA0, cert_bag), _tlv(0x31, name + usage))


def _content(data: bytes) -> bytes:
    """ContentInfo of plain data."""
    return _sequence(_oid(_DATA), _tlv(0xA0, _tlv(0x04, data)))


def _sequence(*parts: bytes) -> bytes:
    return _tlv(0x30, b"".join(parts))


def _tlv(tag: int, value: bytes) -> bytes:
    size = len(value)
    if size < 0x80:
        return bytes((tag, size)) + value
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + value


def _oid(dotted: str) -> bytes:
    first, second, *rest = (int(one) for one in dotted.split("."))
    encoded = b""
    for number in (first * 40 + second, *rest):
        septets = [number & 0x7F]
        while number := number >> 7:
            septets.append(number & 0x7F | 0x80)
        encoded += bytes(reversed(septets))
    return _tlv(0x06, encoded)
