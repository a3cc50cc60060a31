"""The script that checks a bundle without the harness, and `harness verify`, find every single change, and agree."""

from __future__ import annotations

import importlib.util
import json
import random
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.bundle import Bundle, Status, checklist, custody, verify, write_reports
from harness.bundle.format import canonical
from harness.bundle.manifest import manifest
from harness.bundle.source import FolderSource
from harness.model import Answered, Call, Fact, Flow, Gap, GapKind, Message, Outcome, Stack, Step

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
CASES = 500
PLACE = Path(custody.__file__).with_name("check_bundle.py")


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("independent_check", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


INDEPENDENT = load(PLACE)


def make(folder: Path) -> Path:
    bundle = Bundle.at(folder, "com.example.shop")
    bundle.append(Fact(host_ns=1, type="device", data={"kind": "lab", "model": "手机"}))
    for number in range(6):
        stack = bundle.append(Stack(host_ns=2, pid=9, frames=[f"a.B.c{number}(B.java:1)"]))
        bundle.append(Call(
            host_ns=3, device_ns=3, pid=9, process="p", tid=1, thread="main", seq=number + 1, hook="h", kind="imei",
            method="M.get", stack=stack.id, outcome=Outcome.VALUE, value=f"49015420323751{number}"))
        body = bundle.put_object(f'{{"imei":"49015420323751{number}"}}'.encode())
        bundle.append(Flow(host_ns=5, protocol="https", host="ads.example", port=443, request=Message(body=body, size=26)))
    bundle.append(Step(host_ns=2, end_ns=3, scenario="s", action="tap", target="同意"))
    bundle.append(Gap(host_ns=6, kind=GapKind.NOT_REACHED, detail="the second dialog"))
    bundle.seal(True, key=KEY)
    write_reports(folder, {folder / "report" / "report.html": b"<p>derived</p>"}, KEY)
    for note in ("received by post", "read"):
        custody.append(folder, custody.Action.ANNOTATED, note=note, by="A. Tester", key=OTHER)
    letter = folder.parent / "letter.txt"
    letter.write_text("They answered on the third day.")
    for verdict in (Answered.NOT_MET, Answered.MET):
        checklist.answer(folder, "sz-guide-15d-actual-term", verdict, "看过来信", attach=[letter], by="A. Tester", key=OTHER)
    return folder


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("sealed") / "run")


def both(path: Path) -> tuple[str, str]:
    return str(verify(path).status), INDEPENDENT.check(str(path))[0]


# -- one change of each sort: the bundle, its files, a source of chance ----------------------------------


def flip(bundle: Path, files: list[Path], chance: random.Random) -> None:
    path = chance.choice([file for file in files if file.stat().st_size])
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= chance.randrange(1, 256)
    path.write_bytes(content)


def delete(bundle: Path, files: list[Path], chance: random.Random) -> None:
    chance.choice(files).unlink()


def add(bundle: Path, files: list[Path], chance: random.Random) -> None:
    new = chance.choice(files).parent / chance.choice(["extra.txt", "0" * 64, ".hidden", "run2.jsonl"])
    new.write_bytes(b"x" * chance.randrange(40))


def swap(bundle: Path, files: list[Path], chance: random.Random) -> None:
    while True:
        a, b = chance.sample(files, 2)
        if a.read_bytes() != b.read_bytes():
            break
    first, second = a.read_bytes(), b.read_bytes()
    a.write_bytes(second)
    b.write_bytes(first)


def truncate(bundle: Path, files: list[Path], chance: random.Random) -> None:
    path = chance.choice([file for file in files if file.stat().st_size])
    content = path.read_bytes()
    lines = content.splitlines(True)
    cut = chance.choice([content[:chance.randrange(len(content))], b"".join(lines[:-1])])
    path.write_bytes(cut)


def append(bundle: Path, files: list[Path], chance: random.Random) -> None:
    path = chance.choice(files)
    path.write_bytes(path.read_bytes() + chance.choice([b"\n", b"x", b"{}\n", path.read_bytes()[-100:] or b" "]))


def reorder(bundle: Path, files: list[Path], chance: random.Random) -> None:
    path = chance.choice([file for file in files if len(set(file.read_bytes().splitlines(True))) > 1])
    lines = path.read_bytes().splitlines(True)
    a, b = chance.sample(list(range(len(lines))), 2)
    if lines[a] == lines[b]:
        a, b = 0, next(i for i in range(len(lines)) if lines[i] != lines[0])
    lines[a], lines[b] = lines[b], lines[a]
    path.write_bytes(b"".join(lines))


def leave_a_line_out(bundle: Path, files: list[Path], chance: random.Random) -> None:
    path = chance.choice([file for file in files if len(file.read_bytes().splitlines()) > 1])
    lines = path.read_bytes().splitlines(True)
    del lines[chance.randrange(len(lines))]
    path.write_bytes(b"".join(lines))


def repeat_a_line(bundle: Path, files: list[Path], chance: random.Random) -> None:
    path = chance.choice([file for file in files if b"\n" in file.read_bytes()])
    lines = path.read_bytes().splitlines(True)
    at = chance.randrange(len(lines))
    path.write_bytes(b"".join([*lines[:at], lines[at], *lines[at:]]))


def rehash(bundle: Path, files: list[Path], chance: random.Random) -> None:
    """Something recorded is changed and the manifest made anew, without the key."""
    path = chance.choice([file for file in files if file.suffix == ".jsonl" and file.name != "custody.jsonl"])
    path.write_bytes(path.read_bytes().replace(b"1", b"2", 1))
    (bundle / "manifest.json").write_bytes(manifest(FolderSource(bundle)))


def rehash_the_signature_too(bundle: Path, files: list[Path], chance: random.Random) -> None:
    rehash(bundle, files, chance)
    signature = json.loads((bundle / "manifest.sig").read_bytes())
    signature["manifest_sha256"] = INDEPENDENT.Files(str(bundle)).read("manifest.json")[1]
    (bundle / "manifest.sig").write_bytes(canonical(signature))


def rename(bundle: Path, files: list[Path], chance: random.Random) -> None:
    path = chance.choice(files)
    path.rename(path.with_name(f"{path.name}.old"))


def link(bundle: Path, files: list[Path], chance: random.Random) -> None:
    path = chance.choice(files)
    content = path.read_bytes()
    outside = bundle.parent / "outside"
    outside.write_bytes(content)
    path.unlink()
    path.symlink_to(outside)


Change = Callable[[Path, list[Path], random.Random], None]
CHANGES: list[Change] = [
    flip, delete, add, swap, truncate, append, reorder, leave_a_line_out, repeat_a_line, rehash, rehash_the_signature_too, rename,
    link,
]


@settings(max_examples=CASES, deadline=None)
@given(change=st.sampled_from(CHANGES), seed=st.integers(0, 2**32))
def test_every_single_change_is_found_by_both_and_they_agree(
    sealed: Path, tmp_path_factory: pytest.TempPathFactory, change: Change, seed: int
) -> None:
    with scratch(sealed, tmp_path_factory) as bundle:
        files = sorted(path for path in bundle.rglob("*") if path.is_file())
        change(bundle, files, random.Random(seed))
        ours, theirs = both(bundle)
        # What takes all signatures of a part away leaves nobody who vouches for it; every other change shows as one.
        assert ours == theirs
        assert ours in ("altered", "unverifiable")
        if ours == "unverifiable":
            assert not (bundle / "manifest.sig").exists() or not (bundle / "report" / "report.sig").exists()


class scratch:
    def __init__(self, sealed: Path, factory: pytest.TempPathFactory) -> None:
        self.place = factory.mktemp("changed") / "run"
        shutil.copytree(sealed, self.place)

    def __enter__(self) -> Path:
        return self.place

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.place.parent)


@pytest.fixture
def copy(sealed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sealed, tmp_path / "run"))


def test_what_was_not_touched_is_intact_for_both(sealed: Path, tmp_path: Path) -> None:
    assert both(sealed) == ("intact", "intact")
    for prefix in ("", "run/"):
        packed = tmp_path / f"{len(prefix)}.zip"
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(path for path in sealed.rglob("*") if path.is_file()):
                archive.write(path, prefix + path.relative_to(sealed).as_posix())
        assert both(packed) == ("intact", "intact")


def test_a_name_twice_in_a_zip_is_altered_for_both(sealed: Path, tmp_path: Path) -> None:
    packed = tmp_path / "twice.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(path for path in sealed.rglob("*") if path.is_file()):
            archive.write(path, path.relative_to(sealed).as_posix())
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("run.jsonl", (sealed / "run.jsonl").read_bytes())
    assert both(packed) == ("altered", "altered")


def test_a_run_that_was_cut_short_is_incomplete_for_both(tmp_path: Path) -> None:
    bundle = Bundle.at(tmp_path / "run", "com.example.shop")
    bundle.seal(False, "The phone was lost.", key=KEY)
    assert both(bundle.path) == ("incomplete", "incomplete")
    killed = Bundle.at(tmp_path / "killed", "com.example.shop")
    killed.close()
    assert both(killed.path) == ("incomplete", "incomplete")


def test_who_seals_anew_with_another_key_is_told_by_the_fingerprint(copy: Path) -> None:
    before = INDEPENDENT.check(str(copy))[2]
    for name in ("manifest.json", "manifest.sig", "custody.jsonl", "custody.sig", "report/report.sig", "report/report.html"):
        (copy / name).unlink()
    shutil.rmtree(copy / "attachments")
    (copy / "run.jsonl").write_bytes((copy / "run.jsonl").read_bytes().replace(b"lab", b"bal"))
    from harness.bundle.sealing import seal

    seal(copy, OTHER)
    status, _, after = INDEPENDENT.check(str(copy))
    found = verify(copy)
    assert (status, found.status) == ("intact", Status.INTACT)
    assert found.signer is not None and before != after == found.signer.fingerprint


def test_the_script_is_short_and_needs_nothing_but_python(sealed: Path, tmp_path: Path) -> None:
    alone = tmp_path / "check_bundle.py"
    shutil.copyfile(PLACE, alone)
    source = alone.read_text("utf-8")
    assert len(source.splitlines()) < 150
    assert "harness" not in source.replace("the tool", "")
    done = subprocess.run([sys.executable, "-I", "-S", str(alone), str(sealed)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.splitlines()[0], done.stderr) == (0, "intact", "")
    signer = verify(sealed).signer
    assert signer is not None and signer.fingerprint in done.stdout
    nothing = subprocess.run([sys.executable, "-I", "-S", str(alone), str(tmp_path)], capture_output=True, text=True, check=False)
    assert nothing.returncode == 2 and "python check_bundle.py" in nothing.stderr
