"""`harness report --format`: where files go, that they agree with each other, and what is said where they cannot be written."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from harness import bundle as bundles
from harness.bundle import Status, verify
from harness.cli.formats import put
from harness.cli.options import FILES, FOLDERS, ReportFormat
from harness.errors import HarnessError, UsageError
from tests.cli.command_line import say, violating_run
from tests.cli.test_json import fits

ALL = [word for one in ReportFormat for word in ("--format", one)]


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return violating_run(tmp_path)


def test_all_formats_go_into_the_bundles_report_folder_signed_and_agree(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = say(capsys, "report", bundle, *ALL, "--lang", "en", "--json")
    fits("report", said.json)
    assert said.json["masked"] is True
    assert set(said.json["files"]) == set(ReportFormat)
    report = bundle / "report"
    assert {Path(path) for path in said.json["files"].values()} == {report / FILES[one] for one in ReportFormat}
    assert verify(bundle).status is Status.INTACT
    alone = say(capsys, "report", bundle, "--json").json
    assert (alone["report"], alone["files"]) == (said.json["files"]["html"], {"html": said.json["files"]["html"]})

    found = json.loads((report / "findings.json").read_text("utf-8"))
    fits("analyze", found)
    again = say(capsys, "analyze", bundle, "--json").json
    assert [(v["key"], v["verdict"]) for v in found["verdicts"]] == [(v["key"], v["verdict"]) for v in again["verdicts"]]
    [run] = json.loads((report / "results.sarif").read_text("utf-8"))["runs"]
    junit = etree.parse(str(report / "junit.xml")).getroot()
    rows = list(csv.DictReader(io.StringIO((report / "tables-csv" / "verdicts.csv").read_text("utf-8-sig"))))
    keys = [v["key"] for v in found["verdicts"]]
    assert [result["properties"]["key"] for result in run["results"]] == keys
    assert [row["key"] for row in rows] == keys
    assert int(junit.get("tests")) == len(keys) + 2
    assert int(junit.get("failures")) == sum(v["verdict"] == "VIOLATION" for v in found["verdicts"]) > 0
    assert len(json.loads((report / "traffic.har").read_text("utf-8"))["log"]["entries"]) == found["flows"]
    assert (report / "timeline.png").read_bytes().startswith(b"\x89PNG")
    assert {p.stem for p in (report / "tables-csv").iterdir()} == {p.stem for p in (report / "tables-parquet").iterdir()}


def test_a_file_that_was_changed_after_it_was_signed_is_seen(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    say(capsys, "report", bundle, "-f", "sarif", "-f", "csv")
    (bundle / "report" / "tables-csv" / "calls.csv").write_text("id\n")
    assert [one.file for one in verify(bundle).differences] == ["report/tables-csv/calls.csv"]


@pytest.mark.parametrize("one", sorted(set(ReportFormat) - FOLDERS))
def test_one_format_is_the_file_that_was_named(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], one: str
) -> None:
    target = tmp_path / "new" / "folder" / f"x.{one}"
    assert say(capsys, "report", bundle, "-f", one, "--to", target).out.strip() == str(target)
    assert target.stat().st_size > 100
    assert not (bundle / "report").exists()


def test_files_in_the_bundle_are_signed_once_for_a_format_and_those_elsewhere_are_not(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed: list[set[str]] = []
    once = bundles.write_reports

    def counted(at: Path, files: dict[Path, bytes]) -> None:
        signed.append({path.name for path in files})
        once(at, files)

    monkeypatch.setattr(bundles, "write_reports", counted)
    put(bundle, [(bundle / "report" / "t" / "a.csv", b"a"), (tmp_path / "new" / "b.csv", b"b"), (bundle / "report" / "c", b"c")])
    assert signed == [{"a.csv", "c"}]
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["b.csv"]
    assert sorted(p.name for p in (bundle / "report").iterdir()) == ["c", "report.sig", "t"]
    assert verify(bundle).status is Status.INTACT


@pytest.mark.parametrize("one", sorted(FOLDERS))
def test_tables_are_a_folder(bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], one: str) -> None:
    say(capsys, "report", bundle, "-f", one, "--to", tmp_path / "t")
    assert (tmp_path / "t" / f"calls.{one}").is_file()
    assert (tmp_path / "t" / "datapackage.json").is_file()


def test_several_go_into_the_folder_that_was_named(bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = say(capsys, "report", bundle, "-f", "sarif", "-f", "junit", "-f", "sarif", "--to", tmp_path / "all")
    assert said.out.split() == [str(tmp_path / "all" / "results.sarif"), str(tmp_path / "all" / "junit.xml")]


def test_values_are_masked_unless_it_is_asked_and_then_it_is_said(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    [shared] = say(capsys, "analyze", bundle, "--json").json["shared"]
    value, as_sent = shared["value"], hashlib.md5(shared["value"].encode(), usedforsecurity=False).hexdigest()
    for unmask in (False, True):
        folder = tmp_path / str(unmask)
        said = say(capsys, "report", bundle, *ALL, "--to", folder, *(["--unmask"] if unmask else []))
        assert ("not masked" in said.err) is unmask
        calls = (folder / "tables-csv" / "calls.csv").read_text("utf-8")
        read = (ReportFormat.JSON, ReportFormat.HAR, ReportFormat.SARIF)
        texts = {one: (folder / FILES[one]).read_text("utf-8") for one in read}
        assert (value in calls, value in texts[ReportFormat.JSON]) == (unmask, unmask)
        assert (as_sent in texts[ReportFormat.HAR], as_sent in texts[ReportFormat.SARIF]) == (unmask, unmask)
        assert unmask or not any(secret in text for secret in (value, as_sent) for text in texts.values())


def test_har_alone_is_still_har(bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    say(capsys, "report", bundle, "--har", "--to", tmp_path / "t.har", "--json")
    assert json.loads((tmp_path / "t.har").read_text("utf-8"))["log"]["version"] == "1.2"


def refused(capsys: pytest.CaptureFixture[str], *words: Any) -> HarnessError:
    with pytest.raises(HarnessError) as caught:
        say(capsys, "report", *words)
    assert caught.value.exit_status == 2
    return caught.value


def test_what_cannot_be_written_is_said_with_what_to_do(bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(bundle.rglob("*"))
    folder, file = tmp_path / "folder", tmp_path / "file"
    folder.mkdir()
    file.write_text("x")
    one = refused(capsys, bundle, "-f", "sarif", "--to", folder)
    assert (one.what, one.fix) == (f"{folder} is a folder.", f"Name the file: {folder / 'results.sarif'}.")
    assert "is a file" in refused(capsys, bundle, "-f", "sarif", "-f", "junit", "--to", file).what
    assert "cannot be written" in refused(capsys, bundle, "-f", "csv", "--to", file / "t").what
    inside = refused(capsys, bundle, "-f", "png", "--to", bundle / "objects" / "x.png")
    assert "alter what the bundle holds" in inside.why
    assert sorted(bundle.rglob("*")) == before
    assert isinstance(refused(capsys, tmp_path / "nowhere", "-f", "sarif"), UsageError)
    assert isinstance(refused(capsys, bundle.parent, "-f", "sarif"), UsageError)


def test_a_zip_gives_all_beside_whoever_asks_and_a_cut_copy_is_refused(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    say(capsys, "export", bundle, "--to", tmp_path / "b.zip")
    say(capsys, "export", bundle, "--redact", "--to", tmp_path / "cut.zip")
    monkeypatch.chdir(tmp_path)
    assert "redacted copy" in refused(capsys, tmp_path / "cut.zip", "-f", "har").what
    assert not (tmp_path / "report").exists()
    say(capsys, "report", tmp_path / "b.zip", *ALL)
    assert {p.name for p in (tmp_path / "report").iterdir()} == set(FILES.values())
