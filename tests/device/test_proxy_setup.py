"""The way to the proxy is laid and taken back, also after a kill between any two of its changes."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from harness.device.authority import Authority, subject_hash_old
from harness.device.device import Shell
from harness.device.proxy_setup import lead_again, put_back, set_up, still_led, will_run
from harness.device.restore_file import RestoreFile
from harness.device.store_mounts import SCRIPT, STAGED, STORE
from harness.errors import RigError, UsageError

PORT = 18080


class Killed(Exception):
    """The harness was killed here."""


class Phone:
    """Settings, reversed ports and a certificate store. `dies_after`: changes that still come through."""

    serial = "A1"
    adbd_is_root = False

    def __init__(self, *, read_only: bool = False, dies_after: int = 10**6) -> None:
        self.settings: dict[str, str] = {}
        self.ports: set[int] = set()
        self.files: dict[str, bytes] = {f"{STORE}/5ed36f99.0": b"theirs"}
        self.read_only = read_only
        self.mounted = False
        self.left = dies_after
        self.running: list[str] = []
        self.unkillable = False
        self.pushed: dict[str, bytes] = {}

    def pids(self, package: str) -> list[int]:
        return [n for n, name in enumerate(self.running, start=100) if name == package]

    def stop(self, package: str) -> None:
        if not self.unkillable:
            self.running = [name for name in self.running if name != package]

    def state(self) -> Any:
        return dict(self.settings), set(self.ports), dict(self.files), self.mounted

    def _change(self) -> None:
        if self.left == 0:
            raise Killed
        self.left -= 1

    def get_setting(self, namespace: str, key: str) -> str | None:
        return self.settings.get(key)

    def put_setting(self, namespace: str, key: str, value: str | None) -> None:
        self._change()
        if value is None:
            self.settings.pop(key, None)
        else:
            self.settings[key] = value

    def reverse(self, device_port: int, host_port: int) -> None:
        self._change()
        self.ports.add(device_port)

    def reversed(self) -> list[tuple[int, int]]:
        return [(p, p) for p in self.ports]

    def unreverse(self, device_port: int) -> None:
        self.ports.discard(device_port)

    def push(self, data: bytes, remote: str, mode: int = 0o644) -> None:
        if remote.startswith(STORE):
            if not self.adbd_is_root:
                raise RigError("Read-only file system.")
            self._change()
            self.files[remote] = data
        elif remote == STAGED:
            self._change()
            self.files[remote] = data
        self.pushed[remote] = data

    def shell(self, *words: str, seconds: float = 30) -> Shell:
        if words[0] == "cat":
            data = self.files.get(words[1])
            return Shell(1, "") if data is None else Shell(0, data.decode())
        return Shell(1, "", "No such file or directory")

    def root_shell(self, script: str, seconds: float = 30) -> Shell:
        if script.startswith(f"sh {SCRIPT};"):
            script = self.pushed[SCRIPT].decode()
        if "mount -t tmpfs" in script:
            self._change()
            del self.files[STAGED]
            self.mounted = True
            self.files[f"{STORE}/{NAME}"] = self.pushed[STAGED]
        elif "umount" in script:
            self.files.pop(STAGED, None)
            if self.mounted:
                self.files.pop(f"{STORE}/{NAME}", None)
            self.mounted = False
        elif script.startswith("cp "):
            self._change()
            del self.files[STAGED]
            if self.read_only:
                return Shell(1, "", "cp: Read-only file system")
            self.files[f"{STORE}/{NAME}"] = self.pushed[STAGED]
        elif "rm -f" in script:
            for path in set(self.files) & set(re.split(r"[ ;]+", script)):
                del self.files[path]
        return Shell(0, "")


def certificate(name: str = "mitmproxy") -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, name), x509.NameAttribute(NameOID.ORGANIZATION_NAME, name)]
    )
    now = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


PEM = certificate()
NAME = f"{Authority.read(PEM).hash}.0"


@pytest.fixture
def restore(tmp_path: Path) -> RestoreFile:
    return RestoreFile.of("127.0.0.1:7001", tmp_path)


def test_the_name_in_the_store_is_openssls_old_hash() -> None:
    """mitmproxy's own documentation names its certificate c8750f0d.0 for the subject CN=mitmproxy, O=mitmproxy."""
    assert NAME == "c8750f0d.0"
    assert subject_hash_old(x509.load_pem_x509_certificate(certificate("another"))) != "c8750f0d"


def test_traffic_is_led_and_put_back(restore: RestoreFile) -> None:
    phone: Any = Phone()
    before = phone.state()
    done = set_up(phone, PORT, PEM, restore=restore)
    assert phone.settings["http_proxy"] == f"127.0.0.1:{PORT}"
    assert phone.ports == {PORT}
    assert (done["store"], done["proxy"]) == ("written", f"127.0.0.1:{PORT}")
    assert f"{STORE}/{NAME}" in phone.files
    undone = put_back(phone, restore=restore)
    assert len(undone) == 3
    assert phone.state() == before
    assert not restore.path.exists()


def test_what_was_set_before_comes_back(restore: RestoreFile) -> None:
    phone: Any = Phone()
    phone.settings = {"http_proxy": "10.0.0.5:3128", "global_http_proxy_host": "10.0.0.5"}
    before = phone.state()
    set_up(phone, PORT, PEM, restore=restore)
    assert "global_http_proxy_host" not in phone.settings
    put_back(phone, restore=restore)
    assert phone.state() == before


def test_a_read_only_store_is_mounted_over(restore: RestoreFile) -> None:
    phone: Any = Phone(read_only=True)
    before = phone.state()
    assert set_up(phone, PORT, PEM, restore=restore)["store"] == "mounted"
    assert phone.mounted
    put_back(phone, restore=restore)
    assert phone.state() == before


def test_where_adbd_is_root_no_su_is_needed(restore: RestoreFile) -> None:
    phone: Any = Phone(read_only=True)
    phone.adbd_is_root = True
    before = phone.state()
    assert set_up(phone, PORT, PEM, restore=restore)["store"] == "written"
    put_back(phone, restore=restore)
    assert phone.state() == before


def test_a_certificate_that_is_there_stays(restore: RestoreFile) -> None:
    phone: Any = Phone()
    phone.files[f"{STORE}/{NAME}"] = PEM
    assert set_up(phone, PORT, PEM, restore=restore)["store"] == "was there"
    put_back(phone, restore=restore)
    assert f"{STORE}/{NAME}" in phone.files


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize("changes", range(9))
def test_a_kill_at_any_point_is_put_right_by_the_next_run(restore: RestoreFile, changes: int, read_only: bool) -> None:
    phone: Any = Phone(dies_after=changes, read_only=read_only)
    phone.settings = {"http_proxy": "10.0.0.5:3128", "global_http_proxy_host": "10.0.0.5"}
    before = phone.state()
    try:
        set_up(phone, PORT, PEM, restore=restore)
        assert changes > 4
    except Killed:
        assert phone.state() == before or restore.acts(), "changed and not written down"
    phone.left = 10**6
    put_back(phone, restore=restore)
    assert phone.state() == before


def test_the_app_of_a_killed_run_is_ended_by_the_next(restore: RestoreFile) -> None:
    phone: Any = Phone()
    set_up(phone, PORT, PEM, restore=restore)
    will_run(phone, "example.shop", restore=restore)
    phone.running = ["example.shop", "example.other"]
    set_up(phone, PORT + 1, PEM, restore=restore)
    assert phone.running == ["example.other"]
    assert "example.shop" not in str(restore.acts())


def test_an_app_that_cannot_be_ended_stays_written_down(restore: RestoreFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.device.proxy_setup.time.sleep", lambda seconds: None)
    phone: Any = Phone()
    will_run(phone, "example.shop", restore=restore)
    phone.running, phone.unkillable = ["example.shop"], True
    with pytest.raises(RigError, match=r"the processes of example\.shop"):
        put_back(phone, restore=restore)
    phone.unkillable = False
    assert put_back(phone, restore=restore) == ["the processes of example.shop"]


def test_a_failure_leaves_nothing_changed(restore: RestoreFile) -> None:
    phone: Any = Phone()
    with pytest.raises(UsageError):
        set_up(phone, PORT, b"no certificate", restore=restore)
    assert phone.state() == Phone().state()
    assert not restore.path.exists()


def test_what_cannot_be_undone_stays_written_down(restore: RestoreFile) -> None:
    phone: Any = Phone(read_only=True)
    set_up(phone, PORT, PEM, restore=restore)
    works = phone.root_shell
    phone.root_shell = lambda script, seconds=30: Shell(1, "", "su: not found")
    with pytest.raises(RigError, match="could not be put back"):
        put_back(phone, restore=restore)
    phone.root_shell = works
    assert put_back(phone, restore=restore)


@pytest.mark.parametrize("broken", ["{", "[]", "{}", '{"undo": null}'])
def test_a_restore_file_that_cannot_be_read_says_what_to_do(restore: RestoreFile, broken: str) -> None:
    restore.path.write_text(broken)
    with pytest.raises(RigError, match="cannot be read") as caught:
        put_back(Phone(), restore=restore)  # type: ignore[arg-type]
    assert "settings put global http_proxy :0" in caught.value.fix


@pytest.mark.parametrize("read_only", [False, True])
def test_what_a_restart_undid_is_done_again_and_put_back_once(restore: RestoreFile, read_only: bool) -> None:
    phone: Any = Phone(read_only=read_only)
    before = phone.state()
    set_up(phone, PORT, PEM, restore=restore)
    phone.ports.clear()
    if read_only:       # what was mounted over the store is gone with the restart
        phone.mounted = False
        phone.files.pop(f"{STORE}/{NAME}")
    lead_again(phone, PORT, PEM, restore=restore)
    assert (phone.ports, phone.mounted) == ({PORT}, read_only)
    put_back(phone, restore=restore)
    assert phone.state() == before


def test_a_lost_reverse_is_opened_again(restore: RestoreFile) -> None:
    phone: Any = Phone()
    set_up(phone, PORT, PEM, restore=restore)
    phone.ports.clear()
    assert still_led(phone, PORT)
    assert phone.ports == {PORT}
    phone.settings["http_proxy"] = "10.9.9.9:1"
    assert not still_led(phone, PORT)
