"""`harness analyze` and `harness report` look whether a bundle was altered, say so, and change nothing that was sealed."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from harness.bundle import Bundle, verify
from harness.bundle.format import LATER
from harness.bundle.keys import fingerprint, public_bytes, signing_key
from harness.cli.main import build
from harness.errors import UsageError
from harness.model import Fact
from tests.cli.command_line import Said, say, violating_run


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return violating_run(tmp_path)


@pytest.fixture
def analyst(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Somebody else's machine from here on: the fingerprint of the key that is made there."""
    monkeypatch.setenv("HARNESS_STATE", str(tmp_path / "analyst"))
    return fingerprint(public_bytes(signing_key().public_key()))


def content(path: Path) -> dict[str, str]:
    """All but the chain of custody, to which each opening is appended."""
    return {p.relative_to(path).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
            for p in sorted(path.rglob("*")) if p.is_file() and p.name not in LATER}


def tamper(bundle: Path) -> None:
    flows = bundle / "flows.jsonl"
    changed = flows.read_bytes().replace(b"https://", b"HTTPS://", 1)
    assert changed != flows.read_bytes()
    flows.write_bytes(changed)


def warned(said: Said, status: str, *words: str) -> None:
    assert said.status == 1      # what the verdicts say
    first = said.err.splitlines()[0]
    assert first.startswith(f"{status}: ")
    for word in words:
        assert word in said.err


def test_an_intact_bundle_is_judged_without_a_word(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = say(capsys, "analyze", bundle, "--json")
    assert (said.status, said.err, said.json["integrity"]) == (1, "", "intact")


def test_an_altered_bundle_is_judged_with_a_warning(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tamper(bundle)
    before = content(bundle)
    said = say(capsys, "analyze", bundle, "--json")
    warned(said, "altered", "Something was changed after it was signed", "flows.jsonl: has other contents")
    assert said.json["integrity"] == "altered"
    assert content(bundle) == before


@pytest.mark.parametrize("changed", [True, False], ids=["changed", "unchanged"])
@pytest.mark.parametrize("gone", [("manifest.sig",), ("manifest.sig", "manifest.json")], ids=["signature", "seal"])
def test_a_bundle_whose_seal_was_taken_off_is_not_sealed_by_whoever_analyses_it(
    bundle: Path, analyst: str, gone: tuple[str, ...], changed: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    if changed:
        tamper(bundle)
    for name in gone:
        (bundle / name).unlink()
    before = content(bundle)
    status = "altered" if changed and gone == ("manifest.sig",) else "unverifiable"
    said = say(capsys, "analyze", bundle, "--json")
    warned(said, status, gone[-1])
    assert "interrupted" not in said.err
    assert said.json["integrity"] == status
    assert content(bundle) == before
    after = say(capsys, "verify", bundle, "--json").json
    assert (after["status"], after["signer"]) == (status, None)


@pytest.mark.parametrize("command", ["analyze", "report"])
def test_a_killed_run_is_closed_and_says_by_whom(
    tmp_path: Path, analyst: str, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    made = Bundle.create(tmp_path / "killed", "example.shop")
    made.append(Fact(host_ns=5, type="app", data={"package": "example.shop"}))
    made.close()
    said = say(capsys, command, made.path, "--json")
    assert "was interrupted; it is closed now" in said.err
    assert "could have been changed until now" in " ".join(said.err.split())
    if command == "analyze":
        assert said.json["integrity"] == "incomplete"
    told = say(capsys, "verify", made.path)
    assert told.out.startswith("incomplete: ")
    assert f"signed by    {analyst}" in told.out
    assert "closed later, at 2" in told.out
    assert "closed now" not in say(capsys, command, made.path).err


def test_a_seal_that_the_run_itself_had_made_is_put_in_its_place(
    bundle: Path, analyst: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (bundle / "manifest.sig").rename(bundle / ".manifest.sig")
    said = say(capsys, "analyze", bundle, "--json")
    assert "the signature it had made is in its place" in said.err
    assert said.json["integrity"] == "intact"
    signer = say(capsys, "verify", bundle, "--json").json["signer"]
    assert signer["fingerprint"] != analyst


# -- the report -------------------------------------------------------------------------------------------------------


def test_a_report_is_signed_by_whoever_makes_it(bundle: Path, analyst: str, capsys: pytest.CaptureFixture[str]) -> None:
    for language in ("zh", "en"):
        assert say(capsys, "report", bundle, "--lang", language).status == 0
        found = verify(bundle)
        assert str(found.status) == "intact"
        assert found.report_signer is not None and found.signer is not None
        assert found.report_signer.fingerprint == analyst != found.signer.fingerprint
        signed = json.loads((bundle / "report" / "report.sig").read_bytes())
        assert signed["manifest_sha256"] == found.manifest_sha256
        assert [entry["path"] for entry in signed["files"]] == ["report/report.html"]
        page = (bundle / "report" / "report.html").read_text("utf-8")
        assert found.manifest_sha256 in page
        assert found.signer.fingerprint in page


def test_a_changed_report_is_told_by_analyze_and_mended_by_report(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    say(capsys, "report", bundle, "--lang", "en")
    page = bundle / "report" / "report.html"
    page.write_text(page.read_text("utf-8").replace("VIOLATION", "COMPLIANT"), "utf-8")
    warned(say(capsys, "analyze", bundle), "altered", "report/report.html")
    again = say(capsys, "report", bundle, "--lang", "en")
    assert again.err == ""
    assert "VIOLATION" in page.read_text("utf-8")
    assert say(capsys, "verify", bundle).status == 0


def test_a_report_of_an_altered_bundle_says_so(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tamper(bundle)
    said = say(capsys, "report", bundle, "--lang", "en")
    assert said.err.startswith("altered: ")
    page = (bundle / "report" / "report.html").read_text("utf-8")
    assert "<b>Altered</b> (checked when this page was made: 2" in page
    assert "flows.jsonl" in page


def test_a_report_elsewhere_leaves_the_bundle_as_it_is(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(bundle)
    assert say(capsys, "report", bundle, "--to", tmp_path / "deep" / "page.html").status == 0
    assert (tmp_path / "deep" / "page.html").exists()
    archive = shutil.make_archive(str(tmp_path / "run"), "zip", bundle)
    monkeypatch.chdir(tmp_path)
    assert say(capsys, "report", archive).out.strip() == str(tmp_path / "report" / "report.html")
    assert content(bundle) == before


def test_no_report_is_written_over_what_was_recorded(bundle: Path) -> None:
    before = content(bundle)
    for name in ("calls.jsonl", "page.html"):
        with pytest.raises(UsageError, match="alter what the bundle holds|cannot be written"):
            build()(["report", str(bundle), "--to", str(bundle / name)], standalone_mode=False)
    assert content(bundle) == before
