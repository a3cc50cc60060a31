"""The native libraries of a package: which of them its processes run, and where they lie (docs/lab-native.md)."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from harness.lab.system import install_errors as errors
from harness.lab.system.apk_file import DAMAGED, native_entry
from harness.lab.system.install_errors import InstallFailed

INSTRUCTION_SETS = {"arm64-v8a": "arm64", "armeabi-v7a": "arm", "armeabi": "arm"}
"""VMRuntime.ABI_TO_INSTRUCTION_SET_MAP (AOSP, libcore)."""

_LONGEST_NAME = 255  # bytes, of Linux's file systems


def primary_abi(native: Collection[str], device: Sequence[str]) -> str:
    """The first of the device's that the package has libraries for; "" where it has none."""
    return next((abi for abi in device if abi in native), "")


def libraries_folder(package: Path, abi: str) -> Path:
    """Below the package's own folder in /data/app."""
    return package / "lib" / INSTRUCTION_SETS[abi]


def extract_libraries(apks: Iterable[Path], package: Path, abi: str) -> None:
    """Writes what the APKs have in lib/ABI into the package's folder, in the place of what an earlier version left there.

    Raises InstallFailed for a damaged entry, OSError.
    """
    fresh = package / "lib.new"
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        if abi:
            target = fresh / INSTRUCTION_SETS[abi]
            target.mkdir(parents=True)
            for apk in apks:
                _extract(apk, target, abi)
        shutil.rmtree(package / "lib", ignore_errors=True)
        if abi:
            fresh.rename(package / "lib")
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _extract(apk: Path, target: Path, abi: str) -> None:
    try:
        with zipfile.ZipFile(apk) as archive:
            for entry in archive.infolist():
                of_abi, name = native_entry(entry.filename) or ("", "")
                if of_abi == abi:
                    if len(os.fsencode(name)) > _LONGEST_NAME:
                        raise InstallFailed(errors.INVALID_APK, f"The name of a library is too long: {name[:60]}...")
                    with archive.open(entry) as source, (target / name).open("wb") as out:
                        shutil.copyfileobj(source, out)
                    (target / name).chmod(0o755)
    except DAMAGED as fault:
        raise InstallFailed(errors.INVALID_APK, f"Failed to extract native libraries of {apk.name}: {fault}") from fault
