"""Opens one APK file that comes from anywhere: what it holds and who signed it. What that makes of a package is apk.py's."""

from __future__ import annotations

import hashlib
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from harness.lab.system import install_errors as errors
from harness.lab.system.facts import Element, Signer
from harness.lab.system.install_errors import InstallFailed
from harness.lab.system.jar_signature import verify_jar
from harness.lab.system.manifest import BadManifest, Reader, decode_xml
from harness.lab.system.signing_block import BadSignature, find_layout, verify_block
from harness.resource_table import DamagedTable, ResourceTable, read_table

SDK = 35
_MAX_FILE = 2 << 30  # bytes of the APK itself
_MAX_TOTAL = 4 << 30  # bytes unpacked
_MAX_ENTRIES = 1 << 17
_MAX_TABLE = 64 << 20  # bytes of the resource table
_MAX_XML = 4 << 20  # bytes of manifest or network config; manifests of large apps have some 0.3 MiB
_MAX_RATIO = 200  # deflate reaches 1032:1 on zeros; real APKs stay under 100:1 overall
_RATIO_FROM = 256 << 20  # bytes unpacked from which on the ratio counts


@dataclass(frozen=True)
class ApkFile:
    """`signer`: or why there is none; a package of several files is judged as a whole before its signatures are.

    `table` is None without a table, or with one so obfuscated that it cannot be read: labels are then names.
    """

    path: Path
    sha256: str
    size: int
    names: frozenset[str]
    manifest: Element
    table: ResourceTable | None
    signer: Signer | InstallFailed

    def xml(self, name: str) -> Element:
        """A compiled XML file of it. Raises InstallFailed."""
        with _archive(self.path) as archive:
            return _decode(archive, name)

    @property
    def native_abis(self) -> frozenset[str]:
        """Those that it has libraries for."""
        return frozenset(found[0] for name in self.names if (found := native_entry(name)))


def native_entry(name: str) -> tuple[str, str] | None:
    """ABI and file name of a native library, by the name of its entry: lib/ABI/libx.so."""
    parts = name.split("/")
    return (parts[1], parts[2]) if len(parts) == 3 and parts[0] == "lib" and name.endswith(".so") else None


def open_apk(path: Path) -> ApkFile:
    """Raises InstallFailed; reads the file once."""
    if path.stat().st_size > _MAX_FILE:
        raise InstallFailed(errors.INVALID_APK, f"The file is larger than {_MAX_FILE} bytes")
    data = path.read_bytes()
    with _archive(path) as archive:
        _check_entries(archive)
        names = frozenset(archive.namelist())
        manifest = _manifest(archive, path)
        return ApkFile(
            path=path,
            sha256=hashlib.sha256(data).hexdigest(),
            size=len(data),
            names=names,
            manifest=manifest,
            table=_resources(archive, names),
            signer=_signer(data, archive, manifest),
        )


def split_of(manifest: Element) -> str:
    """The name of the split that a manifest is of; "" for a base."""
    return Reader(None, "").text(manifest, "split")


def manifest_of(path: Path) -> Element:
    """The manifest alone. Raises InstallFailed for what is no APK."""
    with _archive(path) as archive:
        _check_entries(archive)
        return _manifest(archive, path)


DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, RuntimeError, EOFError, struct.error, ValueError)
"""What a damaged archive raises; RuntimeError: an entry that is encrypted, elements within elements without end."""


@contextmanager
def _archive(path: Path) -> Iterator[zipfile.ZipFile]:
    """Raises InstallFailed where it is damaged, at once or in what is read from it."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (*DAMAGED, OSError) as fault:
        raise InstallFailed(errors.NOT_APK, f"Failed to parse {path.name}: {fault}") from fault


def _check_entries(archive: zipfile.ZipFile) -> None:
    """Refuses what only a hostile file has: names that lead outside, doubles, a bomb."""
    infos = archive.infolist()
    if len(infos) > _MAX_ENTRIES:
        raise InstallFailed(errors.INVALID_APK, f"The file has {len(infos)} entries")
    seen: set[str] = set()
    unpacked = packed = 0
    for info in infos:
        # orig_filename: zipfile cuts a name at NUL, which would hide the rest of it
        name = info.orig_filename.replace("\\", "/")
        if name.startswith("/") or "\0" in name or ".." in name.split("/") or name[1:3] == ":/":
            raise InstallFailed(errors.INVALID_APK, f"The entry name {name!r} leads outside the package")
        if name in seen:
            raise InstallFailed(errors.INVALID_APK, f"The entry {name!r} is there twice")
        seen.add(name)
        unpacked += info.file_size
        packed += info.compress_size
    if unpacked > _MAX_TOTAL or (unpacked > _RATIO_FROM and unpacked > _MAX_RATIO * max(packed, 1)):
        raise InstallFailed(errors.INVALID_APK, f"The file unpacks from {packed} to {unpacked} bytes (a decompression bomb)")


def _manifest(archive: zipfile.ZipFile, path: Path) -> Element:
    if "AndroidManifest.xml" not in archive.namelist():
        raise InstallFailed(errors.BAD_MANIFEST, f"{path.name} has no AndroidManifest.xml")
    return _decode(archive, "AndroidManifest.xml")


def _bounded(archive: zipfile.ZipFile, name: str, limit: int = _MAX_XML) -> bytes:
    """The entry's bytes; the size in the directory is not believed."""
    with archive.open(name) as entry:
        data = entry.read(limit + 1)
    if len(data) > limit:
        raise InstallFailed(errors.INVALID_APK, f"{name} is larger than {limit} bytes")
    return data


def _decode(archive: zipfile.ZipFile, name: str) -> Element:
    try:
        return decode_xml(_bounded(archive, name))
    except BadManifest as fault:
        raise InstallFailed(errors.BAD_MANIFEST, f"Failed to read {name}: {fault}") from fault


def _resources(archive: zipfile.ZipFile, names: frozenset[str]) -> ResourceTable | None:
    if "resources.arsc" not in names:
        return None
    try:
        return read_table(_bounded(archive, "resources.arsc", _MAX_TABLE))
    except DamagedTable as fault:
        raise InstallFailed(errors.INVALID_APK, f"Failed to load APK: {fault}") from fault
    except ValueError:
        return None


def _signer(data: bytes, archive: zipfile.ZipFile, manifest: Element) -> Signer | InstallFailed:
    written = manifest.attributes.get("package")
    package = written.text if written else ""
    try:
        layout = find_layout(data)
        signers = verify_block(data, layout, SDK)
        schemes = [signer.scheme for signer in signers]
        newest = [signer.certificates[0] for signer in signers if signer.scheme == schemes[0]] if schemes else []
        # a device of level 24 and up believes v2 or v3 alone; v1 counts when neither is there
        certificates = newest or verify_jar(archive, has_newer=False)
        if not newest and certificates:
            schemes = [1]
    except (BadSignature, ValueError) as fault:
        return InstallFailed(errors.NO_CERTIFICATES, f"Failed to collect certificates from {package}: {fault}")
    if not certificates:
        return InstallFailed(errors.NO_CERTIFICATES, f"Failed to collect certificates from {package}: it is not signed")
    subject = x509.load_der_x509_certificate(certificates[0]).subject.rfc4514_string()
    hashes = tuple(sorted(hashlib.sha256(one).hexdigest() for one in certificates))
    return Signer(tuple(dict.fromkeys(schemes)), hashes, subject)
