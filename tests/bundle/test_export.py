"""An export is the bundle, whole or cut; both verify, and a cut one holds nothing of what was taken out."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.bundle import Bundle, BundleError, Status, open_bundle, redaction, verify, write_reports
from harness.bundle.custody import Action
from harness.bundle.export import export
from harness.bundle.signed import sign
from harness.bundle.source import FolderSource
from harness.errors import UsageError
from harness.model import Call, Control, Fact, Flow, Gap, GapKind, Message, Outcome, Screen, Step
from tests.bundle.test_check_bundle import INDEPENDENT

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
SECRETS = ["490154203237518", "13800138000", "张三", "zhang@mail.example", "a-secret-serial"]


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    made = Bundle.at(tmp_path / "run", "com.example.shop")
    made.append(Fact(host_ns=1, type="device", data={"kind": "lab", "serial": SECRETS[4]}))
    made.append(Call(
        host_ns=3, device_ns=3, pid=9, process="p", tid=1, thread="main", seq=1, hook="h", kind="imei", method="M.get",
        outcome=Outcome.VALUE, value=SECRETS[0], arguments=[SECRETS[1]]))
    body = made.put_object(json.dumps(SECRETS).encode())
    made.append(Flow(host_ns=5, protocol="https", host="ads.example", port=443, url=f"https://ads.example/?i={SECRETS[0]}",
                     method="POST", request=Message(body=body, size=9, headers=[["x", SECRETS[3]]])))
    made.append(Screen(host_ns=5, package="p", controls=[Control(text=SECRETS[2])], screenshot=made.put_object(b"picture")))
    made.append(Step(host_ns=5, end_ns=6, scenario="s", action="type", target=SECRETS[1], detail={"text": SECRETS[3]}))
    made.append(Gap(host_ns=6, kind=GapKind.NOT_REACHED, detail="the second dialog"))
    (made.path / "device.log").write_text(f"imei {SECRETS[0]}\n")
    apk = tmp_path / "app.apk"
    apk.write_bytes(b"PK an app")
    made.put_sample(apk)
    made.seal(True, key=KEY)
    write_reports(made.path, {made.path / "report" / "report.html": SECRETS[2].encode()}, KEY)
    return made.path


def content(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def test_a_whole_export_is_the_bundle_and_verifies_by_both(bundle: Path, tmp_path: Path) -> None:
    target = tmp_path / "out" / "evidence.zip"
    checker = export(bundle, target, note="to the bureau", by="A. Tester", key=OTHER)
    there = content(target)
    assert there == {path.relative_to(bundle).as_posix(): path.read_bytes() for path in bundle.rglob("*") if path.is_file()}
    found = verify(target)
    assert found.status is Status.INTACT and found.redaction is None
    assert (found.custody[-1].action, found.custody[-1].note, found.custody[-1].by) == ("exported", "to the bureau", "A. Tester")
    said = subprocess.run([sys.executable, "-I", "-S", str(checker), str(target)], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout.splitlines()[0]) == (0, "intact")


def test_a_file_of_the_users_where_the_script_would_lie_stays_as_it_is(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "check_bundle.py").write_text("# mine")
    (tmp_path / "check_bundle-2.py").mkdir()
    checker = export(bundle, tmp_path / "one.zip", key=OTHER)
    assert ((tmp_path / "check_bundle.py").read_text(), checker.name) == ("# mine", "check_bundle-3.py")
    assert export(bundle, tmp_path / "two.zip", key=OTHER) == checker, "the same contents are the same script"
    said = subprocess.run([sys.executable, "-I", "-S", str(checker), str(tmp_path / "two.zip")], capture_output=True, text=True,
                          check=False)
    assert (said.returncode, said.stdout.splitlines()[0]) == (0, "intact")


def test_a_zip_that_is_named_like_the_script_stays_a_zip(bundle: Path, tmp_path: Path) -> None:
    target = tmp_path / "check_bundle.py"
    assert export(bundle, target, key=OTHER).name == "check_bundle-2.py"
    assert verify(target).status is Status.INTACT


@pytest.mark.parametrize("sample", [True, False])
def test_a_cut_export_verifies_and_holds_nothing_of_what_was_taken_out(bundle: Path, tmp_path: Path, sample: bool) -> None:
    target = tmp_path / "cut.zip"
    export(bundle, target, redact=True, sample=sample, key=OTHER)
    there = content(target)
    for secret in SECRETS:
        for form in (secret.encode(), json.dumps(secret)[1:-1].encode()):
            assert [name for name, data in there.items() if form in data] == []
    assert not any(name.startswith(("objects/", "report/")) or name in ("device.log", redaction.SEED) for name in there)
    assert any(name.startswith("sample/") for name in there) is sample
    found = verify(target)
    assert (found.status, found.differences) == (Status.INTACT, [])
    assert found.redaction is not None and found.signer is not None
    assert found.redaction.signer.fingerprint != found.signer.fingerprint
    assert found.redaction.cut == sorted(set(redaction.PERSONAL) & {path.name for path in bundle.iterdir()})
    assert INDEPENDENT.check(str(target))[0] == "intact"
    said = subprocess.run([sys.executable, "-I", "-S", str(tmp_path / "check_bundle.py"), str(target)], capture_output=True,
                          text=True, check=True)
    assert said.stdout.splitlines()[:2] == ["intact", "this is a redacted copy"]
    call = json.loads(there["calls.jsonl"])
    assert (call["method"], call["kind"], call["outcome"], call["seq"]) == ("M.get", "imei", "value", 1)
    assert json.loads(there["flows.jsonl"].splitlines()[0])["host"] == "ads.example"
    with pytest.raises(BundleError, match="redacted copy"):
        open_bundle(target)


def test_what_was_cut_can_be_disclosed_and_proven_later(bundle: Path, tmp_path: Path) -> None:
    export(bundle, tmp_path / "cut.zip", redact=True, key=KEY)
    shown = json.loads(content(tmp_path / "cut.zip")["calls.jsonl"])["value"]["redacted"]
    salted = redaction.salt(redaction.seed_of(FolderSource(bundle)), "calls.jsonl", 1, "value")
    assert hashlib.sha256(salted + b'"490154203237518"').hexdigest() == shown == redaction.commitment(salted, SECRETS[0])
    assert redaction.commitment(salted, "490154203237526") != shown


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_cut_copy_that_is_changed_is_altered_for_both(
    tmp_path_factory: pytest.TempPathFactory, cut_files: dict[str, bytes], data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(cut_files)))
    at = data.draw(st.integers(0, len(cut_files[name]) - 1))
    changed = bytearray(cut_files[name])
    changed[at] ^= data.draw(st.integers(1, 255))
    target = tmp_path_factory.mktemp("cut") / "changed.zip"
    with zipfile.ZipFile(target, "w") as archive:
        for one, held in cut_files.items():
            archive.writestr(one, bytes(changed) if one == name else held)
    assert (verify(target).status, INDEPENDENT.check(str(target))[0]) == (Status.ALTERED, "altered")


@pytest.fixture(scope="module")
def cut_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("module")
    made = Bundle.at(folder / "run", "com.example.shop")
    made.append(Call(
        host_ns=3, device_ns=3, pid=9, process="p", tid=1, thread="main", seq=1, hook="h", kind="imei", method="M.get",
        outcome=Outcome.VALUE, value=SECRETS[0]))
    made.put_object(b"a body")
    made.seal(True, key=KEY)
    export(made.path, folder / "cut.zip", redact=True, key=KEY)
    return content(folder / "cut.zip")


def test_the_whole_journal_in_a_cut_copy_is_not_what_was_signed_for_it(bundle: Path, tmp_path: Path) -> None:
    """Nobody slips an uncut line back in, nor leaves out more than is said."""
    export(bundle, tmp_path / "cut.zip", redact=True, key=KEY)
    there = content(tmp_path / "cut.zip")
    for name, data in (("calls.jsonl", (bundle / "calls.jsonl").read_bytes()), ("gaps.jsonl", None)):
        target = tmp_path / f"{name}.zip"
        with zipfile.ZipFile(target, "w") as archive:
            for one, held in there.items():
                if one != name:
                    archive.writestr(one, held)
                elif data is not None:
                    archive.writestr(one, data)
        assert (verify(target).status, INDEPENDENT.check(str(target))[0]) == (Status.ALTERED, "altered")


def test_no_copy_may_be_without_what_was_not_seen(bundle: Path, tmp_path: Path) -> None:
    """Who takes the gaps away, and signs that, is not believed."""
    export(bundle, tmp_path / "cut.zip", redact=True, key=KEY)
    with zipfile.ZipFile(tmp_path / "cut.zip") as opened:
        opened.extractall(tmp_path / "cut")
    told = json.loads((tmp_path / "cut" / "redaction.sig").read_bytes())
    fields = {name: told[name] for name in ("cut", "manifest_sha256")} | {"removed": sorted([*told["removed"], "gaps.jsonl"])}
    (tmp_path / "cut" / "redaction.sig").write_bytes(sign(fields, KEY, told["created"]))
    (tmp_path / "cut" / "gaps.jsonl").unlink()
    found = verify(tmp_path / "cut")
    assert (found.status, INDEPENDENT.check(str(tmp_path / "cut"))[0]) == (Status.ALTERED, "altered")
    assert "gaps.jsonl" in found.differences[0].what


_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=6)


@given(lines=st.lists(st.dictionaries(st.sampled_from(["id", "value", "arguments", "method", "type"]), _VALUES), max_size=5),
       torn=st.binary(max_size=9))
def test_cutting_takes_any_lines_and_gives_the_same_each_time(lines: list[dict[str, Any]], torn: bytes) -> None:
    raw = [json.dumps(line).encode() + b"\n" for line in lines] + ([torn.replace(b"\n", b"")] if torn.strip(b"\n") else [])
    cut = list(redaction.cut("calls.jsonl", raw, b"seed"))
    assert cut == list(redaction.cut("calls.jsonl", raw, b"seed"))
    assert len(cut) == len(raw) and all(line.endswith(b"\n") for line in cut)
    for line, made in zip(lines, cut, strict=False):
        shown = json.loads(made)
        assert all(line.get(field) in (None, "", [], {}) or set(shown[field]) == {"redacted"} for field in ("value", "arguments"))
        assert shown.get("method") == json.loads(json.dumps(line)).get("method")


def test_what_cannot_be_redacted_says_why_and_leaves_no_entry(bundle: Path, tmp_path: Path) -> None:
    export(bundle, tmp_path / "cut.zip", redact=True, key=KEY)
    with zipfile.ZipFile(tmp_path / "cut.zip") as opened:
        opened.extractall(tmp_path / "cut")
    before = (tmp_path / "cut" / "custody.jsonl").read_bytes()
    with pytest.raises(BundleError, match="cannot be redacted"):
        export(tmp_path / "cut", tmp_path / "again.zip", redact=True, key=KEY)
    assert (tmp_path / "cut" / "custody.jsonl").read_bytes() == before
    assert not (tmp_path / "again.zip").exists()


def test_what_cannot_be_exported_says_why(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "there.zip").write_bytes(b"")
    for target in (tmp_path / "there.zip", bundle / "own.zip"):
        with pytest.raises(UsageError, match="cannot be written"):
            export(bundle, target, key=KEY)
    (bundle / "calls.jsonl").write_bytes(b"")
    with pytest.raises(UsageError, match="it is altered"):
        export(bundle, tmp_path / "new.zip", key=KEY)
    assert not (tmp_path / "new.zip").exists()
    assert [entry.action for entry in verify(bundle).custody] == [Action.SEALED]
