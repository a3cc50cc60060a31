"""Whether a bundle is what was sealed. Recomputes everything; believes no recorded hash."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from cryptography.x509 import Certificate

from harness.bundle import report as reports
from harness.bundle.custody import Action, BrokenChain, Entry, attached, read_chain
from harness.bundle.format import (
    ATTACHMENTS,
    CUSTODY,
    CUSTODY_SIGNATURE,
    FORMAT,
    FORMATS,
    MANIFEST,
    OBJECTS,
    PARTIAL,
    PENDING,
    REDACTION,
    REPORT,
    REPORT_SIGNATURE,
    SIGNATURE,
    BundleError,
)
from harness.bundle.keys import fingerprint
from harness.bundle.manifest import VOUCHED, covered, measure
from harness.bundle.objects import HASH
from harness.bundle.reader import BundleReader
from harness.bundle.redaction import REMOVABLE, among
from harness.bundle.signed import NotSigned, Signer, cut_files, listed_files, read_canonical, read_signed
from harness.bundle.source import Source, Unreadable, read_whole, source_of
from harness.bundle.timestamp import BadToken, Stamp, read_stamp
from harness.errors import UsageError
from harness.model import GapKind

REDACTED = ("cut", "manifest_sha256", "removed")
"""What redaction.sig vouches for."""


class Status(StrEnum):
    INTACT = "intact"                # every byte is as it was signed, and the run came to its end
    INCOMPLETE = "incomplete"        # nothing differs, but the run was cut short
    ALTERED = "altered"              # something differs
    UNVERIFIABLE = "unverifiable"    # nothing differs that can be seen, but for a part of it no signature says so


@dataclass(frozen=True, kw_only=True)
class Difference:
    file: str
    what: str


@dataclass(frozen=True, kw_only=True)
class Redaction:
    """What a copy lacks of what was sealed: paths of files, and of journals that were cut; by whom."""

    removed: list[str]
    cut: list[str]
    signer: Signer


@dataclass(frozen=True, kw_only=True)
class Verification:
    """`differences`: what is wrong, the first to be found first. `signer`: None where no valid signature is there;
    `signature_found`: whether there is one at all. `trusted`: whether the key is the one that was asked for; None
    where none was. `manifest_sha256`: of manifest.json as it is, "" where there is none. `report_found`: whether the
    bundle has a report; `report_signer`: who made it, None where no valid signature says so. `redaction`: None where it is no cut
    copy. `custody`: the chain, [] where it does not hold; `stamps`: the time stamps in it that hold."""

    status: Status
    differences: list[Difference] = field(default_factory=list)
    signer: Signer | None = None
    signature_found: bool = False
    trusted: bool | None = None
    manifest_sha256: str = ""
    report_found: bool = False
    report_signer: Signer | None = None
    redaction: Redaction | None = None
    custody: list[Entry] = field(default_factory=list)
    stamps: list[Stamp] = field(default_factory=list)
    files: int = 0                   # files whose bytes were read and compared


def verify(
    bundle: Path | str, trusted_key: bytes | None = None, *, report: bool = True, authorities: Sequence[Certificate] = (),
) -> Verification:
    """Checks a bundle in a folder or zip; with `trusted_key` (raw Ed25519 public key) also who sealed it. `report`:
    whether what is derived is checked too; False for whoever is about to make it anew. `authorities`: roots that the keys of
    time stamps are checked against."""
    source = source_of(Path(bundle))
    if not any(source.has(name) for name in ("run.jsonl", MANIFEST, SIGNATURE)):
        raise UsageError(f"{bundle} is no bundle.", "It has neither run.jsonl nor a manifest.", "Name a run's folder.")
    return verify_source(source, trusted_key, report=report, authorities=authorities)


def verify_source(
    source: Source, trusted_key: bytes | None = None, *, report: bool = True, authorities: Sequence[Certificate] = (),
) -> Verification:
    """`verify`, for a bundle that is open already."""
    return _Check(source, trusted_key, authorities).run(report)


class _Check:
    def __init__(self, source: Source, trusted_key: bytes | None, authorities: Sequence[Certificate]) -> None:
        self.source = source
        self.authorities = authorities
        self.stamps: list[Stamp] = []
        self.names = source.names()
        self.trusted_key = trusted_key
        self.altered: list[Difference] = []
        self.unsure: list[Difference] = []
        self.cut: list[Difference] = []
        self.signed: dict[str, Any] | None = None
        self.report_signed: dict[str, Any] | None = None
        self.manifest_sha256 = ""
        self.has_chain = False
        self.custody: list[Entry] = []
        self.cut_files: dict[str, tuple[int, str]] = {}
        self.redaction: Redaction | None = None
        self.files = 0

    def run(self, report: bool) -> Verification:
        sealed = self.source.has(MANIFEST)
        listed = self._read_manifest() if sealed else None
        self._check_signature(sealed)
        self._check_pending()
        self._check_redaction(listed or {})
        if listed is not None:
            self._check_files({name for name in self.names if covered(name)}, listed, "the manifest", "sealed")
        else:
            self._check_objects()
        self._check_end(sealed)
        self._check_custody()
        if report:
            self._check_report()
        status = (Status.ALTERED if self.altered else Status.UNVERIFIABLE if self.unsure
                  else Status.INCOMPLETE if self.cut else Status.INTACT)
        public = bytes.fromhex(self.signed["public_key"]) if self.signed else b""
        return Verification(
            status=status, differences=[*self.altered, *self.unsure, *self.cut],
            signer=Signer.of(self.signed) if self.signed else None,
            signature_found=self.source.has(SIGNATURE),
            trusted=None if self.trusted_key is None or self.signed is None else public == self.trusted_key,
            manifest_sha256=self.manifest_sha256,
            report_found=any(_of_report(name) for name in self.names),
            report_signer=Signer.of(self.report_signed) if self.report_signed else None,
            redaction=self.redaction, custody=self.custody, stamps=self.stamps,
            files=self.files,
        )

    def _differs(self, file: str, what: str) -> None:
        self.altered.append(Difference(file=file, what=what))

    def _read(self, name: str) -> bytes | None:
        try:
            return read_whole(self.source, name)
        except Unreadable as bad:
            self._differs(name, str(bad))
            return None

    def _read_signed(self, name: str, vouched: Sequence[str]) -> dict[str, Any] | None:
        """The fields of a signature that holds; where it does not, that is told."""
        content = self._read(name)
        if content is None:
            return None
        try:
            return read_signed(content, vouched)
        except NotSigned as bad:
            self._differs(name, str(bad))
            return None

    def _read_manifest(self) -> dict[str, tuple[int, str]] | None:
        """Path -> size in bytes and SHA-256."""
        content = self._read(MANIFEST)
        if content is None:
            return None
        self.manifest_sha256 = hashlib.sha256(content).hexdigest()
        self.files += 1
        try:
            value = read_canonical(content)
            if value.get("format") in FORMATS:
                self.has_chain = value.get("custody") is True
                self.cut_files = cut_files(value.get("resources"))
                return listed_files(value.get("resources"))
        except NotSigned as bad:
            self._differs(MANIFEST, str(bad))
            return None
        self.unsure.append(Difference(file=MANIFEST, what=f"has format {value.get('format')!r}, not up to {FORMAT}"))
        return None

    def _check_signature(self, sealed: bool) -> None:
        if not self.source.has(SIGNATURE):
            if sealed:
                self.unsure.append(Difference(file=SIGNATURE, what="is missing: nobody vouches for the manifest"))
            return
        fields = self._read_signed(SIGNATURE, VOUCHED)
        if fields is None:
            return
        self.signed = fields
        if not sealed:
            self._differs(MANIFEST, "is missing, but its signature is there")
            return
        if self.manifest_sha256 not in ("", fields["manifest_sha256"]) and all(d.file != MANIFEST for d in self.altered):
            self._differs(MANIFEST, "is not the one that was signed")
        if self.trusted_key is not None and bytes.fromhex(fields["public_key"]) != self.trusted_key:
            self._differs(SIGNATURE, f"was made with another key: {fingerprint(bytes.fromhex(fields['public_key']))}")

    def _check_pending(self) -> None:
        """A manifest and a signature that never got their own names."""
        for name in PENDING.values():
            if self.source.has(name):
                if self.source.has(SIGNATURE):
                    self._differs(name, "was added: the manifest does not list it")
                else:
                    self.unsure.append(Difference(
                        file=name, what="was left by a run that was killed while it was sealed; where it fits, "
                                        "`harness analyze` moves it to its place"))

    def _check_redaction(self, listed: Mapping[str, tuple[int, str]]) -> None:
        """Before the files: those that were taken out are not missing."""
        if not self.source.has(REDACTION):
            return
        fields = self._read_signed(REDACTION, REDACTED)
        if fields is None:
            return
        self.files += 1
        removed, cut = fields["removed"], fields["cut"]
        if not (_names(removed) and _names(cut)) or fields["manifest_sha256"] != self.manifest_sha256:
            self._differs(REDACTION, "was made for another bundle")
            return
        self.redaction = Redaction(removed=removed, cut=cut, signer=Signer.of(fields))
        for name in {*removed, *cut} - listed.keys():
            if name.startswith(f"{ATTACHMENTS}/"):
                continue    # the chain lists these
            self._differs(REDACTION, f"names {name}, which the manifest does not list")
        for name in removed:
            if not among(name, REMOVABLE):
                self._differs(REDACTION, f"takes {name} out, of which no copy may be without")
        for name in set(cut) - self.cut_files.keys():
            self._differs(REDACTION, f"names {name}, of which nobody sealed what it is when cut")

    def _check_custody(self) -> None:
        if not self.manifest_sha256:
            return
        if not (self.has_chain or any(self.source.has(one) for one in (CUSTODY, CUSTODY_SIGNATURE))):
            self._check_attachments({})
            return
        try:
            self.custody = read_chain(self.source, self.manifest_sha256)
            listed = attached(self.custody)
        except BrokenChain as bad:
            self._differs(bad.file, str(bad))
        except Unreadable as bad:
            self._differs(CUSTODY, str(bad))
        else:
            self.files += 2
            self._check_attachments(listed)
            self._check_stamps()

    def _check_attachments(self, listed: Mapping[str, tuple[int, str]]) -> None:
        there = {name for name in self.names if name.startswith(f"{ATTACHMENTS}/")}
        self._check_files(there, listed, "the chain of custody", "signed")
        for name in self.redaction.removed if self.redaction else ():
            if name.startswith(f"{ATTACHMENTS}/") and name not in listed:
                self._differs(REDACTION, f"names {name}, which the chain of custody does not list")

    def _check_stamps(self) -> None:
        for entry in self.custody:
            if entry.action == Action.TIMESTAMPED:
                try:
                    self.stamps.append(read_stamp(self.source, entry, self.authorities))
                except BadToken as bad:
                    self._differs(CUSTODY, f"has an entry {entry.number} whose time stamp {bad}")

    def _check_files(self, there: set[str], listed: Mapping[str, tuple[int, str]], by: str, done: str) -> None:
        for name in sorted(there | listed.keys()):
            if name not in there:
                if self.redaction is None or name not in self.redaction.removed:
                    self._differs(name, "is missing")
            elif name not in listed:
                self._differs(name, f"was added: {by} does not list it")
            else:
                self._check_file(name, *listed[name], done)

    def _check_file(self, name: str, size: int, sha256: str, done: str) -> None:
        if self.redaction is not None and name in self.redaction.cut:
            size, sha256 = self.cut_files.get(name, (0, ""))
            done = f"{done} for a cut copy"
        try:
            found, length = measure(self.source, name, limit=size)
        except Unreadable as bad:
            self._differs(name, str(bad))
            return
        self.files += 1
        if length > size:
            self._differs(name, f"is longer than the {size} bytes that were {done}")
        elif length < size:
            self._differs(name, f"has {length} bytes, {size} were {done}")
        elif found != sha256:
            self._differs(name, f"has other contents than were {done}")

    def _check_objects(self) -> None:
        for name in self.names:
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

    def _check_end(self, sealed: bool) -> None:
        """What the journals say about how the run ended; of no weight where they were altered."""
        if self.altered:
            return
        reader = BundleReader(self.source)
        try:
            ends = reader.facts("end")
            closed = reader.facts("recovered")
            gaps = reader.gaps()
        except BundleError as bad:
            if self.source.has(SIGNATURE):
                self.cut.append(Difference(file="run.jsonl", what=bad.what))
            else:
                self._differs("run.jsonl", bad.what)
            return
        if not sealed:
            self._tell_unsealed(ended=bool(ends))
        if not ends:
            self.cut.append(Difference(file="run.jsonl", what="has no fact `end`: the run was cut off"))
        elif ends[-1].data.get("complete") is not True:
            self.cut.append(Difference(
                file="run.jsonl", what=f"says that the run is incomplete: {ends[-1].data.get('reason', '')}"))
        self.cut += [Difference(file=gap.subject, what=gap.detail) for gap in gaps if "@" in gap.id]
        self.cut += [Difference(file="gaps.jsonl", what=f"{gap.id}: {gap.detail}")
                     for gap in gaps if gap.kind is GapKind.INTERRUPTED]
        self.cut += [Difference(file="run.jsonl", what=f"{fact.id}: closed later, at {_moment(fact.host_ns)}, with "
                                f"{fact.data.get('software', 'an unnamed tool')}: what was written before could have been "
                                "changed until then") for fact in closed]

    def _tell_unsealed(self, *, ended: bool) -> None:
        if ended:
            self.unsure.append(Difference(
                file=MANIFEST, what="is missing, though the run came to its end: its seal was taken off, or was never "
                                    "made; objects are checked against their names only"))
        else:
            self.cut.insert(0, Difference(
                file=MANIFEST,
                what="is missing: the run was never sealed; objects are checked against their names only"))

    def _check_report(self) -> None:
        """What is derived: signed by whoever made it, for the manifest it was made from."""
        there = {name for name in self.names if _of_report(name)} - {REPORT_SIGNATURE}
        if REPORT_SIGNATURE not in self.names:
            self.unsure += [Difference(file=name, what=f"is not signed: there is no {REPORT_SIGNATURE}")
                            for name in sorted(there)]
            return
        fields = self._read_signed(REPORT_SIGNATURE, reports.VOUCHED)
        if fields is None:
            return
        try:
            listed = listed_files(fields["files"])
        except NotSigned as bad:
            self._differs(REPORT_SIGNATURE, str(bad))
            return
        self.report_signed = fields
        self.files += 1
        self._check_files(there, listed, REPORT_SIGNATURE, "signed")
        made_from = self.signed["manifest_sha256"] if self.signed else self.manifest_sha256
        if fields["manifest_sha256"] != made_from:
            for name in sorted(listed):
                self._differs(name, "was made from another manifest than this bundle's")


def _names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _of_report(name: str) -> bool:
    return name.startswith(f"{REPORT}/")


def _moment(ns: int) -> str:
    """UTC, ISO 8601; the number itself where a bundle names no time that there is."""
    try:
        at = datetime.datetime.fromtimestamp(ns / 1e9, datetime.UTC)
    except (OverflowError, ValueError, OSError):
        return f"{ns} ns"
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
