"""What an app hears of the device: its start, its network, its battery, its screen; and what it hears when it is not running."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harness.lab.system.phone_features import FEATURES
from tests.lab.service_bench import PACKAGE, ServiceBench

pytestmark = pytest.mark.lab


@pytest.fixture
def lab(device: ServiceBench) -> Iterator[ServiceBench]:
    device.shell(f"am force-stop {PACKAGE}")
    device.forget()
    yield device
    device.shell("svc wifi enable; svc data enable; cmd connectivity airplane-mode disable; dumpsys battery reset")


def test_the_network_is_told_at_once_and_whenever_it_changes(lab: ServiceBench) -> None:
    lab.in_front("watchNetwork")
    lab.hear("offers wifi true validated true")
    assert "available on ConnectivityThread" in lab.said
    lab.shell("svc wifi disable")
    lab.hear("offers wifi false validated true")  # mobile data takes over
    lab.shell("cmd connectivity airplane-mode enable")
    lab.hear("lost")
    lab.in_front("network")
    assert lab.hear("network none metered false")
    lab.shell("cmd connectivity airplane-mode disable; svc wifi enable")
    lab.forget()
    lab.in_front("network")
    lab.hear("network WIFI true metered false")


def test_a_request_for_any_transport_finds_the_network(lab: ServiceBench) -> None:
    lab.in_front("requestAny")
    lab.hear("any network")


def test_registered_receivers_hear_of_all_and_those_of_a_manifest_only_of_exceptions(lab: ServiceBench) -> None:
    lab.in_front("listenToAll")
    lab.hear("listening")
    lab.shell("input keyevent SLEEP; input keyevent WAKEUP")
    lab.hear("heard USER_PRESENT")
    assert {"heard SCREEN_OFF", "heard SCREEN_ON"} <= set(lab.said)
    lab.shell("cmd connectivity airplane-mode enable; cmd connectivity airplane-mode disable")
    lab.hear("heard AIRPLANE_MODE")
    lab.hear("heard CONNECTIVITY_CHANGE")
    lab.shell("cmd alarm set-timezone Europe/Vienna")
    lab.hear("manifest receiver android.intent.action.TIMEZONE_CHANGED")
    lab.hear("heard TIMEZONE_CHANGED")
    lab.in_front("zone")
    lab.hear("zone Europe/Vienna")
    assert "manifest receiver android.intent.action.AIRPLANE_MODE" not in lab.said


def test_the_battery_is_what_the_shell_sets(lab: ServiceBench) -> None:
    lab.in_front("listenToAll")
    lab.shell("dumpsys battery set ac 1; dumpsys battery unplug; dumpsys battery set level 12")
    lab.hear("heard ACTION_POWER_DISCONNECTED")
    lab.hear("heard BATTERY_CHANGED 12")
    lab.in_front("battery")
    lab.hear("battery 12 false")
    assert "level: 12" in lab.shell("dumpsys battery")
    lab.kill()
    lab.in_front("battery")
    lab.hear("battery 12 false")


def test_an_app_hears_of_the_start_once_it_was_itself_started(lab: ServiceBench) -> None:
    lab.reboot()
    lab.in_front("network")
    lab.hear("network WIFI true metered false")
    assert "manifest receiver android.intent.action.BOOT_COMPLETED" not in lab.said  # it was force-stopped
    lab.reboot()
    lab.hear("manifest receiver android.intent.action.BOOT_COMPLETED")


def test_an_app_knows_when_it_was_installed(lab: ServiceBench) -> None:
    lab.in_front("installed")
    lab.hear("installed true updated true")


def test_an_app_is_told_of_the_features_that_the_shell_lists(lab: ServiceBench) -> None:
    lab.in_front("features", f"--es word {','.join(FEATURES)},android.hardware.type.watch")
    lab.hear("lacks android.hardware.type.watch")


def test_an_updated_app_is_told(lab: ServiceBench) -> None:
    lab.in_front("network")
    lab.device.install(lab.apk)
    lab.hear("manifest receiver android.intent.action.MY_PACKAGE_REPLACED")


def test_the_clipboard_is_one_for_all_and_for_the_app_in_front(lab: ServiceBench) -> None:
    lab.in_front("watchClip")
    lab.in_front("copy", "--es word mine")
    lab.hear("another clip")
    lab.kill()
    lab.in_front("paste")
    lab.hear("clip mine has true")
    lab.shell("input keyevent HOME")
    lab.behind("paste")
    lab.hear("clip none has false")
    assert "Denying clipboard access to example.services" in lab.shell("logcat -d -s ClipboardService")


def test_no_app_has_all_files_before_the_user_gives_them(lab: ServiceBench) -> None:
    lab.in_front("allFiles")
    lab.hear("all files false")
