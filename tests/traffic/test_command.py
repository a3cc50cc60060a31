"""`harness traffic`: what it prints for a program and for a person, where it writes what stayed dark, and how it refuses."""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from random import Random

import pytest

from harness.cli.main import main
from tests.cli.command_line import Said, say
from tests.cli.test_json import fits
from tests.lab.whole import harness
from tests.traffic.messages import IMEI, entry, flows, har, written

KNOWNS = json.dumps({"imei": IMEI, "city": "上海", "android_id": "9774d56d682e549c", "app_package": "com.example.shop"})
KEYS = {"index", "type", "value", "variant", "where", "encodings", "host", "company", "sdk", "party", "matched"}
SECRET = base64.b64encode(Random(9).randbytes(400)).decode()


@pytest.fixture
def knowns(tmp_path: Path) -> Path:
    return written(tmp_path, KNOWNS, "knowns.json")


@pytest.fixture
def traffic(tmp_path: Path) -> Path:
    """Two values to an advertiser, one to the app's own server, a body that stays dark and an entry that is none."""
    return written(
        tmp_path,
        har(
            entry("https://api.shop.example.com/v1", postData={"text": base64.b64encode(f"imei={IMEI}".encode()).decode()}),
            entry(f"https://e.crashlytics.com/x?city=%E4%B8%8A%E6%B5%B7&id={IMEI}"),
            entry("https://dark.example/", postData={"text": json.dumps({"d": SECRET})}),
            entry("https://clean.example/"),
            5,
        ),
    )


def test_a_program_gets_each_finding(traffic: Path, knowns: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = say(capsys, "traffic", traffic, "--knowns", knowns, "--package", "com.example.shop", "--json")
    assert said.status == 0
    fits("traffic", said.json)
    assert [set(row) for row in said.json] == [KEYS] * 3
    first, city, imei = said.json
    assert first == {
        "index": 0, "type": "imei", "value": IMEI, "variant": "raw", "where": "body > base64 imei", "encodings": ["base64"],
        "host": "api.shop.example.com", "company": first["company"], "sdk": "", "party": first["party"], "matched": IMEI,
    }  # fmt: skip
    assert (city["type"], city["matched"], city["encodings"], city["where"]) == (
        "city",
        "上海",
        ["percent"],
        "url > percent city",
    )
    assert (imei["index"], imei["company"]) == (1, "Google")
    assert "2 places could not be looked into" in said.err


def test_a_file_of_mitmproxy_s(tmp_path: Path, knowns: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = say(capsys, "traffic", written(tmp_path, flows(), "flows"), "--knowns", knowns, "--json")
    fits("traffic", said.json)
    assert [(row["index"], row["type"]) for row in said.json] == [(0, "imei"), (2, "imei")]


def test_nothing_found_is_an_empty_list(tmp_path: Path, knowns: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, har(entry("https://clean.example/")))
    said = say(capsys, "traffic", path, "--knowns", knowns, "--json")
    assert (said.status, said.json) == (0, [])
    fits("traffic", said.json)
    said = say(capsys, "traffic", path, "--knowns", knowns)
    assert said.out == "None of the known values was found in 1 request.\n"


def test_a_person_gets_a_table_and_what_stayed_dark(traffic: Path, knowns: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = say(capsys, "traffic", traffic, "--knowns", knowns)
    lines = said.out.splitlines()
    assert lines[0].split() == ["#", "to", "party", "what", "as", "where"]
    assert lines[-1] == "3 values in 2 of 5 requests, to 2 hosts."
    assert all(len(line.rstrip()) <= 180 for line in lines)
    [city] = [line for line in lines if "city" in line]
    for word in ("e.crashlytics.com", "Google", "percent > raw", "url > percent city"):
        assert word in city
    assert "2 places could not be looked into; they are not clean, they are not known:" in said.err
    assert "request 2 to dark.example, body $.d > base64: 400 bytes of no known form" in said.err
    assert "request 4 to nobody, request: the entry has no request" in said.err


def test_what_others_wrote_moves_no_cursor(tmp_path: Path, knowns: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Names of fields and hosts are the sender's."""
    bad = '{"a\\u001b[2Jb": "' + IMEI + '", "\u202ex": "' + IMEI + '"}'
    path = written(tmp_path, har(entry("https://h\u001b[31m.example/", postData={"text": bad}), entry("\u001b]0;x\u0007")))
    said = say(capsys, "traffic", path, "--knowns", knowns)
    assert "\u001b" not in said.out + said.err
    assert "\u202e" not in said.out + said.err
    assert "\u001b" not in say(capsys, "traffic", path, "--knowns", knowns, "--json").out


def test_many_dark_places_are_counted(tmp_path: Path, knowns: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, har(*[5] * 30))
    said = say(capsys, "traffic", path, "--knowns", knowns)
    assert said.err.count("the entry has no request") == 20
    assert "and 10 more (--blind FILE has them all)" in said.err


def test_what_stayed_dark_goes_to_a_file(traffic: Path, knowns: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    say(capsys, "traffic", traffic, "--knowns", knowns, "--blind", tmp_path / "blind.json", "--json")
    spots = json.loads((tmp_path / "blind.json").read_text("utf-8"))
    assert [(s["index"], s["host"], s["where"]) for s in spots] == [(2, "dark.example", "body $.d > base64"), (4, "", "request")]
    assert {frozenset(spot) for spot in spots} == {frozenset({"index", "host", "where", "why"})}


def test_a_name_that_is_no_text_goes_to_the_file_too(tmp_path: Path, knowns: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """MessagePack's names of fields may be any bytes."""
    body = b"\x81\xa3a\xffb\xc5\x01\x90" + Random(9).randbytes(400)
    post = {"text": base64.b64encode(body).decode(), "encoding": "base64"}
    said = say(
        capsys, "traffic", written(tmp_path, har(entry(postData=post))), "--knowns", knowns, "--blind", tmp_path / "b.json"
    )
    assert said.status == 0
    assert isinstance(json.loads((tmp_path / "b.json").read_text("utf-8")), list)


def test_off_a_terminal_nothing_but_what_is_to_be_told(tmp_path: Path, knowns: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, har(entry(f"https://a.example/?imei={IMEI}")))
    said = say(capsys, "traffic", path, "--knowns", knowns)
    assert said.err == ""
    assert said.out.splitlines()[-1] == "1 value in 1 of 1 request, to 1 host."


def test_what_is_not_searched_is_told(tmp_path: Path, traffic: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = f'{{"imei": "{IMEI}", "a": null, "b": true, "c": "x", "d": {{}}, "e": "no", "city": "上海", "city": "北京"}}'
    said = say(capsys, "traffic", traffic, "--knowns", written(tmp_path, text, "k.json"), "--json")
    told = [line for line in said.err.splitlines() if line.startswith("not searched: ")]
    assert [line.removeprefix("not searched: ")[0] for line in told] == ["a", "b", "d", "c", "e"]
    assert "city stands more than once" in said.err
    assert {row["value"] for row in said.json} == {IMEI, "上海"}
    assert "not searched" not in say(capsys, "traffic", traffic, "--knowns", written(tmp_path, KNOWNS, "k.json")).err


def test_the_time_for_a_file_ends_and_is_told(traffic: Path, knowns: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = say(capsys, "traffic", traffic, "--knowns", knowns, "--time-limit", "0")
    assert said.out == "None of the known values was found in 0 requests.\n"
    assert "request 0 to api.shop.example.com" in said.err
    assert "this request and all behind it (5 in all) were not looked at" in said.err


def test_the_memory_is_a_setting(tmp_path: Path, knowns: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A body behind the first bytes of it is searched with more memory, and told with less."""
    path = written(tmp_path, har(entry("https://a.example/", postData={"text": "x=1&" * 1_200_000 + f"imei={IMEI}"})))
    said = say(capsys, "traffic", path, "--knowns", knowns, "--memory", "320", "--json")
    assert said.json == []
    assert "the budget for one message is used up (bytes)" in said.err
    said = say(capsys, "traffic", path, "--knowns", knowns, "--json")
    assert ([row["type"] for row in said.json], said.err) == (["imei"], "")


# -- refusals ------------------------------------------------------------------------------------------------------------


def refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: object) -> Said:
    """What the whole command line says, as `main` ends it."""
    monkeypatch.setattr(sys, "argv", ["harness", "traffic", *map(str, words)])
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main()
    printed = capsys.readouterr()
    return Said(int(str(ended.value.code)), printed.out, printed.err)


@pytest.mark.parametrize(
    ("file", "knowns", "words"),
    [
        ("gone.har", "knowns.json", ["gone.har cannot be read", "No such file"]),
        (".", "knowns.json", ["cannot be read", "directory"]),
        ("empty", "knowns.json", ["is empty"]),
        ("picture.png", "knowns.json", ["is neither a HAR nor a file of mitmproxy's"]),
        ("other.json", "knowns.json", ["is no HAR", "log.entries"]),
        ("good.har", "gone.json", ["gone.json cannot be read", "No such file"]),
        ("good.har", ".", ["cannot be read", "directory"]),
        ("good.har", "list.json", ["holds no values", "an object is wanted"]),
        ("good.har", "picture.png", ["cannot be read", "no JSON"]),
        ("good.har", "nothing.json", ["holds no value that can be searched for", "Not searched: a: it is no value; b "]),
        ("good.har", "bare.json", ["holds no value that can be searched for", "It is empty"]),
        ("large.har", "knowns.json", ["has 20000000 bytes", "--memory"]),
    ],
)
def test_a_wrong_file_is_refused_in_one_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], file: str, knowns: str, words: list[str]
) -> None:
    for name, content in (
        ("empty", b""), ("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(40)), ("other.json", b'{"a": 1}'), ("list.json", b"[]"),
        ("good.har", har(entry()).encode()), ("knowns.json", KNOWNS.encode()), ("nothing.json", b'{"a": null, "b": "x"}'),
        ("bare.json", b"{}"), ("large.har", b"{" + bytes(19_999_999) if file == "large.har" else b""),
    ):  # fmt: skip
        written(tmp_path, content, name)
    said = refused(monkeypatch, capsys, tmp_path / file, "--knowns", tmp_path / knowns, "--json", "--memory", 320)
    assert (said.status, said.out) == (2, "")
    assert said.err.count("harness: ") == 1
    assert "  fix: " in said.err
    assert "Traceback" not in said.err
    for word in words:
        assert word in said.err.replace("\n       ", " ")


def test_dark_places_that_cannot_be_written_are_told(
    tmp_path: Path, traffic: Path, knowns: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refused(monkeypatch, capsys, traffic, "--knowns", knowns, "--blind", tmp_path)
    assert said.status == 2
    assert "cannot be written" in said.err


def test_in_a_process_of_its_own(tmp_path: Path) -> None:
    ended = harness("traffic", str(tmp_path / "gone.har"), "--knowns", str(written(tmp_path, KNOWNS, "k.json")))
    assert ended.status == 2
    assert "gone.har cannot be read" in ended.err
    assert "Traceback" not in ended.err
    ended = harness("traffic", str(tmp_path / "gone.har"))
    assert ended.status == 2
    assert "--knowns" in ended.err
