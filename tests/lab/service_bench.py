"""One lab device with the app of tests/lab/services on it, told through adb what to do and read through logcat."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import adbutils

from harness.device.adb import AdbDevice
from harness.lab import registry
from harness.lab.apps.builder import build_source
from harness.lab.apps.sources import AppSource
from tests.lab.whole import own_state

PACKAGE = "example.services"
PATIENCE = 60.0
"""Seconds after which a test gives up: far more than anything takes, so that only a hang reaches it."""
FOLDER = Path(__file__).parent / "services"


def build_services() -> Path:
    return build_source(
        AppSource(
            name="services", folder=FOLDER, package=PACKAGE, label="services", version_code=1, version_name="1.0", code=(FOLDER,)
        )
    )


class ServiceBench:
    """`said`: the app's lines since `forget` was called last."""

    def __init__(self, device: AdbDevice, apk: Path) -> None:
        self.device = device
        self.apk = apk

    def shell(self, command: str) -> str:
        return str(self.device.adb.shell(command, timeout=PATIENCE))

    def forget(self) -> None:
        self.shell("logcat -c")

    @property
    def said(self) -> list[str]:
        return [line.partition(": ")[2] for line in self.shell("logcat -d -v brief -s Services:I").splitlines() if ": " in line]

    def hear(self, text: str) -> list[str]:
        """Waits until the app has said it; gives what it has said."""
        until = time.monotonic() + PATIENCE
        while True:
            said = self.said
            if text in said:
                return said
            assert time.monotonic() < until, f"it never said {text!r}:\n" + "\n".join(said) + self.shell("logcat -d")[-6000:]
            time.sleep(0.2)

    def wait_for(self, command: str, pattern: str) -> str:
        """Waits until the command's output has the pattern; gives the output."""
        until = time.monotonic() + PATIENCE
        while True:
            shown = self.shell(command)
            if re.search(pattern, shown, re.MULTILINE):
                return shown
            assert time.monotonic() < until, f"{command} never shows {pattern!r}:\n{shown}"
            time.sleep(0.2)

    def in_front(self, act: str, extras: str = "") -> None:
        """Returns when it is done. `extras`: options of `am start`, such as --es word hello."""
        self._done(act, f"am start -n {PACKAGE}/.MainActivity --es do {act} {extras}")

    def behind(self, act: str, extras: str = "") -> None:
        self._done(act, f"am broadcast -n {PACKAGE}/.DoReceiver --es do {act} {extras}")

    def _done(self, act: str, command: str) -> None:
        """How often an act was done is counted, since one may be done again."""
        count = f"logcat -d -s ServicesDone:I | grep -c ': {act}$'; true"
        before = int(self.shell(count))
        self.shell(command)
        self.wait_for(count, f"^{before + 1}$")

    def reboot(self) -> None:
        """Returns when the system is up again."""
        self.device.adb.reboot()
        until = time.monotonic() + PATIENCE
        while True:
            try:
                if self.shell("getprop sys.boot_completed").strip() == "1":
                    return
            except adbutils.AdbError:
                pass    # it is not there yet
            assert time.monotonic() < until, "it never came up again"
            time.sleep(0.2)

    def kill(self) -> None:
        """The app's processes die as of the kernel's doing, which is no force-stop."""
        for pid in self.shell(f"pidof {PACKAGE}").split():
            self.shell(f"su 0 kill -9 {pid}")
        self.wait_for(f"pidof {PACKAGE} || echo gone", "gone")


@contextmanager
def service_bench(state: Path, seed: int | None = None) -> Iterator[ServiceBench]:
    with own_state(state):
        handle = registry.start(seed=seed, warm=1, die_with=os.getpid())
        try:
            device = AdbDevice.open(handle.serial)
            apk = build_services()
            device.install(apk)
            bench = ServiceBench(device, apk)
            bench.shell(f"pm grant {PACKAGE} android.permission.POST_NOTIFICATIONS")
            yield bench
        finally:
            registry.stop(handle.serial)
