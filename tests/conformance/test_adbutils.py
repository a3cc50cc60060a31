"""What the adbutils package does, unmodified, works against the lab's adb daemon."""

from __future__ import annotations

import random
import re
import socket
import threading
import time
from pathlib import Path

import adbutils
import pytest
from adbutils import AdbDevice, AdbError, AdbTimeout, Network
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from memory_device import DaemonThread, apk_bytes
from real_adb import Adb


@pytest.fixture
def shop(device: AdbDevice, tmp_path: Path):
    apk = tmp_path / "shop.apk"
    apk.write_bytes(apk_bytes())
    device.install(str(apk), nolaunch=True, silent=True)
    yield "com.example.shop"
    device.uninstall("com.example.shop")


# connection


def test_the_device_is_listed_with_its_product(adb: Adb) -> None:
    infos = adbutils.AdbClient("127.0.0.1", adb.port).list(extended=True)
    (info,) = [one for one in infos if one.serial == adb.serial]
    assert info.state == "device"
    assert info.tags["product"] == "lab_phone"


def test_only_what_is_implemented_is_offered(device: AdbDevice) -> None:
    features = set(device.get_features().split(","))
    assert {"shell_v2", "cmd", "stat_v2", "ls_v2", "fixed_push_mkdir", "sendrecv_v2"} <= features
    assert {"abb", "abb_exec", "sendrecv_v2_lz4", "sendrecv_v2_brotli", "sendrecv_v2_zstd"} <= features
    assert not {"track_app"} & features


def test_state_and_serial(device: AdbDevice) -> None:
    assert device.get_state() == "device"
    assert device.prop.get("ro.serialno") == "LABSERIAL1"


# shell


@pytest.mark.parametrize("text", ["foo", "?", "&", "but    123", "$HOME", "a'b\"c", "购物", "*", "-x", "\\n"])
def test_arguments_arrive_as_they_were_given(device: AdbDevice, text: str) -> None:
    assert device.shell(["printf", "%s", text]) == text


def test_shell_starts_in_the_root_folder(device: AdbDevice) -> None:
    assert device.shell("pwd", rstrip=False) == "/\n"


def test_output_without_encoding_is_bytes(device: AdbDevice) -> None:
    assert device.shell("echo -n hello", encoding=None) == b"hello"


@pytest.mark.parametrize("v2", [False, True])
def test_exit_status_arrives(device: AdbDevice, v2: bool) -> None:
    result = device.shell2("echo -n 'hello'; false", v2=v2)
    assert (result.output, result.returncode) == ("hello", 1)


def test_version_2_keeps_stderr_apart(device: AdbDevice) -> None:
    result = device.shell2("echo out; echo err >&2; exit 17", v2=True)
    assert (result.stdout, result.stderr, result.returncode) == ("out\n", "err\n", 17)


def test_an_unknown_command_is_127(device: AdbDevice) -> None:
    result = device.shell2("no_such_command", v2=True)
    assert result.returncode == 127
    assert result.stderr == "/system/bin/sh: no_such_command: inaccessible or not found\n"


def test_a_stream_is_read_until_it_closes(device: AdbDevice) -> None:
    assert device.open_shell("echo -n 'hello world'").read_until_close() == "hello world"


def test_a_command_that_takes_too_long_times_out_at_the_client(device: AdbDevice) -> None:
    with pytest.raises(AdbTimeout):
        device.shell("sleep 100", timeout=0.3)


def test_closing_the_stream_ends_what_ran_on_it(device: AdbDevice, daemon: DaemonThread) -> None:
    stream = device.shell("echo begun; sleep 1234", stream=True)
    assert stream.read_string(5) == "begun"
    assert device.shell("pgrep -f 'sleep 1234' | wc -l").strip() != "0"
    stream.close()
    _until(lambda: not any("1234" in p.argv for p in daemon.device.processes.all()))


def test_much_output_arrives_whole(device: AdbDevice) -> None:
    out = device.shell("dd if=/dev/zero bs=1000 count=5000 status=none | tr '\\0' x", encoding=None)
    assert out == b"x" * 5_000_000


def _until(condition, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)


# sync


_names = st.text(st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="/,\0"), min_size=1, max_size=40).filter(
    lambda name: name not in (".", "..") and len(name.encode()) < 200
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(name=_names, content=st.binary(max_size=20_000), mode=st.sampled_from([0o600, 0o644, 0o755, 0o700]))
def test_what_is_pushed_is_pulled(device: AdbDevice, folder: str, name: str, content: bytes, mode: int) -> None:
    path = f"{folder}/{name}"
    device.sync.push(content, path, mode)
    assert device.sync.read_bytes(path) == content
    info = device.sync.stat(path)
    user = mode >> 6 & 7
    assert info.mode & 0o777 == user * 0o111  # adbd copies the owner's bits to group and others
    assert info.size == len(content)
    assert [one.path for one in device.sync.list(folder) if one.path not in (".", "..")] == [name]
    device.shell(["rm", path])


def test_a_large_random_file_survives(device: AdbDevice, folder: str, tmp_path: Path) -> None:
    content = random.Random(4).randbytes(9_000_001)
    source, target = tmp_path / "a", tmp_path / "b"
    source.write_bytes(content)
    assert device.sync.push(source, f"{folder}/big", check=True) == len(content)
    assert device.sync.pull(f"{folder}/big", target) == len(content)
    assert target.read_bytes() == content


def test_pushing_keeps_the_time(device: AdbDevice, folder: str) -> None:
    before = int(time.time())
    device.sync.push(b"x", f"{folder}/now")
    stamp = device.sync.stat(f"{folder}/now").mtime
    assert stamp is not None
    assert before <= stamp.timestamp() <= time.time() + 1


def test_pushing_into_a_folder_keeps_the_name(device: AdbDevice, folder: str, tmp_path: Path) -> None:
    source = tmp_path / "random.txt"
    source.write_text("random")
    assert device.sync.push(source, folder) == 6
    assert device.sync.read_text(f"{folder}/random.txt") == "random"
    with pytest.raises(adbutils.errors.AdbSyncError):
        device.sync.push(b"x", folder)


def test_pushing_makes_missing_folders(device: AdbDevice, folder: str) -> None:
    device.sync.push(b"deep", f"{folder}/a/b/c/file")
    assert device.sync.read_bytes(f"{folder}/a/b/c/file") == b"deep"


def test_what_is_missing_is_missing(device: AdbDevice, folder: str) -> None:
    assert not device.sync.exists(f"{folder}/nothing")
    assert device.sync.stat(f"{folder}/nothing").mode == 0
    assert device.sync.list(f"{folder}/nothing") == []
    with pytest.raises(AdbError):
        device.sync.read_bytes(f"{folder}/nothing")


def test_a_tree_is_pulled(device: AdbDevice, folder: str, tmp_path: Path) -> None:
    for name in ("one", "sub/two", "sub/deeper/三"):
        device.sync.push(name.encode(), f"{folder}/{name}")
    device.sync.pull(folder, tmp_path / "out")
    found = {str(p.relative_to(tmp_path / "out")): p.read_text() for p in (tmp_path / "out").rglob("*") if p.is_file()}
    assert found == {"one": "one", "sub/two": "sub/two", "sub/deeper/三": "sub/deeper/三"}


def test_sdcard_is_a_link_to_shared_storage(device: AdbDevice) -> None:
    device.sync.push(b"photo", "/sdcard/Download/p.jpg")
    assert device.sync.read_bytes("/storage/emulated/0/Download/p.jpg") == b"photo"
    device.remove("/sdcard/Download/p.jpg")


def test_no_path_leads_out_of_the_device(device: AdbDevice, folder: str) -> None:
    device.shell(["ln", "-s", "/../../../../../../etc/passwd", f"{folder}/out"])
    for path in ("/../../../../../../etc/passwd", f"{folder}/out", "/data/local/tmp/../../../../../etc/passwd"):
        with pytest.raises(AdbError):
            device.sync.read_bytes(path)


def test_the_shell_may_not_write_to_the_system_or_into_an_app(device: AdbDevice, shop: str) -> None:
    for path in ("/system/x", f"/data/data/{shop}/files/x"):
        with pytest.raises((AdbError, AssertionError)):
            device.sync.push(b"x", path)
        assert not device.sync.exists(path)


# ports


def test_forward_is_listed_and_leads_to_the_device(device: AdbDevice) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_echo_once, args=(server,), daemon=True).start()
        port = device.forward_port(server.getsockname()[1])
        assert any(item.local == f"tcp:{port}" for item in device.forward_list())
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(b"ping")
            assert client.recv(10) == b"ping"
        device.forward_remove(f"tcp:{port}")


def _echo_once(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection:
        connection.sendall(connection.recv(100))


def test_reverse_leads_from_the_device_to_the_host(device: AdbDevice) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        threading.Thread(target=_echo_once, args=(server,), daemon=True).start()
        device.reverse(f"tcp:{port}", f"tcp:{server.getsockname()[1]}")
        assert [(one.remote, one.local) for one in device.reverse_list()] == [(f"tcp:{port}", f"tcp:{server.getsockname()[1]}")]
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(b"from the device")
            assert client.recv(100) == b"from the device"
        device.reverse_remove(f"tcp:{port}")
        assert device.reverse_list() == []
        with pytest.raises(OSError, match=r"refused|Refused"):
            socket.create_connection(("127.0.0.1", port), 2)


def test_a_refused_port_is_refused(device: AdbDevice) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(AdbError):
        device.create_connection(Network.TCP, port)


def test_the_daemon_answers_the_frida_port_itself(device: AdbDevice) -> None:
    with device.create_connection(Network.TCP, 27042) as connection:
        connection.sendall(b"x" * 100_000)
        got = b""
        while len(got) < 100_000:
            got += connection.recv(65536)
        assert got == b"x" * 100_000


def test_the_uiautomator_port_lives_as_long_as_its_process(device: AdbDevice) -> None:
    with pytest.raises(AdbError):
        device.create_connection(Network.TCP, 9008)
    device.sync.push(b"dex", "/data/local/tmp/u2.jar")
    command = "CLASSPATH=/data/local/tmp/u2.jar app_process / com.wetest.uia2.Main -p 9008"
    held = device.shell(command, stream=True)
    assert "Starting Server" in held.read_string(51)
    with device.create_connection(Network.TCP, 9008) as connection:
        connection.sendall(b"GET /ping HTTP/1.1\r\n\r\n")
        assert connection.makefile("rb").read().endswith(b"pong")
    assert "already registered" in device.shell(command)
    held.close()

    def refused() -> bool:
        try:
            device.create_connection(Network.TCP, 9008).close()
        except AdbError:
            return True
        return False

    _until(refused)


# what adbutils reads from commands


def test_properties(device: AdbDevice) -> None:
    assert device.getprop("ro.build.version.sdk") == "35"
    assert device.prop.model == "Lab: Phone; One"


def test_window_size_and_rotation(device: AdbDevice) -> None:
    assert device.window_size() == (822, 1462)
    assert device.rotation() == 0
    assert device.window_size(landscape=True) == (1462, 822)


def test_screenshot_is_the_screen(device: AdbDevice) -> None:
    image = device.screenshot(error_ok=False)
    assert (image.mode, image.size) == ("RGB", (822, 1462))
    assert image.getpixel((5, 5)) == (10, 200, 30)
    assert device.screenshot(display_id=0).size == (822, 1462)


def test_battery_screen_and_brightness(device: AdbDevice) -> None:
    battery = device.battery()
    assert (battery.level, battery.temperature, battery.present) == (81, 25.3, True)
    assert device.is_screen_on()
    device.brightness_value = 100
    assert device.brightness_value == 100
    device.switch_airplane(True)
    assert device.shell("settings get global airplane_mode_on") == "1"
    device.switch_airplane(False)
    assert device.wlan_ip() == "192.0.2.17"


def test_hierarchy(device: AdbDevice) -> None:
    xml = device.dump_hierarchy()
    assert xml.startswith("<?xml")
    assert "购物 &amp; &lt;b&gt;" in xml


def test_input_reaches_the_system(device: AdbDevice, daemon: DaemonThread) -> None:
    daemon.device.system.inputs.clear()
    device.click(10, 20)
    device.swipe(1, 2, 3, 4, 0.5)
    device.send_keys("a b")
    device.keyevent("HOME")
    device.keyevent(4)
    device.shell("input keyevent --longpress KEYCODE_POWER")
    assert daemon.device.system.inputs == [
        ("tap", 10, 20, 0), ("swipe", 1, 2, 3, 4, 500), ("text", "a b"), ("key", 3, 0, False), ("key", 4, 0, False),
        ("key", 26, 0, True),
    ]  # fmt: skip


def test_an_app_is_installed_started_stopped_and_removed(device: AdbDevice, shop: str) -> None:
    assert shop in device.list_packages(["-3"])
    assert shop not in device.list_packages(["-s"])
    info = device.app_info(shop)
    assert info is not None
    assert (info.version_name, info.version_code) == ("1.2.3", 7)
    assert info.signature is not None
    assert info.signature.startswith("ab12cd34")
    assert "HAS_CODE" in info.flags
    assert info.first_install_time is not None
    assert device.shell(["ls", info.path]) == info.path
    device.app_start(shop)
    current = device.app_current()
    assert (current.package, current.activity) == (shop, ".MainActivity"), "as on Android 10 and later"
    device.app_stop(shop)
    assert device.app_current().package == "com.android.launcher3"
    device.app_start(shop, ".MainActivity")
    assert device.app_current().package == shop
    device.app_clear(shop)
    assert device.uninstall(shop) == "Success"
    assert device.app_info(shop) is None


def test_the_launcher_is_a_package_like_any_other(device: AdbDevice) -> None:
    info = device.app_info(device.app_current().package)
    assert info is not None
    assert "SYSTEM" in info.flags


def test_a_file_that_is_no_apk_is_refused(device: AdbDevice, tmp_path: Path) -> None:
    bad = tmp_path / "bad.apk"
    bad.write_bytes(b"no apk")
    with pytest.raises(adbutils.AdbInstallError) as refused:
        device.install(str(bad), nolaunch=True, silent=True)
    assert refused.value.reason == "INSTALL_PARSE_FAILED_NOT_APK"


def test_log_lines_stream_as_they_are_written(device: AdbDevice, tmp_path: Path) -> None:
    path = tmp_path / "log"
    following = device.logcat(path, clear=True, command="logcat -v time", re_filter="I/TAG")
    device.shell(["log", "-p", "i", "-t", "TAG", "hello"])
    device.shell(["log", "-p", "i", "-t", "OTHER", "not this"])
    _until(lambda: path.exists() and "hello" in path.read_text())
    following.stop()
    assert re.search(r"I/TAG +\( *\d+\): hello", path.read_text())
    assert "not this" not in path.read_text()


def test_client_by_serial(adb: Adb) -> None:
    client = adbutils.AdbClient("127.0.0.1", adb.port)
    assert client.shell(adb.serial, "pwd").rstrip() == "/"
    assert next(client.track_devices()).present
