"""verify names what differs: every byte of every sealed file is covered."""

from __future__ import annotations

import datetime
import json
import shutil
import zipfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness import __version__
from harness.bundle import Bundle, Status, verify, write_reports
from harness.bundle.format import canonical
from harness.bundle.keys import fingerprint, public_bytes
from harness.bundle.manifest import manifest, signature
from harness.bundle.sealing import seal
from harness.bundle.source import FolderSource
from harness.model import Fact, Flow, Gap, GapKind, Message

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


def make(folder: Path) -> Path:
    bundle = Bundle.at(folder, "com.example.shop")
    body = bundle.put_object(b'{"imei":"004999010640000"}')
    bundle.append(Flow(host_ns=5, protocol="https", host="ads.example", port=443, request=Message(body=body, size=26)))
    bundle.append(Gap(host_ns=6, kind=GapKind.NOT_REACHED, detail="the second dialog"))
    bundle.append(Fact(host_ns=7, type="device", data={"kind": "lab", "model": "手机"}))
    bundle.seal(True, key=KEY)
    write_reports(folder, {folder / "report" / "report.html": b"<p>derived</p>"}, KEY)
    return folder


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("sealed") / "run")


@pytest.fixture
def copy(sealed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sealed, tmp_path / "run"))


def files(bundle: Path) -> list[str]:
    return [p.relative_to(bundle).as_posix() for p in sorted(bundle.rglob("*")) if p.is_file()]


def first(bundle: Path) -> str:
    found = verify(bundle)
    assert found.status is Status.ALTERED
    return found.differences[0].file


def test_an_untouched_bundle_is_intact_wherever_it_lies(sealed: Path, copy: Path) -> None:
    for path in (sealed, copy):
        found = verify(path, public_bytes(KEY.public_key()))
        assert (found.status, found.differences, found.trusted) == (Status.INTACT, [], True)
        assert found.signer is not None and found.signature_found
        assert found.signer.fingerprint == fingerprint(public_bytes(KEY.public_key()))
        assert found.signer.software == f"privacy-harness {__version__}"
        age = datetime.datetime.now(datetime.UTC) - datetime.datetime.fromisoformat(found.signer.created)
        assert datetime.timedelta(0) <= age < datetime.timedelta(hours=1)
        assert found.report_found and found.report_signer is not None
        assert found.report_signer.fingerprint == found.signer.fingerprint    # each has the second in which it was made
        assert found.files == len(files(path)) - 1    # all but the manifest's signature


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_a_changed_byte_anywhere_is_blamed_on_its_file(sealed: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(files(sealed)))
    path = sealed / name
    content = path.read_bytes()
    at = data.draw(st.integers(0, len(content) - 1))
    flipped = bytearray(content)
    flipped[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(flipped)
    try:
        assert first(sealed) == name
    finally:
        path.write_bytes(content)


@pytest.mark.parametrize("name", ["manifest.sig", "manifest.json", "report/report.sig", "report/report.html"])
def test_every_single_byte_of_manifest_signatures_and_report_counts(sealed: Path, name: str) -> None:
    path = sealed / name
    content = path.read_bytes()
    try:
        for at, byte in enumerate(content):
            for other in {byte ^ 0x20, byte ^ 0x01, 0x20, 0x0A} - {byte}:
                path.write_bytes(content[:at] + bytes([other]) + content[at + 1 :])
                assert first(sealed) == name, f"byte {at} as {other:#x}"
    finally:
        path.write_bytes(content)


def test_a_missing_file_an_added_one_and_a_longer_one_are_named(copy: Path) -> None:
    (copy / "gaps.jsonl").unlink()
    (copy / "extra.txt").write_text("x")
    with (copy / "run.jsonl").open("ab") as file:
        file.write(b"\n")
    found = verify(copy)
    assert found.status is Status.ALTERED
    assert {(d.file, d.what.split(":")[0].split(" than")[0]) for d in found.differences} == {
        ("gaps.jsonl", "is missing"), ("extra.txt", "was added"), ("run.jsonl", "is longer")}


def test_a_hidden_manifest_beside_the_real_one_is_an_added_file(copy: Path) -> None:
    (copy / "manifest.old").write_text("x")
    assert first(copy) == "manifest.old"


def test_a_link_in_place_of_a_file_is_named(copy: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    shutil.move(copy / "run.jsonl", outside)
    (copy / "run.jsonl").symlink_to(outside)
    assert first(copy) == "run.jsonl"


def test_a_forger_who_seals_anew_is_caught_by_the_key_only(copy: Path) -> None:
    (copy / "flows.jsonl").write_bytes(b"")
    seal(copy, OTHER)
    assert first(copy) == "report/report.html"    # made from what was there before
    shutil.rmtree(copy / "report")
    assert verify(copy).status is Status.INTACT
    found = verify(copy, public_bytes(KEY.public_key()))
    assert (found.status, found.trusted) == (Status.ALTERED, False)
    assert found.differences[0].file == "manifest.sig"
    assert fingerprint(public_bytes(OTHER.public_key())) in found.differences[0].what


def test_a_signature_of_another_manifest_is_blamed_on_the_manifest(copy: Path, tmp_path: Path) -> None:
    other = make(tmp_path / "other")
    shutil.copy(other / "manifest.json", copy / "manifest.json")
    assert first(copy) == "manifest.json"


def test_a_signature_over_a_hash_it_does_not_name_is_no_signature(copy: Path) -> None:
    fields = json.loads((copy / "manifest.sig").read_bytes())
    fields["created"] = "2020-01-01T00:00:00Z"
    (copy / "manifest.sig").write_bytes(canonical(fields))
    assert first(copy) == "manifest.sig"
    assert (verify(copy).signer, verify(copy).signature_found) == (None, True)


def test_without_its_signature_a_bundle_is_unverifiable_not_intact(copy: Path) -> None:
    (copy / "manifest.sig").unlink()
    found = verify(copy)
    assert (found.status, found.differences[0].file) == (Status.UNVERIFIABLE, "manifest.sig")
    assert (found.signer, found.signature_found) == (None, False)
    (copy / "gaps.jsonl").write_text("")
    assert first(copy) == "gaps.jsonl"


def test_without_a_manifest_objects_still_answer_for_their_names(copy: Path) -> None:
    shutil.rmtree(copy / "report")
    (copy / "manifest.sig").unlink()
    (copy / "manifest.json").unlink()
    found = verify(copy)
    assert (found.status, found.differences[0].file) == (Status.UNVERIFIABLE, "manifest.json")
    assert "seal was taken off" in found.differences[0].what
    (victim,) = [name for name in files(copy) if name.startswith("objects/")]
    (copy / victim).write_bytes(b"other")
    assert first(copy) == victim


def test_a_signature_left_alone_shows_that_the_manifest_was_taken_away(copy: Path) -> None:
    (copy / "manifest.json").unlink()
    assert first(copy) == "manifest.json"


def test_the_manifest_of_the_same_files_is_the_same(sealed: Path, copy: Path) -> None:
    assert manifest(FolderSource(sealed)) == manifest(FolderSource(copy)) == (sealed / "manifest.json").read_bytes()
    assert signature(b"x", KEY, "t") == signature(b"x", KEY, "t")


@pytest.mark.parametrize("prefix", ["", "20261122T000000Z-com.example.shop-abcdef/"])
def test_a_zip_of_a_bundle_is_checked_without_unpacking(sealed: Path, tmp_path: Path, prefix: str) -> None:
    def pack(name: str, changed: str = "", twice: str = "") -> Path:
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in files(sealed):
                content = (sealed / file).read_bytes()
                archive.writestr(prefix + file, content + b"x" if file == changed else content)
                if file == twice:
                    with pytest.warns(UserWarning, match="Duplicate"):
                        archive.writestr(prefix + file, content)
        return path

    assert verify(pack("same.zip")).status is Status.INTACT
    assert first(pack("changed.zip", changed="flows.jsonl")) == "flows.jsonl"
    assert first(pack("twice.zip", twice="flows.jsonl")) == "flows.jsonl"


def test_a_damaged_zip_names_the_file_that_cannot_be_unpacked(sealed: Path, tmp_path: Path) -> None:
    path = tmp_path / "run.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files(sealed):
            archive.write(sealed / file, file)
        info = archive.getinfo("flows.jsonl")
    content = bytearray(path.read_bytes())
    content[info.header_offset + 30 + len("flows.jsonl") + info.compress_size // 2] ^= 0xFF
    path.write_bytes(content)
    assert first(path) == "flows.jsonl"
