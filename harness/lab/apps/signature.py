"""Signs an APK with APK Signature Scheme v2.

Facts: source.android.com, "APK Signature Scheme v2". Every Android from 7.0 (API 24) on verifies it, and
the example apps ask for API 26, so no older v1 (JAR) signature is written.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

_MAGIC = b"APK Sig Block 42"
_SCHEME_V2 = 0x7109871A
_RSA_PKCS1_SHA256 = 0x0103
_CHUNK = 1 << 20
_END_OF_DIRECTORY = b"PK\x05\x06"
_END_OF_DIRECTORY_SIZE = 22


@dataclass(frozen=True)
class SigningKey:
    """An RSA key and its certificate. PKCS#1 v1.5 signatures are deterministic, so a build is reproducible."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate


def read_signing_key(path: Path) -> SigningKey:
    """A PEM file with an unencrypted RSA private key followed by its certificate."""
    text = path.read_bytes()
    key = serialization.load_pem_private_key(text, password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError(f"{path} holds no RSA key")
    return SigningKey(key, x509.load_pem_x509_certificate(text))


def _prefixed(data: bytes) -> bytes:
    return struct.pack("<I", len(data)) + data


def _content_digest(sections: list[bytes]) -> bytes:
    """SHA-256 over the 1 MiB chunks of each section; no chunk spans two sections."""
    chunks = [
        hashlib.sha256(b"\xa5" + _prefixed(section[at : at + _CHUNK])).digest()
        for section in sections
        for at in range(0, len(section), _CHUNK)
    ]
    return hashlib.sha256(b"\x5a" + struct.pack("<I", len(chunks)) + b"".join(chunks)).digest()


def _signer(digest: bytes, signing_key: SigningKey) -> bytes:
    algorithm = struct.pack("<I", _RSA_PKCS1_SHA256)
    certificate = signing_key.certificate.public_bytes(serialization.Encoding.DER)
    signed = (
        _prefixed(_prefixed(algorithm + _prefixed(digest)))
        + _prefixed(_prefixed(certificate))
        + _prefixed(b"")  # no additional attributes
    )
    signature = signing_key.key.sign(signed, padding.PKCS1v15(), hashes.SHA256())
    public_key = signing_key.certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return _prefixed(signed) + _prefixed(_prefixed(algorithm + _prefixed(signature))) + _prefixed(public_key)


def sign(archive: bytes, signing_key: SigningKey) -> bytes:
    """The same ZIP with a signing block between its entries and its central directory.

    `archive` is a ZIP without a comment and without ZIP64 records, as `archive.pack` writes it.
    """
    end_at = len(archive) - _END_OF_DIRECTORY_SIZE
    if archive[end_at : end_at + 4] != _END_OF_DIRECTORY:
        raise ValueError("the archive has a comment, or is no ZIP")
    (directory_at,) = struct.unpack_from("<I", archive, end_at + 16)
    entries, directory, end = archive[:directory_at], archive[directory_at:end_at], archive[end_at:]
    # The directory's offset is digested as it stands here: where the block will begin.
    signer = _signer(_content_digest([entries, directory, end]), signing_key)
    pair = struct.pack("<I", _SCHEME_V2) + _prefixed(_prefixed(signer))
    pairs = struct.pack("<Q", len(pair)) + pair
    size = struct.pack("<Q", len(pairs) + 8 + len(_MAGIC))
    block = size + pairs + size + _MAGIC
    moved_end = end[:16] + struct.pack("<I", directory_at + len(block)) + end[20:]
    return entries + block + directory + moved_end
