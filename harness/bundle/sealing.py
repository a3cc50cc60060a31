"""Sealing: the seed of what may be cut, the manifest, its signature, and the first entry of the chain of custody."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

from harness.bundle import custody, redaction
from harness.bundle.format import CUSTODY, CUSTODY_SIGNATURE, MANIFEST, PENDING, SIGNATURE, BundleError
from harness.bundle.keys import SigningKey
from harness.bundle.manifest import manifest, signature
from harness.bundle.signed import now, write_forced
from harness.bundle.source import FolderSource


def seal(bundle: Path, key: SigningKey, by: str = "") -> None:
    """Writes manifest.json, manifest.sig and the chain of custody. Nothing may be written to the bundle afterwards, save report/
    and what format.LATER names.

    Manifest and signature are whole under other names before either gets its own: a kill between leaves the run's own signature
    beside what it vouches for, and `recovery.finish_seal` has only to move it.
    """
    try:
        seed = bundle / redaction.SEED
        if not seed.exists():
            write_forced(seed, secrets.token_hex(32).encode("ascii") + b"\n")
        listed = manifest(FolderSource(bundle))
        created = now()
        chain, head = custody.begin(hashlib.sha256(listed).hexdigest(), key, created, by)
        for name, content in (
            (PENDING[MANIFEST], listed), (CUSTODY, chain), (CUSTODY_SIGNATURE, head),
            (PENDING[SIGNATURE], signature(listed, key, created)),
        ):
            write_forced(bundle / name, content)
        for name, pending in PENDING.items():
            (bundle / pending).replace(bundle / name)
    except OSError as bad:
        raise BundleError(
            f"{bundle} could not be sealed: {bad.strerror}.",
            "All journals and objects are kept, but nothing vouches for them: the bundle stays unverifiable.",
            "Free some space, and run again.",
        ) from bad
