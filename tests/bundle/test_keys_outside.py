"""Keys that are not the rig's own: a file that is named, a program that signs."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from harness.bundle import Status, verify, write_reports
from harness.bundle.keys import (
    FILE_NAMED,
    NAME,
    PROGRAM_NAMED,
    PUBLIC_NAMED,
    fingerprint,
    import_key,
    public_bytes,
    public_pem,
    signing_key,
)
from harness.bundle.run import Bundle
from harness.errors import HarnessError, UsageError

SIGNS = """import sys
from cryptography.hazmat.primitives.serialization import load_pem_private_key
key = load_pem_private_key(open(sys.argv[1], "rb").read(), None)
sys.stdout.buffer.write(key.sign(sys.stdin.buffer.read()))
"""


def pem(key: Ed25519PrivateKey, password: bytes = b"") -> bytes:
    lock = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)


class Held:
    """A key in a file, and its public part in another."""

    def __init__(self, folder: Path, name: str = "other") -> None:
        self.key = Ed25519PrivateKey.generate()
        self.file, self.public = folder / f"{name}.pem", folder / f"{name}-public.pem"
        self.file.write_bytes(pem(self.key))
        self.file.chmod(0o600)
        self.public.write_bytes(public_pem(public_bytes(self.key.public_key())))

    @property
    def fingerprint(self) -> str:
        return fingerprint(public_bytes(self.key.public_key()))


@pytest.fixture
def held(tmp_path: Path) -> Held:
    return Held(tmp_path)


def program(monkeypatch: pytest.MonkeyPatch, held: Held, *words: str) -> None:
    monkeypatch.setenv(PROGRAM_NAMED, shlex.join(words))
    monkeypatch.setenv(PUBLIC_NAMED, str(held.public))


def sealed_by(tmp_path: Path) -> str:
    bundle = Bundle.create(tmp_path / "runs", "example.app")
    bundle.seal(True)
    checked = verify(bundle.path)
    assert checked.status is Status.INTACT
    assert checked.signer is not None
    return checked.signer.fingerprint


def test_a_named_file_signs_and_the_rigs_own_key_is_not_made(
    held: Held, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_state: Path
) -> None:
    monkeypatch.setenv(FILE_NAMED, str(held.file))
    assert sealed_by(tmp_path) == held.fingerprint
    assert not (own_state / "keys" / NAME).exists()


def test_a_program_signs_with_a_key_that_the_harness_never_has(
    held: Held, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(monkeypatch, held, sys.executable, "-c", SIGNS, str(held.file))
    assert sealed_by(tmp_path) == held.fingerprint


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
@pytest.mark.parametrize("data", ["/dev/stdin", "{}"])
def test_openssl_signs(held: Held, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: str) -> None:
    program(monkeypatch, held, "openssl", "pkeyutl", "-sign", "-rawin", "-inkey", str(held.file), "-in", data)
    assert sealed_by(tmp_path) == held.fingerprint


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("print('no')", "no signature by the key"),
        ("import sys; sys.exit('the token is not there')", "status 1: the token is not there"),
    ],
)
def test_a_program_that_does_not_sign_is_told_before_the_run(
    held: Held, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, told: str
) -> None:
    program(monkeypatch, held, sys.executable, "-c", code)
    with pytest.raises(HarnessError, match="did not sign") as failed:
        Bundle.create(tmp_path / "runs", "example.app")
    assert told in failed.value.why
    assert not (tmp_path / "runs").exists()


def test_a_signature_by_another_key_than_the_named_one_is_refused(
    held: Held, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Held(tmp_path, "third")
    program(monkeypatch, held, sys.executable, "-c", SIGNS, str(other.file))
    with pytest.raises(HarnessError, match="did not sign"):
        signing_key().sign(b"x")


def test_a_program_is_asked_once_before_a_run_three_times_at_its_end_and_once_for_all_files_of_a_report(
    held: Held, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = tmp_path / "asked"
    counts = f"open({str(asked)!r}, 'a').write('x')\n"
    program(monkeypatch, held, sys.executable, "-c", SIGNS + counts, str(held.file))
    bundle = Bundle.create(tmp_path / "runs", "example.app")
    assert asked.read_text() == "x"
    bundle.seal(True)
    assert asked.read_text() == "xxxx"
    write_reports(bundle.path, {bundle.path / "report" / f"{n}.csv": b"a" for n in range(3)})
    assert asked.read_text() == "xxxxx"
    public_bytes(signing_key().public_key())
    assert asked.read_text() == "xxxxx"


def test_what_cannot_be_used_is_refused_with_what_to_do(
    held: Held, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FILE_NAMED, str(tmp_path / "missing.pem"))
    with pytest.raises(UsageError, match="not there"):
        signing_key()
    locked = tmp_path / "locked.pem"
    locked.write_bytes(pem(held.key, b"secret"))
    locked.chmod(0o600)
    monkeypatch.setenv(FILE_NAMED, str(locked))
    with pytest.raises(HarnessError, match="locked by a password"):
        signing_key()
    monkeypatch.setenv(PROGRAM_NAMED, "sign")
    with pytest.raises(UsageError, match="Both"):
        signing_key()
    monkeypatch.delenv(FILE_NAMED)
    with pytest.raises(UsageError, match=PUBLIC_NAMED):
        signing_key()
    monkeypatch.setenv(PUBLIC_NAMED, str(held.public))
    monkeypatch.setenv(PROGRAM_NAMED, "no-such-program --sign")
    with pytest.raises(HarnessError, match="did not sign"):
        signing_key().sign(b"x")


def test_an_imported_key_signs_and_the_one_before_is_kept(held: Held, own_state: Path) -> None:
    before = fingerprint(public_bytes(signing_key().public_key()))
    path, kept = import_key(held.file)
    assert fingerprint(public_bytes(signing_key().public_key())) == held.fingerprint
    assert path == own_state / "keys" / NAME
    assert kept == path.with_name(f"{before}.pem")
    assert {p.stat().st_mode & 0o777 for p in (path, kept)} == {0o600}
    assert import_key(held.file) == (path, None)
    with pytest.raises(UsageError, match="is not there"):
        import_key(path.with_name("missing.pem"))


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_reads_the_public_key_and_checks_a_signature_by_it(held: Held, tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"what was signed")
    (tmp_path / "sig").write_bytes(held.key.sign(b"what was signed"))
    subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", held.public, "-rawin", "-in", tmp_path / "data",
                    "-sigfile", tmp_path / "sig"], check=True, capture_output=True)  # fmt: skip


def test_what_is_no_file_is_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path, told in ((tmp_path, "is no file"), (Path("/etc/passwd/x"), "cannot be read")):
        with pytest.raises(HarnessError, match=told):
            import_key(path)
    monkeypatch.setenv(PROGRAM_NAMED, " ")
    monkeypatch.setenv(PUBLIC_NAMED, str(Held(tmp_path).public))
    with pytest.raises(UsageError, match="is empty"):
        signing_key()
