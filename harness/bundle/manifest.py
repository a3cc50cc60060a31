"""The manifest: every file of a bundle with its size and hash, and its signature.

manifest.json is a data package (frictionlessdata.io, as in WACZ): `resources`, each with path, bytes
and hash. manifest.sig signs the manifest's hash together with the time, the tool and the
public key, so that no byte of either file can change unseen.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from harness.bundle.format import FORMAT, MANIFEST, PENDING, REPORT, SIGNATURE, BundleError, canonical
from harness.bundle.objects import CHUNK
from harness.bundle.signed import COMMON, now, sign, write_forced
from harness.bundle.source import FolderSource, Source, Unreadable

VOUCHED = ("manifest_sha256",)
SIGNED = tuple(sorted((*COMMON, *VOUCHED)))
"""The fields of manifest.sig which its `signature` covers, as canonical JSON."""


def covered(name: str) -> bool:
    """Whether the manifest lists a file: all but itself, its signature, and what is derived."""
    return name not in (*PENDING, *PENDING.values()) and not name.startswith(f"{REPORT}/")


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
    return sign({"manifest_sha256": hashlib.sha256(listed).hexdigest()}, key, created)


def seal(bundle: Path, key: Ed25519PrivateKey) -> None:
    """Writes manifest.json and manifest.sig. Nothing may be written to the bundle afterwards, save report/.

    Both are whole under other names before either gets its own: a kill between leaves the run's own signature
    beside what it vouches for, and `recovery.finish_seal` has only to move it.
    """
    listed = manifest(FolderSource(bundle))
    signed = signature(listed, key, now())
    try:
        for name, content in ((MANIFEST, listed), (SIGNATURE, signed)):
            write_forced(bundle / PENDING[name], content)
        for name, pending in PENDING.items():
            (bundle / pending).replace(bundle / name)
    except OSError as bad:
        raise BundleError(
            f"{bundle} could not be sealed: {bad.strerror}.",
            "All journals and objects are kept, but nothing vouches for them: the bundle stays unverifiable.",
            "Free some space, and run again.",
        ) from bad
