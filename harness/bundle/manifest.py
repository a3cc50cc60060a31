"""The manifest: every file of a bundle with its size and hash, and its signature.

manifest.json is a data package (frictionlessdata.io, as in WACZ): `resources`, each with path, bytes
and hash. manifest.sig signs the manifest's hash together with the time, the tool and the
public key, so that no byte of either file can change unseen.
"""

from __future__ import annotations

import hashlib
from typing import Any

from harness.bundle import redaction
from harness.bundle.format import ATTACHMENTS, FORMAT, LATER, MANIFEST, PENDING, REPORT, BundleError, canonical
from harness.bundle.keys import SigningKey
from harness.bundle.objects import CHUNK
from harness.bundle.signed import COMMON, file_entry, sign
from harness.bundle.source import Source, Unreadable, read_whole

VOUCHED = ("manifest_sha256",)
SIGNED = tuple(sorted((*COMMON, *VOUCHED)))
"""The fields of manifest.sig which its `signature` covers, as canonical JSON."""


def covered(name: str) -> bool:
    """Whether the manifest lists a file: all but itself, its signature, what is derived, and what is added later."""
    return name not in (*PENDING, *PENDING.values(), *LATER) and not name.startswith((f"{REPORT}/", f"{ATTACHMENTS}/"))


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


def manifest_sha256(source: Source) -> str:
    """SHA-256 of manifest.json. Raises Unreadable."""
    return hashlib.sha256(read_whole(source, MANIFEST)).hexdigest()


def manifest(source: Source) -> bytes:
    """manifest.json as bytes. The same files give the same bytes, whenever and wherever."""
    resources = []
    cut = _cut_journals(source)
    for name in source.names():
        if not covered(name):
            continue
        try:
            sha256, size = measure(source, name)
        except Unreadable as bad:
            raise BundleError(
                f"{source.name} cannot be sealed: {name} {bad}.", "", "Remove it, and seal again.") from bad
        resource: dict[str, Any] = file_entry(name, size, sha256)
        if name in cut:
            resource["redacted"] = {"bytes": cut[name][0], "hash": f"sha256:{cut[name][1]}"}
        resources.append(resource)
    return canonical({"profile": "data-package", "format": FORMAT, "custody": True, "resources": resources})


def _cut_journals(source: Source) -> dict[str, tuple[int, str]]:
    try:
        return redaction.cut_journals(source)
    except (Unreadable, ValueError) as bad:
        raise BundleError(f"{source.name} cannot be sealed: {bad}.", "", "Remove redaction.seed, and seal again.") from bad


def signature(listed: bytes, key: SigningKey, created: str) -> bytes:
    """manifest.sig as bytes. `created`: UTC, ISO 8601."""
    return sign({"manifest_sha256": hashlib.sha256(listed).hexdigest()}, key, created)
