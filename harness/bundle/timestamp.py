"""Time stamps (RFC 3161) over a bundle's signature: docs/evidence.md, "Time"."""

from __future__ import annotations

import base64
import binascii
import datetime
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509

from harness.bundle import custody
from harness.bundle.format import SIGNATURE, BundleError
from harness.bundle.keys import SigningKey
from harness.bundle.source import Source, Unreadable, read_whole
from harness.errors import HarnessError, RigError, UsageError

if TYPE_CHECKING:
    from rfc3161_client.tsp import TimeStampResponse

SECONDS = 30.0
MOST = 1 << 19
"""Bytes of an answer: a token with a chain of certificates has some 10,000."""
_SHA256 = x509.ObjectIdentifier("2.16.840.1.101.3.4.2.1")
_GRANTED = (0, 1)


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """What a time-stamp authority vouches for. `entry`: its number in the chain of custody; `at`: UTC, ISO 8601; `authority`: its
    name as its certificate says; `checked`: whether its signature was checked against roots that were named."""

    entry: int
    at: str
    authority: str
    checked: bool


class BadToken(ValueError):
    """The token is none, or for another bundle, or not by an authority that is trusted. The message says which."""


def read_roots(path: Path) -> list[x509.Certificate]:
    """The certificates of a PEM file. Raises UsageError."""
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as bad:
        raise UsageError(f"{path} holds no certificates.", str(bad), "Name a PEM file with the authority's root.") from bad


def stamp(
    bundle: Path, url: str, *, roots: Sequence[x509.Certificate] = (), by: str = "", note: str = "",
    key: SigningKey | None = None,
) -> Stamp:
    """Has an authority vouch that this bundle's signature exists now, and appends its token to the chain of custody.

    Raises RigError where the authority does not answer or refuses, BundleError where its answer does not hold; nothing is
    appended then.
    """
    try:
        signed = (bundle / SIGNATURE).read_bytes()
    except OSError as bad:
        raise UsageError(f"{bundle} cannot be time-stamped.", "It is not sealed.", "Name a sealed bundle's folder.") from bad
    token = _ask(url, signed)
    try:
        found = _read(token, signed, roots)
    except BadToken as bad:
        raise BundleError(f"The answer of {url} is not kept.", f"It {bad}.", "Ask another authority, or name its root.") from bad
    entry = custody.append(
        bundle, custody.Action.TIMESTAMPED, note=note, by=by, key=key,
        data={"authority": url, "token": base64.b64encode(token).decode("ascii")})
    return replace(found, entry=entry.number)


def token_of(entry: custody.Entry) -> bytes:
    """The TimeStampResp of an entry, DER. Raises BadToken."""
    try:
        return base64.b64decode(entry.data["token"], validate=True)
    except (KeyError, TypeError, ValueError, binascii.Error) as bad:
        raise BadToken("holds no token") from bad


def read_stamp(source: Source, entry: custody.Entry, roots: Sequence[x509.Certificate] = ()) -> Stamp:
    """What the token in an entry says. Raises BadToken where it does not hold."""
    try:
        signed = read_whole(source, SIGNATURE)
    except Unreadable as bad:
        raise BadToken(f"is over {SIGNATURE}, which {bad}") from bad
    found = _read(token_of(entry), signed, roots)
    return replace(found, entry=entry.number)


def _read(token: bytes, signed: bytes, roots: Sequence[x509.Certificate]) -> Stamp:
    from rfc3161_client import VerificationError, VerifierBuilder

    try:
        response = _decoded(token)
        info = response.tst_info
        imprint, at = info.message_imprint, info.gen_time
        authority = _authority(response)
    except (ValueError, TypeError, AttributeError) as bad:
        raise BadToken("is no token of a time-stamp authority") from bad
    if response.status not in _GRANTED:
        raise BadToken(f"was not granted (status {response.status})")
    if imprint.hash_algorithm != _SHA256 or imprint.message != hashlib.sha256(signed).digest():
        raise BadToken("is for something else than this bundle's signature")
    if roots:
        try:
            VerifierBuilder(roots=list(roots)).build().verify_message(response, signed)
        except (VerificationError, ValueError) as bad:
            raise BadToken(f"is not by an authority that the named certificates vouch for: {bad}") from bad
    utc = at.astimezone(datetime.UTC) if at.tzinfo else at.replace(tzinfo=datetime.UTC)
    return Stamp(entry=0, at=utc.strftime("%Y-%m-%dT%H:%M:%SZ"), authority=authority, checked=bool(roots))


def _decoded(token: bytes) -> TimeStampResponse:
    """Raises ValueError, TypeError, AttributeError. The certificates that come along are brought into the order of DER, which
    openssl and others do not keep to and the reader asks for; no signature is over them."""
    from asn1crypto import cms, tsp
    from rfc3161_client import decode_timestamp_response

    whole = tsp.TimeStampResp.load(token, strict=True)
    if whole["time_stamp_token"].native is not None:
        signed = whole["time_stamp_token"]["content"]
        ordered = sorted(one.dump() for one in signed["certificates"])
        signed["certificates"] = cms.CertificateSet([cms.CertificateChoices.load(one) for one in ordered])
    return decode_timestamp_response(whole.dump())


def _authority(response: TimeStampResponse) -> str:
    """The subject of the certificate that signed; its issuer and number where the token brings no certificates."""
    [signer] = response.signed_data.signer_infos
    for der in response.signed_data.certificates:
        certificate = x509.load_der_x509_certificate(der)
        if (certificate.issuer, certificate.serial_number) == (signer.issuer, signer.serial_number):
            return certificate.subject.rfc4514_string()
    return f"{signer.issuer.rfc4514_string()} no. {signer.serial_number}"


def _ask(url: str, signed: bytes) -> bytes:
    import requests
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    request = TimestampRequestBuilder().data(signed).hash_algorithm(HashAlgorithm.SHA256).nonce(nonce=True).cert_request(
        cert_request=True).build()
    try:
        with requests.post(url, data=request.as_bytes(), headers={"Content-Type": "application/timestamp-query"}, stream=True,
                           timeout=SECONDS) as answer:
            content: bytes = answer.raw.read(MOST + 1, decode_content=True)
            status = answer.status_code
    except (requests.RequestException, OSError, ValueError) as bad:
        raise RigError(f"The time-stamp authority {url} does not answer.", type(bad).__name__ + f": {bad}",
                       "Look at the address and the network. Nothing was appended: a time that nobody gave is none.") from bad
    if status != 200 or len(content) > MOST:
        raise RigError(f"The time-stamp authority {url} refused.", f"HTTP {status}, {len(content)} bytes.", "Look at it.")
    try:
        nonce = _decoded(content).tst_info.nonce
    except (ValueError, TypeError, AttributeError) as bad:
        raise HarnessError(f"What {url} answered is no time stamp.", str(bad), "Name an authority of RFC 3161.") from bad
    if nonce != request.nonce:
        raise HarnessError(f"The answer of {url} is to another question.", "Its nonce differs: it may be old.", "Ask again.")
    return content
