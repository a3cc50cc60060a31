"""Apps that end badly, on one whole device: each in a clear state of its own, and the device goes on."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import adbutils
import pytest

from harness.lab.apps import build
from tests.lab.bad_apks import DEX, MANIFEST, PACKAGE, bad_app, other_key, parts, renamed, spoilt
from tests.lab.hostile_dex import HostileDex
from tests.lab.whole import PATIENCE, Bench, bench

pytestmark = pytest.mark.lab
TINY, STUCK = "example.tiny", "example.bed"
MAIN = "Lexample/bad/MainActivity;"


@dataclass
class Device:
    """The device, and what its apps do. `follows`: its log from the start; `said`: by the start of what never came up."""

    bench: Bench
    follows: Path
    said: str = ""

    def shell(self, *words: str) -> str:
        return self.bench.shell(*words)

    def install(self, apk: Path) -> str:
        command = [adbutils.adb_path(), "-s", self.bench.serial, "install", str(apk)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
        return done.stdout + done.stderr

    def start(self, *words: str) -> None:
        self.shell("am", "force-stop", PACKAGE)
        self.shell("logcat", "-c")
        self.shell("am", "start", *words)

    def deed(self, name: str) -> None:
        self.start("-n", f"{PACKAGE}/.MainActivity", "--es", "deed", name)

    def wait_for(self, pattern: str) -> str:
        until = time.monotonic() + PATIENCE
        while True:
            log = self.shell("logcat", "-d")
            if found := re.search(pattern, log):
                return found.group()
            assert time.monotonic() < until, f"never logged: {pattern}\n{log[-3000:]}"
            time.sleep(0.2)

    def crash(self, error: str) -> None:
        """The app's trace has the error, its process is gone, and the device answers."""
        self.wait_for(rf"AndroidRuntime: (Caused by: )?{error}")
        assert "FATAL EXCEPTION: main" in self.shell("logcat", "-d")
        self.has_died()

    def has_died(self) -> None:
        self.wait_for(rf"Process {PACKAGE} \(pid \d+\) has died")
        assert self.shell("pidof", PACKAGE).strip() == ""
        assert self.shell("echo", "alive").strip() == "alive"

    def goes_on(self) -> None:
        """Another app starts and draws."""
        self.shell("logcat", "-c")
        self.shell("am", "start", "-n", f"{TINY}/.MainActivity")
        self.wait_for(f"Displayed {TINY}/.MainActivity")
        self.shell("am", "force-stop", TINY)


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Device]:
    with bench(tmp_path_factory.mktemp("bad-state")) as lab:
        if lab.shell("getprop", "lab.containment").strip() != "full":
            pytest.skip("no containment here")
        device = Device(lab, tmp_path_factory.mktemp("bad-log") / "log.txt")
        assert "Success" in device.install(build("tiny"))
        assert "Success" in device.install(bad_app())
        assert "Success" in device.install(bad_app(STUCK))
        with device.follows.open("wb") as out:
            following = subprocess.Popen([adbutils.adb_path(), "-s", lab.serial, "logcat"], stdout=out)
        try:
            device.shell("am", "start", "-n", f"{STUCK}/.MainActivity", "--es", "deed", "stuck")
            device.said = device.shell("am", "start", "-W", "-n", f"{STUCK}/.StuckActivity")
            device.shell("input", "keyevent", "HOME")  # in front again after each crash, it would be waited for each time
            yield device
            device.goes_on()
        finally:
            following.kill()
            following.wait()


@pytest.mark.parametrize(
    ("deed", "error"),
    [
        ("memory", "java.lang.OutOfMemoryError"),
        ("threads", "java.lang.OutOfMemoryError: unable to create native thread"),
        ("stack", "java.lang.StackOverflowError"),
        ("endless_layout", r"(java.lang.StackOverflowError|android.view.InflateException)"),
    ],
)
def test_what_eats_memory_threads_or_stack_dies_of_it_alone(device: Device, deed: str, error: str) -> None:
    device.deed(deed)
    device.crash(error)


def test_ends_of_its_own_making_are_ends_and_a_loop_of_them_wears_nothing_out(device: Device) -> None:
    for deed in ("halt", "exit", "kill"):
        device.deed(deed)
        device.has_died()
    device.start("-n", f"{PACKAGE}/.ExitingActivity")
    device.wait_for(rf"Process {PACKAGE}:exiting_application \(pid \d+\) has died")
    assert device.shell("echo", "alive").strip() == "alive"


def test_references_in_a_circle_are_followed_no_further_than_android_does(device: Device) -> None:
    device.deed("looped_resources")
    device.wait_for("did looped_resources")


def test_an_app_that_deletes_its_files_starts_again_with_its_apk(device: Device) -> None:
    device.deed("delete")
    told = device.wait_for(r"deleted \d+ and \d+")
    assert told.endswith(" and 0"), "its APK is the system's"
    device.start("-n", f"{PACKAGE}/.MainActivity")
    device.wait_for(f"Displayed {PACKAGE}/.MainActivity")


def test_floods_of_lines_and_toasts_end_and_the_device_answers_meanwhile(device: Device) -> None:
    for deed in ("log", "print", "toasts"):
        device.deed(deed)
        assert device.shell("echo", "alive").strip() == "alive"
        device.wait_for(f"did {deed}|Displayed {PACKAGE}")


def test_a_manifest_that_names_what_is_not_there_is_a_crash_with_the_class_s_name(device: Device, tmp_path: Path) -> None:
    device.start("-n", f"{PACKAGE}/.AbsentActivity")
    device.crash(r"java.lang.ClassNotFoundException: example.bad.AbsentActivity")
    packed = spoilt(tmp_path, "packed", {MANIFEST: renamed(parts()[MANIFEST], ".BadApplication", ".NobApplication")})
    assert "Success" in device.install(packed)
    device.start("-n", f"{PACKAGE}/.MainActivity")
    device.crash(r"java.lang.ClassNotFoundException: example.bad.NobApplication")
    interface = spoilt(tmp_path, "interface", {MANIFEST: renamed(parts()[MANIFEST], ".BadApplication", ".BadInterfacing")})
    assert "Success" in device.install(interface)
    device.start("-n", f"{PACKAGE}/.MainActivity")
    device.crash(r"java.lang.InstantiationException: example.bad.BadInterfacing")


def test_classes_in_a_circle_and_methods_without_meaning_are_errors_of_the_app(device: Device, tmp_path: Path) -> None:
    circle = HostileDex(bytearray(parts()[DEX]))
    circle.set_superclass(MAIN, MAIN)
    assert "Success" in device.install(spoilt(tmp_path, "circle", {DEX: bytes(circle.data)}))
    device.start("-n", f"{PACKAGE}/.MainActivity")
    device.crash("java.lang.ClassCircularityError")
    broken = HostileDex(bytearray(parts()[DEX]))
    broken.point("Lexample/bad/Deeds;", {"act": broken.code(4, [0x00E3, 0x000E])})
    assert "Success" in device.install(spoilt(tmp_path, "broken", {DEX: bytes(broken.data)}))
    device.deed("anything")
    device.crash("java.lang.VerifyError")


def test_what_cannot_be_read_is_not_installed_and_leaves_what_is_there(device: Device, tmp_path: Path) -> None:
    cut = spoilt(tmp_path, "cut", {DEX: parts()[DEX][: len(parts()[DEX]) // 2]})
    assert "INSTALL_FAILED_DEXOPT" in device.install(cut)
    stranger = spoilt(tmp_path, "stranger", {}, other_key())
    assert "INSTALL_FAILED_UPDATE_INCOMPATIBLE" in device.install(stranger)
    assert PACKAGE in device.shell("pm", "list", "packages")


def test_what_never_gets_through_on_create_is_an_anr_that_can_be_stopped_and_all_else_went_on(device: Device) -> None:
    """Started before all the other tests: an app's activity, and its Application in another process."""
    assert "Status: timeout" in device.said, device.said
    until = time.monotonic() + PATIENCE
    for process in (STUCK, f"{STUCK}:stuck_application"):
        while f"ANR in {process}\n" not in device.follows.read_text(errors="replace"):
            assert time.monotonic() < until, f"no ANR in {process}"
            time.sleep(0.3)
    assert device.shell("pidof", STUCK).strip(), "it is told, not ended"
    device.shell("am", "force-stop", STUCK)
    assert STUCK not in device.shell("ps", "-A")
