"""The chain of custody: who did what with a bundle after its run. Appended, never edited (docs/evidence.md)."""

from __future__ import annotations

import getpass
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO

from harness.bundle.format import CUSTODY, CUSTODY_SIGNATURE, MANIFEST, SIGNATURE, BundleError
from harness.bundle.keys import SigningKey, fingerprint, signing_key
from harness.bundle.locks import hold
from harness.bundle.manifest import manifest_sha256
from harness.bundle.redaction import compact
from harness.bundle.signed import NotSigned, check_signed, listed_files, now, read_signed, sign, sign_fields, write_forced
from harness.bundle.source import FolderSource, Source, Unreadable, lines_of, read_whole
from harness.errors import UsageError

VOUCHED = ("action", "by", "data", "entry", "note", "previous")
HEAD = ("entries", "head", "manifest_sha256")
MOST = 1 << 20
"""Bytes of a line: a time-stamp token with its certificates has some 10,000."""
OPERATOR = "HARNESS_OPERATOR"


class Action(StrEnum):
    SEALED = "sealed"          # the first entry of each chain
    OPENED = "opened"
    EXPORTED = "exported"
    ANNOTATED = "annotated"
    RECEIVED = "received"
    HANDED_OVER = "handed_over"
    TIMESTAMPED = "timestamped"


ATTACHED = "attachments"
"""In an entry's data: the files that go with it, each with `path`, `bytes` and `hash` as in the manifest."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line. `fingerprint`: SHA-256 of the raw public key of whoever signed it."""

    number: int
    action: str
    at: str
    by: str
    note: str
    fingerprint: str
    data: dict[str, Any] = field(default_factory=dict)


class BrokenChain(ValueError):
    """The message says what is wrong, `file` where."""

    def __init__(self, what: str, file: str = CUSTODY) -> None:
        super().__init__(what)
        self.file = file


def operator(named: str = "") -> str:
    """Who does it: as named, else HARNESS_OPERATOR, else the login name; "" where nobody knows."""
    if named or os.environ.get(OPERATOR):
        return named or os.environ[OPERATOR]
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return ""


def read_chain(source: Source, manifest_sha256: str) -> list[Entry]:
    """The entries of a chain that holds; [] of a bundle that was sealed without one. Raises BrokenChain, Unreadable."""
    return _walked(source, manifest_sha256)[0] if _begun(source) else []


def attached(entries: Iterable[Entry]) -> dict[str, tuple[int, str]]:
    """Path -> size in bytes and SHA-256 of all files that the entries list. Raises BrokenChain."""
    found: dict[str, tuple[int, str]] = {}
    for entry in entries:
        try:
            found |= listed_files(entry.data.get(ATTACHED, []))
        except NotSigned as bad:
            raise BrokenChain(f"has an entry {entry.number} that lists attachments in another way than the harness") from bad
    return found


def _begun(source: Source) -> bool:
    """Whether there is a chain. Raises BrokenChain where there should be one, and is none."""
    if not source.has(CUSTODY) and (source.has(CUSTODY_SIGNATURE) or _promised(source)):
        raise BrokenChain("is missing")
    return source.has(CUSTODY)


def _walked(source: Source, manifest_sha256: str) -> tuple[list[Entry], str]:
    """The entries, and the hash that the next one has to name."""
    entries: list[Entry] = []
    heads = [manifest_sha256]
    with source.open(CUSTODY) as file:
        for number, line in enumerate(lines_of(file), 1):
            entries.append(_entry(line, number, heads[-1]))
            heads.append(hashlib.sha256(line).hexdigest())
    _check_head(source, manifest_sha256, heads)
    return entries, heads[-1]


def _promised(source: Source) -> bool:
    """Whether the manifest says that there is a chain."""
    try:
        return json.loads(read_whole(source, MANIFEST)).get("custody") is True
    except (ValueError, AttributeError, RecursionError):
        return True    # it was changed: nothing to go by


def begin(manifest_sha256: str, key: SigningKey, created: str, by: str) -> tuple[bytes, bytes]:
    """The files of a chain of one entry: the sealing."""
    line = _line(1, manifest_sha256, Action.SEALED, key, created, by=by, note="", data=None)
    head = {"entries": 1, "head": hashlib.sha256(line).hexdigest(), "manifest_sha256": manifest_sha256}
    return line, sign(head, key, created)


def append(
    bundle: Path, action: Action, *, note: str = "", by: str = "", data: Mapping[str, Any] | None = None,
    key: SigningKey | None = None,
) -> Entry:
    """Appends an entry and returns it. Raises UsageError for what is no sealed bundle in a folder, BundleError where the chain
    is broken or cannot be written to."""
    source = FolderSource(bundle)
    if not bundle.is_dir():
        raise UsageError(f"Nothing can be appended to the chain of custody of {bundle}.", "It is no folder.", "Unpack it first.")
    if not source.has(MANIFEST) or not source.has(SIGNATURE):
        raise UsageError(f"{bundle} has no chain of custody.", "Only a sealed bundle has one.",
                         "`harness analyze` closes a run that was broken off.")
    signer = key or signing_key()
    try:
        sealed = manifest_sha256(source)
        begun = _begun(source)    # nothing is made beside what does not hold
        with _locked(bundle / CUSTODY) as file:
            there, head = _walked(source, sealed) if begun or file.seek(0, os.SEEK_END) else ([], sealed)
            line = _line(len(there) + 1, head, action, signer, now(), by=by, note=note, data=data)
            if len(line) > MOST:
                raise UsageError("The note is too long.", f"An entry has {MOST} bytes at most.", "Keep the text in a file.")
            file.seek(0, os.SEEK_END)
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
            _write_head(bundle, len(there) + 1, hashlib.sha256(line).hexdigest(), sealed, signer)
    except BrokenChain as bad:
        raise BundleError(f"The chain of custody of {bundle} is broken: {bad.file} {bad}.",
                          "Nothing is appended to it, so that this stays to be seen.", "Ask for another copy.") from bad
    except Unreadable as bad:
        raise BundleError(f"The chain of custody of {bundle} cannot be read: it {bad}.", "", "Look at its files.") from bad
    except OSError as bad:
        raise BundleError(f"The chain of custody of {bundle} cannot be written to: {bad.strerror}.", "", "") from bad
    return _as_entry(json.loads(line))


def _line(
    number: int, previous: str, action: Action, key: SigningKey, created: str, *, by: str, note: str,
    data: Mapping[str, Any] | None,
) -> bytes:
    told = {"action": str(action), "by": operator(by), "data": dict(data or {}), "entry": number, "note": note,
            "previous": previous}
    return compact(sign_fields(told, key, created)) + b"\n"


@contextmanager
def _locked(path: Path) -> Iterator[BinaryIO]:
    with path.open("ab+") as file:
        hold(file.fileno(), wait=True)
        yield file


def _write_head(bundle: Path, entries: int, head: str, sealed: str, signer: SigningKey) -> None:
    """After the line: a kill between leaves a head that names fewer lines than there are, which holds."""
    pending = bundle / f".{CUSTODY_SIGNATURE}"
    write_forced(pending, sign({"entries": entries, "head": head, "manifest_sha256": sealed}, signer, now()))
    pending.replace(bundle / CUSTODY_SIGNATURE)


def _check_head(source: Source, manifest_sha256: str, heads: Sequence[str]) -> None:
    if not source.has(CUSTODY_SIGNATURE):
        raise BrokenChain("is missing", CUSTODY_SIGNATURE)
    with source.open(CUSTODY_SIGNATURE) as file:
        content = file.read(MOST)
    try:
        fields = read_signed(content, HEAD)
    except NotSigned as bad:
        raise BrokenChain(str(bad), CUSTODY_SIGNATURE) from bad
    if fields["manifest_sha256"] != manifest_sha256:
        raise BrokenChain("is that of another bundle", CUSTODY_SIGNATURE)
    entries = fields["entries"]
    if not isinstance(entries, int) or not 0 < entries < len(heads) or heads[entries] != fields["head"]:
        raise BrokenChain(f"does not have the {fields['entries']} entries that were signed")


def _entry(line: bytes, number: int, previous: str) -> Entry:
    try:
        value = json.loads(line) if len(line) <= MOST else None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict) or compact(value) + b"\n" != line:
        raise BrokenChain(f"has an entry {number} that is not as the harness writes it")
    try:
        check_signed(value, VOUCHED)
    except NotSigned as bad:
        raise BrokenChain(f"has an entry {number} that {bad}") from bad
    if value["entry"] != number or value["previous"] != previous:
        raise BrokenChain(f"has an entry {number} that does not follow on what stands before it")
    if not all(isinstance(value[name], str) for name in ("action", "by", "note")) or not isinstance(value["data"], dict):
        raise BrokenChain(f"has an entry {number} that is not as the harness writes it")
    return _as_entry(value)


def _as_entry(value: Mapping[str, Any]) -> Entry:
    return Entry(number=value["entry"], action=value["action"], at=value["created"], by=value["by"], note=value["note"],
                 data=value["data"], fingerprint=fingerprint(bytes.fromhex(value["public_key"])))
