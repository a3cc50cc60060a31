"""What an APK brings, as far as the checks look at it: its manifest, its native libraries, the heads of its dex files."""

from __future__ import annotations

import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from harness.errors import BadApk
from harness.lab.system import install_errors as errors
from harness.lab.system.apk import read_apk
from harness.lab.system.facts import Element
from harness.lab.system.install_errors import InstallFailed
from harness.lab.system.intents import full_class
from harness.lab.system.manifest import BadManifest, Reader, decode_xml

_MOST_XML = 64 << 20
_MOST_DEX = 512 << 20  # as the translator takes at most
_DEX = re.compile(r"classes(?:[2-9]|[1-9]\d+)?\.dex")
_REFUSED = {errors.NO_MATCHING_ABIS, errors.OLDER_SDK, errors.MISSING_SPLIT, errors.NO_CERTIFICATES, errors.TEST_ONLY}
"""Of a whole APK that the lab does not install all the same; what else is refused is no APK that anything installs."""
_READ = Reader(None, "")


@dataclass(frozen=True)
class Content:
    """`refused`: why the lab does not install it, None where it does. `libraries`: name (libx.so) -> its ABIs. `dex`: entry ->
    version ("035"). Class names in it are whole."""

    apk: Path
    manifest: Element
    application: Element
    package: str
    version: str
    split: str
    refused: InstallFailed | None
    libraries: dict[str, tuple[str, ...]]
    entries: frozenset[str]
    dex: dict[str, str]

    def text(self, element: Element, name: str) -> str:
        return _READ.text(element, name)

    def number(self, element: Element, name: str, default: int = 0) -> int:
        return _READ.number(element, name, default)

    def flag(self, element: Element, name: str, default: bool = False) -> bool:
        return _READ.flag(element, name, default)

    def class_of(self, element: Element, name: str = "name") -> str:
        """The full name of the class that an attribute names; "" where it is not written."""
        written = self.text(element, name)
        return full_class(self.package, written) if written else ""

    def components(self, *tags: str) -> list[Element]:
        return [one for one in self.application.children if one.tag in tags]

    @property
    def target_sdk(self) -> int:
        sdk = self.manifest.first("uses-sdk")
        return self.number(sdk, "targetSdkVersion", self.number(sdk, "minSdkVersion", 1)) if sdk else 1

    @property
    def launcher(self) -> Element | None:
        """The activity or alias with the icon."""
        return next((one for one in self.components("activity", "activity-alias") if self._is_launcher(one)), None)

    def _is_launcher(self, one: Element) -> bool:
        filters = one.each("intent-filter")
        return any(
            "android.intent.action.MAIN" in [self.text(a, "name") for a in each.each("action")]
            and "android.intent.category.LAUNCHER" in [self.text(c, "name") for c in each.each("category")]
            for each in filters
        )


def read_content(apk: Path) -> Content:
    """Raises BadApk for what is no APK, or a damaged or hostile one; nothing of it is unpacked to disk."""
    if not apk.is_file():
        raise BadApk(f"There is no file {apk}.", "", "Give the path of an APK.")
    refused = None
    try:
        read_apk(apk)
    except InstallFailed as failed:
        if failed.code not in _REFUSED:
            raise BadApk(f"{apk.name} is not an APK that can be installed.", f"{failed.detail}.", failed.fix) from failed
        refused = failed
    try:
        with zipfile.ZipFile(apk) as archive:
            return _content(apk, archive, refused)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, BadManifest) as bad:
        raise BadApk(f"{apk.name} cannot be read.", f"{type(bad).__name__}: {bad}", "Check that the APK is complete.") from bad


def _content(apk: Path, archive: zipfile.ZipFile, refused: InstallFailed | None) -> Content:
    with archive.open("AndroidManifest.xml") as entry:
        manifest = decode_xml(entry.read(_MOST_XML))
    libraries: dict[str, list[str]] = {}
    dex: dict[str, str] = {}
    for info in archive.infolist():
        parts = info.filename.split("/")
        if len(parts) == 3 and parts[0] == "lib" and parts[2].endswith(".so"):
            libraries.setdefault(parts[2], []).append(parts[1])
        if _DEX.fullmatch(info.filename):
            with archive.open(info) as entry:
                head = entry.read(8)
            dex[info.filename] = head[4:7].decode("ascii", "replace") if head[:4] == b"dex\n" else ""
    if size := _over(archive):
        raise BadApk(f"{apk.name} says that it has {size >> 20} MiB of code.",
                     f"More than {_MOST_DEX >> 20} MiB is not unpacked: no real app has it, a hostile archive may.",
                     "Use a phone for this one.")  # fmt: skip
    return Content(
        apk=apk, manifest=manifest, application=manifest.first("application") or Element("application"),
        package=_READ.text(manifest, "package"), version=_READ.text(manifest, "versionName"),
        split=_READ.text(manifest, "split"), refused=refused, entries=frozenset(archive.namelist()), dex=dex,
        libraries={name: tuple(sorted(abis)) for name, abis in sorted(libraries.items())},
    )  # fmt: skip


def _over(archive: zipfile.ZipFile) -> int:
    size = sum(info.file_size for info in archive.infolist() if _DEX.fullmatch(info.filename))
    return size if size > _MOST_DEX else 0
