"""Who signed an APK: the certificates' SHA-256, newest signature scheme first.

Read, not verified: the device verifies when it installs. Layout: APK Signature Scheme v2 and v3
(source.android.com, "APK signing block"); v1 is a PKCS #7 file under META-INF.
"""

from __future__ import annotations

import hashlib
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import load_der_pkcs7_certificates

_MAGIC = b"APK Sig Block 42"
_SCHEMES = {0x1B93AD61: "v3.1", 0xF05368C0: "v3", 0x7109871A: "v2"}
_ORDER = ("v3.1", "v3", "v2", "v1")
_END = b"PK\x05\x06"
_V1_LIMIT = 1 << 20


@dataclass(frozen=True)
class Signing:
    """`certificates`: SHA-256 of each signer's certificate by the newest scheme; empty where it is not signed."""

    certificates: tuple[str, ...] = ()
    schemes: tuple[str, ...] = ()


def read_signing(data: memoryview, archive: zipfile.ZipFile) -> Signing:
    found: dict[str, tuple[str, ...]] = {}
    for id_, value in _blocks(data):
        scheme = _SCHEMES.get(id_)
        if scheme is not None:
            found[scheme] = tuple(_certificates(value))
    v1 = tuple(_v1(archive))
    if v1:
        found["v1"] = v1
    schemes = tuple(s for s in _ORDER if found.get(s))
    return Signing(certificates=found[schemes[0]] if schemes else (), schemes=schemes)


def _blocks(data: memoryview) -> Iterator[tuple[int, memoryview]]:
    """The id-value pairs of the signing block, which lies just before the central directory."""
    tail = bytes(data[-(1 << 16) - 22 :])
    end = tail.rfind(_END)
    if end < 0 or end + 20 > len(tail):
        return
    directory = struct.unpack_from("<I", tail, end + 16)[0]
    if directory < 32 or directory > len(data) or bytes(data[directory - 16 : directory]) != _MAGIC:
        return
    size = struct.unpack_from("<Q", data, directory - 24)[0]
    start = directory - size - 8
    if size < 24 or start < 0:
        return
    at, stop = start + 8, directory - 24
    while at + 12 <= stop:
        length, id_ = struct.unpack_from("<QI", data, at)
        if length < 4 or at + 8 + length > stop:
            return
        yield id_, data[at + 12 : at + 8 + length]
        at += 8 + length


def _prefixed(data: memoryview) -> Iterator[memoryview]:
    at = 0
    while at + 4 <= len(data):
        length = struct.unpack_from("<I", data, at)[0]
        if at + 4 + length > len(data):
            return
        yield data[at + 4 : at + 4 + length]
        at += 4 + length


def _certificates(block: memoryview) -> Iterator[str]:
    """block: signers: signer: signed data: (digests, certificates, ...); the first certificate is the signer's."""
    for signers in _prefixed(block):
        for signer in _prefixed(signers):
            for signed in list(_prefixed(signer))[:1]:
                parts = list(_prefixed(signed))
                if len(parts) < 2:
                    continue
                for certificate in list(_prefixed(parts[1]))[:1]:
                    yield hashlib.sha256(certificate).hexdigest()


def _v1(archive: zipfile.ZipFile) -> Iterator[str]:
    for info in archive.infolist():
        folder, _, name = info.filename.rpartition("/")
        if folder != "META-INF" or not name.upper().endswith((".RSA", ".DSA", ".EC")) or info.file_size > _V1_LIMIT:
            continue
        try:
            certificates = load_der_pkcs7_certificates(archive.read(info))
        except (ValueError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
            continue  # not a signature that can be read; the device will refuse it or not
        for certificate in certificates[:1]:
            yield hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()
