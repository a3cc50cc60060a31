"""`harness verify` says what the status means for its reader, who signed, and which file differs first."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from harness import __version__
from harness.bundle import Bundle, write_reports
from harness.bundle.format import canonical
from harness.bundle.keys import fingerprint, public_bytes, public_pem, signing_key
from harness.bundle.manifest import SIGNED
from harness.errors import UsageError
from harness.model import Fact, Gap, GapKind
from tests.cli.command_line import say


def own_fingerprint() -> str:
    return fingerprint(public_bytes(signing_key().public_key()))


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    bundle = Bundle.create(tmp_path, "com.example.shop")
    bundle.append(Fact(host_ns=5, type="device", data={"kind": "lab"}))
    bundle.seal(True)
    return bundle.path


def test_an_intact_bundle_names_its_signer(sealed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = say(capsys, "verify", sealed)
    assert said.status == 0
    assert said.out.startswith("intact: What was recorded is as it was")
    assert "No report is in it." in said.out
    assert f"signed by    {own_fingerprint()}" in said.out
    assert re.search(r"^signed at    \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ ", said.out, re.M)
    assert f"signed with  privacy-harness {__version__}\n" in said.out
    result = say(capsys, "verify", sealed, "--json").json
    created = json.loads((sealed / "manifest.sig").read_bytes())["created"]
    assert result == {
        "status": "intact", "differences": [],
        "signer": {"fingerprint": own_fingerprint(), "created": created, "software": f"privacy-harness {__version__}"},
        "report_signer": None, "redaction": None, "custody": result["custody"], "stamps": [],
    }  # fmt: skip
    [sealing] = result["custody"]
    assert (sealing["action"], sealing["at"], sealing["fingerprint"]) == ("sealed", created, own_fingerprint())


def test_an_altered_bundle_names_the_file_first_and_still_its_signer(sealed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (sealed / "calls.jsonl").write_text("{}\n")
    said = say(capsys, "verify", sealed)
    assert said.status == 1
    assert said.out.startswith("altered: ")
    assert "Do not rely on it" in said.out
    listed = [line for line in said.out.splitlines() if line.startswith("  ")]
    assert listed[0].startswith("  calls.jsonl: ")
    result = say(capsys, "verify", sealed, "--json").json
    assert (result["status"], result["differences"][0]["file"]) == ("altered", "calls.jsonl")
    assert result["signer"]["fingerprint"] == own_fingerprint()


def test_a_report_by_the_same_key_is_told_in_a_line(sealed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_reports(sealed, {sealed / "report" / "report.html": b"<p>"})
    out = say(capsys, "verify", sealed).out
    assert re.search(r"^report made  \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ by the same key$", out, re.M)
    assert out.count(own_fingerprint()) == 1


def test_a_report_by_another_key_names_both_signers(sealed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    write_reports(sealed, {sealed / "report" / "report.html": b"<p>"}, other)
    said = say(capsys, "verify", sealed)
    assert said.status == 0
    assert f"signed by    {own_fingerprint()}" in said.out
    assert f"report by    {fingerprint(public_bytes(other.public_key()))}" in said.out
    assert "another key than that of the bundle" in said.out
    result = say(capsys, "verify", sealed, "--json").json
    assert result["signer"]["fingerprint"] != result["report_signer"]["fingerprint"]


def test_a_changed_report_is_not_called_intact(sealed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = sealed / "report" / "report.html"
    write_reports(sealed, {page: b"VIOLATION"})
    page.write_bytes(b"COMPLIANT")
    said = say(capsys, "verify", sealed)
    assert said.status == 1
    assert said.out.startswith("altered: ")
    assert "  report/report.html: has other contents than were signed" in said.out


def test_a_report_that_nobody_signed_is_told(sealed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (sealed / "report").mkdir()
    (sealed / "report" / "report.html").write_text("<p>")
    said = say(capsys, "verify", sealed)
    assert said.status == 3
    assert "No signature vouches for its report." in said.out
    assert "  report/report.html: is not signed" in said.out


def test_without_a_signature_it_says_so(sealed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (sealed / "manifest.sig").unlink()
    said = say(capsys, "verify", sealed)
    assert said.status == 3
    assert said.out.startswith("unverifiable: ")
    assert "No signature is there" in said.out
    assert say(capsys, "verify", sealed, "--json").json["signer"] is None


def test_a_signature_that_does_not_hold_vouches_for_nobody(sealed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fields = json.loads((sealed / "manifest.sig").read_bytes())
    (sealed / "manifest.sig").write_bytes(canonical(fields | {"software": "another 1.0"}))
    said = say(capsys, "verify", sealed)
    assert said.status == 1
    assert "it does not hold" in said.out
    assert "another 1.0" not in said.out
    assert say(capsys, "verify", sealed, "--json").json["signer"] is None


def test_a_bundle_that_was_never_sealed_is_incomplete(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundle = Bundle.create(tmp_path, "com.example.shop")
    bundle.close()
    said = say(capsys, "verify", bundle.path)
    assert said.status == 3
    assert said.out.startswith("incomplete: ")
    assert "No signature is there" in said.out


def test_what_a_bundle_says_cannot_feign_what_the_harness_says(sealed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A signer is free to write what he likes in his signature and in his journals."""
    feigned = "x\x1b[2J\nintact: all is well"
    fields = json.loads((sealed / "manifest.sig").read_bytes()) | {"software": feigned}
    signed = signing_key().sign(canonical({name: fields[name] for name in SIGNED})).hex()
    (sealed / "manifest.sig").write_bytes(canonical(fields | {"signature": signed}))
    (sealed / "calls.jsonl").write_text("{}\n")
    (sealed / "a\nintact: b").write_text("")
    out = say(capsys, "verify", sealed).out
    assert "\x1b" not in out
    assert not [line for line in out.splitlines() if line.startswith("intact")]
    assert "signed with  x\\x1b[2J\\nintact: all is well" in out
    assert say(capsys, "verify", sealed, "--json").json["signer"]["software"] == feigned


def test_half_a_surrogate_pair_stops_no_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Java's text may hold one, and stdout cannot carry it."""
    bundle = Bundle.create(tmp_path, "com.example.shop")
    bundle.append(Gap(host_ns=6, kind=GapKind.INTERRUPTED, detail="half \ud83d of one"))
    bundle.seal(True)
    result = say(capsys, "verify", bundle.path, "--json").json
    assert any("half \ud83d of one" in d["what"] for d in result["differences"])
    assert "half \\ud83d of one" in say(capsys, "verify", bundle.path).out


def test_a_bundle_can_be_asked_for_its_signer(sealed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own, other = tmp_path / "own.pem", tmp_path / "other.pem"
    assert own_fingerprint() in say(capsys, "keys", "--export-public", own).out
    other.write_bytes(public_pem(public_bytes(Ed25519PrivateKey.generate().public_key())))
    assert say(capsys, "verify", sealed, "--signer", own).status == 0
    refused = say(capsys, "verify", sealed, "--signer", other)
    assert refused.status == 1 and refused.out.startswith("altered: It is sealed by another key")
    with pytest.raises(UsageError, match="is no public key"):
        say(capsys, "verify", sealed, "--signer", sealed / "manifest.json")


def test_an_imported_key_signs_from_then_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = own_fingerprint()
    key = Ed25519PrivateKey.generate()
    source = tmp_path / "new.pem"
    source.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    source.chmod(0o600)
    said = say(capsys, "keys", "--import", source)
    assert f"{first}.pem" in said.err
    assert own_fingerprint() == fingerprint(public_bytes(key.public_key())) and own_fingerprint() in said.out
    with pytest.raises(UsageError, match="is not there"):
        say(capsys, "keys", "--import", tmp_path / "missing.pem")


def test_a_signature_that_was_changed_is_not_called_another_signers(
    sealed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "own.pem"
    say(capsys, "keys", "--export-public", own)
    content = (sealed / "manifest.sig").read_bytes()
    at = content.index(b'"signature": "') + 20
    (sealed / "manifest.sig").write_bytes(content[:at] + (b"1" if content[at : at + 1] == b"0" else b"0") + content[at + 1 :])
    said = say(capsys, "verify", sealed, "--signer", own)
    assert said.out.startswith("altered: Something was changed")
