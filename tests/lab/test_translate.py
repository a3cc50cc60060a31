"""The translated code does what the compiled code did, and the JVM's verifier takes all of it."""

from __future__ import annotations

import os
import re
import subprocess
import zipfile
from pathlib import Path

import pytest

from harness.errors import BadApk
from harness.lab.apps import apps, build
from harness.lab.apps.archive import pack
from harness.lab.apps.toolchain import compile_java, make_dex
from harness.lab.runtime import artefact, java
from harness.lab.translate import load_check, replaced_methods, translate
from tests.lab import large_method

SAMPLE = Path(__file__).parent / "translation" / "Sample.java"


def run_class(*class_path: Path) -> str:
    done = subprocess.run(
        [str(java()), "-cp", os.pathsep.join(str(p) for p in class_path), "sample.Sample"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def apk_of(work: Path, name: str, files: dict[str, bytes]) -> Path:
    path = work / name
    path.write_bytes(pack(files))
    return path


@pytest.mark.lab
def test_translated_code_prints_what_the_compiled_code_prints(tmp_path: Path) -> None:
    classes = compile_java([SAMPLE], tmp_path)
    dex = {file.name: file.read_bytes() for file in make_dex(classes, tmp_path)}
    jar = translate(apk_of(tmp_path, "sample.apk", dex))
    assert replaced_methods(jar) == []
    assert load_check(jar) == {}
    expected = run_class(classes)
    assert "Sample.java:" in expected
    assert run_class(jar) == expected


@pytest.mark.lab
def test_a_method_that_outgrows_the_jvm_is_cut_up_and_computes_the_same(tmp_path: Path) -> None:
    source = tmp_path / "Sample.java"
    source.write_text(large_method.source())
    classes = compile_java([source], tmp_path)
    dex = {file.name: file.read_bytes() for file in make_dex(classes, tmp_path)}
    jar = translate(apk_of(tmp_path, "large.apk", dex))
    assert replaced_methods(jar) == []
    assert load_check(jar) == {}
    translated = zipfile.ZipFile(jar).read("sample/Sample.class")
    assert len(set(re.findall(rb"lab\$part\d+", translated))) >= 6, "nothing had to be cut"
    assert run_class(jar) == run_class(classes)


def write_odd_dex(work: Path) -> bytes:
    libraries = [artefact(n) for n in ("org.smali:dexlib2", "com.google.guava:guava", "com.google.guava:failureaccess")]
    class_path = os.pathsep.join(str(p) for p in libraries)
    source = SAMPLE.with_name("OddDex.java")
    compile_command = [java(), "-jar", artefact("org.eclipse.jdt:ecj"), "-11", "-nowarn", "-cp", class_path, "-d", work, source]
    subprocess.run([str(p) for p in compile_command], check=True)
    class_path = os.pathsep.join([class_path, str(work)])
    subprocess.run([str(java()), "-cp", class_path, "odd.OddDex", str(work / "classes.dex")], check=True)
    return (work / "classes.dex").read_bytes()


@pytest.mark.lab
def test_what_r8_makes_and_the_jvm_refuses_is_repaired_and_a_method_art_refuses_is_replaced(tmp_path: Path) -> None:
    jar = translate(apk_of(tmp_path, "odd.apk", {"classes.dex": write_odd_dex(tmp_path)}))
    assert load_check(jar) == {}
    *lines, spoken = run_class(jar).splitlines()
    assert spoken == "class sample.Child", "its constructor was left out; the default method called by super is its grandparent's"
    assert lines[1::2] == ["class sample.Base", "class sample.Derived", "class sample.Further"]
    assert lines[0::2] == [str(-(len(name) % 8)) for name in ("Lsample/Base;", "Lsample/Derived;", "Lsample/Further;")]
    [replaced] = replaced_methods(jar)
    assert (replaced.class_name, replaced.method) == ("sample.Sample", "broken()V")
    assert "read as A" in replaced.why


@pytest.mark.lab
def test_every_class_of_the_example_apps_passes_the_verifier() -> None:
    for source in apps():
        jar = translate(build(source.name))
        assert zipfile.ZipFile(jar).namelist(), source.name
        assert load_check(jar) == {}, source.name
        assert replaced_methods(jar) == [], source.name


@pytest.mark.lab
def test_the_load_check_can_fail(tmp_path: Path) -> None:
    classes = compile_java([SAMPLE], tmp_path)
    jar = tmp_path / "broken.jar"
    # Version 52 without frames: the verifier must refuse every class that branches.
    content = (classes / "sample" / "Sample.class").read_bytes().replace(b"StackMapTable", b"StackMapFable")
    with zipfile.ZipFile(jar, "w") as archive:
        archive.writestr("sample/Sample.class", content)
    assert "VerifyError" in load_check(jar)["sample.Sample"]


@pytest.mark.lab
def test_a_second_translation_comes_from_the_cache_and_is_the_same_file() -> None:
    seen: list[tuple[int, int]] = []
    first = translate(build("tiny"))
    before = first.stat().st_mtime_ns
    again = translate(build("tiny"), progress=lambda done, total: seen.append((done, total)))
    assert (again, again.stat().st_mtime_ns, seen) == (first, before, [])


@pytest.mark.lab
def test_of_two_translations_at_once_the_first_to_end_stays(tmp_path: Path) -> None:
    """A device that runs shows its processes the file that it found."""
    apk = apk_of(tmp_path, "twice.apk", {"classes.dex": write_odd_dex(tmp_path), "assets/once": os.urandom(16)})
    first: list[int] = []

    def another_ends_first(done: int, total: int) -> None:
        if not first:
            first.append(0)
            first[0] = translate(apk).stat().st_ino

    jar = translate(apk, progress=another_ends_first)
    assert first == [jar.stat().st_ino]
    assert zipfile.ZipFile(jar).namelist() and replaced_methods(jar)
    assert [found.name for found in jar.parent.iterdir() if found.is_dir()] == []
    jar.with_suffix(".json").unlink()
    jar.unlink()


def test_a_file_that_is_no_zip_is_a_bad_apk(tmp_path: Path) -> None:
    path = tmp_path / "note.apk"
    path.write_text("not an archive")
    with pytest.raises(BadApk, match=r"note\.apk is not an APK"):
        translate(path)


@pytest.mark.lab
def test_a_broken_dex_is_a_bad_apk_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(BadApk, match=r"classes\.dex"):
        translate(apk_of(tmp_path, "broken.apk", {"classes.dex": b"dex\n035\x00" + bytes(200)}))


@pytest.mark.lab
def test_an_apk_without_code_gives_an_empty_jar(tmp_path: Path) -> None:
    assert zipfile.ZipFile(translate(apk_of(tmp_path, "empty.apk", {"res/raw/x": b"x"}))).namelist() == []
