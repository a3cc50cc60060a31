"""`--knowns FILE`: what may stand in it, and what is said of a file that is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.traffic.knowns_file import read_knowns, searched
from tests.traffic.messages import written


def values(folder: Path, content: str | bytes) -> list[tuple[str, str]]:
    return [(k.name, k.value) for k in read_knowns(written(folder, content, "knowns.json"))]


def test_values_lists_and_objects(tmp_path: Path) -> None:
    assert values(tmp_path, '{"imei": "1", "mac": ["a", ["b"]], "geo": {"lat": "2", "deep": {"x": "3"}}, "": "4"}') == [
        ("imei", "1"), ("mac", "a"), ("mac", "b"), ("geo", "2"), ("geo", "3"), ("", "4"),
    ]  # fmt: skip


def test_what_is_no_value_is_left_out(tmp_path: Path) -> None:
    assert values(tmp_path, '{"a": null, "b": true, "c": "", "d": "  ", "e": [], "f": {}, "g": [[[[[[[[[["deep"]]]]]]]]]]}') == []


def test_of_a_name_that_stands_twice_all_values_are_known(tmp_path: Path) -> None:
    found = values(tmp_path, '{"city": "上海", "imei": "1", "city": "北京"}')
    assert found == [("city", "上海"), ("city", "北京"), ("imei", "1")]


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ('"x"', "one character"), ('"K"', "one character"), ('"true"', "yes or no"), ("true", "true or false"),
        ("NaN", "no value"),
        ("[]", "empty"), ('"' + "x" * 5000 + '"', "only its hashes"),
    ],
)  # fmt: skip
def test_what_cannot_be_searched_is_told_with_its_reason(tmp_path: Path, value: str, why: str) -> None:
    found = searched(written(tmp_path, f'{{"gender": {value}, "imei": "860461037294518"}}', "k.json"))
    assert found.unsearched[0].startswith("gender") and why in found.unsearched[0]
    assert ("gender" in {k.name for k in found.knowns}) == ("hash" in why)


def test_of_what_can_be_searched_nothing_is_told(tmp_path: Path) -> None:
    found = searched(written(tmp_path, '{"gender": "female", "os_version": "9", "name": "李四"}', "k.json"))
    assert (len(found.knowns), found.unsearched) == (3, [])


def test_numbers_keep_their_digits(tmp_path: Path) -> None:
    text = '{"iccid": 89860012345678901234, "lat": 31.230400, "n": -5, "long": ' + "9" * 6000 + "}"
    assert values(tmp_path, text) == [("iccid", "89860012345678901234"), ("lat", "31.230400"), ("n", "-5"), ("long", "9" * 6000)]


def test_names_say_what_a_value_is(tmp_path: Path) -> None:
    fields = [k.field for k in read_knowns(written(tmp_path, '{"IMEI1": "1", "gpsLatitude": "2.55", "zzz": "3"}', "k.json"))]
    assert fields == ["imei", "latitude", ""]


def test_a_numbered_app_s_package_is_of_an_app_that_is_installed(tmp_path: Path) -> None:
    text = '{"app_2": "com.esunbank", "app": "com.example.shop", "app_3": "Shop", "zzz": "com.x"}'
    fields = [k.field for k in read_knowns(written(tmp_path, text, "k.json"))]
    assert fields[0] == "installed_apps" and "installed_apps" not in fields[1:]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_other_encodings(tmp_path: Path, encoding: str) -> None:
    assert values(tmp_path, '{"city": "上海"}'.encode(encoding)) == [("city", "上海")]


def test_half_a_surrogate_pair_is_a_value(tmp_path: Path) -> None:
    assert values(tmp_path, '{"name": "\\ud83d"}') == [("name", "\ud83d")]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b"{'imei': 1}", "line 1, column 2"),
        (b"\x89PNG\r\n\x1a\n", "no JSON"),
        (b'{"a": "\xff"}', "no JSON"),
        (b'{"a": ' + b"[" * 100_000, "no JSON"),
        (b"[]", "a list at its top"),
        (b'"imei"', "a single value at its top"),
        (b"490154203237518", "a single value at its top"),
        (b"null", "a single value at its top"),
    ],
    ids=lambda value: repr(value[:16]),
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    with pytest.raises(UsageError) as caught:
        values(tmp_path, content)
    assert "knowns.json" in caught.value.what
    assert why in caught.value.why
    assert '{"imei": ' in caught.value.fix


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    for path, why in ((tmp_path, "directory"), (tmp_path / "gone.json", "No such file")):
        with pytest.raises(UsageError, match=why):
            read_knowns(path)
