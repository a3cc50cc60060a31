"""Says what the package is that one or several APK files make up, or why it cannot be installed.

The checks of several files and their words: AOSP frameworks/base, PackageInstallerSession.validateApkInstallLocked and
assertApkConsistentLocked; what of a split's manifest counts: ParsingPackageUtils.parseSplitApk. Android 15.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from harness.lab.system import install_errors as errors
from harness.lab.system.apk_file import SDK, ApkFile, open_apk, split_of
from harness.lab.system.facts import Element, PackageFacts, Signer, SplitFacts
from harness.lab.system.install_errors import InstallFailed
from harness.lab.system.manifest import Reader
from harness.lab.system.manifest_facts import read_manifest
from harness.resource_table import ResourceTable, merge_tables

__all__ = ["ABIS", "SDK", "digest_of", "package_of", "read_apk", "read_package"]

ABIS = ("arm64-v8a", "armeabi-v7a", "armeabi")
_SPLIT_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*")
_MAX_SPLIT_NAME = 200
_WRITTEN = Reader(None, "")


def read_apk(path: Path, locale: str = "", abis: tuple[str, ...] = ABIS) -> PackageFacts:
    """The package's facts with labels in `locale` ("zh-CN"). Raises InstallFailed; reads the file once."""
    return read_package([path], locale, abis)


def read_package(paths: Sequence[Path], locale: str = "", abis: tuple[str, ...] = ABIS) -> PackageFacts:
    """As `read_apk`, of a base and its splits in any order."""
    return package_of([open_apk(path) for path in paths], locale, abis)


def package_of(files: Sequence[ApkFile], locale: str = "", abis: tuple[str, ...] = ABIS) -> PackageFacts:
    """As `read_package`, of files that are open already."""
    base, splits = _base_and_splits(files)
    tables = [one.table for one in (base, *splits.values()) if one.table is not None]
    table = merge_tables(tables) if len(tables) > 1 else next(iter(tables), None)
    native = tuple(sorted(frozenset().union(*(one.native_abis for one in files))))
    facts = read_manifest(
        base.manifest,
        table,
        locale,
        sha256=base.sha256,
        size=sum(one.size for one in files),
        signer=Signer((), ()),
        native_abis=native,
        network_config=_network_config(base, table, locale),
        splits=[SplitFacts(name, one.sha256) for name, one in splits.items()],
        split_manifests=[one.manifest for one in splits.values()],
    )
    _check_code(facts, base, splits)
    if native and not set(native) & set(abis):
        raise InstallFailed(
            errors.NO_MATCHING_ABIS,
            f"Failed to extract native libraries, res=-113 (built for {', '.join(native)} only)",
        )
    if facts.min_sdk > SDK:
        raise InstallFailed(errors.OLDER_SDK, f"Requires newer sdk version #{facts.min_sdk} (current version is #{SDK})")
    _check_complete(facts, base, splits)
    return replace(facts, signer=_one_signer(facts, base, splits))


def _base_and_splits(files: Sequence[ApkFile]) -> tuple[ApkFile, dict[str, ApkFile]]:
    """The splits by name, sorted. Raises InstallFailed where they are not of one package."""
    found: dict[str, ApkFile] = {}
    for file in files:
        name = split_of(file.manifest)
        if name and (not _SPLIT_NAME.fullmatch(name) or len(name) > _MAX_SPLIT_NAME):
            raise InstallFailed(errors.BAD_PACKAGE_NAME, f"Invalid manifest split: {name!r}")
        if name in found:
            raise InstallFailed(errors.INVALID_APK, f"Split {name or 'null'} was defined multiple times")
        found[name] = file
    first = files[0]
    for file in files[1:]:
        for what, mine, its in (
            ("package", _package(first), _package(file)),
            ("version code", _version(first), _version(file)),
        ):
            if its != mine:
                raise InstallFailed(errors.INVALID_APK, f"{file.path.name} {what} {its} inconsistent with {mine}")
    if "" not in found:
        raise InstallFailed(errors.INVALID_APK, "Full install must include a base package", fix="Give the base APK with it.")
    return found.pop(""), dict(sorted(found.items()))


def _package(file: ApkFile) -> str:
    return _WRITTEN.text(file.manifest, "package")


def _version(file: ApkFile) -> int:
    major = _WRITTEN.number(file.manifest, "versionCodeMajor")
    return major << 32 | (_WRITTEN.number(file.manifest, "versionCode") & 0xFFFFFFFF)


def _check_code(facts: PackageFacts, base: ApkFile, splits: dict[str, ApkFile]) -> None:
    """A file that says it has code has some (PackageManagerServiceUtils.assertCodePolicy)."""
    if facts.has_code and "classes.dex" not in base.names:
        raise InstallFailed(errors.INVALID_APK, f"Package {facts.package} code is missing")
    for file in splits.values():
        application = file.manifest.first("application")
        if application and _WRITTEN.flag(application, "hasCode", True) and "classes.dex" not in file.names:
            raise InstallFailed(errors.INVALID_APK, f"Package {facts.package} code is missing")


def _check_complete(facts: PackageFacts, base: ApkFile, splits: dict[str, ApkFile]) -> None:
    """A base that says so needs a split at least, and one of each type that it names."""
    wanted = _types(base, "requiredSplitTypes")
    there = {one for file in splits.values() for one in _types(file, "splitTypes")}
    if (facts.split_required and not splits) or wanted - there:
        named = f" of the types {', '.join(sorted(wanted - there))}" if wanted - there else ""
        raise InstallFailed(errors.MISSING_SPLIT, f"Missing split for {facts.package}{named}")


def _types(file: ApkFile, attribute: str) -> set[str]:
    return {one.strip() for one in _WRITTEN.text(file.manifest, attribute).split(",") if one.strip()}


def _one_signer(facts: PackageFacts, base: ApkFile, splits: dict[str, ApkFile]) -> Signer:
    """Who signed all of them; the newest schemes that each has."""
    signers: list[Signer] = []
    for file in (base, *splits.values()):
        if isinstance(file.signer, InstallFailed):
            raise file.signer
        if facts.target_sdk >= 30 and file.signer.schemes == (1,):
            raise InstallFailed(
                errors.NO_CERTIFICATES,
                f"No signature found in package of version 2 or newer for package {facts.package}",
            )
        if signers and file.signer.certificates != signers[0].certificates:
            raise InstallFailed(errors.INVALID_APK, f"{file.path.name} signatures are inconsistent")
        signers.append(file.signer)
    return signers[0]


def _network_config(base: ApkFile, table: ResourceTable | None, locale: str) -> Element | None:
    application = base.manifest.first("application")
    reference = application.attributes.get("networkSecurityConfig") if application else None
    value = table.lookup(reference.data, locale) if table and reference else None
    if value is None or value.text not in base.names:
        return None
    return base.xml(value.text)


def digest_of(facts: PackageFacts) -> str:
    """SHA-256 of the package's files: the base's own where it is alone."""
    if not facts.splits:
        return facts.sha256
    return hashlib.sha256("".join([facts.sha256, *(one.sha256 for one in facts.splits)]).encode()).hexdigest()
