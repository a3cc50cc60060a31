"""A zip from somebody else: nothing of it is written, followed or held in memory beyond bounds, and what is wrong is named."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.bundle import Bundle, Status, check_bundle, custody, open_bundle, source, verify
from harness.bundle.export import export
from harness.bundle.format import BundleError, canonical
from harness.bundle.keys import signing_key
from harness.bundle.manifest import signature
from harness.errors import UsageError
from harness.model import Fact
from tests.bundle.test_check_bundle import both

MOST = 1 << 20   # for the limit of a line, to keep the files small


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    bundle = Bundle.create(tmp_path / "runs", "example.app")
    bundle.append(Fact(host_ns=5, type="device", data={"kind": "lab"}))
    bundle.put_object(b"a body")
    bundle.seal(True)
    export(bundle.path, tmp_path / "one.zip")
    return tmp_path / "one.zip"


def remade(packed: Path, change: Callable[[str, bytes], bytes], *, added: dict[str, bytes] | None = None) -> Path:
    """Another zip of the same files, each changed, and with others."""
    target = packed.with_name("other.zip")
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info.filename, change(info.filename, old.read(info)))
        for name, content in (added or {}).items():
            new.writestr(name, content)
    return target


def as_it_is(name: str, content: bytes) -> bytes:
    return content


def test_the_zip_itself_is_intact(packed: Path) -> None:
    assert both(remade(packed, as_it_is)) == ("intact", "intact")


@pytest.mark.parametrize(
    "name", ["../outside.txt", "/etc/outside.txt", "objects/../../outside.txt", "C:\\outside.txt", "a\\..\\b"])
def test_a_name_that_leads_out_is_an_added_file_and_nothing_is_written(packed: Path, name: str) -> None:
    hostile = remade(packed, as_it_is, added={name: b"x"})
    before = sorted(packed.parent.rglob("*"))
    assert both(hostile) == ("altered", "altered")
    assert sorted(packed.parent.rglob("*")) == before


@pytest.mark.parametrize("name", ["manifest.json", "manifest.sig", "custody.jsonl", "custody.sig", "run.jsonl"])
def test_a_file_blown_up_beyond_all_measure_is_altered_and_not_read_to_its_end(
    packed: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "MOST", MOST)
    hostile = remade(packed, lambda file, content: content + b"0" * 40 * MOST if file == name else content)
    assert hostile.stat().st_size < MOST
    passed = 0
    read = source._Checked.read

    def counted(self: source._Checked, size: int = -1) -> bytes:
        nonlocal passed
        content = read(self, size)
        passed += len(content)
        return content

    monkeypatch.setattr(source._Checked, "read", counted)
    assert verify(hostile).status is Status.ALTERED
    assert passed < 10 * MOST


def test_a_line_without_end_is_refused_when_it_is_read(packed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MOST", MOST)
    hostile = remade(packed, as_it_is, added={"calls.jsonl": b"0" * 5 * MOST})
    with pytest.raises(BundleError, match="more than 1 MiB"):
        list(open_bundle(hostile).calls())


def test_half_a_zip_is_no_bundle_for_either(packed: Path) -> None:
    half = packed.with_name("half.zip")
    half.write_bytes(packed.read_bytes()[:-200])
    with pytest.raises(UsageError, match="cannot be read") as refused:
        verify(half)
    assert "its end is missing" in refused.value.why
    ran = subprocess.run([sys.executable, check_bundle.__file__, half], capture_output=True, text=True, check=False)
    assert (ran.returncode, "Traceback" in ran.stderr) == (2, False)


def test_a_format_of_tomorrow_is_unverifiable_for_both(packed: Path) -> None:
    folder = next((packed.parent / "runs").glob("2*"))
    manifest = json.loads((folder / "manifest.json").read_bytes())
    content = canonical({**manifest, "format": 2})
    (folder / "manifest.json").write_bytes(content)
    (folder / "manifest.sig").write_bytes(signature(content, signing_key(), "2026-01-01T00:00:00Z"))
    for name in ("custody.jsonl", "custody.sig"):
        (folder / name).unlink()
    chain = custody.begin(hashlib.sha256(content).hexdigest(), signing_key(), "2026-01-01T00:00:00Z", "x")
    for name, written in zip(("custody.jsonl", "custody.sig"), chain, strict=True):
        (folder / name).write_bytes(written)
    assert both(folder) == ("unverifiable", "unverifiable")
