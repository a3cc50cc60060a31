"""The manifest: every file of a bundle with its size and hash, and its signature.

manifest.json is a data package (frictionlessdata.io, as in WACZ): `resources`, each with path, bytes
and hash. manifest.sig signs the manifest's hash together with the time, the tool and the
public key, so that no byte of either file can change unseen.
"""

from __future__ import annotations

import datetime
import hashlib
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from harness import __version__
from harness.bundle.format import FORMAT, MANIFEST, REPORT, SIGNATURE, BundleError, canonical
from harness.bundle.keys import public_bytes
from harness.bundle.objects import CHUNK
from harness.bundle.source import FolderSource, Source, Unreadable

ALGORITHM = "Ed25519"
SIGNED = ("algorithm", "created", "format", "manifest_sha256", "public_key", "software")
"""The fields of manifest.sig which its `signature` covers, as canonical JSON."""


def covered(name: str) -> bool:
    """Whether the manifest lists a file: all but itself, its signature, and what is derived."""
    return name not in (MANIFEST, SIGNATURE) and not name.startswith(f"{REPORT}/")


def measure(source: Source, name: str, limit: int | None = None) -> tuple[str, int]:
    """SHA-256 and size in bytes of a file; reading stops once it is longer than `limit`."""
    digest = hashlib.sha256()
    size = 0
    with source.open(name) as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            if limit is not None and size > limit:
                break
    return digest.hexdigest(), size


def manifest(source: Source) -> bytes:
    """manifest.json as bytes. The same files give the same bytes, whenever and wherever."""
    resources = []
    for name in source.names():
        if not covered(name):
            continue
        try:
            sha256, size = measure(source, name)
        except Unreadable as bad:
            raise BundleError(
                f"{source.name} cannot be sealed: {name} {bad}.", "", "Remove it, and seal again.") from bad
        resources.append({"path": name, "bytes": size, "hash": f"sha256:{sha256}"})
    return canonical({"profile": "data-package", "format": FORMAT, "resources": resources})


def signature(listed: bytes, key: Ed25519PrivateKey, created: str) -> bytes:
    """manifest.sig as bytes. `created`: UTC, ISO 8601."""
    fields: dict[str, Any] = {
        "algorithm": ALGORITHM,
        "created": created,
        "format": FORMAT,
        "manifest_sha256": hashlib.sha256(listed).hexdigest(),
        "public_key": public_bytes(key.public_key()).hex(),
        "software": f"privacy-harness {__version__}",
    }
    return canonical({**fields, "signature": key.sign(canonical(fields)).hex()})


def seal(bundle: Path, key: Ed25519PrivateKey) -> None:
    """Writes manifest.json and manifest.sig. Nothing may be written to the bundle afterwards, save report/."""
    listed = manifest(FolderSource(bundle))
    created = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    signed = signature(listed, key, created)
    for name, content in ((MANIFEST, listed), (SIGNATURE, signed)):
        unfinished = bundle / f".{name}"
        try:
            unfinished.write_bytes(content)
            unfinished.replace(bundle / name)
        except OSError as bad:
            raise BundleError(
                f"{bundle} could not be sealed: {bad.strerror}.", "All journals and objects are kept.",
                "Free some space and run `harness analyze` on it: that seals it as an interrupted run.",
            ) from bad
