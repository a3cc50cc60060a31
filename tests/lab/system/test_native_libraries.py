"""Which native libraries of a package come out of its APKs, and what stays when they cannot."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from apk_factory import raw_zip

from harness.lab.system.apk_file import native_entry
from harness.lab.system.install_errors import InstallFailed
from harness.lab.system.native_libraries import extract_libraries, libraries_folder, primary_abi

ARM64 = "arm64-v8a"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        (f"lib/{ARM64}/libx.so", (ARM64, "libx.so")),
        (f"lib/{ARM64}/gdbserver", None),
        (f"lib/{ARM64}/deep/libx.so", None),
        ("lib/libx.so", None),
        (f"assets/lib/{ARM64}/libx.so", None),
    ],
)
def test_a_library_is_an_entry_of_lib_that_ends_in_so(name: str, found: tuple[str, str] | None) -> None:
    assert native_entry(name) == found


def test_the_devices_first_choice_is_run() -> None:
    device = (ARM64, "armeabi-v7a")
    assert primary_abi({"x86", "armeabi-v7a", ARM64}, device) == ARM64
    assert primary_abi({"x86", "armeabi-v7a"}, device) == "armeabi-v7a"
    assert primary_abi(set(), device) == ""


def test_the_libraries_of_an_update_take_the_place_of_the_earlier_ones(tmp_path: Path) -> None:
    base = raw_zip(tmp_path / "base.apk", [(f"lib/{ARM64}/liba.so", b"a"), ("lib/x86/libx.so", b"x")])
    split = raw_zip(tmp_path / "split.apk", [(f"lib/{ARM64}/libb.so", b"b")])
    extract_libraries([base, split], tmp_path, ARM64)
    folder = libraries_folder(tmp_path, ARM64)
    assert folder == tmp_path / "lib" / "arm64"
    assert {one.name: one.read_bytes() for one in folder.iterdir()} == {"liba.so": b"a", "libb.so": b"b"}
    extract_libraries([split], tmp_path, ARM64)
    assert [one.name for one in folder.iterdir()] == ["libb.so"]
    extract_libraries([split], tmp_path, "")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["base.apk", "split.apk"]


def damaged(path: Path) -> Path:
    """Its entry does not have the sum that is said."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"lib/{ARM64}/libx.so", b"what it holds")
    path.write_bytes(path.read_bytes().replace(b"what it holds", b"something els"))
    return path


def long_name(path: Path) -> Path:
    return raw_zip(path, [(f"lib/{ARM64}/{'é' * 130}.so", b"x")])


@pytest.mark.parametrize(("made", "why"), [(damaged, "CRC"), (long_name, "too long")])
def test_what_cannot_be_extracted_leaves_the_earlier_ones(tmp_path: Path, made: Callable[[Path], Path], why: str) -> None:
    good = raw_zip(tmp_path / "good.apk", [(f"lib/{ARM64}/liba.so", b"a")])
    extract_libraries([good], tmp_path, ARM64)
    with pytest.raises(InstallFailed, match=f"INSTALL_FAILED_INVALID_APK.*{why}"):
        extract_libraries([made(tmp_path / "bad.apk")], tmp_path, ARM64)
    assert [one.name for one in libraries_folder(tmp_path, ARM64).iterdir()] == ["liba.so"]
    assert not (tmp_path / "lib.new").exists()
