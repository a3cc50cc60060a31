"""A report is derived and may be made again by anybody; what lies in report/ is as somebody signed it, or is named."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from harness.bundle import Bundle, Status, report_place, verify, write_reports
from harness.bundle.keys import fingerprint, public_bytes
from harness.bundle.sealing import seal
from harness.errors import UsageError
from harness.model import Fact

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
REPORT = "report/report.html"
WRITER = """
import sys
from pathlib import Path
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from harness.bundle import write_reports
bundle, name = Path(sys.argv[1]), sys.argv[2]
key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
print("ready", flush=True)
sys.stdin.readline()
for number in range(30):
    write_reports(bundle, {bundle / "report" / f"{name}-{number}.html": b"<p>" + name.encode()}, key)
    write_reports(bundle, {bundle / "report" / "both.html": f"<p>{name} {number}".encode()}, key)
"""


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    made = Bundle.at(tmp_path / "run", "com.example.shop")
    made.seal(True, key=KEY)
    write_reports(made.path, {made.path / REPORT: b"<p>VIOLATION</p>"}, KEY)
    assert verify(made.path).status is Status.INTACT
    return made.path


def differences(bundle: Path) -> tuple[Status, list[tuple[str, str]]]:
    found = verify(bundle)
    return found.status, [(d.file, d.what) for d in found.differences]


def test_a_changed_report_is_altered_and_named(bundle: Path) -> None:
    page = bundle / REPORT
    page.write_text(page.read_text().replace("VIOLATION", "COMPLIANT"))
    assert differences(bundle) == (Status.ALTERED, [(REPORT, "has other contents than were signed")])
    assert verify(bundle, report=False).status is Status.INTACT


def test_a_removed_and_an_added_file_are_named(bundle: Path) -> None:
    (bundle / REPORT).rename(bundle / "report" / "new.pdf")
    status, found = differences(bundle)
    assert status is Status.ALTERED
    assert found == [("report/new.pdf", "was added: report/report.sig does not list it"), (REPORT, "is missing")]


def test_a_report_of_another_manifest_is_named(bundle: Path) -> None:
    (bundle / "extra.txt").write_text("x")
    seal(bundle, KEY)
    assert differences(bundle) == (Status.ALTERED, [(REPORT, "was made from another manifest than this bundle's")])


def test_a_report_of_another_bundle_is_named(bundle: Path, tmp_path: Path) -> None:
    other = Bundle.at(tmp_path / "other", "com.example.shop")
    other.append(Fact(host_ns=5, type="device"))
    other.seal(True, key=KEY)
    shutil.copytree(bundle / "report", other.path / "report")
    assert differences(other.path)[0] is Status.ALTERED


def test_no_report_is_no_difference(bundle: Path) -> None:
    shutil.rmtree(bundle / "report")
    found = verify(bundle)
    assert (found.status, found.differences, found.report_found, found.report_signer) == (Status.INTACT, [], False, None)
    (bundle / "report").mkdir()
    assert verify(bundle).status is Status.INTACT


def test_a_report_that_nobody_signed_is_unverifiable(bundle: Path) -> None:
    (bundle / "report" / "report.sig").unlink()
    assert differences(bundle) == (Status.UNVERIFIABLE, [(REPORT, "is not signed: there is no report/report.sig")])
    (bundle / "gaps.jsonl").write_text("x")
    assert differences(bundle)[0] is Status.ALTERED


def test_whoever_makes_it_again_signs_it_and_both_are_told(bundle: Path) -> None:
    write_reports(bundle, {bundle / REPORT: b"<p>again</p>"}, OTHER)
    found = verify(bundle)
    assert found.status is Status.INTACT
    assert found.signer is not None and found.report_signer is not None
    assert found.signer.fingerprint == fingerprint(public_bytes(KEY.public_key()))
    assert found.report_signer.fingerprint == fingerprint(public_bytes(OTHER.public_key()))


def test_a_second_page_beside_the_first_keeps_both_signed(bundle: Path) -> None:
    write_reports(bundle, {bundle / "report" / "en.html": b"<p>English</p>"}, KEY)
    assert verify(bundle).status is Status.INTACT
    (bundle / REPORT).write_bytes(b"<p>COMPLIANT</p>")
    write_reports(bundle, {bundle / "report" / "en.html": b"<p>English, again</p>"}, KEY)
    assert differences(bundle)[1] == [(REPORT, "has other contents than were signed")]


def test_nobody_vouches_for_what_another_key_or_nobody_signed(bundle: Path) -> None:
    with pytest.raises(UsageError, match="signed by another key"):
        write_reports(bundle, {bundle / "report" / "en.html": b"<p>English</p>"}, OTHER)
    assert not (bundle / "report" / "en.html").exists()
    assert verify(bundle).status is Status.INTACT
    write_reports(bundle, {bundle / REPORT: b"<p>English</p>"}, OTHER)
    (bundle / "report" / "note.txt").write_text("mine")
    write_reports(bundle, {bundle / "report" / "en.html": b"<p>English</p>"}, OTHER)
    assert differences(bundle) == (Status.ALTERED, [("report/note.txt", "was added: report/report.sig does not list it")])


def test_several_files_are_signed_at_once_by_one_signature(bundle: Path) -> None:
    folder = bundle / "report" / "tables"
    write_reports(bundle, {folder / f"{n}.csv": b"a,b\n" for n in range(3)}, KEY)
    assert verify(bundle).status is Status.INTACT
    (folder / "1.csv").write_bytes(b"a,c\n")
    assert differences(bundle)[1] == [("report/tables/1.csv", "has other contents than were signed")]


def test_no_file_drops_out_of_what_two_programs_sign_at_once(bundle: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(bundle), name], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True) for name in ("zh", "en")]
    for one in writers:
        assert one.stdout is not None and one.stdout.readline() == "ready\n"
    for one in writers:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    ended = [(one.communicate(timeout=120)[1], one.returncode) for one in writers]
    assert ended == [("", 0), ("", 0)]
    assert len(list((bundle / "report").iterdir())) == 2 * 30 + 3    # the first page, the one of both, the signature
    assert differences(bundle) == (Status.INTACT, [])


@pytest.mark.parametrize("name", ["run.jsonl", "page.html", "report", "report/report.sig", "report/../run.jsonl"])
def test_a_report_never_overwrites_what_was_recorded(bundle: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        report_place(bundle, bundle / name)
    assert report_place(bundle, bundle / "report" / "en.html") is True
    assert report_place(bundle, bundle.parent / "page.html") is False
