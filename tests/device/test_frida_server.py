"""frida-server is found, checked, brought, started and taken away, and nothing else is touched."""

from __future__ import annotations

import lzma
import re
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from own_lab import own_lab
from stand_in import ARM, X86_64, frida_server

from harness.device import frida_server as module
from harness.device.adb import AdbDevice
from harness.device.device import Shell
from harness.device.frida_link import FridaLink
from harness.device.frida_server import FridaServer, cached, find, take_away, wanted
from harness.device.proxy_setup import put_back, words_of
from harness.device.restore_file import RestoreFile
from harness.device.staging import STAGING, remove_file, there
from harness.errors import NoFrida, RigError, UsageError

ABIS = ("arm64-v8a", "armeabi-v7a")
HERE = version("frida")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "cache" / "frida-server"
    folder.mkdir(parents=True)
    return folder


# what is brought


def test_the_release_that_is_wanted_is_named_by_this_fridas_version_and_the_devices_first_abi() -> None:
    assert wanted(ABIS) == f"frida-server-{HERE}-android-arm64"
    assert wanted(("x86_64", "arm64-v8a")) == f"frida-server-{HERE}-android-x86_64"
    with pytest.raises(RigError, match="no frida-server for this device"):
        wanted(("riscv64",))


def test_that_of_the_cache_is_taken_packed_or_not_and_none_of_another_version_or_processor(cache: Path) -> None:
    (cache / "frida-server-1.2.3-android-arm64").write_bytes(frida_server("1.2.3"))
    (cache / f"frida-server-{HERE}-android-x86_64").write_bytes(frida_server(machine=X86_64))
    assert find(None, ABIS) is None
    packed = cache / f"{wanted(ABIS)}.xz"
    packed.write_bytes(lzma.compress(frida_server()))
    found = find(None, ABIS)
    assert found is not None
    assert (found.path, found.content, cached(ABIS)) == (packed, frida_server(), packed)
    plain = cache / wanted(ABIS)
    plain.write_bytes(frida_server())
    assert cached(ABIS) == plain


@pytest.mark.parametrize(("name", "content", "said"), [
    ("frida-server", b"PK\x03\x04", "is no program"), ("frida-server", b"", "is no program"),
    ("frida-server", frida_server(machine=ARM), "is not for this device. It is made for arm, the device is arm64"),
    ("frida-server-1.2.3-android-arm64", frida_server(), "is of another version. Its name says 1.2.3"),
    ("frida-server.xz", b"no archive", "cannot be read"),
    ("frida-server.xz", lzma.compress(frida_server())[:-9], "cannot be read"),
    ("frida-server.xz", lzma.compress(b"text"), "is no program"),
])
def test_a_file_that_cannot_be_meant_is_told_with_the_one_that_is_wanted(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError) as caught:
        find(tmp_path / name, ABIS)
    assert said in str(caught.value)
    assert wanted(ABIS) in caught.value.fix


def test_a_file_of_any_name_is_taken_where_it_says_nothing_against_it(tmp_path: Path) -> None:
    (tmp_path / "fs").write_bytes(frida_server())
    found = find(tmp_path / "fs", ABIS)
    assert found is not None and found.content == frida_server()


# taking away, on a phone that is told of


class Phone:
    """Processes by pid with their programs, and what lies in the folder. `stubborn`: signal 15 ends nothing."""

    serial = "R5CTEST01"

    def __init__(self, programs: dict[int, str], files: set[str], *, stubborn: bool = False) -> None:
        self.programs, self.files, self.stubborn = programs, files, stubborn

    def shell(self, *words: str, seconds: float = 30) -> Shell:
        assert words[:2] == ("ls", "-d")
        return Shell(0 if words[2] in self.files else 1, "")

    def root_shell(self, script: str, seconds: float = 30) -> Shell:
        if script.startswith("ls -l /proc"):
            rows = (f"lrwxrwxrwx 1 root root 0 2026-01-01 00:00 /proc/{pid}/exe -> {to}\n" for pid, to in self.programs.items())
            return Shell(1, "".join(rows), "ls: /proc/2/exe: No such file or directory")
        for part in script.split("; "):
            if gone := re.fullmatch(r"rm -r?f (\S+)", part):
                self.files.discard(gone[1])
        for number, pid in re.findall(r"kill -(\d+) (\d+)", script):
            if number == "9" or not self.stubborn:
                del self.programs[int(pid)]
        return Shell(0, "")


OURS = f"{STAGING}/harness-frida-server"


@pytest.mark.parametrize("stubborn", [False, True])
def test_what_runs_from_the_file_is_ended_and_nothing_that_is_merely_called_alike(
    monkeypatch: pytest.MonkeyPatch, stubborn: bool
) -> None:
    monkeypatch.setattr(module.time, "sleep", lambda seconds: None)
    others = {1: "/system/bin/init", 11: f"{STAGING}/frida-server", 12: f"{OURS}-2", 13: f"{STAGING}/harness-frida-server.d2/x",
              14: f"{OURS}x (deleted)"}
    files = {f"{STAGING}/frida-server", f"{OURS}-2", f"{STAGING}/re.frida.server"}
    phone: Any = Phone({**others, 40: OURS, 41: f"{OURS} (deleted)", 42: f"{OURS}.d/frida-helper-32"},
                       files | {OURS, f"{OURS}.d"}, stubborn=stubborn)
    assert take_away(phone, OURS)
    assert (phone.programs, phone.files) == (others, files)


def test_what_cannot_be_ended_is_not_called_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.time, "sleep", lambda seconds: None)
    phone: Any = Phone({40: OURS}, {OURS})
    phone.root_shell = lambda script, seconds=30: Shell(0, f"x /proc/40/exe -> {OURS}\n")
    assert not take_away(phone, OURS)


@pytest.mark.parametrize("path", [
    "/system/bin/sh", f"{STAGING}/../x", STAGING, f"{STAGING}/a b", f"{STAGING}/-rf", f"{STAGING}/x; reboot",
])
def test_a_restore_file_that_names_another_place_has_nothing_done(path: str) -> None:
    assert not take_away(None, path)  # type: ignore[arg-type]
    assert not remove_file(None, path)  # type: ignore[arg-type]


def test_what_taking_away_does_is_said_in_words() -> None:
    assert words_of({"act": "frida-server", "path": OURS}) == f"the frida-server {OURS}, ended and removed"
    assert words_of({"act": "file", "path": f"{STAGING}/u2.jar"}) == f"the file {STAGING}/u2.jar, removed"


# on the lab, which answers as a rooted phone that no frida-server runs on


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AdbDevice]:
    with own_lab(tmp_path_factory.mktemp("state"), no_frida=True) as device:
        yield device


@pytest.fixture
def restore(lab: AdbDevice, tmp_path: Path) -> Iterator[RestoreFile]:
    kept = RestoreFile.of(lab.serial, tmp_path)
    yield kept
    put_back(lab, restore=kept)
    assert lab.shell("ls", "-A", STAGING).output == ""


def listening(lab: AdbDevice) -> set[int]:
    rows = lab.shell("cat", "/proc/net/tcp").output.splitlines()[1:]
    return {int(row.split()[1].rpartition(":")[2], 16) for row in rows}


def programs(lab: AdbDevice) -> set[str]:
    said = lab.root_shell("ls -l /proc/[0-9]*/exe").output
    return {line.rpartition(" -> ")[2] for line in said.splitlines()} - {"/system/bin/sh"}


@pytest.mark.lab
@pytest.mark.parametrize(("options", "name", "port"), [
    ({}, r"harness-frida-server", 27042), ({"name": "fs-1"}, r"fs-1", 27042), ({"port": 31000}, "harness-frida-server", 31000),
    ({"name": "random", "port": 0}, "[a-z]{6,12}", None),
])
def test_it_is_brought_started_used_and_taken_away(
    lab: AdbDevice, restore: RestoreFile, cache: Path, options: dict[str, Any], name: str, port: int | None
) -> None:
    (cache / f"{wanted(lab.facts().abis)}.xz").write_bytes(lzma.compress(frida_server()))
    before = programs(lab)
    assert listening(lab) == set()
    server = FridaServer(lab, restore, **options)
    link = server.link()
    assert re.fullmatch(f"{STAGING}/{name}", server.path)
    assert link.endpoint.enumerate_processes() == []    # it answers; no app runs
    assert restore.acts() == [{"act": "frida-server", "path": server.path}]
    assert listening(lab) == {server.port} and server.port == (port or server.port) and server.port != 0
    assert programs(lab) == before | {server.path}
    assert lab.pull(server.path) == frida_server()
    row = next(line for line in lab.shell("ps", "-A").output.splitlines() if line.endswith(server.path.rpartition("/")[2]))
    assert row.split()[0] == "root"
    facts = server.facts()
    assert (facts["path"], facts["port"], facts["version"]) == (server.path, server.port, HERE)
    link.close()
    put_back(lab, restore=restore)
    assert (programs(lab), listening(lab), lab.shell("ls", "-A", STAGING).output) == (before, set(), "")
    assert not restore.path.exists()


@pytest.mark.lab
def test_one_that_runs_already_is_used_and_left_alone(lab: AdbDevice, restore: RestoreFile, tmp_path: Path) -> None:
    theirs = f"{STAGING}/frida-server"
    lab.push(frida_server(), theirs, 0o755)
    assert lab.root_shell(f"{theirs} -D").status == 0
    said: list[str] = []
    (tmp_path / "fs").write_bytes(frida_server())
    for wish in ({}, {"file": tmp_path / "fs", "port": 31000}):
        server = FridaServer(lab, restore, **wish)  # type: ignore[arg-type]
        server.link(say=said.append).close()
        assert (server.path, server.facts(), restore.acts()) == ("", {}, [])
    assert said == [f"{lab.serial}: a Frida answers at port 27042 already and is used; none is brought"]
    put_back(lab, restore=restore)
    assert theirs in programs(lab)
    lab.root_shell(f"kill -9 $(pidof frida-server); rm -rf {theirs} {STAGING}/re.frida.server")


@pytest.mark.lab
def test_a_file_that_is_not_ours_is_not_written_over(lab: AdbDevice, restore: RestoreFile, tmp_path: Path) -> None:
    (tmp_path / "fs").write_bytes(frida_server())
    lab.push(b"theirs", OURS)
    server = FridaServer(lab, restore, file=tmp_path / "fs")
    server.link().close()
    assert server.path.startswith(f"{OURS}-")
    put_back(lab, restore=restore)
    assert lab.pull(OURS) == b"theirs"
    with pytest.raises(UsageError, match="already"):
        FridaServer(lab, restore, file=tmp_path / "fs", name="harness-frida-server").link()
    assert lab.shell("rm", OURS).status == 0


@pytest.mark.lab
def test_where_there_is_none_it_is_said_which_is_wanted_and_where_it_is_looked_for(
    lab: AdbDevice, restore: RestoreFile, cache: Path
) -> None:
    with pytest.raises(RigError) as caught:
        FridaServer(lab, restore).link()
    assert f"frida-server-{HERE}-android-arm64" in caught.value.why
    assert str(cache) in caught.value.why
    assert "--frida-server" in caught.value.fix
    assert restore.acts() == []


@pytest.mark.lab
def test_one_that_says_another_version_is_refused_and_taken_away(lab: AdbDevice, restore: RestoreFile, tmp_path: Path) -> None:
    (tmp_path / "fs").write_bytes(frida_server("16.1.4"))
    server = FridaServer(lab, restore, file=tmp_path / "fs")
    with pytest.raises(UsageError, match="is of another version") as caught:
        server.link()
    assert "16.1.4" in caught.value.why
    assert there(lab, server.path)      # until it is put back, which a run does at once
    put_back(lab, restore=restore)
    assert not there(lab, server.path)


@pytest.mark.lab
def test_a_port_that_another_program_has_is_told(
    lab: AdbDevice, restore: RestoreFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fs").write_bytes(frida_server())
    other = f"{STAGING}/other"
    lab.push(frida_server(), other, 0o755)
    assert lab.root_shell(f"{other} -l 127.0.0.1:31001 -d other.d -D").status == 0
    server = FridaServer(lab, restore, file=tmp_path / "fs", port=31001)

    def nobody(*words: Any, **options: Any) -> None:
        raise NoFrida("No Frida answers.")

    with monkeypatch.context() as here:
        here.setattr(FridaLink, "connect", nobody)      # what listens there speaks something else
        with pytest.raises(RigError, match="could not be started") as caught:
            server.link()
    assert "Address already in use" in caught.value.why
    assert "--frida-port" in caught.value.fix
    assert take_away(lab, other)


@pytest.mark.lab
def test_after_a_restart_of_the_device_it_is_started_again_from_the_same_place(
    lab: AdbDevice, restore: RestoreFile, tmp_path: Path
) -> None:
    (tmp_path / "fs").write_bytes(frida_server())
    server = FridaServer(lab, restore, file=tmp_path / "fs")
    server.link().close()
    path = server.path
    with pytest.raises(RigError):
        lab.shell("reboot", seconds=10.0)
    lab.await_start(60.0)
    assert listening(lab) == set()
    server.link().close()
    assert (server.path, listening(lab), len(restore.acts())) == (path, {27042}, 1)


@pytest.mark.lab
def test_a_connection_ends_with_the_process_that_answered_it(lab: AdbDevice, restore: RestoreFile, tmp_path: Path) -> None:
    (tmp_path / "fs").write_bytes(frida_server())
    server = FridaServer(lab, restore, file=tmp_path / "fs")
    link = server.link()
    assert take_away(lab, server.path)
    with pytest.raises(RigError):
        FridaLink.connect(lab, port=server.port)
    link.close()
