"""Opens an APK that comes from anywhere and says what it is, or why it cannot be installed."""

from __future__ import annotations

import hashlib
import lzma
import struct
import zipfile
import zlib
from pathlib import Path

from cryptography import x509

from harness.lab.system import install_errors as errors
from harness.lab.system.facts import Element, PackageFacts, Signer
from harness.lab.system.install_errors import InstallFailed
from harness.lab.system.jar_signature import verify_jar
from harness.lab.system.manifest import BadManifest, decode_xml
from harness.lab.system.manifest_facts import read_manifest
from harness.lab.system.resource_table import DamagedTable, ResourceTable, read_table
from harness.lab.system.signing_block import BadSignature, find_layout, verify_block

SDK = 35
ABIS = ("arm64-v8a", "armeabi-v7a", "armeabi")
_MAX_FILE = 2 << 30  # bytes of the APK itself
_MAX_TOTAL = 4 << 30  # bytes unpacked
_MAX_ENTRIES = 1 << 17
_MAX_TABLE = 64 << 20  # bytes of the resource table
_MAX_XML = 4 << 20  # bytes of manifest or network config; manifests of large apps have some 0.3 MiB
_MAX_RATIO = 200  # deflate reaches 1032:1 on zeros; real APKs stay under 100:1 overall
_RATIO_FROM = 256 << 20  # bytes unpacked from which on the ratio counts


def read_apk(path: Path, locale: str = "", abis: tuple[str, ...] = ABIS) -> PackageFacts:
    """The package's facts with labels in `locale` ("zh-CN"). Raises InstallFailed; reads the file once."""
    if path.stat().st_size > _MAX_FILE:
        raise InstallFailed(errors.INVALID_APK, f"The file is larger than {_MAX_FILE} bytes")
    data = path.read_bytes()
    try:
        with zipfile.ZipFile(path) as archive:
            return _read(path, data, archive, locale, abis)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, RuntimeError, EOFError, OSError, struct.error, ValueError) as fault:
        # RuntimeError: an entry that is encrypted, elements within elements without end
        raise InstallFailed(errors.NOT_APK, f"Failed to parse {path.name}: {fault}") from fault


def _read(path: Path, data: bytes, archive: zipfile.ZipFile, locale: str, abis: tuple[str, ...]) -> PackageFacts:
    _check_entries(archive)
    names = set(archive.namelist())
    if "AndroidManifest.xml" not in names:
        raise InstallFailed(errors.BAD_MANIFEST, f"{path.name} has no AndroidManifest.xml")
    manifest = _decode(archive, "AndroidManifest.xml")
    table = _resources(archive, names)
    native = _native_abis(names)
    facts = read_manifest(
        manifest,
        table,
        locale,
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        signer=Signer((), ()),
        native_abis=native,
        network_config=_network_config(archive, names, manifest, table, locale),
    )
    if facts.has_code and "classes.dex" not in names:
        raise InstallFailed(errors.INVALID_APK, f"Package {facts.package} code is missing")
    if native and not set(native) & set(abis):
        raise InstallFailed(
            errors.NO_MATCHING_ABIS,
            f"Failed to extract native libraries, res=-113 (built for {', '.join(native)} only)",
        )
    if facts.min_sdk > SDK:
        raise InstallFailed(errors.OLDER_SDK, f"Requires newer sdk version #{facts.min_sdk} (current version is #{SDK})")
    if facts.split_required:
        raise InstallFailed(errors.MISSING_SPLIT, f"Missing split for {facts.package}")
    signer = _verify_signer(data, archive, facts)
    return PackageFacts(**{**facts.__dict__, "signer": signer})


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


def _resources(archive: zipfile.ZipFile, names: set[str]) -> ResourceTable | None:
    """None without a table, or with one so obfuscated that it cannot be read: labels are then names. Raises InstallFailed."""
    if "resources.arsc" not in names:
        return None
    try:
        return read_table(_bounded(archive, "resources.arsc", _MAX_TABLE))
    except DamagedTable as fault:
        raise InstallFailed(errors.INVALID_APK, f"Failed to load APK: {fault}") from fault
    except ValueError:
        return None


def _network_config(
    archive: zipfile.ZipFile, names: set[str], manifest: Element, table: ResourceTable | None, locale: str
) -> Element | None:
    application = manifest.first("application")
    reference = application.attributes.get("networkSecurityConfig") if application else None
    value = table.lookup(reference.data, locale) if table and reference else None
    if value is None or value.text not in names:
        return None
    return _decode(archive, value.text)


def _native_abis(names: set[str]) -> tuple[str, ...]:
    found = {parts[1] for name in names if len(parts := name.split("/")) == 3 and parts[0] == "lib"}
    return tuple(sorted(found))


def _verify_signer(data: bytes, archive: zipfile.ZipFile, facts: PackageFacts) -> Signer:
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
        raise InstallFailed(errors.NO_CERTIFICATES, f"Failed to collect certificates from {facts.package}: {fault}") from fault
    if not certificates:
        raise InstallFailed(errors.NO_CERTIFICATES, f"Failed to collect certificates from {facts.package}: it is not signed")
    if facts.target_sdk >= 30 and schemes == [1]:
        raise InstallFailed(
            errors.NO_CERTIFICATES,
            f"No signature found in package of version 2 or newer for package {facts.package}",
        )
    subject = x509.load_der_x509_certificate(certificates[0]).subject.rfc4514_string()
    hashes = tuple(sorted(hashlib.sha256(one).hexdigest() for one in certificates))
    return Signer(tuple(dict.fromkeys(schemes)), hashes, subject)
