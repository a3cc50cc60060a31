"""The chain of custody holds what was appended, in order, by whom; nothing of it can be changed unseen."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from harness.bundle import Bundle, BundleError, Status, verify
from harness.bundle.custody import Action, append
from harness.bundle.keys import fingerprint, public_bytes
from harness.errors import UsageError

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    made = Bundle.at(tmp_path / "run", "com.example.shop")
    made.seal(True, key=KEY)
    return made.path


def test_it_begins_with_the_sealing_and_goes_on_with_what_was_done(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append(bundle, Action.HANDED_OVER, note="to the bureau 网信办", by="A. Tester", key=KEY)
    monkeypatch.setenv("HARNESS_OPERATOR", "B. Examiner")
    last = append(bundle, Action.RECEIVED, note="\ud83d by post\n", key=OTHER)
    found = verify(bundle)
    assert found.status is Status.INTACT
    assert [(entry.number, entry.action) for entry in found.custody] == [(1, "sealed"), (2, "handed_over"), (3, "received")]
    assert found.custody[1].note == "to the bureau 网信办" and found.custody[1].by == "A. Tester"
    assert found.custody[2] == last and last.by == "B. Examiner"
    assert [entry.fingerprint for entry in found.custody] == [
        fingerprint(public_bytes(key.public_key())) for key in (KEY, KEY, OTHER)]


def test_two_at_once_both_stand_in_it(bundle: Path) -> None:
    with ThreadPoolExecutor(8) as several:
        list(several.map(lambda n: append(bundle, Action.ANNOTATED, note=str(n), key=KEY), range(24)))
    found = verify(bundle)
    assert found.status is Status.INTACT
    assert sorted(int(entry.note) for entry in found.custody[1:]) == list(range(24))


def test_an_entry_taken_off_the_end_shows(bundle: Path) -> None:
    append(bundle, Action.OPENED, key=KEY)
    chain = bundle / "custody.jsonl"
    lines = chain.read_bytes().splitlines(True)
    chain.write_bytes(b"".join(lines[:-1]))
    found = verify(bundle)
    assert (found.status, found.differences[0].file) == (Status.ALTERED, "custody.jsonl")
    assert found.custody == []


def test_a_chain_that_was_killed_before_its_head_was_signed_holds(bundle: Path) -> None:
    head = (bundle / "custody.sig").read_bytes()
    append(bundle, Action.OPENED, key=KEY)
    (bundle / "custody.sig").write_bytes(head)
    assert verify(bundle).status is Status.INTACT
    append(bundle, Action.EXPORTED, key=KEY)
    assert [entry.action for entry in verify(bundle).custody] == ["sealed", "opened", "exported"]


def test_the_chain_of_another_bundle_does_not_fit(bundle: Path, tmp_path: Path) -> None:
    other = Bundle.at(tmp_path / "other", "com.example.other")
    other.seal(True, key=KEY)
    for name in ("custody.jsonl", "custody.sig"):
        shutil.copyfile(other.path / name, bundle / name)
    assert verify(bundle).status is Status.ALTERED


def test_nothing_is_appended_to_a_broken_chain_or_to_what_is_not_sealed(bundle: Path, tmp_path: Path) -> None:
    (bundle / "custody.sig").unlink()
    before = (bundle / "custody.jsonl").read_bytes()
    with pytest.raises(BundleError, match="broken"):
        append(bundle, Action.OPENED, key=KEY)
    assert (bundle / "custody.jsonl").read_bytes() == before
    running = Bundle.at(tmp_path / "running", "com.example.shop")
    with pytest.raises(UsageError, match="sealed"):
        append(running.path, Action.OPENED, key=KEY)
    running.close()
    assert not (running.path / "custody.jsonl").exists()


def test_a_note_without_end_is_refused(bundle: Path) -> None:
    with pytest.raises(UsageError, match="too long"):
        append(bundle, Action.ANNOTATED, note="x" * (1 << 21), key=KEY)
    assert verify(bundle).status is Status.INTACT
