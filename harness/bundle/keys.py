"""The key that signs bundles: Ed25519 (RFC 8032), made on first use, one for each user of a rig."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from harness.errors import HarnessError, UsageError
from harness.resources import state_dir

NAME = "signing.pem"


class SigningKey(Protocol):
    """What signs: a private key of this machine, or a program that has one (Ed25519, RFC 8032)."""

    def sign(self, data: bytes, /) -> bytes:
        """64 bytes."""

    def public_key(self) -> Ed25519PublicKey: ...


def signing_key(folder: Path | None = None) -> Ed25519PrivateKey:
    """The key in `folder` (the rig's own where none is named); a new one where there is none yet."""
    path = (folder or state_dir("keys")) / NAME
    try:
        return _load(path)
    except FileNotFoundError:
        return _make(path)


def public_bytes(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def fingerprint(public: bytes) -> str:
    """What people compare: SHA-256 of the raw 32-byte public key, in hex."""
    return hashlib.sha256(public).hexdigest()


def read_public(path: Path) -> bytes:
    """The raw public key in a PEM file (SubjectPublicKeyInfo)."""
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm) as bad:
        raise UsageError(f"{path} is no public key.", str(bad), "Give a PEM file with an Ed25519 public key.") from bad
    if not isinstance(key, Ed25519PublicKey):
        raise UsageError(f"{path} is no Ed25519 key.", "", "Give a PEM file with an Ed25519 public key.")
    return public_bytes(key)


def _load(path: Path) -> Ed25519PrivateKey:
    if sys.platform != "win32" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise HarnessError(
            f"The signing key {path} can be read by others.",
            "A signature proves nothing when others hold the key.",
            f"Make a new key (delete the file), or run: chmod 600 {path}",
        )
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as bad:
        raise HarnessError(
            f"The signing key {path} cannot be read.", str(bad), "Put back a copy, or delete it.") from bad
    if not isinstance(key, Ed25519PrivateKey):
        raise HarnessError(f"The signing key {path} is no Ed25519 key.", "", "Put back a copy, or delete it.")
    return key


def _make(path: Path) -> Ed25519PrivateKey:
    """A new key, moved to its name whole: of two processes that make one at once, the first wins."""
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{NAME}.{os.getpid()}")
    fd = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(pem)
        try:
            os.link(new, path)
        except FileExistsError:
            return _load(path)
    finally:
        new.unlink()
    return key
