"""What an APK says of itself, and that a bad file is told as one."""

from __future__ import annotations

import contextlib
import hashlib
import io
import struct
import sys
import zipfile
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lab" / "system"))
from apk_factory import launcher, make_apk, tag
from apk_factory import manifest as manifest_of

from harness.device.apk import check_device, read_apk
from harness.device.manifest import BadManifest, Element, parse_manifest
from harness.errors import BadApk
from harness.lab.apps import build

REAL = Path(str(files("uiautomator2").joinpath("assets", "app-uiautomator.apk")))


@pytest.fixture(scope="module")
def manifest() -> bytes:
    with zipfile.ZipFile(REAL) as archive:
        return archive.read("AndroidManifest.xml")


def make(path: Path, entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return path


def refused(path: Path) -> BadApk:
    with pytest.raises(BadApk) as caught:
        read_apk(path)
    assert caught.value.exit_status == 2
    assert caught.value.fix
    return caught.value


def test_an_app_s_name_is_told_in_both_languages(tmp_path: Path) -> None:
    tiny = build("tiny")
    assert read_apk(tiny).labels == {"zh": "小小应用", "en": "Tiny"}
    assert read_apk(tiny).as_data()["labels"] == {"zh": "小小应用", "en": "Tiny"}
    assert set(read_apk(REAL).labels) == {"zh", "en"}


@pytest.mark.parametrize("table", [None, b"", b"\x02\x00\x0c\x00\xff\xff\xff\x7f\x00\x00\x00\x00", b"no table at all"])
def test_a_table_that_cannot_be_read_leaves_an_app_without_a_name_and_is_no_error(table: bytes | None, tmp_path: Path) -> None:
    with zipfile.ZipFile(build("tiny")) as archive:
        entries = {"AndroidManifest.xml": archive.read("AndroidManifest.xml")}
    if table is not None:
        entries["resources.arsc"] = table
    facts = read_apk(make(tmp_path / "a.apk", entries))
    assert (facts.package, facts.labels) == ("example.tiny", {})


def test_a_name_that_stands_in_the_manifest_is_that_of_all_languages(tmp_path: Path) -> None:
    made = make_apk(tmp_path / "a.apk", manifest_of(label="Shop"))
    assert read_apk(made).labels == {"zh": "Shop", "en": "Shop"}


def test_a_real_apk_is_read() -> None:
    facts = read_apk(REAL)
    assert (facts.package, facts.version_name, facts.version_code) == ("com.github.uiautomator", "2.4.0", 2004001)
    assert (facts.min_sdk, facts.target_sdk, facts.debuggable) == (19, 32, True)
    assert facts.launcher == "com.github.uiautomator.MainActivity"
    assert "android.permission.INTERNET" in facts.permissions
    assert facts.sha256 == hashlib.sha256(REAL.read_bytes()).hexdigest()
    assert facts.abis == ()
    kinds = {c.kind for c in facts.components}
    assert {"activity", "service"} <= kinds


def test_the_signer_is_read_from_the_newest_scheme() -> None:
    signing = read_apk(REAL).signing
    assert signing.schemes == ("v2", "v1")
    assert signing.certificates == ("7aca838927a60989e47856b863e1e772f1d6974534e3241fdc09dae561300860",)


def test_both_schemes_name_the_same_signer(tmp_path: Path) -> None:
    """A copy made by a zip tool has no signing block left: the v1 certificate must be the same."""
    with zipfile.ZipFile(REAL) as archive:
        copy = make(tmp_path / "copy.apk", {n: archive.read(n) for n in archive.namelist()})
    signing = read_apk(copy).signing
    assert signing.schemes == ("v1",)
    assert signing.certificates == read_apk(REAL).signing.certificates


def test_an_unsigned_apk_has_no_signer(tmp_path: Path, manifest: bytes) -> None:
    assert read_apk(make(tmp_path / "a.apk", {"AndroidManifest.xml": manifest})).signing.certificates == ()


def test_attributes_go_by_their_ids_not_by_their_texts(manifest: bytes) -> None:
    """Packers change the texts; Android does not look at them."""
    changed = manifest.replace("versionName".encode("utf-16-le"), "nosrevEmaNx".encode("utf-16-le"))
    if changed == manifest:
        changed = manifest.replace(b"versionName", b"nosrevEmaNx")
    assert changed != manifest
    assert parse_manifest(changed).text("versionName") == "2.4.0"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "too short"),
        (b"#!/bin/sh\necho hello, this is no apk at all\n", "no zip file"),
        (b"PK\x03\x04" + b"\0" * 60, "cut off"),
    ],
)
def test_what_is_no_apk_is_told(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "bad.apk"
    path.write_bytes(content)
    assert said in refused(path).why


def test_a_truncated_apk_is_told(tmp_path: Path) -> None:
    path = tmp_path / "half.apk"
    path.write_bytes(REAL.read_bytes()[: REAL.stat().st_size // 2])
    assert "cut off" in refused(path).why


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    assert "There is no file" in refused(tmp_path / "none.apk").what


def test_a_zip_without_manifest_is_told(tmp_path: Path) -> None:
    assert "has no AndroidManifest.xml" in refused(make(tmp_path / "a.zip", {"classes.dex": b"dex"})).why


@pytest.mark.parametrize("name", ["../../etc/cron.d/x", "/etc/passwd", "a/../../b", "..\\..\\x"])
def test_an_entry_that_leaves_its_folder_is_told(tmp_path: Path, manifest: bytes, name: str) -> None:
    path = make(tmp_path / "t.apk", {"AndroidManifest.xml": manifest, name: b"x"})
    assert "leaves its folder" in refused(path).why


def test_a_bomb_is_told_without_being_unpacked(tmp_path: Path, manifest: bytes) -> None:
    path = make(tmp_path / "bomb.apk", {"AndroidManifest.xml": manifest, "assets/zeros": b"\0" * 1000})
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, at + 24, 0xFFFFFFF0)
    path.write_bytes(data)
    assert "claims to unpack to" in refused(path).why


def test_a_manifest_that_unpacks_without_end_is_told(tmp_path: Path) -> None:
    path = make(tmp_path / "bomb.apk", {"AndroidManifest.xml": b"\0" * (40 << 20)})
    assert "unpacks to more than" in refused(path).why


def test_a_manifest_that_is_text_is_told(tmp_path: Path) -> None:
    path = make(tmp_path / "a.apk", {"AndroidManifest.xml": b"<manifest package='com.example.x'/>"})
    assert "AndroidManifest.xml" in refused(path).why


def test_the_flag_encrypted_keeps_nobody_out(tmp_path: Path, manifest: bytes) -> None:
    path = make(tmp_path / "a.apk", {"AndroidManifest.xml": manifest})
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(mark) + offset
        struct.pack_into("<H", data, at, struct.unpack_from("<H", data, at)[0] | 1)
    path.write_bytes(data)
    assert read_apk(path).package == "com.github.uiautomator"


def test_an_app_for_another_processor_is_told(tmp_path: Path, manifest: bytes) -> None:
    entries = {"AndroidManifest.xml": manifest, "lib/x86_64/libshop.so": b"\x7fELF", "lib/x86/libshop.so": b"\x7fELF"}
    facts = read_apk(make(tmp_path / "a.apk", entries))
    assert facts.abis == ("x86", "x86_64")
    check_device(facts, ["x86_64"], 35)
    with pytest.raises(BadApk, match="another processor") as caught:
        check_device(facts, ["arm64-v8a", "armeabi-v7a"], 35)
    assert "x86, x86_64" in caught.value.why
    assert "arm64-v8a, armeabi-v7a" in caught.value.why


def test_an_app_for_a_newer_android_is_told() -> None:
    with pytest.raises(BadApk, match="newer Android"):
        check_device(read_apk(REAL), ["arm64-v8a"], 18)


def test_facts_are_data_for_the_journal() -> None:
    data = read_apk(REAL).as_data()
    assert {"package", "version", "sha256", "signers", "permissions", "components"} <= data.keys()
    assert all(isinstance(c, dict) for c in data["components"])


@settings(max_examples=150)
@given(position=st.floats(0, 1), value=st.integers(0, 255), length=st.integers(1, 8))
def test_a_damaged_manifest_is_read_or_refused(position: float, value: int, length: int) -> None:
    with zipfile.ZipFile(REAL) as archive:
        data = bytearray(archive.read("AndroidManifest.xml"))
    at = int(position * (len(data) - length))
    data[at : at + length] = bytes([value]) * length
    read: Element | None = None
    with contextlib.suppress(BadManifest):
        read = parse_manifest(bytes(data))
    assert read is None or read.tag == "manifest"


@settings(max_examples=100)
@given(data=st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("any") / "x.apk"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("AndroidManifest.xml", data)
    with pytest.raises(BadApk):
        read_apk(path)
    raw = tmp_path_factory.mktemp("raw") / "y.apk"
    raw.write_bytes(io.BytesIO(data).getvalue())
    with pytest.raises(BadApk):
        read_apk(raw)


def test_the_names_of_its_processes_are_told_its_own_and_foreign(tmp_path: Path) -> None:
    made = make_apk(tmp_path / "a.apk", manifest_of(
        "com.example.shop", launcher(".Main"), tag("service", name=".Push", process=":push"),
        tag("service", name=".Keep", process="net.vendor.keep")))
    assert read_apk(made).processes == ("com.example.shop:push", "net.vendor.keep")
