"""io.appium.settings (npm), an app that Appium drives phones with: it starts, and the hooks catch what it reads.

It reads on orders by broadcast, and answers with what it read: the answer is compared with the recorded value.
"""

from __future__ import annotations

import base64
import json
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from os import getpid
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "capture"))
from jvm_app import Memory

from harness.capture.catalogue import load_catalogue
from harness.capture.hooks import HookCapture
from harness.device.adb import AdbDevice
from harness.device.frida_link import FridaLink
from harness.lab import registry
from harness.model import Call, Outcome
from tests.lab.foreign import APPS, NotToBeHad, fetch
from tests.lab.whole import PATIENCE, grant_all, own_state

pytestmark = pytest.mark.lab
PACKAGE = "io.appium.settings"
[SETTINGS] = [app for app in APPS if app.id == "settings"]


@dataclass(frozen=True)
class Ran:
    """What the app answered to each order, and what the hooks recorded."""

    log: str
    lives: bool
    answers: dict[str, str]
    journal: Memory

    def calls(self, method: str) -> list[Call]:
        return [call for call in self.journal.of(Call, method=method) if call.outcome is Outcome.VALUE]


def to_front(device: AdbDevice) -> None:
    """Its activity ends by itself, and only who has the focus may read the clipboard: on a busy machine it may be gone before it
    is asked, and is asked again then."""
    device.shell("am", "start", "-W", "-n", f"{PACKAGE}/.Settings", seconds=60)


def ask(device: AdbDevice, action: str, receiver: str, *extras: str) -> str:
    """What the app answers; it is asked again as long as it has nothing to answer with (a place that is still coming).

    `receiver`: one of its manifest, "" for one that it registers while it runs.
    """
    to = ("-n", f"{PACKAGE}/.receivers.{receiver}") if receiver else ()
    until = time.monotonic() + PATIENCE
    while True:
        to_front(device)
        said = device.shell("am", "broadcast", "-a", f"{PACKAGE}.{action}", *to, *extras, seconds=60)
        found = re.search(r'result=-1, data="(.*)"', said.output, re.DOTALL)
        if found:
            return found.group(1)
        assert time.monotonic() < until and said.status == 0, said
        time.sleep(0.5)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    try:
        apk = fetch(SETTINGS)
    except NotToBeHad as why:
        pytest.skip(str(why))
    with own_state(tmp_path_factory.mktemp("settings")):
        handle = registry.start(die_with=getpid())
        try:
            device = AdbDevice.open(handle.serial)
            device.install(apk)
            grant_all(device, PACKAGE)
            journal = Memory()
            capture = HookCapture(FridaLink.connect(device), PACKAGE, journal, load_catalogue(), level=35)
            capture.start()
            answers = {
                "clipboard": ask(device, "clipboard.get", "ClipboardReceiver"),
                "location": ask(device, "location", "LocationInfoReceiver", "--ez", "forceUpdate", "true"),
                "sms": ask(device, "sms.read", "SmsReader", "--es", "max", "10"),
            }
            device.shell("cmd", "notification", "post", "-t", "Parcel", "post", "on its way")
            device.shell("cmd", "notification", "allow_listener", f"{PACKAGE}/.NLService")
            answers["notifications"] = ask(device, "notifications", "")
            log = device.shell("logcat", "-d").output
            lives = bool(device.pids(PACKAGE))
            with capture.stopping():
                device.stop(PACKAGE)
            capture.stop()
            yield Ran(log, lives, answers, journal)
        finally:
            registry.stop(handle.serial)


def test_it_starts_without_a_crash(ran: Ran) -> None:
    """Its only activity starts a service and ends itself; the service stays."""
    assert f"service {PACKAGE}/.ForegroundService started" in ran.log
    assert "FATAL EXCEPTION" not in ran.log
    assert ran.lives


def test_the_clipboard_that_it_reads_is_recorded(ran: Ran) -> None:
    text = base64.b64decode(ran.answers["clipboard"]).decode()
    values: list[Any] = [call.value for call in ran.calls("android.content.ClipboardManager.getPrimaryClip")]
    assert text and any(value["items"] == [text] for value in values)


def test_the_place_that_it_reads_is_recorded(ran: Ran) -> None:
    latitude, longitude, _altitude = map(float, ran.answers["location"].split())
    assert ran.calls("android.location.LocationManager.getCurrentLocation")
    for method, told in (("getLatitude", latitude), ("getLongitude", longitude)):
        values = [call.value for call in ran.calls(f"android.location.Location.{method}")]
        assert values == [pytest.approx(told)] * len(values) and values


def test_the_messages_that_it_reads_are_recorded(ran: Ran) -> None:
    messages = json.loads(ran.answers["sms"])["items"]
    assert messages
    [read] = [call for call in ran.calls("android.content.ContentResolver.query") if call.kind == "sms"]
    recorded = json.dumps(read.value, ensure_ascii=False)
    for message in messages:
        assert message["body"] in recorded


def test_the_notifications_that_it_reads_are_recorded(ran: Ran) -> None:
    """It is a notification listener, which the system binds once the user allows it."""
    [told] = json.loads(ran.answers["notifications"])["statusBarNotifications"]
    assert told["packageName"] == "com.android.shell" and "on its way" in json.dumps(told)
    method = "android.service.notification.NotificationListenerService.getActiveNotifications"
    values: list[Any] = [call.value for call in ran.calls(method)]
    assert values and all(len(value) == 1 and "pkg=com.android.shell" in value[0] for value in values)
