"""No device path reaches a file of the host, whatever links an app plants; and Android's rules of access hold."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.lab.adbd.files import DeviceTree, Files, VirtualFiles
from harness.lab.adbd.ownership import ROOT, SHELL, Ownership, app_credentials, user_id, user_name


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    for name in ("data/local/tmp", "data/data/com.example/files", "storage/emulated/0", "system/etc"):
        (root / name).mkdir(parents=True)
    (root / "system/etc/hosts").write_text("inside")
    (tmp_path / "secret").write_text("the host's")
    return root


@pytest.fixture
def files(root: Path) -> Files:
    return DeviceTree(root, ownership=Ownership({"com.example": 10101}.get)).seen_by(ROOT)


def read(files: Files, path: str) -> bytes:
    return files.read_bytes(path)


@pytest.mark.parametrize(
    "target",
    ["../../../secret", "/../secret", "../../../../secret", "/../../../../../../secret", "..//..//..//secret", "/secret"],
)
def test_links_stay_inside(root: Path, files: Files, tmp_path: Path, target: str) -> None:
    (root / "data/local/tmp/link").symlink_to(target)
    (root / "data/local/tmp/folder").symlink_to("/../" * 20)
    for path in ("/data/local/tmp/link", f"/data/local/tmp/{target}", "/data/local/tmp/folder/secret"):
        with pytest.raises(FileNotFoundError):
            read(files, path)
    (root / "secret").write_text("the device's")
    assert read(files, "/data/local/tmp/link") == b"the device's"


def test_an_absolute_link_of_the_hosts_is_read_as_one_of_the_device(root: Path, files: Files, tmp_path: Path) -> None:
    (root / "data/local/tmp/abs").symlink_to(tmp_path / "secret")
    with pytest.raises(FileNotFoundError):
        read(files, "/data/local/tmp/abs")
    (root / "data/local/tmp/etc").symlink_to("/system/etc")
    assert read(files, "/data/local/tmp/etc/hosts") == b"inside"


_name = st.sampled_from(["a", "b", "..", ".", "", "a/b", "l1", "l2", "/", "/a", "../..", "l1/../..", "etc/passwd"])


@settings(max_examples=300)
@given(links=st.lists(st.tuples(st.sampled_from(["l1", "l2", "a", "b"]), st.lists(_name, max_size=5)), max_size=4),
       path=st.lists(_name, max_size=8))  # fmt: skip
def test_any_path_through_any_links_ends_inside(
    tmp_path_factory: pytest.TempPathFactory, links: list[tuple[str, list[str]]], path: list[str]
) -> None:
    base = tmp_path_factory.mktemp("walk")
    root = base / "outer" / "root"
    (root / "d").mkdir(parents=True)
    for name, target in links:
        link = root / "d" / name
        if not link.is_symlink():
            link.symlink_to("/".join(target) or ".")
    files = DeviceTree(root).seen_by(ROOT)
    try:
        host = files.host_path("/d/" + "/".join(path))
    except OSError:
        return
    assert os.path.realpath(host) == str(host)
    assert host.is_relative_to(root)


def test_a_link_swapped_in_during_the_walk_is_never_followed_out(root: Path, files: Files, tmp_path: Path) -> None:
    folder = root / "data/local/tmp"
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "file").write_text("the host's")
    stop = threading.Event()

    def swap() -> None:
        while not stop.is_set():
            (folder / "d").mkdir()
            (folder / "d" / "file").write_text("inside")
            (folder / "d" / "file").unlink()
            (folder / "d").rmdir()
            (folder / "d").symlink_to(tmp_path / "outside")
            (folder / "d").unlink()

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        for _ in range(3000):
            try:
                assert read(files, "/data/local/tmp/d/file") in (b"inside", b"")
            except OSError:
                continue
    finally:
        stop.set()
        thread.join()


def test_a_slash_at_the_end_means_a_folder(files: Files) -> None:
    files.write_bytes("/data/local/tmp/f", b"x")
    assert files.stat("/data/local/tmp/").is_folder
    with pytest.raises(NotADirectoryError):
        files.stat("/data/local/tmp/f/")
    with pytest.raises(NotADirectoryError):
        read(files, "/data/local/tmp/f/")
    with pytest.raises(IsADirectoryError):
        files.write_bytes("/data/local/tmp/new/", b"x")
    assert files.list("/data/local/tmp") == ["f"]


def test_loops_of_links_end(root: Path, files: Files) -> None:
    (root / "data/local/tmp/x").symlink_to("y")
    (root / "data/local/tmp/y").symlink_to("x")
    with pytest.raises(OSError, match="symbolic links") as loop:
        read(files, "/data/local/tmp/x")
    assert loop.value.errno == errno.ELOOP


def test_what_is_no_regular_file_is_not_opened(root: Path, files: Files) -> None:
    os.mkfifo(root / "data/local/tmp/fifo")
    for flags in (os.O_RDONLY, os.O_WRONLY):
        with pytest.raises(OSError, match="No such device"):
            files.open("/data/local/tmp/fifo", flags)
    with pytest.raises(IsADirectoryError):
        files.open("/data/local/tmp", os.O_RDONLY)


def test_a_mount_is_a_folder_that_lies_elsewhere(root: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "local/tmp").mkdir(parents=True)
    (other / "local/tmp/f").write_text("there")
    (other / "local/tmp/up").symlink_to("../../../system/etc/hosts")
    files = DeviceTree(root, mounts={"/data": other}).seen_by(ROOT)
    assert read(files, "/data/local/tmp/f") == b"there"
    assert read(files, "/data/local/tmp/up") == b"inside"
    assert files.host_path("/data/local/tmp/f") == other / "local/tmp/f"
    assert files.list("/data/local") == ["tmp"]
    with pytest.raises(OSError, match="busy"):
        files.rmdir("/data")


def test_virtual_files_are_read_and_listed_and_nothing_else(root: Path) -> None:
    virtual = VirtualFiles({"/proc/uptime": lambda: b"1.00 1.00\n"}, {"/proc/7/comm": b"app\n"}.get)
    files = DeviceTree(root, virtual=virtual).seen_by(SHELL)
    assert read(files, "/proc/uptime") == b"1.00 1.00\n"
    assert read(files, "/proc/7/comm") == b"app\n"
    assert files.list("/proc") == ["uptime"]
    assert read(files, "/dev/null") == b""
    with pytest.raises(PermissionError):
        files.open("/proc/uptime", os.O_WRONLY)
    for path in ("/proc/8/comm", "/proc/self/environ", "/dev/mem", "/etc/passwd"):
        with pytest.raises(FileNotFoundError):
            read(files, path)


def test_the_shell_user_has_a_shell_users_rights(root: Path, files: Files) -> None:
    shell = files.tree.seen_by(SHELL)
    app = files.tree.seen_by(app_credentials(10101))
    (root / "data/data/com.example/files/own").write_text("private")
    for look in (lambda: read(shell, "/data/data/com.example/files/own"), lambda: shell.list("/data/data/com.example"),
                 lambda: shell.list("/data"), lambda: shell.write_bytes("/data/x", b""),
                 lambda: shell.write_bytes("/data/data/com.example/x", b"")):  # fmt: skip
        with pytest.raises(PermissionError):
            look()
    assert read(app, "/data/data/com.example/files/own") == b"private"
    assert read(files, "/data/data/com.example/files/own") == b"private"
    shell.write_bytes("/data/local/tmp/x", b"ok")
    shell.write_bytes("/storage/emulated/0/x", b"ok")


def test_the_system_is_read_only_for_everybody(files: Files) -> None:
    for who in (ROOT, SHELL):
        seen = files.tree.seen_by(who)
        for change, arguments in (
            (seen.write_bytes, ("/system/x", b"")),
            (seen.write_bytes, ("/system/etc/hosts", b"")),
            (seen.unlink, ("/system/etc/hosts",)),
            (seen.mkdir, ("/new",)),
            (seen.chmod, ("/system/etc/hosts", 0o777)),
        ):
            with pytest.raises(OSError, match="Read-only file system"):
                change(*arguments)


def test_modes_bind_the_shell_and_not_root(files: Files) -> None:
    shell = files.tree.seen_by(SHELL)
    shell.write_bytes("/data/local/tmp/x", b"content")
    shell.chmod("/data/local/tmp/x", 0)
    with pytest.raises(PermissionError):
        read(shell, "/data/local/tmp/x")
    assert read(files, "/data/local/tmp/x") == b"content"


def test_owners_follow_from_the_path(files: Files) -> None:
    owners = {path: user_name(files.stat(path).uid) for path in (
        "/data", "/data/local", "/data/local/tmp", "/data/data/com.example", "/data/data/com.example/files", "/system/etc",
    )}  # fmt: skip
    assert list(owners.values()) == ["system", "root", "shell", "u0_a101", "u0_a101", "root"]


@given(st.integers(0, 99_999))
def test_names_and_numbers_of_users_agree(uid: int) -> None:
    assert user_id(user_name(uid)) == uid
