"""The unmodified adb, adbutils and uiautomator2 clients against a whole lab device with an example app on it.

What each call promises in detail is held against smaller devices in the other files of this folder; here the same calls
go through the daemon, the system server and a contained app process.
"""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import adbutils
import pytest
import uiautomator2
from lxml import etree
from real_adb import Adb, wait_for

from harness.lab import registry
from harness.lab.apps import build

pytestmark = pytest.mark.lab

TINY = "example.tiny"
PATIENCE = 120
"""Seconds. How long the machine may take, not how long it should."""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Adb]:
    """A lab device of its own, with an adb server that nobody else uses."""
    folder = tmp_path_factory.mktemp("whole-device")
    before = {name: os.environ.get(name) for name in ("HARNESS_STATE", "ANDROID_ADB_SERVER_PORT")}
    os.environ["HARNESS_STATE"] = str(folder / "state")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    path = adbutils.adb_path()
    server = subprocess.Popen(
        [path, "-L", f"tcp:localhost:{port}", "server", "nodaemon"],
        env={**os.environ, "HOME": str(folder), "ADB_LOCAL_TRANSPORT_MAX_PORT": "5554", "ADB_MDNS": "0"},
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.environ["ANDROID_ADB_SERVER_PORT"] = str(port)
    try:
        wait_for(port)
        handle = registry.start(warm=1, die_with=os.getpid())
        try:
            assert "connected to" in adbutils.AdbClient("127.0.0.1", port).connect(handle.serial)
            lab = Adb(path, port, handle.serial)
            assert b"Success" in lab.run("install", str(build("tiny"))).stdout
            yield lab
        finally:
            registry.stop(handle.serial)
    finally:
        server.terminate()
        server.wait(30)
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@pytest.fixture(scope="module")
def phone(lab: Adb) -> adbutils.AdbDevice:
    return adbutils.AdbClient("127.0.0.1", lab.port).device(lab.serial)


@pytest.fixture(scope="module")
def d(phone: adbutils.AdbDevice) -> uiautomator2.Device:
    device = uiautomator2.Device(phone)
    device.settings["wait_timeout"] = PATIENCE
    return device


@pytest.fixture
def tiny(d: uiautomator2.Device) -> str:
    """The app in front, drawn."""
    d.app_start(TINY)
    assert d(resourceId=f"{TINY}:id/count").wait(timeout=PATIENCE)
    return TINY


def test_adb_lists_it_as_a_device_that_has_booted(lab: Adb) -> None:
    devices = lab.run("devices", "-l").stdout.decode()
    assert f"{lab.serial} " in devices and " device " in devices
    assert lab.run("shell", "getprop", "sys.boot_completed").stdout == b"1\n"
    assert lab.run("get-state").stdout == b"device\n"


def test_a_command_s_output_and_status_arrive(lab: Adb, phone: adbutils.AdbDevice) -> None:
    result = lab.run("shell", "echo out; echo err >&2; exit 7", check=False)
    assert (result.stdout, result.stderr, result.returncode) == (b"out\n", b"err\n", 7)
    assert phone.shell2(["sh", "-c", "exit 3"]).returncode == 3


def test_files_go_and_come(lab: Adb, phone: adbutils.AdbDevice, tmp_path: Path) -> None:
    content = os.urandom(300_000)
    (tmp_path / "sent").write_bytes(content)
    lab.run("push", str(tmp_path / "sent"), "/data/local/tmp/sent")
    assert phone.sync.read_bytes("/data/local/tmp/sent") == content
    assert phone.sync.push(b"other", "/sdcard/Download/other") == 5
    lab.run("pull", "/sdcard/Download/other", str(tmp_path / "other"))
    assert (tmp_path / "other").read_bytes() == b"other"


def test_forward_and_reverse_are_made_listed_and_taken_away(phone: adbutils.AdbDevice) -> None:
    local = phone.forward_port(27042)
    assert (phone.serial, f"tcp:{local}", "tcp:27042") in [(f.serial, f.local, f.remote) for f in phone.forward_list()]
    phone.reverse("tcp:18080", f"tcp:{local}")
    assert ("tcp:18080", f"tcp:{local}") in [(r.remote, r.local) for r in phone.reverse_list()]
    phone.reverse_remove("tcp:18080")
    phone.forward_remove(f"tcp:{local}")
    assert f"tcp:{local}" not in [f.local for f in phone.forward_list()]
    assert "tcp:18080" not in [r.remote for r in phone.reverse_list()]


def test_the_installed_app_is_listed_with_its_facts(phone: adbutils.AdbDevice, d: uiautomator2.Device) -> None:
    assert TINY in phone.list_packages()
    info = phone.app_info(TINY)
    assert info is not None and info.package_name == TINY and info.version_name
    assert d.app_info(TINY)["versionName"] == info.version_name
    assert TINY in d.app_list()


def test_start_current_wait_and_stop(d: uiautomator2.Device, phone: adbutils.AdbDevice, tiny: str) -> None:
    pid = d.app_wait(tiny, front=True, timeout=PATIENCE)
    assert pid == int(phone.shell(["pidof", tiny]))
    assert d.app_current()["activity"].endswith(".MainActivity")
    assert phone.app_current().package == tiny
    d.app_stop(tiny)
    assert d.app_current()["package"] == "com.android.launcher3"
    assert phone.shell(["pidof", tiny]).strip() == ""


def test_the_hierarchy_is_that_of_the_app(d: uiautomator2.Device, tiny: str) -> None:
    root = etree.fromstring(d.dump_hierarchy().encode())
    button = root.find(f".//node[@resource-id='{tiny}:id/count']")
    assert button is not None
    assert (button.get("class"), button.get("package"), button.get("clickable")) == ("android.widget.Button", tiny, "true")
    left, top, right, bottom = d(resourceId=f"{tiny}:id/count").bounds()
    width, height = d.window_size()
    assert 0 <= left < right <= width and 0 <= top < bottom <= height


def test_taps_by_selector_xpath_and_place_reach_the_app(d: uiautomator2.Device, tiny: str) -> None:
    d.app_stop(tiny)
    d.app_start(tiny)
    button, text = d(resourceId=f"{tiny}:id/count"), d(resourceId=f"{tiny}:id/greeting")
    taps = (
        button.click,
        lambda: d.xpath(f"//*[@resource-id='{tiny}:id/count']").click(),
        lambda: d.click(*button.center()),
    )
    for number, tap in enumerate(taps, 1):
        tap()
        assert d(resourceId=f"{tiny}:id/greeting", textContains=str(number)).wait(timeout=PATIENCE), text.get_text()
    assert d.xpath(f"//*[@resource-id='{tiny}:id/greeting']").get().text == text.get_text()


def test_text_is_set_and_read(d: uiautomator2.Device, tiny: str) -> None:
    field = d(resourceId=f"{tiny}:id/name")
    field.set_text("张三 & Li")
    assert field.get_text() == "张三 & Li"
    field.clear_text()
    assert not field.get_text() or field.get_text() == field.info.get("hint", field.get_text())


def test_screenshots_show_the_app_and_not_one_colour(d: uiautomator2.Device, phone: adbutils.AdbDevice, tiny: str) -> None:
    for image in (d.screenshot(), phone.screenshot()):
        assert image.size == tuple(d.window_size())
        box = d(resourceId=f"{tiny}:id/count").bounds()
        assert len(image.convert("RGB").crop(box).getcolors(1 << 20)) > 1
    assert tuple(phone.window_size()) == tuple(d.window_size())


def test_home_and_back_leave_the_app(d: uiautomator2.Device, tiny: str) -> None:
    d.press("home")
    assert d.app_current()["package"] == "com.android.launcher3"
    d.app_start(tiny)
    assert d(resourceId=f"{tiny}:id/count").wait(timeout=PATIENCE)
    d.press("back")
    if d.app_current()["package"] == tiny:  # the first one may have closed the keyboard of the field
        d.press("back")
    assert d.app_current()["package"] == "com.android.launcher3"


def test_info_names_the_display_and_the_sdk(d: uiautomator2.Device, phone: adbutils.AdbDevice) -> None:
    info = d.info
    assert (info["displayWidth"], info["displayHeight"]) == d.window_size()
    assert info["sdkInt"] == int(phone.getprop("ro.build.version.sdk")) == 35
    assert d.device_info["model"] == phone.prop.model


def test_the_log_streams_what_the_app_says(lab: Adb, d: uiautomator2.Device, tiny: str) -> None:
    stream = lab.start("logcat", "-T", "1", "-s", "Tiny:I")
    watchdog = threading.Timer(PATIENCE, stream.kill)
    watchdog.start()
    try:
        assert stream.stdout is not None
        first = stream.stdout.readline()
        assert first
        d(resourceId=f"{tiny}:id/count").click()
        assert any(b"counted" in line for line in stream.stdout), "the log ended without the app's line"
    finally:
        watchdog.cancel()
        stream.kill()
        stream.communicate()


def test_ps_shows_the_size_of_the_app(phone: adbutils.AdbDevice, tiny: str) -> None:
    """The number in `ps` is the device's; its memory is read by the host's."""
    lines = [line.split() for line in phone.shell(["ps", "-A", "-o", "PID,RSS,NAME"]).splitlines()]
    sizes = {name: int(rss) for _, rss, name in (line for line in lines[1:] if len(line) == 3)}
    assert sizes[tiny] > 50_000, "KiB of a process that holds an Android framework"


def test_uninstalling_takes_it_away(lab: Adb, phone: adbutils.AdbDevice, d: uiautomator2.Device) -> None:
    assert lab.run("uninstall", TINY).stdout == b"Success\n"
    assert TINY not in phone.list_packages()
    phone.install(str(build("tiny")), silent=True, nolaunch=True)
    assert TINY in phone.list_packages()
