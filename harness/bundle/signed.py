"""Signed JSON: what manifest.sig and report.sig have in common. Canonical, so that no byte of it is free.

Both have `algorithm`, `created`, `format`, `public_key`, `software` and `signature`; what is vouched for stands between
them. The signature is over the canonical JSON of all the others.
"""

from __future__ import annotations

import datetime
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from harness import __version__
from harness.bundle.format import FORMAT, FORMATS, canonical
from harness.bundle.keys import SigningKey, fingerprint, public_bytes

ALGORITHM = "Ed25519"
SOFTWARE = f"privacy-harness {__version__}"
COMMON = ("algorithm", "created", "format", "public_key", "software")
_HEX = re.compile(r"(?:[0-9a-f]{2})*")


@dataclass(frozen=True, kw_only=True)
class Signer:
    """Who signed, as a signature says that fits its own text. `fingerprint`: SHA-256 of the raw public key. `created`:
    when, by the signer's clock (UTC, ISO 8601). `software`: the tool and its version."""

    fingerprint: str
    created: str
    software: str

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> Signer:
        return cls(fingerprint=fingerprint(bytes.fromhex(fields["public_key"])), created=fields["created"],
                   software=fields["software"])


def now() -> str:
    """UTC, ISO 8601, to the second."""
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def sign(vouched: Mapping[str, Any], key: SigningKey, created: str) -> bytes:
    """The file as bytes. `vouched`: the fields besides the common ones."""
    return canonical(sign_fields(vouched, key, created))


def sign_fields(vouched: Mapping[str, Any], key: SigningKey, created: str) -> dict[str, Any]:
    """The same as an object."""
    fields: dict[str, Any] = {
        "algorithm": ALGORITHM,
        "created": created,
        "format": FORMAT,
        "public_key": public_bytes(key.public_key()).hex(),
        "software": SOFTWARE,
        **vouched,
    }
    return {**fields, "signature": key.sign(canonical(fields)).hex()}


class NotSigned(ValueError):
    """The file is no signature that holds; the message says why, without the file's name."""


def read_canonical(content: bytes) -> dict[str, Any]:
    """The JSON object in a file that is written in one way only. Raises NotSigned."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict) or canonical(value) != content:
        raise NotSigned("is not as the harness writes it")
    return value


def read_signed(content: bytes, vouched: Sequence[str]) -> dict[str, Any]:
    """The fields of a signature that fits its own text, with just these besides the common ones. Raises NotSigned."""
    return check_signed(read_canonical(content), vouched)


def check_signed(fields: dict[str, Any], vouched: Sequence[str]) -> dict[str, Any]:
    """`read_signed`, of an object that was read already."""
    if fields.get("format") not in FORMATS or fields.get("algorithm") != ALGORITHM:
        # A changed byte cannot be told from another format here, and neither can be relied on.
        raise NotSigned(f"is no {ALGORITHM} signature of a format up to {FORMAT}")
    named = (*COMMON, *vouched)
    if sorted(fields) != sorted((*named, "signature")) or not _fits(fields):
        raise NotSigned("does not fit its own text: it was changed")
    return fields


def _fits(fields: Mapping[str, Any]) -> bool:
    public, signature = fields["public_key"], fields["signature"]
    if not all(isinstance(fields[name], str) for name in ("created", "public_key", "signature", "software")):
        return False
    if not (_HEX.fullmatch(public) and _HEX.fullmatch(signature) and len(public) == 64):
        return False
    told = canonical({name: value for name, value in fields.items() if name != "signature"})
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), told)
    except InvalidSignature:
        return False
    return True


def file_entry(path: str, size: int, sha256: str) -> dict[str, Any]:
    """A file as it stands in a list of files."""
    return {"path": path, "bytes": size, "hash": f"sha256:{sha256}"}


def listed_files(entries: Any) -> dict[str, tuple[int, str]]:
    """Path -> size in bytes and SHA-256, of a list of files each with `path`, `bytes` and `hash`. Raises NotSigned."""
    try:
        listed = [(str(r["path"]), int(r["bytes"]), str(r["hash"])) for r in entries]
    except (KeyError, TypeError, ValueError) as bad:
        raise NotSigned("is not as the harness writes it") from bad
    return {path: (size, digest.removeprefix("sha256:")) for path, size, digest in listed}


def cut_files(entries: Any) -> dict[str, tuple[int, str]]:
    """The same of the journals as they are when cut: those entries that have `redacted`. Raises NotSigned."""
    if not isinstance(entries, list):
        raise NotSigned("is not as the harness writes it")
    cut = [entry for entry in entries if isinstance(entry, dict) and isinstance(entry.get("redacted"), dict)]
    return listed_files([{"path": entry.get("path"), **entry["redacted"]} for entry in cut])


def write_forced(path: Path, content: bytes) -> None:
    """Writes the file and forces it to the disk. Raises OSError; nothing half-written is left then."""
    try:
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        raise
