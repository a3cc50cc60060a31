"""What an APK brings, as far as the checks look at it: its manifest, its native libraries, the heads of its dex files."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.errors import BadApk
from harness.lab.system import install_errors as errors
from harness.lab.system.apk import package_of
from harness.lab.system.apk_file import ApkFile, manifest_of, open_apk, split_of
from harness.lab.system.facts import Element
from harness.lab.system.install_errors import InstallFailed
from harness.lab.system.intents import full_class
from harness.lab.system.manifest import Reader

_MOST_DEX = 512 << 20  # as the translator takes at most
_DEX = re.compile(r"classes(?:[2-9]|[1-9]\d+)?\.dex")
_REFUSED = {errors.NO_MATCHING_ABIS, errors.OLDER_SDK, errors.MISSING_SPLIT, errors.NO_CERTIFICATES, errors.TEST_ONLY}
"""Of a whole APK that the lab does not install all the same; what else is refused is no APK that anything installs."""
_READ = Reader(None, "")


@dataclass(frozen=True)
class Content:
    """An APK, or a base with its `splits` taken together.

    `refused`: why the lab does not install it, None where it does. `application`: with what is in those of the splits.
    `libraries`: name (libx.so) -> its ABIs. `dex`: entry -> version ("035"), a split's with its file's name before it. Class
    names in it are whole.
    """

    apk: Path
    splits: tuple[Path, ...]
    manifest: Element
    application: Element
    package: str
    version: str
    split: str
    refused: InstallFailed | None
    libraries: dict[str, tuple[str, ...]]
    entries: frozenset[str]
    dex: dict[str, str]

    @property
    def apks(self) -> tuple[Path, ...]:
        return (self.apk, *self.splits)

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


@dataclass(frozen=True)
class Named:
    """A file by what its manifest says that it is. `split`: "" for a base."""

    apk: Path
    package: str
    version_code: int
    split: str


def name_of(apk: Path) -> Named:
    """Raises BadApk, as `read_content` does."""
    with _readable(apk):
        manifest = manifest_of(apk)
    return Named(apk, _READ.text(manifest, "package"), _READ.number(manifest, "versionCode"), split_of(manifest))


def read_content(apk: Path, splits: Sequence[Path] = ()) -> Content:
    """Raises BadApk for what is no APK, or a damaged or hostile one; nothing of it is unpacked to disk."""
    files = [_open(one) for one in (apk, *splits)]
    refused = None
    try:
        package_of(files)
    except InstallFailed as failed:
        if failed.code not in _REFUSED and not splits and not split_of(files[0].manifest):
            raise _no_apk(apk, failed) from failed
        refused = failed
    libraries: dict[str, set[str]] = {}
    dex: dict[str, str] = {}
    for number, file in enumerate(files):
        with _readable(file.path), zipfile.ZipFile(file.path) as archive:
            _add_code(archive, libraries, dex, f"{file.path.name}:" if number else "")
            _bound(file.path, archive)
    manifest = files[0].manifest
    return Content(
        apk=apk, splits=tuple(splits), manifest=manifest, application=_application(files),
        package=_READ.text(manifest, "package"), version=_READ.text(manifest, "versionName"), split=split_of(manifest),
        refused=refused, entries=frozenset().union(*(file.names for file in files)), dex=dex,
        libraries={name: tuple(sorted(abis)) for name, abis in sorted(libraries.items())},
    )  # fmt: skip


@contextmanager
def _readable(apk: Path) -> Iterator[None]:
    if not apk.is_file():
        raise BadApk(f"There is no file {apk}.", "", "Give the path of an APK.")
    try:
        yield
    except InstallFailed as failed:
        raise _no_apk(apk, failed) from failed
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError) as bad:
        raise BadApk(f"{apk.name} cannot be read.", f"{type(bad).__name__}: {bad}", "Check that the APK is complete.") from bad


def _open(apk: Path) -> ApkFile:
    with _readable(apk):
        return open_apk(apk)


def _no_apk(apk: Path, failed: InstallFailed) -> BadApk:
    return BadApk(f"{apk.name} is not an APK that can be installed.", f"{failed.detail}.", failed.fix)


def _application(files: Sequence[ApkFile]) -> Element:
    parts = [file.manifest.first("application") or Element("application") for file in files]
    return Element("application", parts[0].attributes, [child for part in parts for child in part.children])


def _add_code(archive: zipfile.ZipFile, libraries: dict[str, set[str]], dex: dict[str, str], before: str) -> None:
    for info in archive.infolist():
        parts = info.filename.split("/")
        if len(parts) == 3 and parts[0] == "lib" and parts[2].endswith(".so"):
            libraries.setdefault(parts[2], set()).add(parts[1])
        if _DEX.fullmatch(info.filename):
            with archive.open(info) as entry:
                head = entry.read(8)
            dex[before + info.filename] = head[4:7].decode("ascii", "replace") if head[:4] == b"dex\n" else ""


def _bound(apk: Path, archive: zipfile.ZipFile) -> None:
    size = sum(info.file_size for info in archive.infolist() if _DEX.fullmatch(info.filename))
    if size > _MOST_DEX:
        raise BadApk(f"{apk.name} says that it has {size >> 20} MiB of code.",
                     f"More than {_MOST_DEX >> 20} MiB is not unpacked: no real app has it, a hostile archive may.",
                     "Use a phone for this one.")  # fmt: skip
