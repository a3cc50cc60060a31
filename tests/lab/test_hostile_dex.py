"""A dex file made against the translator: a class or a method is given up with a reason, or the APK is; and never the machine."""

from __future__ import annotations

import os
import struct
import subprocess
import threading
import zipfile
from pathlib import Path

import pytest

from harness.errors import BadApk, RigError
from harness.lab.apps.archive import pack
from harness.lab.apps.toolchain import compile_java, make_dex
from harness.lab.runtime import java
from harness.lab.translate import TranslationTookTooMuch, load_check, replaced_methods, translate
from harness.lab.translation_process import Limits, Translations
from tests.lab.hostile_dex import HostileDex

pytestmark = pytest.mark.lab
SOURCE = Path(__file__).parent / "translation" / "Victim.java"
VICTIM = "Lvictim/Victim;"
RETURN, NOP = 0x000E, 0x0000


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    work = tmp_path_factory.mktemp("victim")
    [dex] = make_dex(compile_java([SOURCE], work), work)
    return dex.read_bytes()


@pytest.fixture
def dex(plain: bytes) -> HostileDex:
    return HostileDex(bytearray(plain))


def apk_of(work: Path, dex: HostileDex | bytes) -> Path:
    path = work / "hostile.apk"
    path.write_bytes(pack({"classes.dex": bytes(dex if isinstance(dex, bytes) else dex.data)}))
    return path


def given_up(jar: Path) -> dict[str, str]:
    return {f"{one.class_name}.{one.method}": one.why for one in replaced_methods(jar)}


def check_the_rest_runs(jar: Path) -> None:
    done = subprocess.run([str(java()), "-cp", str(jar), "victim.Victim"], capture_output=True, text=True, check=False)
    assert done.stdout == "still here\n", done.stderr


def test_classes_that_are_their_own_ancestors_are_refused_by_who_loads_them_and_nothing_hangs(
    dex: HostileDex, tmp_path: Path
) -> None:
    dex.set_superclass("Lvictim/Victim$One;", "Lvictim/Victim$One;")
    dex.set_superclass("Lvictim/Victim$Two;", "Lvictim/Victim$Three;")
    dex.set_interfaces("Lvictim/Victim$Four;", ["Lvictim/Victim$Five;"])
    jar = translate(apk_of(tmp_path, dex))
    check_the_rest_runs(jar)
    refused = load_check(jar)
    assert sorted(name.rpartition("$")[2] for name in refused) == ["Five", "Four", "One", "Three", "Two"]
    assert all("ClassCircularityError" in why for why in refused.values()), refused


def _moves(count: int) -> list[int]:
    """move/16 vN, v0, each after a branch: every register lives over every branch."""
    units = [0x0012]  # const/4 v0, 0
    for i in range(count):
        units += [0x0038, 5, 0x0003, 1 + i, 0]  # if-eqz v0, +5; move/16
    return [*units, RETURN]


def _ladder(steps: int) -> list[int]:
    """Each branch goes back to the same place with one register less that is known there, so all before it is done again."""
    units = [0x0012, 0x0216, 0]  # const/4 v0, 0; const-wide/16 v2, 0
    for register in range(4, 4 + 2 * steps):
        units += [0x0003, register, 0]  # move/16
    start = len(units)
    for step in range(steps):
        units += [0x0006, 4 + 2 * step, 2]  # move-wide/16
        units += [0x0038, start - len(units) & 0xFFFF]  # if-eqz v0, start
    return [*units, RETURN]


CODE = {
    "as many registers as there can be": (0xFFFF, _moves(12_000)),
    "branches back and back": (4_004, _ladder(2_000)),
    "more instructions than a JVM method has bytes": (4, [NOP] * 300_000 + [RETURN]),
    "a branch out of the code": (4, [0x0038, 0x7000, RETURN]),
    "no end": (4, [NOP]),
    "an opcode that there is not": (4, [0x00E3, RETURN]),
    "a register that there is not": (2, [0x9013, 0, RETURN]),
    "a payload that is none": (4, [0x0012, 0x002B, 3, 0, RETURN]),
    "an index that there is not": (4, [0x001A, 0xFFFF, RETURN]),
}


@pytest.mark.parametrize("name", CODE)
def test_a_method_that_costs_too_much_or_makes_no_sense_is_given_up_alone(name: str, dex: HostileDex, tmp_path: Path) -> None:
    registers, units = CODE[name]
    dex.point(VICTIM, {"first": dex.code(registers, units)})
    jar = translate(apk_of(tmp_path, dex))
    assert list(given_up(jar)) == ["victim.Victim.first()V"], given_up(jar)
    assert load_check(jar) == {}
    check_the_rest_runs(jar)


def test_a_switch_and_an_array_of_more_cases_than_fit_are_given_up(dex: HostileDex, tmp_path: Path) -> None:
    count = 0xFFFF
    switch = [0x0012, 0x002B, 4, 0, RETURN, 0x0100, count, 0, 0] + [3, 0] * count
    array = [0x0112, 0x0023, dex.type_index("[Ljava/lang/String;"), 0x0026, 4, 0, RETURN, 0x0300, 1, 0xFFF0, 0] + [0] * 0x7FF8
    dex.point(VICTIM, {"first": dex.code(4, switch), "second": dex.code(4, array)})
    jar = translate(apk_of(tmp_path, dex))
    assert set(given_up(jar)) == {"victim.Victim.first()V", "victim.Victim.second()V"}
    check_the_rest_runs(jar)


def test_try_blocks_over_each_other_are_given_up(dex: HostileDex, tmp_path: Path) -> None:
    throwing = [0x0012, *[0x0021] * 20_000, RETURN]  # array-length v0, v0
    code = dex.code(4, throwing, tries=[(1, 20_000)] * 20_000, handler=20_001)
    dex.point(VICTIM, {"first": code})
    jar = translate(apk_of(tmp_path, dex))
    assert "try blocks" in given_up(jar)["victim.Victim.first()V"]
    check_the_rest_runs(jar)


def test_lines_without_end_cost_the_method_its_line_numbers_and_nothing_else(dex: HostileDex, tmp_path: Path) -> None:
    endless = dex.append(b"\x01\x00" + b"\x0a" * 5_000_000 + b"\x00")
    lying = dex.append(b"\x01\x00\x03\xff\xff\xff\xff\xff\xff\xff")
    dex.point(VICTIM, {"first": dex.code(1, [RETURN], debug=endless), "second": dex.code(1, [RETURN], debug=lying)})
    jar = translate(apk_of(tmp_path, dex))
    assert given_up(jar) == {}
    check_the_rest_runs(jar)


def test_strings_that_are_no_mutf_8_and_halves_of_characters_harm_their_method_at_most(dex: HostileDex, tmp_path: Path) -> None:
    for number, odd in enumerate([b"\xed\xa0\x80" * 6, b"\xff" * 18, b"\xc0\x80" * 9]):
        one = HostileDex(bytearray(dex.data))
        one.set_text("text-to-be-changed", odd)
        folder = tmp_path / str(number)
        folder.mkdir()
        jar = translate(apk_of(folder, one))
        assert set(given_up(jar)) <= {"victim.Victim.text()Ljava/lang/String;"}
        check_the_rest_runs(jar)


@pytest.mark.parametrize("at", [0x3C, 0x44, 0x60, 0x64])
def test_a_header_that_lies_is_a_bad_apk(at: int, dex: HostileDex, tmp_path: Path) -> None:
    dex.put(at, 0x7FFFFFF0)
    with pytest.raises(BadApk, match=r"classes\.dex"):
        translate(apk_of(tmp_path, dex))


def test_an_entry_that_unpacks_to_more_than_it_says_is_a_bad_apk(plain: bytes, tmp_path: Path) -> None:
    path = apk_of(tmp_path, plain + bytes(200 << 20))
    content = bytearray(path.read_bytes())
    at = content.rindex(b"PK\x01\x02")
    struct.pack_into("<I", content, at + 24, len(plain))
    path.write_bytes(content)
    with pytest.raises(BadApk, match=r"the archive says that it has \d+ bytes"):
        translate(path)


def _endless(dex: HostileDex) -> HostileDex:
    """Every method has the code that costs most of what one method may: here there are some, an attacker has 65,535."""
    classes = sorted({f"Lvictim/Victim${name};" for name in ("One", "Two", "Three")} | {VICTIM})
    code = dex.code(4_004, _ladder(2_000))
    for name in classes:
        dex.point(name, {"*": code})
    return dex


def test_what_takes_too_long_is_ended_and_says_so(dex: HostileDex, tmp_path: Path) -> None:
    with pytest.raises(TranslationTookTooMuch, match="1 s of processor time"):
        translate(apk_of(tmp_path, _endless(dex)), limits=Limits(base=1, per_mib=0, patience=500))
    with pytest.raises(TranslationTookTooMuch, match="more than a translation may: 0 s"):
        translate(apk_of(tmp_path, _endless(dex)), limits=Limits(base=1, per_mib=0, patience=0.01))


def test_a_translation_ends_when_its_device_does(dex: HostileDex, tmp_path: Path) -> None:
    among = Translations()
    apk = apk_of(tmp_path, _endless(dex))
    begun = threading.Event()
    stop = threading.Thread(target=lambda: (begun.wait(60), among.stop()))
    stop.start()
    with pytest.raises(RigError, match="device ends"):
        translate(apk, among=among, progress=lambda done, total: begun.set())
    stop.join()
    with pytest.raises(RigError, match="device ends"):
        translate(apk, among=among)


def test_nothing_is_kept_of_a_translation_that_failed(plain: bytes, tmp_path: Path) -> None:
    dex = HostileDex(bytearray(plain))
    dex.append(os.urandom(16))  # of no earlier run, whose translation is kept
    apk = apk_of(tmp_path, dex)
    with pytest.raises(TranslationTookTooMuch):
        translate(apk, limits=Limits(base=1, per_mib=0, patience=0.001))
    assert zipfile.ZipFile(translate(apk)).namelist()
