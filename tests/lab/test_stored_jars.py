"""The jars as app processes get them: the same entries, nothing to inflate, nothing to verify."""

import zipfile
from pathlib import Path

import pytest

from harness.lab.stored_jars import stored

MAIN = b"Manifest-Version: 1.0\r\nMulti-Release: true\r\n"
DIGEST = b"\r\nName: a/B.class\r\nSHA-256-Digest: AAAA\r\n\r\n"


def jar(folder: Path, **more: bytes) -> Path:
    path = folder / "sample-1.jar"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("META-INF/MANIFEST.MF", MAIN + DIGEST)
        archive.writestr("a/B.class", b"class" * 100)
        archive.writestr("native/linux/lib.so", b"library")
        for name, content in more.items():
            archive.writestr(f"META-INF/{name.replace('_', '.')}", content)
    return path


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.lab.stored_jars.cache_dir", lambda *names: made(tmp_path.joinpath("cache", *names)))


def made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def test_entries_are_stored_as_they_are_and_unpacked_libraries_are_left_out(tmp_path: Path) -> None:
    with zipfile.ZipFile(stored(jar(tmp_path))) as archive:
        assert archive.namelist() == ["META-INF/MANIFEST.MF", "a/B.class"]
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}
        assert archive.read("a/B.class") == b"class" * 100
        assert archive.read("META-INF/MANIFEST.MF") == MAIN + DIGEST


def test_of_a_signed_jar_only_the_manifests_main_section_stays(tmp_path: Path) -> None:
    with zipfile.ZipFile(stored(jar(tmp_path, KEY_SF=b"s", KEY_RSA=b"r", LICENSE=b"l"))) as archive:
        assert archive.namelist() == ["META-INF/MANIFEST.MF", "a/B.class", "META-INF/LICENSE"]
        assert archive.read("META-INF/MANIFEST.MF") == MAIN + b"\r\n"


def test_a_jar_is_written_once_and_a_broken_one_leaves_nothing(tmp_path: Path) -> None:
    source = jar(tmp_path)
    first = stored(source)
    source.unlink()
    assert stored(source) == first
    broken = tmp_path / "broken-1.jar"
    broken.write_bytes(b"no zip")
    with pytest.raises(zipfile.BadZipFile):
        stored(broken)
    assert [path.name for path in first.parent.iterdir()] == ["sample-1.jar"]
