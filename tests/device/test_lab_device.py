"""The device layer and the hooks against a lab device, by adb and Frida alone: as it would be with a phone."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent.parent / "capture"))
from jvm_app import Memory
from test_proxy_setup import PEM

from harness.capture.catalogue import load_catalogue
from harness.capture.clock import agree, measure
from harness.capture.hooks import HookCapture
from harness.device.adb import AdbDevice
from harness.device.apk import check_device, read_apk
from harness.device.device import quote
from harness.device.frida_link import FridaLink
from harness.device.proxy_setup import put_back, set_up
from harness.device.restore_file import RestoreFile
from harness.errors import BadApk, RigError, UsageError
from harness.lab import registry
from harness.lab.apps.builder import build
from harness.model import Call, Gap, GapKind, Outcome

pytestmark = pytest.mark.lab
SHOP = "example.shop.violating"


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AdbDevice]:
    before = os.environ.get("HARNESS_STATE")
    os.environ["HARNESS_STATE"] = str(tmp_path_factory.mktemp("lab-state"))
    try:
        handle = registry.start(die_with=os.getpid())
        yield AdbDevice.open(handle.serial)
        registry.stop(handle.serial)
    finally:
        if before is None:
            del os.environ["HARNESS_STATE"]
        else:
            os.environ["HARNESS_STATE"] = before


@pytest.fixture(scope="module")
def shop(device: AdbDevice) -> str:
    device.install(build("shop-violating"))
    return SHOP


def test_the_device_says_what_it_is(device: AdbDevice) -> None:
    facts = device.facts()
    assert (facts.kind, facts.serial) == ("lab", device.serial)
    assert facts.sdk == 35
    assert "arm64-v8a" in facts.abis
    assert facts.root.startswith("su")
    assert facts.timezone == "Asia/Shanghai"


def test_words_arrive_as_they_are(device: AdbDevice) -> None:
    for words in (["a b", "c'd", '"', "$HOME", "", "雨;", "*"], ["-n", "x\\y"]):
        assert device.shell("printf", "%s|", *words).output == "".join(f"{w}|" for w in words)


@given(words=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20), min_size=1))
def test_any_words_are_quoted_for_a_posix_shell(words: list[str]) -> None:
    import shlex

    assert shlex.split(quote(words)) == words


def test_a_status_and_an_error_are_told_apart(device: AdbDevice) -> None:
    said = device.shell("ls", "/nowhere")
    assert said.status != 0
    assert said.output == ""
    assert "No such file" in said.error


def test_root_is_root(device: AdbDevice) -> None:
    assert device.root_shell("id -u; echo 'it'\"'\"'s'").output.split() == ["0", "it's"]


def test_an_app_is_installed_without_any_permission(device: AdbDevice, shop: str) -> None:
    assert shop in device.packages()
    states = {p.name: p for p in device.permissions(shop)}
    contacts, internet = states["android.permission.READ_CONTACTS"], states["android.permission.INTERNET"]
    assert (contacts.runtime, contacts.granted) == (True, False)
    assert (internet.runtime, internet.granted) == (False, True)


def test_a_package_that_is_not_there_is_told(device: AdbDevice) -> None:
    for act in (device.launch, device.clear, device.uninstall, device.permissions):
        with pytest.raises(UsageError, match="is not installed"):
            act("com.example.nobody")
    with pytest.raises(UsageError, match="no package name"):
        device.clear("com.example; reboot")


def test_what_cannot_be_installed_is_told(device: AdbDevice, tmp_path: Path) -> None:
    bad = tmp_path / "bad.apk"
    bad.write_bytes(b"PK\x03\x04 no apk")
    with pytest.raises((BadApk, RigError)) as caught:
        device.install(bad)
    assert "bad.apk" in caught.value.what
    assert device.shell("ls", "/data/local/tmp").output.find("harness-") == -1


def test_settings_are_read_written_and_removed(device: AdbDevice) -> None:
    assert device.get_setting("global", "harness_probe") is None
    device.put_setting("global", "harness_probe", "a b")
    assert device.get_setting("global", "harness_probe") == "a b"
    device.put_setting("global", "harness_probe", None)
    assert device.get_setting("global", "harness_probe") is None


def test_files_go_there_and_back(device: AdbDevice) -> None:
    device.push(b"\0\xff" * 1000, "/data/local/tmp/probe")
    assert device.pull("/data/local/tmp/probe") == b"\0\xff" * 1000


def test_the_log_is_followed(device: AdbDevice, tmp_path: Path) -> None:
    file = tmp_path / "log.txt"
    with device.log(file):
        device.shell("log", "-t", "harness-probe", "here I am")
        deadline = time.monotonic() + 10
        while b"here I am" not in (file.read_bytes() if file.exists() else b""):
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_a_port_of_the_device_leads_here(device: AdbDevice) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        device.reverse(port, port)
        assert (port, port) in device.reversed()
        device.unreverse(port)
        assert (port, port) not in device.reversed()


def test_traffic_is_led_to_the_proxy_and_back(device: AdbDevice, tmp_path: Path) -> None:
    restore = RestoreFile.of(device.serial, tmp_path)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        done = set_up(device, port, PEM, restore=restore)
        assert device.get_setting("global", "http_proxy") == f"127.0.0.1:{port}"
        assert done["store"] == "written"
        put_back(device, restore=restore)
    assert device.get_setting("global", "http_proxy") in (None, ":0")
    assert device.reversed() == []


def test_an_app_is_seen_from_its_first_line_in_every_process(device: AdbDevice, shop: str) -> None:
    check_device(read_apk(build("shop-violating")), device.facts().abis, device.facts().sdk)
    journal = Memory()
    link = FridaLink.connect(device)
    assert link.kind == "portal"
    capture = HookCapture(link, shop, journal, load_catalogue(), level=35)
    capture.start()
    starting = threading.Thread(target=_launched, args=(device, shop), daemon=True)
    starting.start()
    assert capture.wait_hooked(120)
    starting.join(120)
    deadline = time.monotonic() + 60
    while {c.process for c in journal.of(Call)} != {shop, f"{shop}:push"} and time.monotonic() < deadline:
        time.sleep(0.2)
    with device.clock() as ask:
        by_date = measure(ask, "date")
    for process in capture.alive():
        assert agree(capture.agent_clock(process), by_date)
    with capture.stopping():
        device.stop(shop)
    capture.stop()
    calls = journal.of(Call)
    ids = [c for c in calls if c.method == "android.provider.Settings$Secure.getString"]
    assert {c.process for c in ids} == {shop, f"{shop}:push"}
    assert {c.outcome for c in ids} == {Outcome.VALUE}
    assert next(c.outcome for c in calls if c.kind == "imei") == Outcome.DENIED
    hooks = journal.facts("hook")
    methods = [h["method"] for h in hooks]
    assert len(methods) == len(set(methods)), "what the first process said is not said again"
    counts = [p["hooks"] for p in journal.facts("process") if p["state"] == "hooked"]
    assert sum(c["told"] for c in counts) == len(methods)
    assert {c["told"] + c["as_told"] for c in counts} == {len(methods)}
    assert sum(h["status"] == "installed" for h in hooks) >= 130
    assert {h["status"] for h in hooks} <= {"installed", "absent"}
    assert not journal.of(Gap, kind=GapKind.HOOK_NOT_INSTALLED)
    assert not journal.of(Gap, kind=GapKind.PROCESS_LOST)
    assert device.pids(shop) == []


def _launched(device: AdbDevice, package: str) -> None:
    device.launch(package)


def test_home_and_back_and_the_end(device: AdbDevice, shop: str) -> None:
    device.home()
    assert "launcher" in device.foreground()
    device.back()
    device.clear(shop)
    device.uninstall(shop)
    assert shop not in device.packages()
    with pytest.raises(UsageError, match="is not installed"):
        device.clear(shop)


def test_a_device_that_starts_again_is_waited_for(device: AdbDevice) -> None:
    device.forward(27042)
    with pytest.raises(RigError):
        device.shell("reboot", seconds=10.0)
    device.await_start(60.0)
    assert device.shell("getprop", "sys.boot_completed").output.strip() == "1"
    assert device.forward(27042)    # what was forwarded before went with the restart
