"""The key that signs bundles: Ed25519 (RFC 8032). One for each user of a rig, made on first use, unless the environment names
another file or a program that holds a key (program_key.py). docs/evidence.md, "Keys"."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from harness.errors import HarnessError, UsageError
from harness.resources import state_dir

NAME = "signing.pem"
FILE_NAMED = "HARNESS_SIGNING_KEY"
PROGRAM_NAMED = "HARNESS_SIGN_WITH"
PUBLIC_NAMED = "HARNESS_PUBLIC_KEY"


class SigningKey(Protocol):
    """What signs: a private key of this machine, or a program that has one (Ed25519, RFC 8032)."""

    def sign(self, data: bytes, /) -> bytes:
        """64 bytes."""

    def public_key(self) -> Ed25519PublicKey: ...


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Where the key that signs is. `kind`: own (the rig's), file or program; `where`: the path, or the command."""

    kind: str
    where: str


def holder() -> Holder:
    """Of the key that signs now, by the environment. Raises UsageError where it names two."""
    file, command = os.environ.get(FILE_NAMED, ""), os.environ.get(PROGRAM_NAMED, "")
    if file and command:
        raise UsageError(f"Both {FILE_NAMED} and {PROGRAM_NAMED} are set.", "A bundle is signed by one key.", "Unset one.")
    if command:
        return Holder(kind="program", where=command)
    return Holder(kind="file", where=file) if file else Holder(kind="own", where=str(state_dir("keys") / NAME))


def signing_key() -> SigningKey:
    """The key that signs: the rig's own, made where there is none yet, or that which the environment names. A program is not
    asked to sign yet. Raises HarnessError where it cannot be used."""
    held = holder()
    if held.kind == "program":
        from harness.bundle.program_key import ProgramKey

        return ProgramKey.of(held.where, os.environ.get(PUBLIC_NAMED, ""))
    path = Path(held.where)
    return read_private(path) if held.kind == "file" or path.exists() else _make(path)


def tried(key: SigningKey) -> SigningKey:
    """The key, after it has signed something: that it cannot is told before there is anything to sign. Raises HarnessError."""
    key.sign(b"privacy-harness: may this key sign?")
    return key


def import_key(source: Path) -> tuple[Path, Path | None]:
    """Makes the key in a PEM file the rig's own: where it lies now, and where the one before is kept. Raises HarnessError."""
    key = read_private(source)
    path = state_dir("keys") / NAME
    kept = None
    if path.exists():
        before = read_private(path)
        if before.private_bytes_raw() == key.private_bytes_raw():
            return path, None
        kept = path.with_name(f"{fingerprint(public_bytes(before.public_key()))}.pem")
        if not kept.exists():
            os.link(path, kept)
    _written(path, key).replace(path)
    return path, kept


def public_pem(public: bytes) -> bytes:
    """SubjectPublicKeyInfo, of a raw public key; as `read_public` and openssl take it."""
    key = Ed25519PublicKey.from_public_bytes(public)
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


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


def read_private(path: Path) -> Ed25519PrivateKey:
    """The key in a PEM file (PKCS 8, without a password). Raises HarnessError."""
    try:
        there = path.stat()
    except FileNotFoundError as missing:
        raise UsageError(f"{path} is not there.", "", "Name a PEM file with an Ed25519 private key.") from missing
    except OSError as bad:
        raise HarnessError(f"The signing key {path} cannot be read.", str(bad.strerror), "Name a PEM file.") from bad
    if not stat.S_ISREG(there.st_mode):
        raise HarnessError(f"The signing key {path} is no file.", "", "Name a PEM file with an Ed25519 private key.")
    if sys.platform != "win32" and stat.S_IMODE(there.st_mode) & 0o077:
        raise HarnessError(
            f"The signing key {path} can be read by others.",
            "A signature proves nothing when others hold the key.",
            f"Take another key, or run: chmod 600 {path}",
        )
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except TypeError as locked:
        raise HarnessError(f"The signing key {path} is locked by a password.", "Nobody is there to give it when a run ends.",
                           f"Take it off (openssl pkey), or let a program sign: {PROGRAM_NAMED}.") from locked
    except (OSError, ValueError, UnsupportedAlgorithm) as bad:
        raise HarnessError(
            f"The signing key {path} cannot be read.", "It is no private key in PEM.", "Name another file.") from bad
    if not isinstance(key, Ed25519PrivateKey):
        raise HarnessError(f"The signing key {path} is no Ed25519 key.", "Bundles are signed by Ed25519 alone.",
                           "openssl genpkey -algorithm ed25519 -out FILE makes one.")
    return key


def _make(path: Path) -> Ed25519PrivateKey:
    """A new key, moved to its name whole: of two processes that make one at once, the first wins."""
    key = Ed25519PrivateKey.generate()
    new = _written(path, key)
    try:
        os.link(new, path)
    except FileExistsError:
        return read_private(path)
    finally:
        new.unlink()
    return key


def _written(path: Path, key: Ed25519PrivateKey) -> Path:
    """The key in a file of its own beside `path`, which its owner alone may read. Raises HarnessError."""
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    new = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fd, name = tempfile.mkstemp(dir=path.parent, prefix=f"{NAME}.")
        new = Path(name)
        with os.fdopen(fd, "wb") as file:
            file.write(pem)
    except OSError as bad:
        if new is not None:
            new.unlink(missing_ok=True)
        raise HarnessError(f"The signing key cannot be written to {path.parent}.", str(bad.strerror), "Free some space.") from bad
    return new
