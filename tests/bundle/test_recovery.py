"""What is left of a seal is never made anew: only a run that was killed before its end is closed, and that shows."""

from __future__ import annotations

import datetime
import hashlib
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from harness.bundle import Bundle, BundleError, Status, finish_seal, open_bundle, seal_interrupted, sealing, verify, write_reports
from harness.bundle.format import canonical
from harness.bundle.keys import fingerprint, public_bytes, signing_key
from harness.bundle.signed import SOFTWARE
from harness.model import Fact, Flow, GapKind

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


class Killed(BaseException):
    """Stands for SIGKILL: nothing of ours may catch it."""


def begun(folder: Path) -> Bundle:
    bundle = Bundle.at(folder / "run", "com.example.shop")
    bundle.append(Flow(host_ns=5, protocol="https", host="ads.example", port=443))
    return bundle


def sealed(folder: Path) -> Path:
    bundle = begun(folder)
    bundle.seal(True, key=KEY)
    return bundle.path


def tamper(path: Path) -> None:
    flows = path / "flows.jsonl"
    flows.write_bytes(flows.read_bytes().replace(b"ads.example", b"own.example"))


def content(path: Path) -> dict[str, str]:
    return {p.relative_to(path).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
            for p in sorted(path.rglob("*")) if p.is_file()}


def untouched(path: Path) -> None:
    before = content(path)
    assert seal_interrupted(path) is False
    assert finish_seal(path) is False
    assert content(path) == before


@pytest.mark.parametrize("changed", [True, False])
def test_a_manifest_without_its_signature_is_never_signed_anew(tmp_path: Path, changed: bool) -> None:
    path = sealed(tmp_path)
    if changed:
        tamper(path)
    (path / "manifest.sig").unlink()
    expected = Status.ALTERED if changed else Status.UNVERIFIABLE
    assert verify(path).status is expected
    untouched(path)
    assert verify(path).status is expected


def test_a_run_that_ended_but_has_no_manifest_is_never_sealed_again(tmp_path: Path) -> None:
    path = sealed(tmp_path)
    tamper(path)
    (path / "manifest.sig").unlink()
    (path / "manifest.json").unlink()
    untouched(path)
    found = verify(path)
    assert (found.status, found.differences[0].file) == (Status.UNVERIFIABLE, "manifest.json")


def test_a_signature_without_its_manifest_stays_as_it_is(tmp_path: Path) -> None:
    path = sealed(tmp_path)
    (path / "manifest.json").unlink()
    untouched(path)


def test_a_signed_report_shows_that_there_was_a_seal(tmp_path: Path) -> None:
    path = sealed(tmp_path)
    write_reports(path, {path / "report" / "report.html": b"<p>"}, KEY)
    for name in ("manifest.json", "manifest.sig"):
        (path / name).unlink()
    run = path / "run.jsonl"
    run.write_bytes(b"".join(run.read_bytes().splitlines(keepends=True)[:-1]))    # without the fact `end`
    untouched(path)
    assert verify(path).status is Status.ALTERED


def test_a_killed_run_is_closed_once_and_shows_when_and_by_whom(tmp_path: Path) -> None:
    bundle = begun(tmp_path)
    bundle.close()
    assert verify(bundle.path).status is Status.INCOMPLETE
    assert seal_interrupted(bundle.path) is True

    found = verify(bundle.path)
    assert found.status is Status.INCOMPLETE
    own = fingerprint(public_bytes(signing_key().public_key()))
    assert found.signer is not None and found.signer.fingerprint == own
    (told,) = [d.what for d in found.differences if "closed later" in d.what]
    assert SOFTWARE in told and "could have been changed" in told
    assert datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d") in told
    (fact,) = open_bundle(bundle.path).facts("recovered")
    assert (fact.data["software"], fact.data["fingerprint"]) == (SOFTWARE, own)
    assert "could have been changed" in fact.data["note"]
    (end,) = open_bundle(bundle.path).facts("end")
    assert end.data["complete"] is False
    assert GapKind.INTERRUPTED in [gap.kind for gap in open_bundle(bundle.path).gaps()]
    untouched(bundle.path)


def test_a_run_that_goes_on_is_not_closed(tmp_path: Path) -> None:
    bundle = begun(tmp_path)
    with pytest.raises(BundleError, match="being written"):
        seal_interrupted(bundle.path)
    bundle.seal(True, key=KEY)
    assert verify(bundle.path).status is Status.INTACT


STEPS = ["write seed", "write manifest", "write chain", "write its head", "write signature", "move manifest", "move signature"]


def killed_at(step: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run that is killed in its sealing, before the step with this number."""
    bundle = begun(folder)
    done = 0

    def count() -> None:
        nonlocal done
        if done == step:
            raise Killed
        done += 1

    write, move = sealing.write_forced, Path.replace

    def write_forced(path: Path, data: bytes) -> None:
        count()
        write(path, data)

    def replace(path: Path, target: Path) -> Path:
        count()
        return move(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(sealing, "write_forced", write_forced)
        patch.setattr(Path, "replace", replace)
        with pytest.raises(Killed):
            bundle.seal(True, key=KEY)
    return bundle.path


@pytest.mark.parametrize("step", range(len(STEPS)), ids=STEPS)
def test_a_run_killed_while_it_was_sealed_is_finished_only_with_its_own_signature(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    path = killed_at(step, tmp_path, monkeypatch)
    assert verify(path).status is Status.UNVERIFIABLE
    assert seal_interrupted(path) is False
    signature_made = step >= 5
    assert finish_seal(path) is signature_made
    found = verify(path)
    assert found.status is (Status.INTACT if signature_made else Status.UNVERIFIABLE)
    if found.signer is not None:
        assert found.signer.fingerprint == fingerprint(public_bytes(KEY.public_key()))
        assert sorted(p.name for p in path.iterdir() if p.name.startswith(".")) == []


@pytest.mark.parametrize("step", [5, 6], ids=STEPS[5:])
@pytest.mark.parametrize("how", ["changed", "added", "torn", "another manifest"])
def test_a_seal_that_does_not_fit_is_not_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int, how: str
) -> None:
    path = killed_at(step, tmp_path, monkeypatch)
    if how == "changed":
        tamper(path)
    elif how == "added":
        (path / "extra.txt").write_text("x")
    elif how == "torn":
        (path / ".manifest.sig").write_bytes((path / ".manifest.sig").read_bytes()[:-9])
    else:
        name = path / ("manifest.json" if step == 6 else ".manifest.json")
        listed = json.loads(name.read_bytes())
        listed["resources"] = listed["resources"][1:]
        name.write_bytes(canonical(listed))
    untouched(path)
    assert verify(path).status in (Status.UNVERIFIABLE, Status.ALTERED)


def test_what_a_seal_leaves_beside_a_whole_one_is_an_added_file(tmp_path: Path) -> None:
    path = sealed(tmp_path)
    (path / ".manifest.json").write_text("x")
    found = verify(path)
    assert (found.status, found.differences[0].file) == (Status.ALTERED, ".manifest.json")


def test_a_closing_that_names_no_real_time_stops_no_verification(tmp_path: Path) -> None:
    bundle = begun(tmp_path)
    bundle.append(Fact(host_ns=10**40, type="recovered", data={}))
    bundle.seal(True, key=KEY)
    found = verify(bundle.path)
    assert found.status is Status.INCOMPLETE
    assert f"{10**40} ns" in found.differences[0].what


def test_a_full_disk_while_sealing_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = begun(tmp_path)

    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("harness.bundle.signed.os.fsync", lambda fd: full(fd))
        with pytest.raises(BundleError, match="No space left"):
            sealing.seal(bundle.path, KEY)
    assert [p.name for p in bundle.path.iterdir() if "manifest" in p.name] == []
