"""APK signature scheme v1: a signed JAR. MANIFEST.MF, *.SF and a PKCS #7 block (RFC 2315) of RSA, DSA or EC."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs7

from harness.lab.system.signing_block import BadSignature

_DIGESTS = {
    "SHA-512": "sha512", "SHA-384": "sha384", "SHA-256": "sha256", "SHA1": "sha1", "SHA-1": "sha1", "MD5": "md5",
}  # fmt: skip
_OIDS = {
    bytes.fromhex("2a864886f70d0205"): "md5",  # still taken by Android, which keeps old apps installable
    bytes.fromhex("2b0e03021a"): "sha1",
    bytes.fromhex("608648016503040201"): "sha256",
    bytes.fromhex("608648016503040202"): "sha384",
    bytes.fromhex("608648016503040203"): "sha512",
}
_MESSAGE_DIGEST = bytes.fromhex("2a864886f70d010904")
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "md5": hashes.MD5(),
    "sha1": hashes.SHA1(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_MAX_ENTRY = 512 << 20  # bytes; no file of an APK that an app store takes comes near it


@dataclass(frozen=True)
class _Der:
    """One ASN.1 element: tag, its content, and all of it as written."""

    tag: int
    body: bytes
    whole: bytes

    def __iter__(self) -> Iterator[_Der]:
        return iter(_elements(self.body))


def _elements(data: bytes) -> list[_Der]:
    found = []
    at = 0
    while at < len(data):
        start = at
        if at + 2 > len(data):
            raise BadSignature("v1: the signature block ends inside an element")
        tag, size = data[at], data[at + 1]
        at += 2
        if size & 0x80:
            count = size & 0x7F
            if count == 0 or count > 4:
                raise BadSignature("v1: the signature block is not DER")
            size = int.from_bytes(data[at : at + count], "big")
            at += count
        if at + size > len(data):
            raise BadSignature("v1: an element is longer than the signature block")
        found.append(_Der(tag, data[at : at + size], data[start : at + size]))
        at += size
    return found


def verify_jar(archive: zipfile.ZipFile, has_newer: bool) -> list[bytes]:
    """The signing certificates, DER. Empty: no v1 signature. Raises BadSignature.

    `has_newer`: a v2 or v3 signature was found. Without one, a file that says it was signed with
    them too had them stripped.
    """
    names = set(archive.namelist())
    blocks = [name for name in sorted(names) if _is_block(name)]
    if not blocks:
        return []
    if "META-INF/MANIFEST.MF" not in names:
        raise BadSignature("v1: META-INF/MANIFEST.MF is missing")
    manifest = archive.read("META-INF/MANIFEST.MF")
    sections = _sections(manifest)
    certificates = []
    for block in blocks:
        signature_file = block.rsplit(".", 1)[0] + ".SF"
        if signature_file not in names:
            raise BadSignature(f"v1: {signature_file} is missing")
        signed = archive.read(signature_file)
        certificates.append(_verify_pkcs7(archive.read(block), signed))
        _verify_signature_file(signed, manifest, sections, has_newer)
    _verify_entries(archive, sections)
    return certificates


def _is_block(name: str) -> bool:
    return name.startswith("META-INF/") and name.count("/") == 1 and name.upper().endswith((".RSA", ".DSA", ".EC"))


def _sections(text: bytes) -> dict[str, tuple[dict[str, str], bytes]]:
    """Entry name ("" is the main section) -> attributes and the section's bytes as written."""
    found: dict[str, tuple[dict[str, str], bytes]] = {}
    raw = b""
    for line in text.splitlines(keepends=True):
        raw += line
        if not line.strip(b"\r\n"):
            _add_section(found, raw)
            raw = b""
    if raw:
        _add_section(found, raw)
    return found


def _add_section(found: dict[str, tuple[dict[str, str], bytes]], raw: bytes) -> None:
    unfolded = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n ", b"")
    attributes = {}
    for line in unfolded.decode("utf-8", "replace").split("\n"):
        key, colon, value = line.partition(": ")
        if colon:
            attributes[key] = value
    if attributes or not found:
        found.setdefault(attributes.get("Name", ""), (attributes, raw))


def _digest_in(attributes: dict[str, str], suffix: str) -> tuple[str, bytes] | None:
    for label, name in _DIGESTS.items():
        value = attributes.get(label + suffix)
        if value is not None:
            return name, base64.b64decode(value)
    return None


def _verify_signature_file(
    signed: bytes,
    manifest: bytes,
    sections: dict[str, tuple[dict[str, str], bytes]],
    has_newer: bool,
) -> None:
    claims = _sections(signed)
    main = claims[""][0] if "" in claims else {}
    schemes = {one.strip() for one in main.get("X-Android-APK-Signed", "").split(",")}
    if schemes & {"2", "3"} and not has_newer:
        raise BadSignature("v1: the file was signed with a newer scheme, whose signature was removed")
    whole = _digest_in(main, "-Digest-Manifest")
    if whole and hashlib.new(whole[0], manifest).digest() == whole[1]:
        return
    for name, (claimed, _) in claims.items():
        if not name:
            continue
        digest = _digest_in(claimed, "-Digest")
        section = sections.get(name)
        if digest is None or section is None or hashlib.new(digest[0], section[1]).digest() != digest[1]:
            raise BadSignature(f"v1: MANIFEST.MF's entry for {name} is not what was signed")
    if len(claims) < len(sections):
        raise BadSignature("v1: MANIFEST.MF has entries that were not signed")


def _verify_entries(archive: zipfile.ZipFile, sections: dict[str, tuple[dict[str, str], bytes]]) -> None:
    for info in archive.infolist():
        name = info.filename
        if info.is_dir() or name.startswith("META-INF/"):
            continue
        digest = _digest_in(sections[name][0], "-Digest") if name in sections else None
        if digest is None:
            raise BadSignature(f"v1: {name} is not signed")
        if info.file_size > _MAX_ENTRY:
            raise BadSignature(f"v1: {name} is larger than {_MAX_ENTRY} bytes")
        with archive.open(info) as entry:
            found = hashlib.new(digest[0])
            while piece := entry.read(1 << 20):
                found.update(piece)
        if found.digest() != digest[1]:
            raise BadSignature(f"v1: {name} is not what was signed")


def _verify_pkcs7(block: bytes, signed: bytes) -> bytes:
    """Checks the first signer's signature over the .SF file and gives its certificate, DER."""
    try:
        content = list(_elements(block)[0])
        data = list(next(iter(content[1])))
        infos = next(part for part in reversed(data) if part.tag == 0x31)
        parts = list(next(iter(infos)))
        serial = int.from_bytes(list(parts[1])[1].body, "big", signed=True)
        digest_name = _OIDS[next(iter(parts[2])).body]
        attributes = parts[3] if parts[3].tag == 0xA0 else None
        signature = parts[5 if attributes else 4].body
        certificates = pkcs7.load_der_pkcs7_certificates(block)
        certificate = next(one for one in certificates if one.serial_number == serial)
    except (IndexError, KeyError, StopIteration, ValueError) as fault:
        raise BadSignature(f"v1: the signature block cannot be read: {fault!r}") from fault
    message = signed
    if attributes is not None:
        message = b"\x31" + attributes.whole[1:]
        if _signed_digest(attributes) != hashlib.new(digest_name, signed).digest():
            raise BadSignature("v1: the signature file is not what was signed")
    _check(certificate, signature, message, _HASHES[digest_name])
    return certificate.public_bytes(serialization.Encoding.DER)


def _signed_digest(attributes: _Der) -> bytes | None:
    for attribute in attributes:
        key, values = list(attribute)[:2]
        if key.body == _MESSAGE_DIGEST:
            return next(iter(values)).body
    return None


def _check(certificate: x509.Certificate, signature: bytes, message: bytes, digest: hashes.HashAlgorithm) -> None:
    key = certificate.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, message, padding.PKCS1v15(), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, message, ec.ECDSA(digest))
        elif isinstance(key, dsa.DSAPublicKey):
            key.verify(signature, message, digest)
        else:
            raise BadSignature("v1: the certificate's key is of no supported kind")
    except InvalidSignature as fault:
        raise BadSignature("v1: the signature does not verify") from fault
