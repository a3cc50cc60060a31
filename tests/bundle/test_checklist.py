"""Answers to the checklist: signed into the chain, their words and files beside it, and nothing of what was sealed changes."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from harness.bundle import Bundle, BundleError, Status, custody, verify
from harness.bundle.checklist import answer, answers
from harness.bundle.export import export
from harness.bundle.keys import fingerprint, public_bytes
from harness.bundle.source import FolderSource, source_of
from harness.errors import UsageError
from harness.model import Answered, Fact
from tests.bundle.test_check_bundle import both

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
CLAUSE = "sz-guide-15d-actual-term"
SECRET = "由张三于三日内答复"


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    made = Bundle.at(tmp_path / "run", "com.example.shop")
    made.append(Fact(host_ns=1, type="device", data={"kind": "lab"}))
    made.seal(True, key=KEY)
    return made.path


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "张三的来信.pdf"
    path.write_bytes(b"%PDF a letter")
    return path


def sealed_files(bundle: Path) -> dict[str, bytes]:
    return {path.relative_to(bundle).as_posix(): path.read_bytes() for path in sorted(bundle.rglob("*"))
            if path.is_file() and path.parent.name != "attachments" and not path.name.startswith("custody.")}


def test_an_answer_is_signed_and_kept_and_changes_nothing_that_was_sealed(bundle: Path, letter: Path) -> None:
    before = sealed_files(bundle)
    made = answer(bundle, CLAUSE, Answered.MET, SECRET, attach=[letter], by="李检", key=OTHER)
    assert answers(FolderSource(bundle)) == [made]
    assert (made.entry, made.verdict, made.text, made.by) == (2, "met", SECRET, "李检")
    assert made.fingerprint == fingerprint(public_bytes(OTHER.public_key()))
    (file,) = made.files
    assert (file.name, file.size, file.there) == (letter.name, 13, True)
    assert (bundle / file.path).read_bytes() == letter.read_bytes()
    assert sealed_files(bundle) == before
    assert both(bundle) == ("intact", "intact")
    last = verify(bundle).custody[-1]
    assert last.action == custody.Action.ANNOTATED and last.note == f"checklist {CLAUSE}: met"
    if os.name == "posix":
        assert {path.stat().st_mode & 0o077 for path in (bundle / "attachments").iterdir()} == {0}


def test_the_chain_holds_no_words_of_it(bundle: Path, letter: Path) -> None:
    answer(bundle, CLAUSE, Answered.MET, SECRET, attach=[letter], by="李检", key=OTHER)
    line = json.loads((bundle / "custody.jsonl").read_text().splitlines()[-1])
    assert set(line["data"]) == {"attachments", "clause", "verdict", "words"}
    assert SECRET not in json.dumps(line, ensure_ascii=False) and letter.name not in json.dumps(line, ensure_ascii=False)


def test_two_equal_answers_have_words_of_unequal_hash(bundle: Path) -> None:
    for _ in range(2):
        answer(bundle, CLAUSE, Answered.MET, "yes", key=KEY)
    entries = verify(bundle).custody[1:]
    assert entries[0].data["words"] != entries[1].data["words"]


def test_a_later_answer_stands_beside_the_earlier(bundle: Path, letter: Path) -> None:
    first = answer(bundle, CLAUSE, Answered.NOT_MET, "no answer", attach=[letter], key=KEY)
    second = answer(bundle, CLAUSE, Answered.MET, "it came", keep=first.files, key=OTHER)
    assert answers(FolderSource(bundle)) == [first, second]
    assert second.files == first.files and both(bundle) == ("intact", "intact")
    third = answer(bundle, CLAUSE, Answered.OPEN, key=OTHER)
    assert third.files == () and both(bundle) == ("intact", "intact")


def test_files_of_one_name_and_of_one_content_are_told_apart_and_kept_once(bundle: Path, tmp_path: Path) -> None:
    paths = []
    for folder, content in (("a", b"one"), ("b", b"two"), ("c", b"one")):
        (tmp_path / folder).mkdir()
        paths.append(tmp_path / folder / "scan.png")
        paths[-1].write_bytes(content)
    made = answer(bundle, CLAUSE, Answered.MET, attach=paths, key=KEY)
    assert [file.name for file in made.files] == ["scan.png", "scan.png"]
    assert len(list((bundle / "attachments").iterdir())) == 3, "two contents, and the words"
    assert both(bundle) == ("intact", "intact")


CHANGES: dict[str, Any] = {
    "an attachment is changed": lambda files: files[0].write_bytes(b"%PDF another "),
    "an attachment is longer": lambda files: files[0].write_bytes(files[0].read_bytes() + b"x"),
    "an attachment is taken away": lambda files: files[0].unlink(),
    "the words are changed": lambda files: files[1].write_bytes(files[1].read_bytes().replace(b"text", b"texx")),
    "the words are taken away": lambda files: files[1].unlink(),
    "all is taken away": lambda files: shutil.rmtree(files[0].parent),
    "a file is added": lambda files: (files[0].parent / "note.txt").write_text("x"),
    "a file in a folder is added": lambda files: ((files[0].parent / "a").mkdir(), (files[0].parent / "a" / "b").write_text("x")),
    "an attachment is a link": lambda files: (files[0].rename(files[0].parents[2] / "out"),
                                             files[0].symlink_to(files[0].parents[2] / "out")),
}


@pytest.mark.parametrize("change", CHANGES)
def test_it_is_altered_for_both_where(change: str, bundle: Path, letter: Path) -> None:
    made = answer(bundle, CLAUSE, Answered.MET, SECRET, attach=[letter], key=OTHER)
    words = verify(bundle).custody[-1].data["words"]
    CHANGES[change]([bundle / made.files[0].path, bundle / words])
    assert both(bundle) == ("altered", "altered")
    assert any("attachments/" in difference.file for difference in verify(bundle).differences)


def test_words_that_were_changed_are_not_shown(bundle: Path) -> None:
    answer(bundle, CLAUSE, Answered.MET, SECRET, key=KEY)
    words = bundle / verify(bundle).custody[-1].data["words"]
    words.write_bytes(words.read_bytes().replace(b"text", b"texx"))
    (left,) = answers(FolderSource(bundle))
    assert left.text is None


def test_files_without_a_chain_are_altered_for_both(bundle: Path) -> None:
    """A bundle that was sealed before there were chains."""
    from harness.bundle.format import canonical
    from harness.bundle.manifest import signature
    from harness.bundle.signed import now

    listed = json.loads((bundle / "manifest.json").read_text())
    listed.pop("custody")
    (bundle / "manifest.json").write_bytes(canonical(listed))
    (bundle / "manifest.sig").write_bytes(signature(canonical(listed), KEY, now()))
    for name in ("custody.jsonl", "custody.sig"):
        (bundle / name).unlink()
    assert both(bundle) == ("intact", "intact")
    (bundle / "attachments").mkdir()
    (bundle / "attachments" / ("0" * 64)).write_text("x")
    assert both(bundle) == ("altered", "altered")


def test_a_redacted_copy_goes_without_words_and_files_and_verifies(bundle: Path, letter: Path, tmp_path: Path) -> None:
    answer(bundle, CLAUSE, Answered.NOT_MET, SECRET, attach=[letter], by="A. Tester", key=OTHER)
    target = tmp_path / "cut.zip"
    export(bundle, target, redact=True, key=KEY)
    assert both(target) == ("intact", "intact")
    with zipfile.ZipFile(target) as archive:
        assert not [name for name in archive.namelist() if name.startswith("attachments/")]
        whole = b"".join(archive.read(name) for name in archive.namelist())
    for secret in (SECRET, letter.name):
        assert secret.encode() not in whole and secret.encode("unicode_escape") not in whole
    (left,) = answers(source_of(target))
    assert (left.verdict, left.text, left.by) == ("not_met", None, "A. Tester")
    assert (left.files[0].there, left.files[0].name) == (False, "")
    redaction = verify(target).redaction
    assert redaction is not None and sum(name.startswith("attachments/") for name in redaction.removed) == 2


def test_a_whole_export_has_them(bundle: Path, letter: Path, tmp_path: Path) -> None:
    made = answer(bundle, CLAUSE, Answered.MET, SECRET, attach=[letter], key=OTHER)
    export(bundle, tmp_path / "whole.zip", key=KEY)
    assert both(tmp_path / "whole.zip") == ("intact", "intact")
    assert answers(source_of(tmp_path / "whole.zip")) == [made]


def test_a_redacted_copy_that_still_has_one_of_them_changed_is_altered(bundle: Path, letter: Path, tmp_path: Path) -> None:
    answer(bundle, CLAUSE, Answered.MET, SECRET, attach=[letter], key=OTHER)
    export(bundle, tmp_path / "cut.zip", redact=True, key=KEY)
    with zipfile.ZipFile(tmp_path / "cut.zip", "a") as archive:
        archive.writestr(f"attachments/{'0' * 64}", b"slipped in")
    assert both(tmp_path / "cut.zip") == ("altered", "altered")


def test_what_cannot_be_answered_is_refused_and_leaves_no_trace(bundle: Path, letter: Path, tmp_path: Path) -> None:
    def refused(match: str, path: Path, *words: Any, **more: Any) -> None:
        with pytest.raises(UsageError, match=match):
            answer(path, CLAUSE, *words, key=KEY, **more)

    export(bundle, tmp_path / "whole.zip", key=KEY)
    export(bundle, tmp_path / "cut.zip", redact=True, key=KEY)
    before = {path: path.read_bytes() for path in sorted(bundle.rglob("*")) if path.is_file()}
    refused("it is a zip", tmp_path / "whole.zip", Answered.MET, "x")
    refused("a redacted copy", tmp_path / "cut.zip", Answered.MET, "x")
    refused("no reason", bundle, Answered.MET, " \n")
    refused("cannot be attached", bundle, Answered.MET, "x", attach=[tmp_path / "nothing.pdf"])
    refused("cannot be attached", bundle, Answered.MET, "x", attach=[tmp_path])
    refused("too long", bundle, Answered.MET, "x" * (1 << 20) + "y")
    unsealed = Bundle.at(tmp_path / "unsealed", "com.example.shop")
    unsealed.close()
    refused("no chain of custody", unsealed.path, Answered.MET, "x", attach=[letter])
    assert not list(unsealed.path.glob("attachments/*"))
    assert {path: path.read_bytes() for path in sorted(bundle.rglob("*")) if path.is_file()} == before
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".run.") or path.name.startswith(".unsealed.")]


def test_a_broken_chain_takes_no_answer_and_keeps_none_of_its_files(bundle: Path, letter: Path) -> None:
    (bundle / "custody.sig").unlink()
    with pytest.raises(BundleError, match="is broken"):
        answer(bundle, CLAUSE, Answered.MET, "x", attach=[letter], key=KEY)
    assert not list(bundle.glob("attachments/*"))


def test_an_entry_that_is_no_answer_is_none(bundle: Path) -> None:
    custody.append(bundle, custody.Action.ANNOTATED, note="read", key=KEY)
    custody.append(bundle, custody.Action.ANNOTATED, data={"clause": CLAUSE, "verdict": "perhaps"}, key=KEY)
    custody.append(bundle, custody.Action.RECEIVED, data={"clause": CLAUSE, "verdict": "met"}, key=KEY)
    assert answers(FolderSource(bundle)) == [] and verify(bundle).status is Status.INTACT


@pytest.mark.parametrize("listed", [
    [{"path": "../../outside", "bytes": 1, "hash": "sha256:" + "0" * 64}], [{"path": "run.jsonl"}], "attachments/x", [None],
    [{"path": "run.jsonl", "bytes": 1, "hash": "sha256:" + "0" * 64}],
])
def test_whoever_signs_a_list_of_other_files_is_found_by_both_and_reads_none(listed: Any, bundle: Path) -> None:
    (bundle.parent / "outside").write_text("{}")
    custody.append(bundle, custody.Action.ANNOTATED, key=OTHER,
                   data={"clause": CLAUSE, "verdict": "met", "words": "../../outside", "attachments": listed})
    assert both(bundle) == ("altered", "altered")
    assert answers(FolderSource(bundle)) == []
