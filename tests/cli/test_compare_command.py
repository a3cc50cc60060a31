"""`harness compare` at the command line: what it refuses, what it tells, and its document."""

from __future__ import annotations

import copy
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.bundle import open_bundle, verify
from harness.bundle.export import export
from harness.errors import HarnessError, UsageError
from tests.cli.command_line import ROOT, say
from tests.cli.test_json import fits
from tests.rules.test_rules import write_bundle

FIXTURE: dict[str, Any] = yaml.safe_load(
    (ROOT / "tests/rules/collection-before-consent/fires-read-and-sent.yaml").read_text("utf-8"))


def edition(folder: Path, code: int, *, violating: bool, package: str = "example.shop") -> Path:
    fixture = copy.deepcopy(FIXTURE)
    if not violating:
        fixture["events"] = [e for e in fixture["events"] if "call" not in e and "flow" not in e]
    app = {"package": package, "version": f"{code}.0", "version_code": code, "sha256": str(code) * 64, "permissions": ["a.NFC"]}
    return write_bundle(folder, {**fixture, "app": app})


def kill(bundle: Path) -> None:
    """As if its run had been killed: it is not sealed, and has no end."""
    for name in ("manifest.json", "manifest.sig", "custody.jsonl", "custody.sig", "redaction.seed"):
        (bundle / name).unlink()
    lines = (bundle / "run.jsonl").read_text("utf-8").splitlines(keepends=True)
    assert json.loads(lines[-1])["type"] == "end"
    (bundle / "run.jsonl").write_text("".join(lines[:-1]), "utf-8")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return edition(tmp_path / "old", 1, violating=True)


@pytest.fixture
def new(tmp_path: Path) -> Path:
    return edition(tmp_path / "new", 2, violating=False)


def test_the_document_is_as_its_schema_says(old: Path, new: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = say(capsys, "compare", old, new, "--json")
    fits("compare", said.json)
    assert {one["item"] for one in said.json["fixed"]} >= {"android_id", "imei"}
    assert (said.json["still"], said.json["new"], said.json["same_file"]) == ([], [], False)
    assert said.json["runs"]["old"]["app"]["version_code"] == 1
    assert said.status == 3, "clauses that other rules leave open are not fixed"
    back = say(capsys, "compare", new, old, "--json")
    fits("compare", back.json)
    assert back.status == 1 and [one["kind"] for one in back.json["remarks"]] == ["swapped"]
    gone = [*said.json["fixed"], *said.json["unobservable"]]
    assert {one["key"] for one in back.json["new"]} == {one["key"] for one in gone}


def test_the_words_for_a_person(old: Path, new: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = say(capsys, "compare", old, new, "--html", tmp_path / "page.html", "--lang", "en")
    for words in ("OLD  example.shop 1.0 (1)", "still there: 0", "fixed: ", "- host: track.adnimbus.example", "- SDK: AdNimbus"):
        assert words in said.out, words
    assert (tmp_path / "page.html").read_text("utf-8").startswith("<!doctype html>")
    assert "perhaps they are the wrong way round" in say(capsys, "compare", new, old).out


def test_a_zip_and_a_folder_are_compared_and_the_opening_is_in_the_chain(
    old: Path, new: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export(new, tmp_path / "new.zip")
    said = say(capsys, "compare", old, tmp_path / "new.zip", "--json")
    assert said.json["fixed"] and said.json["runs"]["new"]["integrity"] == "intact"
    assert verify(old).custody[-1].note == "harness compare"


def test_bundles_of_two_apps_are_refused_unless_it_is_said(old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = edition(tmp_path / "other", 2, violating=True, package="example.shop.pro")
    with pytest.raises(UsageError) as refused:
        say(capsys, "compare", old, other)
    assert "two apps: example.shop and example.shop.pro" in refused.value.what and "--other-app" in refused.value.fix
    said = say(capsys, "compare", old, other, "--other-app", "--json").json
    assert "other_app" in [one["kind"] for one in said["remarks"]]
    assert {one["item"] for one in said["still"]} >= {"android_id"}


def test_an_altered_bundle_is_refused(old: Path, new: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (new / "calls.jsonl").write_text("") if (new / "calls.jsonl").exists() else (new / "steps.jsonl").write_text("")
    with pytest.raises(UsageError, match="it was altered"):
        say(capsys, "compare", old, new)


def test_a_redacted_copy_and_what_is_no_bundle_are_refused(
    old: Path, new: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export(new, tmp_path / "cut.zip", redact=True)
    with pytest.raises(HarnessError, match="redacted copy"):
        say(capsys, "compare", old, tmp_path / "cut.zip")
    (tmp_path / "bare").mkdir()
    with pytest.raises(UsageError, match="no bundle"):
        say(capsys, "compare", old, tmp_path / "bare")
    with pytest.raises(UsageError, match="does not exist"):
        say(capsys, "compare", tmp_path / "nothing", new)
    with zipfile.ZipFile(tmp_path / "empty.zip", "w") as empty:
        empty.writestr("../run.jsonl/x", "")
    with pytest.raises(UsageError, match="no bundle"):
        say(capsys, "compare", old, tmp_path / "empty.zip")


def test_a_page_is_never_written_into_a_bundle(old: Path, new: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """That is said before anything is done to either."""
    kill(new)
    with pytest.raises(UsageError, match="cannot be written"):
        say(capsys, "compare", old, new, "--html", new / "report" / "page.html")
    assert not (new / "report").exists() and not (new / "manifest.json").exists()


def test_one_bundle_twice_is_told(old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copied = shutil.copytree(old, tmp_path / "copied")
    said = say(capsys, "compare", old, copied, "--html", tmp_path / "page.html", "--lang", "en")
    assert "note: OLD and NEW are one bundle" in said.out and "are one bundle" in (tmp_path / "page.html").read_text("utf-8")
    document = say(capsys, "compare", old, copied, "--json").json
    fits("compare", document)
    assert [one["kind"] for one in document["remarks"]] == ["one_bundle", "same_file"]
    assert "in both runs: " in said.out and "only in the first run: 0" in said.out


def test_where_nothing_could_be_compared_the_status_is_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bare = {key: value for key, value in FIXTURE.items() if key != "events"}
    first, second = (write_bundle(tmp_path / name, {**bare, "events": []}) for name in ("first", "second"))
    for bundle in (first, second):
        kill(bundle)
    said = say(capsys, "compare", first, second, "--json", "--html", tmp_path / "page.html", "--lang", "en")
    fits("compare", said.json)
    assert [said.json[change] for change in ("fixed", "still", "new", "unobservable")] == [[], [], [], []]
    assert said.status == 5 and said.json["remarks"][0]["kind"] == "nothing_compared"
    assert "No clause could be compared" in (tmp_path / "page.html").read_text("utf-8")
    assert "note: No clause could be compared" in say(capsys, "compare", first, second).out


def test_a_killed_run_is_closed_told_and_nothing_of_it_is_fixed(
    old: Path, new: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    killed = tmp_path / "killed"
    kill(shutil.copytree(new, killed))
    said = say(capsys, "compare", old, killed, "--json")
    assert "NEW is incomplete" in said.err and open_bundle(killed).facts("recovered")
    assert said.json["fixed"] == [] and {one["item"] for one in said.json["unobservable"]} >= {"android_id", "imei"}
    assert all(one["why"] for one in said.json["unobservable"])


def test_names_of_an_app_cannot_feign_what_the_harness_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = edition(tmp_path / "a", 1, violating=True)
    fixture = copy.deepcopy(FIXTURE) | {"app": {"version": "1\x1b[2J\nfixed: 99", "version_code": 2, "sha256": "2" * 64}}
    said = say(capsys, "compare", made, write_bundle(tmp_path / "b", fixture))
    assert "\x1b" not in said.out and "\nfixed: 99" not in said.out
