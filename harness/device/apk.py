"""What an APK says of itself. The file is foreign: nothing of it is unpacked, and every size is bounded."""

from __future__ import annotations

import hashlib
import mmap
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from harness.device.manifest import BadManifest, Element, parse_manifest
from harness.device.signing import Signing, read_signing
from harness.errors import BadApk
from harness.resource_table import read_table

MANIFEST = "AndroidManifest.xml"
RESOURCES = "resources.arsc"
_MANIFEST_LIMIT, _RESOURCES_LIMIT = 32 << 20, 64 << 20
_ENTRIES_LIMIT = 200_000
_UNPACKED_LIMIT = 16 << 30
_RATIO_LIMIT = 1100  # deflate cannot do better than 1032
_DEFLATED = 8
_COMPONENTS = ("activity", "activity-alias", "service", "receiver", "provider")
_LOCALES = {"zh": "zh-CN", "en": "en-US"}
_MAIN, _LAUNCHER = "android.intent.action.MAIN", "android.intent.category.LAUNCHER"


@dataclass(frozen=True)
class Component:
    """One activity, service, receiver or provider. `exported` as Android decides it where the manifest is silent."""

    kind: str
    name: str
    exported: bool = False
    enabled: bool = True
    permission: str = ""
    process: str = ""
    actions: tuple[str, ...] = ()
    authorities: str = ""
    target: str = ""
    launcher: bool = False


@dataclass(frozen=True)
class ApkFacts:
    """`abis`: of its native libraries; empty where it has none. `labels`: its name as Chinese (zh) and as English (en) devices
    show it; empty where it has none, or none that can be read."""

    path: str
    sha256: str
    size: int
    package: str
    version_name: str
    version_code: int
    min_sdk: int
    target_sdk: int
    debuggable: bool
    split: str
    permissions: tuple[str, ...]
    components: tuple[Component, ...]
    abis: tuple[str, ...]
    labels: Mapping[str, str] = field(default_factory=dict)
    processes: tuple[str, ...] = ()
    signing: Signing = field(default_factory=Signing)

    @property
    def launcher(self) -> str:
        """The activity that the launcher shows, or nothing."""
        return next((c.name for c in self.components if c.launcher and c.enabled), "")

    def as_data(self) -> dict[str, Any]:
        """For the journal: Fact of type "app"."""
        return {
            "package": self.package,
            "labels": dict(self.labels),
            "version": self.version_name,
            "version_code": self.version_code,
            "sha256": self.sha256,
            "size": self.size,
            "file": Path(self.path).name,
            "min_sdk": self.min_sdk,
            "target_sdk": self.target_sdk,
            "debuggable": self.debuggable,
            "permissions": list(self.permissions),
            "launcher": self.launcher,
            "abis": list(self.abis),
            "signers": list(self.signing.certificates),
            "signature_schemes": list(self.signing.schemes),
            "components": [asdict(c) for c in self.components],
        }


def read_apk(path: Path) -> ApkFacts:
    """The facts of the file, or BadApk with what is wrong with it."""
    if not path.is_file():
        raise BadApk(f"There is no file {path}.", "", "Give the path of an APK, or the name of an installed package.")
    if path.stat().st_size < 22:
        raise _bad(path, "it is too short to be a zip file")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        with memoryview(mapped) as data:
            try:
                with zipfile.ZipFile(file) as archive:
                    _check_entries(path, archive)
                    manifest = parse_manifest(_entry(path, data, archive, MANIFEST))
                    return _facts(path, data, archive, manifest)
            except zipfile.BadZipFile as error:
                cut = bytes(data[:4]) == b"PK\x03\x04"
                why = "its end is missing: the file was cut off" if cut else "it is no zip file"
                raise _bad(path, f"{why} ({error})") from error
            except BadManifest as error:
                raise _bad(path, str(error)) from error


def check_device(facts: ApkFacts, abis: Sequence[str], sdk: int) -> None:
    """BadApk where a device of these architectures and of that API level cannot install it."""
    if facts.abis and not set(facts.abis) & set(abis):
        raise BadApk(
            f"{facts.package} is for another processor.",
            f"It has native code for {', '.join(facts.abis)}; the device runs {', '.join(abis) or 'none'}.",
            "Use a device of that architecture, or the APK that fits this device.",
        )
    if facts.min_sdk > sdk:
        raise BadApk(
            f"{facts.package} needs a newer Android.",
            f"It needs API level {facts.min_sdk}; the device has {sdk}.",
            "Use a newer device, or an older version of the app.",
        )
    if facts.split:
        raise BadApk(
            f"{Path(facts.path).name} is a part ({facts.split}) of a split app.",
            "A part cannot be installed without its base.",
            "Give the base APK.",
        )


def _bad(path: Path, why: str) -> BadApk:
    what = f"{path.name} is not an APK that can be installed."
    return BadApk(what, f"{why[:1].upper()}{why[1:]}.", "Check the file.")


def _check_entries(path: Path, archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    if len(entries) > _ENTRIES_LIMIT:
        raise _bad(path, f"it has {len(entries)} entries")
    total = 0
    for info in entries:
        parts = info.filename.replace("\\", "/").split("/")
        if ".." in parts or info.filename.startswith(("/", "\\")):
            raise _bad(path, f"an entry leaves its folder: {info.filename!r}")
        if info.file_size > info.compress_size * _RATIO_LIMIT + 1024:
            raise _bad(path, f"an entry claims to unpack to {info.file_size} bytes: {info.filename!r}")
        total += info.file_size
    if total > _UNPACKED_LIMIT:
        raise _bad(path, f"it claims to unpack to {total} bytes")
    if MANIFEST not in archive.NameToInfo:
        raise _bad(path, f"it has no {MANIFEST}")


def _entry(path: Path, data: memoryview, archive: zipfile.ZipFile, name: str, most: int = _MANIFEST_LIMIT) -> bytes:
    """An entry as Android reads it: the flag "encrypted" is not looked at and any method but deflate is stored,
    tricks that packers use to keep analysers out."""
    info = archive.getinfo(name)
    at = info.header_offset
    if at + 30 > len(data):
        raise _bad(path, f"{name} lies past the end of the file")
    name_length, extra_length = struct.unpack_from("<HH", data, at + 26)
    start = at + 30 + name_length + extra_length
    if info.compress_type != _DEFLATED:
        return bytes(data[start : start + min(info.file_size, most)])
    inflate = zlib.decompressobj(-15)
    try:
        content = inflate.decompress(data[start : start + info.compress_size], most)
    except zlib.error as error:
        raise _bad(path, f"{name} cannot be unpacked ({error})") from error
    if inflate.unconsumed_tail:
        raise _bad(path, f"{name} unpacks to more than {most >> 20} MB")
    return content


def _facts(path: Path, data: memoryview, archive: zipfile.ZipFile, manifest: Element) -> ApkFacts:
    package = manifest.text("package")
    if not package:
        raise BadManifest("its manifest names no package")
    sdk = next(iter(manifest.all("uses-sdk")), Element(""))
    min_sdk = sdk.number("minSdkVersion", 1)
    application = next(iter(manifest.all("application")), Element("application"))
    own = _process(application.text("process"), package)
    target = sdk.number("targetSdkVersion", min_sdk)
    requested = manifest.all("uses-permission", "uses-permission-sdk-23")
    return ApkFacts(
        path=str(path),
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        package=package,
        version_name=manifest.text("versionName"),
        version_code=(manifest.number("versionCodeMajor") << 32) | manifest.number("versionCode"),
        min_sdk=min_sdk,
        target_sdk=target,
        debuggable=application.attributes.get("debuggable") is True,
        split=manifest.text("split"),
        permissions=tuple(dict.fromkeys(e.text("name") for e in requested if e.text("name"))),
        components=(components := tuple(_components(application, package, target))),
        processes=tuple(sorted({p for p in (own, *(c.process for c in components)) if p})),
        abis=tuple(sorted(_abis(archive))),
        labels=_labels(path, data, archive, application.attributes.get("label")),
        signing=read_signing(data, archive),
    )


def _labels(
    path: Path, data: memoryview, archive: zipfile.ZipFile, label: str | int | bool | None
) -> dict[str, str]:
    """What installs all the same, with a table that cannot be read, has no name that could be told."""
    if not isinstance(label, str) or not label:
        return {}
    if not label.startswith("@0x"):
        return dict.fromkeys(_LOCALES, label)
    try:
        table = read_table(_entry(path, data, archive, RESOURCES, _RESOURCES_LIMIT))
    except (KeyError, ValueError, BadApk):
        return {}
    found = {language: table.string(int(label[1:], 16), locale) for language, locale in _LOCALES.items()}
    return {language: text for language, text in found.items() if text}


def _components(application: Element, package: str, target: int) -> Iterator[Component]:
    for element in application.all(*_COMPONENTS):
        filters = element.all("intent-filter")
        actions = [a.text("name") for f in filters for a in f.all("action")]
        launcher = any(
            _MAIN in [a.text("name") for a in f.all("action")]
            and _LAUNCHER in [c.text("name") for c in f.all("category")]
            for f in filters
        )
        silent = target < 17 if element.tag == "provider" else bool(filters)
        yield Component(
            kind=element.tag,
            name=_full(element.text("name"), package),
            exported=bool(element.attributes.get("exported", silent)),
            enabled=element.attributes.get("enabled", True) is not False,
            permission=element.text("permission"),
            process=_process(element.text("process"), package),
            actions=tuple(dict.fromkeys(a for a in actions if a)),
            authorities=element.text("authorities"),
            target=_full(element.text("targetActivity"), package) if element.tag == "activity-alias" else "",
            launcher=launcher and element.tag in ("activity", "activity-alias"),
        )


def _full(name: str, package: str) -> str:
    if name.startswith("."):
        return package + name
    return name if "." in name or not name else f"{package}.{name}"


def _process(name: str, package: str) -> str:
    return package + name if name.startswith(":") else name


def _abis(archive: zipfile.ZipFile) -> set[str]:
    found = set()
    for name in archive.namelist():
        parts = name.split("/")
        if len(parts) == 3 and parts[0] == "lib" and parts[2].endswith(".so"):
            found.add(parts[1])
    return found
