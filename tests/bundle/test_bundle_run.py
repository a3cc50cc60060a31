"""A run's folder: made once, never reused, sealed at its end or by whoever finds it afterwards."""

from __future__ import annotations

import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from harness.bundle import (
    Bundle,
    BundleError,
    JournalWriter,
    ObjectStore,
    Status,
    open_bundle,
    seal_interrupted,
    verify,
)
from harness.bundle.keys import NAME, fingerprint, public_bytes, signing_key
from harness.errors import HarnessError, UsageError
from harness.model import Fact, Flow, GapKind, Message

ROOT = Path(__file__).parents[2]


def test_the_folder_is_named_by_time_package_and_a_short_id(tmp_path: Path) -> None:
    bundle = Bundle.create(tmp_path / "results", "com.example/../shop", clock=lambda: 1_790_000_000_123_456_789)
    assert re.fullmatch(r"20260921T141320Z-com\.example_\.\._shop-[0-9a-f]{6}", bundle.path.name)
    assert bundle.path.parent == tmp_path / "results"
    assert stat.S_IMODE(bundle.path.stat().st_mode) == 0o700
    (first,) = open_bundle(bundle.path).facts()
    assert (first.id, first.type, first.data["format"]) == ("r1", "bundle", 1)


def test_latest_is_a_link_to_the_newest_run(tmp_path: Path) -> None:
    Bundle.create(tmp_path, "a")
    second = Bundle.create(tmp_path, "b")
    assert (tmp_path / "latest").resolve() == second.path


def test_a_folder_that_is_not_empty_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        Bundle.at(tmp_path, "com.example.shop")
    with pytest.raises(UsageError, match="cannot be made"):
        Bundle.at(tmp_path / "notes.txt" / "x", "com.example.shop")


def test_a_sealed_bundle_is_intact_and_never_written_again(tmp_path: Path) -> None:
    bundle = Bundle.create(tmp_path, "com.example.shop")
    sha256 = bundle.put_object(b"body")
    apk = tmp_path / "shop.apk"
    apk.write_bytes(b"PK")
    sample = bundle.put_sample(apk)
    bundle.seal(True)
    assert verify(bundle.path).status is Status.INTACT
    assert open_bundle(bundle.path).complete()
    assert open_bundle(bundle.path).object(sha256) == b"body"
    assert (bundle.path / "sample" / f"{sample}.apk").read_bytes() == b"PK"
    with pytest.raises(BundleError):
        bundle.append(Fact(host_ns=1, type="late"))
    with pytest.raises(BundleError, match="is sealed"):
        JournalWriter(bundle.path).append(Fact(host_ns=1, type="late"))
    assert seal_interrupted(bundle.path) is False


def test_a_run_that_ended_early_is_marked_and_says_why(tmp_path: Path) -> None:
    bundle = Bundle.create(tmp_path, "com.example.shop")
    bundle.seal(False, "Ctrl-C")
    reader = open_bundle(bundle.path)
    assert not reader.complete()
    assert [(gap.kind, gap.detail) for gap in reader.gaps()] == [(GapKind.INTERRUPTED, "Ctrl-C")]
    assert verify(bundle.path).status is Status.INCOMPLETE


def test_a_bundle_is_not_sealed_while_the_proxy_writes(tmp_path: Path) -> None:
    bundle = Bundle.create(tmp_path, "com.example.shop")
    proxy = JournalWriter(bundle.path)
    proxy.append(Flow(host_ns=1, protocol="http", host="a.example", port=80))
    with pytest.raises(BundleError, match="being written"):
        bundle.seal(True)
    proxy.close()
    bundle.seal(True)
    assert verify(bundle.path).status is Status.INTACT


HARNESS = """
import os, signal, sys
from harness.bundle import Bundle, ObjectStore
from harness.model import Gap, GapKind
bundle = Bundle.create(sys.argv[1], "com.example.shop")
bundle.append(Gap(host_ns=1, kind=GapKind.NOT_REACHED, detail="seen before the kill"))
bundle.objects.begin("f1-request").write(b"half a bo")
with (bundle.path / "gaps.jsonl").open("ab") as file:
    file.write(b'{"id":"g2",')
print(bundle.path, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_what_a_killed_harness_leaves_is_sealed_later_and_marked(tmp_path: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", HARNESS, str(tmp_path)], capture_output=True, text=True, cwd=ROOT)
    assert killed.returncode == -9, killed.stderr
    path = Path(killed.stdout.strip())
    before = verify(path)
    assert before.status is Status.INCOMPLETE
    assert before.differences[0].file == "manifest.json"
    assert any("cut off at byte" in d.what for d in before.differences)

    assert seal_interrupted(path) is True
    after = verify(path)
    assert after.status is Status.INCOMPLETE
    assert after.signer
    reader = open_bundle(path)
    assert not reader.complete()
    kinds = [gap.kind for gap in reader.gaps()]
    assert kinds[0] is GapKind.NOT_REACHED
    assert sorted(kinds[1:]) == [GapKind.CAPTURE_LOST, GapKind.CAPTURE_LOST, GapKind.INTERRUPTED]
    (body,) = [gap for gap in reader.gaps() if gap.subject == "f1-request"]
    assert reader.object(body.detail.rsplit(" ", 1)[1].removesuffix(".")) == b"half a bo"
    assert not (path / "objects" / ".partial").exists()


def test_an_object_is_stored_once_under_its_hash_however_it_comes(tmp_path: Path) -> None:
    store = ObjectStore(tmp_path)
    content = bytes(range(256)) * 9000
    source = tmp_path / "source"
    source.write_bytes(content)
    names = {store.put(content), store.put_file(source), store.put_chunks([content[:7], content[7:]])}
    assert len(names) == 1
    (name,) = names
    assert store.path(name).read_bytes() == content
    assert not list((tmp_path / "objects" / ".partial").iterdir())


def test_an_object_that_fails_half_way_leaves_nothing_under_a_hash(tmp_path: Path) -> None:
    def broken() -> object:
        yield b"begun"
        raise RuntimeError("torn")

    store = ObjectStore(tmp_path)
    with pytest.raises(RuntimeError):
        store.put_chunks(broken())  # type: ignore[arg-type]
    assert [p for p in (tmp_path / "objects").rglob("*") if p.is_file()] == []


def test_the_lines_of_an_exchange_are_read_as_one_flow(tmp_path: Path) -> None:
    bundle = Bundle.create(tmp_path, "com.example.shop")

    def flow(phase: str, of: str | None = None, host: str = "a.example", **more: object) -> str:
        return bundle.append(Flow(
            host_ns=1, protocol="https", host=host, port=443, phase=phase, of=of, **more)).id  # type: ignore[arg-type]

    first = flow("open")
    second = flow("request", host="b.example")
    flow("request", first, request=Message(size=3))
    flow("done", first, request=Message(size=3), status=101)
    said = flow("message", first, request=Message(size=1))
    flow("closed", first, end_ns=9, error="1006")
    flows = open_bundle(bundle.path).flows()
    assert [(f.id, f.phase, f.of) for f in flows] == [
        (first, "done", None), (second, "request", None), (said, "message", first)]
    assert (flows[0].status, flows[0].end_ns, flows[0].error) == (101, 9, "1006")


def test_the_key_is_made_once_and_only_its_owner_may_read_it(own_state: Path) -> None:
    first = fingerprint(public_bytes(signing_key().public_key()))
    path = own_state / "keys" / NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in path.parent.iterdir()] == [NAME]
    assert fingerprint(public_bytes(signing_key().public_key())) == first
    path.chmod(0o644)
    with pytest.raises(HarnessError, match="can be read by others"):
        signing_key()
    path.chmod(0o600)
    path.write_bytes(b"junk")
    with pytest.raises(HarnessError, match="cannot be read"):
        signing_key()


@pytest.mark.parametrize("name", ["nothing", "file", "empty"])
def test_what_is_no_bundle_is_refused_with_a_reason(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_bytes(b"PK no zip")
    (tmp_path / "empty").mkdir()
    for use in (open_bundle, verify):
        with pytest.raises(UsageError) as caught:
            use(tmp_path / name)
        assert caught.value.fix


def test_the_log_of_a_bundle_in_a_zip_is_read_as_that_in_its_folder(tmp_path: Path) -> None:
    bundle = Bundle.create(tmp_path, "com.example.shop")
    (bundle.path / "device.log").write_bytes("first\r\n第二\nlast".encode())
    bundle.seal(True)
    packed = Path(shutil.make_archive(str(tmp_path / "packed"), "zip", bundle.path))
    for path in (bundle.path, packed):
        with open_bundle(path).log() as lines:
            assert list(lines) == [b"first\r\n", "第二\n".encode(), b"last"]
