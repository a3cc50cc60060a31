"""The adb program, unmodified, against the lab's daemon; cases after AOSP's own device tests."""

from __future__ import annotations

import os
import socket
import threading
import time
from pathlib import Path

import pytest
from memory_device import DaemonThread, apk_bytes
from real_adb import Adb

TMP = "/data/local/tmp/adb"


@pytest.fixture(autouse=True)
def clean(adb: Adb):
    adb.run("shell", f"rm -rf {TMP}; mkdir {TMP}")
    yield
    adb.run("shell", f"rm -rf {TMP}")


def _until(condition, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)


# shell


def test_stdout_stderr_and_status_are_apart(adb: Adb) -> None:
    result = adb.run("shell", "echo foo; echo bar >&2; exit 17", check=False)
    assert (result.returncode, result.stdout, result.stderr) == (17, b"foo\n", b"bar\n")


def test_the_old_protocol_mixes_them(adb: Adb) -> None:
    result = adb.run("shell", "-x", "echo foo; echo bar >&2; exit 17", check=False)
    assert (result.returncode, result.stdout, result.stderr) == (0, b"foo\nbar\n", b"")


@pytest.mark.parametrize("data", [b"", b"foo", b"x" * 300_000, bytes(range(256)) * 40])
def test_stdin_reaches_the_command(adb: Adb, data: bytes) -> None:
    assert adb.run("shell", "cat", stdin=data).stdout == data


def test_a_pipe_of_commands_sees_the_end_of_stdin(adb: Adb) -> None:
    assert adb.run("shell", "cat | wc -l", stdin=b"1\n2\n3\n").stdout == b"3\n"


def test_exec_out_is_binary(adb: Adb) -> None:
    content = bytes(range(256)) * 100
    adb.run("exec-in", f"cat > {TMP}/bin", stdin=content)
    assert adb.run("exec-out", f"cat {TMP}/bin").stdout == content


def test_a_long_command_line(adb: Adb) -> None:
    assert adb.run("shell", "echo", "x" * 16384).stdout == b"x" * 16384 + b"\n"


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("sh -c 'echo hello; echo world'", b"hello\nworld\n"),
        ("'true && echo t'", None),
        ("FOO=a BAR=b echo t", b"t\n"),
        ("echo -n 123;uname", b"123Linux\n"),
        ("sh -c 'true && echo t'", b"t\n"),
    ],
)
def test_escaping(adb: Adb, argument: str, expected: bytes | None) -> None:
    result = adb.run("shell", argument, check=expected is not None)
    if expected is None:
        assert result.returncode == 127
    else:
        assert result.stdout == expected


def test_an_interactive_shell_ends_with_its_exit_status(adb: Adb) -> None:
    result = adb.run("shell", stdin=b"cd /data/local/tmp\npwd\nexit 17\n", check=False)
    assert (result.returncode, result.stdout) == (17, b"/data/local/tmp\n")


@pytest.mark.parametrize(("flags", "terminal"), [(["-T"], False), (["-t", "-t"], True), (["-tt"], True), (["-ttT"], False)])
def test_a_terminal_only_where_it_is_asked_for(adb: Adb, flags: list[str], terminal: bool) -> None:
    assert (adb.run("shell", *flags, "[ -t 0 ]", stdin=b"", check=False).returncode == 0) == terminal


def test_a_terminal_has_echo_prompt_and_interrupt(adb: Adb) -> None:
    shell = adb.start("shell", "-tt")
    assert shell.stdin is not None
    assert shell.stdout is not None
    shell.stdin.write(b"sleep 100\n")
    shell.stdin.flush()
    seen = b""
    while b"sleep 100\r\n" not in seen:
        seen += os.read(shell.stdout.fileno(), 1000)
    assert seen.startswith(b"lab:/ $ ")
    shell.stdin.write(b"\x03")
    shell.stdin.flush()
    while seen.count(b"lab:/ $ ") < 2:
        seen += os.read(shell.stdout.fileno(), 1000)
    shell.stdin.write(b"exit 3\n")
    shell.stdin.flush()
    shell.communicate(timeout=10)
    assert shell.returncode == 3


def test_a_client_that_dies_hangs_up_its_shell(adb: Adb, daemon: DaemonThread) -> None:
    script = f'trap "echo SIGHUP > {TMP}/log; exit 0" SIGHUP; echo Waiting; read'
    client = adb.start("shell", script)
    assert client.stdout is not None
    assert client.stdout.readline() == b"Waiting\n"
    client.terminate()
    client.wait(10)         # dead before its stdin is closed: an end of input would end `read`, and so the script
    client.communicate()
    _until(lambda: adb.run("shell", f"cat {TMP}/log", check=False).stdout == b"SIGHUP\n")
    assert [p.argv for p in daemon.device.processes.all() if "trap" in " ".join(p.argv)] == []


def test_the_shells_process_is_gone_with_its_client(adb: Adb) -> None:
    client = adb.start("shell", "echo $$; sleep 60")
    assert client.stdout is not None
    pid = client.stdout.readline().strip().decode()
    assert adb.run("shell", f"ps {pid} | grep {pid}").returncode == 0
    client.terminate()
    client.communicate()
    _until(lambda: adb.run("shell", f"ps {pid} | grep {pid}", check=False).returncode == 1)


def test_a_background_job_outlives_its_shell_until_it_is_killed(adb: Adb) -> None:
    pid = adb.run("shell", "sleep 500 > /dev/null 2>&1 & echo $!").stdout.decode().strip()
    assert adb.run("shell", f"kill -0 {pid}").returncode == 0
    adb.run("shell", f"kill {pid}")
    _until(lambda: adb.run("shell", f"kill -0 {pid}", check=False).returncode == 1)


@pytest.mark.parametrize("length", [506, 507, 508, 1018, 1019, 1020, 15 * 1024 - 5, 16 * 1024 - 5])
def test_output_of_every_size(adb: Adb, length: int) -> None:
    out = adb.run("shell", f"dd if=/dev/zero bs={length} count=1 2>/dev/null; echo foo").stdout
    assert out == b"\0" * length + b"foo\n"


def test_all_output_arrives_though_the_client_keeps_writing(adb: Adb) -> None:
    with socket.create_connection(("127.0.0.1", adb.port)) as client:
        for request in (f"host:transport:{adb.serial}", "shell:dd if=/dev/zero bs=1m count=1 status=none; echo foo"):
            client.sendall(f"{len(request):04x}{request}".encode())
            assert client.recv(4) == b"OKAY"
        stop = threading.Event()

        def spam() -> None:
            try:
                while not stop.is_set():
                    client.sendall(b"\0" * 16384)
            except OSError:
                return

        thread = threading.Thread(target=spam, daemon=True)
        thread.start()
        received = 0
        while chunk := client.recv(65536):
            received += len(chunk)
        stop.set()
    assert received == 1024 * 1024 + 4


# files


def test_a_tree_keeps_names_contents_modes_and_times(adb: Adb, tmp_path: Path) -> None:
    source = tmp_path / "tree"
    (source / "sub").mkdir(parents=True)
    (source / "sub" / "文件 名").write_bytes(os.urandom(70_000))
    (source / "run").write_text("#!")
    (source / "run").chmod(0o755)
    os.utime(source / "run", (1_580_000_000, 1_580_000_000))
    (source / "link").symlink_to("run")
    adb.run("push", str(source), TMP)
    out = tmp_path / "out"
    adb.run("pull", "-a", f"{TMP}/tree", str(out))
    assert (out / "sub" / "文件 名").read_bytes() == (source / "sub" / "文件 名").read_bytes()
    assert int((out / "run").stat().st_mtime) == 1_580_000_000
    assert (out / "run").stat().st_mode & 0o777 == 0o755
    listing = adb.run("shell", f"ls -l {TMP}/tree").stdout.decode()
    assert "link -> run" in listing
    assert "-rwxrwxrwx 1 shell shell" in listing


def test_push_reports_what_the_device_refuses(adb: Adb, tmp_path: Path) -> None:
    big = tmp_path / "big"
    big.write_bytes(b"\0" * 1024 * 1024)
    result = adb.run("push", str(big), "/system/", check=False)
    assert result.returncode
    assert b"Read-only file system" in result.stdout + result.stderr


def test_pull_reports_what_the_device_refuses(adb: Adb, tmp_path: Path) -> None:
    adb.run("shell", f"touch {TMP}/secret; chmod a-rwx {TMP}/secret")
    result = adb.run("pull", f"{TMP}/secret", str(tmp_path / "x"), check=False)
    assert result.returncode
    assert b"Permission denied" in result.stdout + result.stderr


def test_a_dry_run_writes_nothing(adb: Adb, tmp_path: Path) -> None:
    source = tmp_path / "f"
    source.write_bytes(b"x" * 300_000)
    adb.run("shell", f"echo foo > {TMP}/there")
    adb.run("push", "-n", str(source), f"{TMP}/there")
    adb.run("push", "-n", str(source), f"{TMP}/new")
    assert adb.run("shell", f"cat {TMP}/there; ls {TMP}").stdout == b"foo\nthere\n"


def test_sync_pushes_only_what_changed(adb: Adb, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_text(name)
    target = f"{TMP}/s"
    adb.run("shell", f"mkdir -p {target}")
    adb.run("push", "--sync", str(tmp_path / "a"), str(tmp_path / "b"), target + "/")
    second = adb.run("push", "--sync", str(tmp_path / "a"), str(tmp_path / "b"), target + "/")
    assert b"0 files pushed, 2 skipped" in second.stdout + second.stderr


# ports


def test_no_rebind(adb: Adb) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    adb.run("reverse", "--no-rebind", f"tcp:{port}", "tcp:6655")
    assert adb.run("reverse", "--no-rebind", f"tcp:{port}", "tcp:6677", check=False).returncode
    assert b"tcp:6655" in adb.run("reverse", "--list").stdout
    adb.run("reverse", f"tcp:{port}", "tcp:6677")
    assert b"tcp:6677" in adb.run("reverse", "--list").stdout
    adb.run("reverse", "--remove-all")
    assert adb.run("reverse", "--list").stdout.strip() == b""


def test_any_port_is_answered_with_its_number(adb: Adb) -> None:
    port = adb.run("reverse", "tcp:0", "tcp:8888").stdout.strip().decode()
    assert f"tcp:{port} tcp:8888" in adb.run("reverse", "--list").stdout.decode()
    adb.run("reverse", "--remove", f"tcp:{port}")
    assert adb.run("reverse", "--remove", f"tcp:{port}", check=False).returncode


def test_data_goes_through_forward_and_comes_back_through_reverse(adb: Adb) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)
        inside = adb.run("reverse", "tcp:0", f"tcp:{server.getsockname()[1]}").stdout.strip().decode()
        outside = int(adb.run("forward", "tcp:0", f"tcp:{inside}").stdout)
        try:
            for size in (5, 512, 1024, 3_000_000):
                data = os.urandom(size)
                with socket.create_connection(("127.0.0.1", outside)) as client:
                    accepted, _ = server.accept()
                    threading.Thread(target=_send_and_close, args=(client.dup(), data), daemon=True).start()
                    client.close()
                    with accepted, accepted.makefile("rb") as reader:
                        assert reader.read() == data
        finally:
            adb.run("reverse", "--remove-all")
            adb.run("forward", "--remove-all")


def _send_and_close(client: socket.socket, data: bytes) -> None:
    with client:
        client.sendall(data)


# packages


def test_a_streamed_install_and_its_failures(adb: Adb, tmp_path: Path) -> None:
    apk = tmp_path / "Live Hold'em;ls;.apk"
    apk.write_bytes(apk_bytes("com.example.live", version_code=3))
    assert b"Success" in adb.run("install", str(apk)).stdout
    assert adb.run("shell", "pm list packages -3 com.example.live").stdout == b"package:com.example.live\n"
    apk.write_bytes(apk_bytes("com.example.live", version_code=2))
    older = adb.run("install", "-r", str(apk), check=False)
    assert older.returncode
    assert b"INSTALL_FAILED_VERSION_DOWNGRADE" in older.stdout + older.stderr
    assert b"Success" in adb.run("install", "-r", "-d", str(apk)).stdout
    apk.write_bytes(b"bogus")
    bogus = adb.run("install", str(apk), check=False)
    assert b"INSTALL_PARSE_FAILED_NOT_APK" in bogus.stdout + bogus.stderr
    assert b"Success" in adb.run("uninstall", "com.example.live").stdout
    assert adb.run("uninstall", "com.example.live", check=False).returncode


def test_install_grants_when_asked(adb: Adb, tmp_path: Path) -> None:
    apk = tmp_path / "g.apk"
    apk.write_bytes(apk_bytes("com.example.granted"))
    for flags, granted in (([], b"granted=false"), (["-g"], b"granted=true")):
        adb.run("install", *flags, str(apk))
        dump = adb.run("shell", "dumpsys package com.example.granted | grep android.permission.CAMERA:").stdout
        assert granted in dump
        adb.run("uninstall", "com.example.granted")


def test_an_install_session_in_steps(adb: Adb, tmp_path: Path) -> None:
    content = apk_bytes("com.example.steps")
    created = adb.run("shell", "pm install-create -t").stdout.decode()
    number = created.partition("[")[2].partition("]")[0]
    adb.run("shell", f"pm install-write -S {len(content)} {number} base.apk -", stdin=content)
    assert adb.run("shell", f"pm install-commit {number}").stdout == b"Success\n"
    assert adb.run("shell", f"pm install-commit {number}", check=False).returncode
    adb.run("uninstall", "com.example.steps")


def test_a_base_and_its_splits_are_one_package(adb: Adb, tmp_path: Path) -> None:
    for name in ("base.apk", "a.apk", "b.apk"):
        (tmp_path / name).write_bytes(apk_bytes())
    assert b"Success" in adb.run("install-multiple", *(str(tmp_path / name) for name in ("base.apk", "a.apk", "b.apk"))).stdout
    lines = adb.run("shell", "pm path com.example.shop").stdout.decode().splitlines()
    assert [line.rpartition("/")[2] for line in lines] == ["base.apk", "split_a.apk", "split_b.apk"]
    assert b"splits=[base, a, b]" in adb.run("shell", "dumpsys package com.example.shop").stdout
    assert adb.run("shell", "pm uninstall com.example.shop a").stdout == b"Success\n"
    assert b"splits=[base, b]" in adb.run("shell", "dumpsys package com.example.shop").stdout
    assert b"Split not found: a" in adb.run("shell", "pm uninstall com.example.shop a", check=False).stdout
    adb.run("uninstall", "com.example.shop")
    assert adb.run("shell", "pm path com.example.shop", check=False).stdout == b""


def test_a_session_without_files_installs_nothing(adb: Adb) -> None:
    session = adb.run("shell", "pm install-create").stdout.decode().partition("[")[2].partition("]")[0]
    assert b"INSTALL_FAILED_INVALID_APK" in adb.run("shell", f"pm install-commit {session}", check=False).stdout


# the daemon


def test_root_and_back(adb: Adb) -> None:
    assert b"restarting adbd as root" in adb.run("root").stdout
    adb.run("wait-for-device")
    assert adb.run("shell", "id -un").stdout == b"root\n"
    assert b"already running as root" in adb.run("root").stdout
    adb.run("unroot")
    adb.run("wait-for-device")
    assert adb.run("shell", "id -un; su -c 'id -un'").stdout == b"shell\nroot\n"


def test_reboot_reaches_the_device_and_the_connection_comes_back(adb: Adb, daemon: DaemonThread) -> None:
    daemon.device.reboots.clear()
    adb.run("reboot", "recovery")
    _until(lambda: daemon.device.reboots == ["recovery"])
    _until(lambda: b"up" in adb.run("shell", "echo up", check=False).stdout)
    adb.run("shell", "reboot", check=False)
    _until(lambda: daemon.device.reboots == ["recovery", ""])
    _until(lambda: b"up" in adb.run("shell", "echo up", check=False).stdout)


def test_many_shells_at_once(adb: Adb) -> None:
    clients = [adb.start("shell", f"read x; echo $x; exit {i}") for i in range(24)]
    for index, client in enumerate(clients):
        out, _ = client.communicate(f"{index}\n".encode(), timeout=60)
        assert (out, client.returncode) == (f"{index}\n".encode(), index)


def test_logcat_dumps_and_filters(adb: Adb) -> None:
    adb.run("logcat", "-c")
    adb.run("shell", "log -t Here -p w hello; log -t There -p e other")
    assert b" W Here    : hello\n" in adb.run("logcat", "-d").stdout
    assert adb.run("logcat", "-d", "-s", "Here:I", "-v", "brief").stdout.splitlines()[1].startswith(b"W/Here    (")
    assert b"other" not in adb.run("logcat", "-d", "Here:V", "*:S").stdout
    assert adb.run("logcat", "-d", "-v", "raw", "-t", "1").stdout.endswith(b"\nother\n")
