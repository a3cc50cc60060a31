"""Whether a bundle is what was sealed. Recomputes everything; believes no recorded hash."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from harness.bundle.format import FORMAT, MANIFEST, OBJECTS, PARTIAL, SIGNATURE, BundleError, canonical
from harness.bundle.keys import fingerprint
from harness.bundle.manifest import ALGORITHM, SIGNED, covered, measure
from harness.bundle.objects import HASH
from harness.bundle.reader import BundleReader
from harness.bundle.source import Source, Unreadable, source_of
from harness.errors import UsageError
from harness.model import GapKind

_HEX = re.compile(r"(?:[0-9a-f]{2})*")


class Status(StrEnum):
    INTACT = "intact"                # every byte is as it was sealed, and the run came to its end
    INCOMPLETE = "incomplete"        # nothing differs, but the run was cut short, or never sealed
    ALTERED = "altered"              # something differs
    UNVERIFIABLE = "unverifiable"    # nothing differs that can be seen, but no signature says so


@dataclass(frozen=True, kw_only=True)
class Difference:
    file: str
    what: str


@dataclass(frozen=True, kw_only=True)
class Signer:
    """Who signed, as a signature says that fits its own text. `fingerprint`: SHA-256 of the raw public key. `created`:
    when, by the signer's clock (UTC, ISO 8601). `software`: the tool and its version."""

    fingerprint: str
    created: str
    software: str


@dataclass(frozen=True, kw_only=True)
class Verification:
    """`differences`: what is wrong, the first to be found first. `signer`: None where no valid signature is there;
    `signature_found`: whether there is one at all. `trusted`: whether the key is the one that was asked for; None
    where none was."""

    status: Status
    differences: list[Difference] = field(default_factory=list)
    signer: Signer | None = None
    signature_found: bool = False
    trusted: bool | None = None
    files: int = 0                   # files whose bytes were read and compared


def verify(bundle: Path | str, trusted_key: bytes | None = None) -> Verification:
    """Checks a bundle in a folder or zip; with `trusted_key` (raw Ed25519 public key) also who signed it."""
    source = source_of(Path(bundle))
    if not any(source.has(name) for name in ("run.jsonl", MANIFEST, SIGNATURE)):
        raise UsageError(f"{bundle} is no bundle.", "It has neither run.jsonl nor a manifest.", "Name a run's folder.")
    return _Check(source, trusted_key).run()


class _Check:
    def __init__(self, source: Source, trusted_key: bytes | None) -> None:
        self.source = source
        self.trusted_key = trusted_key
        self.altered: list[Difference] = []
        self.unsure: list[Difference] = []
        self.cut: list[Difference] = []
        self.signed: dict[str, Any] | None = None
        self.files = 0

    def run(self) -> Verification:
        sealed = self.source.has(MANIFEST)
        listed = self._read_manifest() if sealed else None
        self._check_signature(sealed)
        if listed is not None:
            self._check_files(listed)
        elif sealed:
            self._check_objects()
        else:
            self.cut.append(Difference(
                file=MANIFEST,
                what="is missing: the run was never sealed; objects are checked against their names only"))
            self._check_objects()
        self._check_end()
        status = (Status.ALTERED if self.altered else Status.UNVERIFIABLE if self.unsure
                  else Status.INCOMPLETE if self.cut else Status.INTACT)
        public = bytes.fromhex(self.signed["public_key"]) if self.signed else b""
        signer = Signer(
            fingerprint=fingerprint(public), created=self.signed["created"], software=self.signed["software"],
        ) if self.signed else None
        return Verification(
            status=status, differences=[*self.altered, *self.unsure, *self.cut],
            signer=signer,
            signature_found=self.source.has(SIGNATURE),
            trusted=None if self.trusted_key is None else public == self.trusted_key,
            files=self.files,
        )

    def _differs(self, file: str, what: str) -> None:
        self.altered.append(Difference(file=file, what=what))

    def _read(self, name: str) -> bytes | None:
        try:
            with self.source.open(name) as file:
                return file.read()
        except Unreadable as bad:
            self._differs(name, str(bad))
            return None

    def _read_canonical(self, name: str) -> dict[str, Any] | None:
        """The JSON object in a file that is written in one way only, so that no byte of it is free."""
        content = self._read(name)
        if content is None:
            return None
        try:
            value = json.loads(content)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict) or canonical(value) != content:
            self._differs(name, "is not as the harness writes it")
            return None
        return value

    def _read_manifest(self) -> dict[str, tuple[int, str]] | None:
        """Path -> size in bytes and SHA-256."""
        value = self._read_canonical(MANIFEST)
        if value is None:
            return None
        if value.get("format") != FORMAT:
            self.unsure.append(Difference(file=MANIFEST, what=f"has format {value.get('format')!r}, not {FORMAT}"))
            return None
        try:
            entries = [(str(r["path"]), int(r["bytes"]), str(r["hash"])) for r in value["resources"]]
        except (KeyError, TypeError, ValueError):
            self._differs(MANIFEST, "is not as the harness writes it")
            return None
        return {path: (size, digest.removeprefix("sha256:")) for path, size, digest in entries}

    def _check_signature(self, sealed: bool) -> None:
        if not self.source.has(SIGNATURE):
            if sealed:
                self.unsure.append(Difference(file=SIGNATURE, what="is missing: nobody vouches for the manifest"))
            return
        fields = self._read_canonical(SIGNATURE)
        if fields is None:
            return
        if fields.get("format") != FORMAT or fields.get("algorithm") != ALGORITHM:
            # A changed byte cannot be told from another format here, and neither can be relied on.
            self._differs(SIGNATURE, f"is no {ALGORITHM} signature of format {FORMAT}")
            return
        if sorted(fields) != sorted((*SIGNED, "signature")) or not self._signature_fits(fields):
            self._differs(SIGNATURE, "does not fit its own text: it was changed")
            return
        self.signed = fields
        if not sealed:
            self._differs(MANIFEST, "is missing, but its signature is there")
            return
        try:
            sha256, _ = measure(self.source, MANIFEST)
        except Unreadable:
            return    # told when the manifest was read
        self.files += 1
        if sha256 != fields["manifest_sha256"] and all(d.file != MANIFEST for d in self.altered):
            self._differs(MANIFEST, "is not the one that was signed")
        if self.trusted_key is not None and bytes.fromhex(fields["public_key"]) != self.trusted_key:
            self._differs(SIGNATURE, f"was made with another key: {fingerprint(bytes.fromhex(fields['public_key']))}")

    @staticmethod
    def _signature_fits(fields: dict[str, Any]) -> bool:
        if not all(isinstance(value, str) for name, value in fields.items() if name != "format"):
            return False
        public, signature = fields["public_key"], fields["signature"]
        if not (_HEX.fullmatch(public) and _HEX.fullmatch(signature) and len(public) == 64):
            return False
        try:
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(
                bytes.fromhex(signature), canonical({name: fields[name] for name in SIGNED}))
        except InvalidSignature:
            return False
        return True

    def _check_files(self, listed: dict[str, tuple[int, str]]) -> None:
        there = {name for name in self.source.names() if covered(name)}
        for name in sorted(there | listed.keys()):
            if name not in there:
                self._differs(name, "is missing")
            elif name not in listed:
                self._differs(name, "was added: the manifest does not list it")
            else:
                self._check_file(name, *listed[name])

    def _check_file(self, name: str, size: int, sha256: str) -> None:
        try:
            found, length = measure(self.source, name, limit=size)
        except Unreadable as bad:
            self._differs(name, str(bad))
            return
        self.files += 1
        if length > size:
            self._differs(name, f"is longer than the {size} bytes that were sealed")
        elif length < size:
            self._differs(name, f"has {length} bytes, {size} were sealed")
        elif found != sha256:
            self._differs(name, "has other contents than were sealed")

    def _check_objects(self) -> None:
        for name in self.source.names():
            if name.startswith(f"{OBJECTS}/") and not name.startswith(f"{PARTIAL}/"):
                sha256 = name.rsplit("/", 1)[1]
                if not HASH.fullmatch(sha256):
                    self._differs(name, "is not named by a hash")
                    continue
                try:
                    found, _ = measure(self.source, name)
                except Unreadable as bad:
                    self._differs(name, str(bad))
                    continue
                self.files += 1
                if found != sha256:
                    self._differs(name, "has other contents than its name says")

    def _check_end(self) -> None:
        """What the journals say about how the run ended; of no weight where they were altered."""
        if self.altered:
            return
        reader = BundleReader(self.source)
        try:
            ends = reader.facts("end")
            interrupted = [gap for gap in reader.gaps() if gap.kind is GapKind.INTERRUPTED]
            torn = [gap for gap in reader.gaps() if "@" in gap.id]
        except BundleError as bad:
            if self.source.has(SIGNATURE):
                self.cut.append(Difference(file="run.jsonl", what=bad.what))
            else:
                self._differs("run.jsonl", bad.what)
            return
        if not ends:
            self.cut.append(Difference(file="run.jsonl", what="has no fact `end`: the run was cut off"))
        elif ends[-1].data.get("complete") is not True:
            self.cut.append(Difference(
                file="run.jsonl", what=f"says that the run is incomplete: {ends[-1].data.get('reason', '')}"))
        self.cut += [Difference(file=gap.subject, what=gap.detail) for gap in torn]
        self.cut += [Difference(file="gaps.jsonl", what=f"{gap.id}: {gap.detail}") for gap in interrupted]
