"""APK Signature Scheme v2, v3 and v3.1: who signed the file, and does the signature hold.

Format and order of checks: source.android.com, "APK Signature Scheme v2" and "v3", and AOSP
frameworks/base core/java/android/util/apk/ApkSignatureSchemeV3Verifier.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding, rsa

_MAGIC = b"APK Sig Block 42"
_EOCD = b"PK\x05\x06"
_CHUNK = 1 << 20
SCHEMES = {0x1B93AD61: 3, 0xF05368C0: 3, 0x7109871A: 2}

# signature algorithm id -> (digest of the content, how it was signed)
_ALGORITHMS: dict[int, tuple[str, str]] = {
    0x0101: ("sha256", "pss"),
    0x0102: ("sha512", "pss"),
    0x0103: ("sha256", "pkcs1"),
    0x0104: ("sha512", "pkcs1"),
    0x0201: ("sha256", "ecdsa"),
    0x0202: ("sha512", "ecdsa"),
    0x0301: ("sha256", "dsa"),
    # fs-verity's digests: signed alike, their content digest is a Merkle tree that we do not rebuild
    0x0421: ("", "pkcs1"),
    0x0423: ("", "ecdsa"),
    0x0425: ("", "dsa"),
}


class BadSignature(ValueError):
    """There is a signature and it does not hold, or it cannot be read."""


@dataclass(frozen=True)
class Layout:
    """Offsets in bytes: of the signing block (== `directory` without one), central directory, its end record."""

    block: int
    directory: int
    end: int
    pairs: tuple[tuple[int, bytes], ...]


@dataclass(frozen=True)
class BlockSigner:
    """The certificates of one signer of a scheme, the signing one first, DER."""

    scheme: int
    certificates: tuple[bytes, ...]


class _Cursor:
    """Little-endian reading of length-prefixed fields; running over the end is a BadSignature."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def __bool__(self) -> bool:
        return self._at < len(self._data)

    def u32(self) -> int:
        if self._at + 4 > len(self._data):
            raise BadSignature("the signing block ends in the middle of a number")
        (value,) = struct.unpack_from("<I", self._data, self._at)
        self._at += 4
        return int(value)

    def field(self) -> bytes:
        size = self.u32()
        if self._at + size > len(self._data):
            raise BadSignature("a field of the signing block is longer than the block")
        value = self._data[self._at : self._at + size]
        self._at += size
        return value

    def fields(self) -> list[bytes]:
        inner = _Cursor(self.field())
        found = []
        while inner:
            found.append(inner.field())
        return found


def find_layout(data: bytes) -> Layout:
    """Where the parts of the ZIP file lie. Raises ValueError when it has no end record."""
    end = data.rfind(_EOCD, max(0, len(data) - 65557))
    if end < 0 or end + 22 > len(data):
        raise ValueError("no end of central directory")
    size, directory = struct.unpack_from("<II", data, end + 12)
    if directory + size > end:
        raise ValueError("the central directory lies outside the file")
    pairs: list[tuple[int, bytes]] = []
    block = directory
    if directory >= 32 and data[directory - 16 : directory] == _MAGIC:
        (length,) = struct.unpack_from("<Q", data, directory - 24)
        block = directory - length - 8
        if block < 0 or struct.unpack_from("<Q", data, block)[0] != length:
            raise BadSignature("the signing block's two sizes differ")
        at = block + 8
        while at < directory - 24:
            (pair,) = struct.unpack_from("<Q", data, at)
            if pair < 4 or at + 8 + pair > directory - 24:
                raise BadSignature("a pair of the signing block lies outside it")
            (key,) = struct.unpack_from("<I", data, at + 8)
            pairs.append((key, data[at + 12 : at + 8 + pair]))
            at += 8 + pair
    return Layout(block, directory, end, tuple(pairs))


def verify_block(data: bytes, layout: Layout, sdk: int) -> list[BlockSigner]:
    """The verified signers of every scheme for a device of level `sdk`, newest scheme first.

    An empty list: no v2 or v3 signature. Raises BadSignature when one is there and does not hold.
    """
    found: list[BlockSigner] = []
    blocks = dict(layout.pairs)
    for key, scheme in SCHEMES.items():
        if key not in blocks:
            continue
        signers = [
            signer
            for raw in _Cursor(blocks[key]).fields()
            if (signer := _verify_signer(data, layout, raw, scheme, sdk)) is not None
        ]
        if not signers and key != 0x1B93AD61:
            raise BadSignature(f"v{scheme}: no signer for API level {sdk}")
        found.extend(signers)
    return sorted(found, key=lambda signer: -signer.scheme)


def _verify_signer(data: bytes, layout: Layout, raw: bytes, scheme: int, sdk: int) -> BlockSigner | None:
    cursor = _Cursor(raw)
    signed = cursor.field()
    if scheme == 3:
        lowest, highest = cursor.u32(), cursor.u32()
        if not lowest <= sdk <= highest:
            return None
    signatures = cursor.fields()
    public_key = cursor.field()
    known = []
    for one in signatures:
        part = _Cursor(one)
        algorithm = part.u32()
        if algorithm in _ALGORITHMS:
            known.append((algorithm, part.field()))
    if not known:
        raise BadSignature(f"v{scheme}: no supported signature algorithm")
    algorithm, signature = max(known, key=lambda item: _ALGORITHMS[item[0]][0])
    _check_signature(public_key, algorithm, signature, signed, scheme)

    inner = _Cursor(signed)
    digests = {}
    for one in inner.fields():
        part = _Cursor(one)
        key = part.u32()
        digests[key] = part.field()
    certificates = inner.fields()
    if not certificates:
        raise BadSignature(f"v{scheme}: a signer without certificate")
    if _public_key_of(certificates[0]) != public_key:
        raise BadSignature(f"v{scheme}: the public key is not the certificate's")
    name = _ALGORITHMS[algorithm][0]
    if name and digests.get(algorithm) != content_digest(data, layout, name):
        raise BadSignature(f"v{scheme}: the file's content is not what was signed")
    return BlockSigner(scheme, tuple(certificates))


def _public_key_of(certificate: bytes) -> bytes:
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
    except ValueError as fault:
        raise BadSignature(f"the certificate cannot be read: {fault}") from fault
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _check_signature(public_key: bytes, algorithm: int, signature: bytes, signed: bytes, scheme: int) -> None:
    name, how = _ALGORITHMS[algorithm]
    digest: hashes.HashAlgorithm = hashes.SHA512() if name == "sha512" else hashes.SHA256()
    try:
        key = serialization.load_der_public_key(public_key)
        if isinstance(key, rsa.RSAPublicKey) and how == "pkcs1":
            key.verify(signature, signed, padding.PKCS1v15(), digest)
        elif isinstance(key, rsa.RSAPublicKey) and how == "pss":
            key.verify(signature, signed, padding.PSS(padding.MGF1(digest), digest.digest_size), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey) and how == "ecdsa":
            key.verify(signature, signed, ec.ECDSA(digest))
        elif isinstance(key, dsa.DSAPublicKey) and how == "dsa":
            key.verify(signature, signed, digest)
        else:
            raise BadSignature(f"v{scheme}: the key does not fit algorithm 0x{algorithm:04x}")
    except InvalidSignature as fault:
        raise BadSignature(f"v{scheme}: the signature does not verify") from fault
    except ValueError as fault:
        raise BadSignature(f"v{scheme}: the key cannot be read: {fault}") from fault


def content_digest(data: bytes, layout: Layout, algorithm: str) -> bytes:
    """The chunked digest over contents, central directory and end record (1 MiB chunks)."""
    end = bytearray(data[layout.end :])
    struct.pack_into("<I", end, 16, layout.block)
    view = memoryview(data)
    parts = (view[: layout.block], view[layout.directory : layout.end], memoryview(bytes(end)))
    digests = []
    for part in parts:
        for start in range(0, len(part), _CHUNK):
            chunk = part[start : start + _CHUNK]
            piece = hashlib.new(algorithm, b"\xa5" + struct.pack("<I", len(chunk)))
            piece.update(chunk)
            digests.append(piece.digest())
    return hashlib.new(algorithm, b"\x5a" + struct.pack("<I", len(digests)) + b"".join(digests)).digest()
