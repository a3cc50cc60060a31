"""The prompt for a finger is a window of the system's, and what is touched is the sensor."""

from __future__ import annotations

import re

import pytest

from tests.lab.service_bench import PACKAGE, ServiceBench

pytestmark = pytest.mark.lab


@pytest.fixture
def lab(device: ServiceBench) -> ServiceBench:
    device.shell(f"am force-stop {PACKAGE}; cmd fingerprint enroll 2")
    device.forget()
    return device


def screen(lab: ServiceBench) -> str:
    return lab.shell("uiautomator dump /data/local/tmp/screen.xml >/dev/null; cat /data/local/tmp/screen.xml")


def prompt(lab: ServiceBench, extras: str = "") -> str:
    lab.in_front("prompt", extras)
    shown = screen(lab)
    assert 'package="com.android.systemui"' in shown
    return shown


def press(lab: ServiceBench, shown: str, name: str) -> None:
    node = next(one for one in re.findall(r"<node [^>]*>", shown) if f'resource-id="com.android.systemui:id/{name}"' in one)
    found = re.search(r'bounds="\[(\d+),(\d+)\]\[(\d+),(\d+)\]"', node)
    assert found is not None
    left, top, right, bottom = map(int, found.groups())
    lab.shell(f"input tap {(left + right) // 2} {(top + bottom) // 2}")


def test_who_is_enrolled_is_told(lab: ServiceBench) -> None:
    lab.in_front("canFinger")
    lab.hear("strong 0 credential 11 sensor true enrolled true feature true")
    lab.shell("cmd fingerprint enroll 0")
    lab.in_front("canFinger")
    lab.hear("strong 11 credential 11 sensor true enrolled false feature true")
    lab.in_front("prompt")
    lab.hear("error 11 true")
    assert "com.android.systemui" not in screen(lab)
    assert "0 to 5 fingers" in lab.shell("cmd fingerprint enroll 6")


def test_a_finger_that_is_known_ends_the_prompt(lab: ServiceBench) -> None:
    shown = prompt(lab, "--es crypto yes")
    for text in ("Who is there", "Somebody", "A description", "No, thanks"):
        assert f'text="{text}"' in shown
    lab.shell("cmd fingerprint fingerdown 7")
    lab.hear("failed")
    lab.shell("cmd fingerprint fingerdown 2")
    lab.hear("succeeded 2 sealed 21")
    assert "com.android.systemui" not in screen(lab)
    assert "nobody waits" in lab.shell("cmd fingerprint fingerdown")


def test_it_is_refused_cancelled_or_left(lab: ServiceBench) -> None:
    press(lab, prompt(lab), "button_negative")
    lab.hear("refused")
    prompt(lab)
    lab.shell("input keyevent BACK")
    lab.hear("error 10 true")
    lab.forget()
    prompt(lab)
    lab.shell("input keyevent HOME")
    lab.hear("error 10 true")
    lab.forget()
    prompt(lab)
    lab.in_front("cancelFinger")
    lab.hear("error 5 true")
    lab.shell("input keyevent HOME")
    assert "com.android.systemui" not in screen(lab)


def test_who_dies_leaves_no_prompt(lab: ServiceBench) -> None:
    prompt(lab)
    lab.kill()
    lab.wait_for("cmd fingerprint fingerdown 2>&1; true", "nobody waits")
    assert "com.android.systemui" not in screen(lab)


def test_the_sensor_alone_shows_nothing(lab: ServiceBench) -> None:
    lab.in_front("sensor")
    assert "com.android.systemui" not in screen(lab)
    lab.shell("cmd fingerprint fingerdown 5")
    lab.hear("sensor failed")
    lab.shell("cmd fingerprint fingerdown")
    lab.hear("sensor succeeded")
    lab.in_front("sensor")
    lab.in_front("cancelFinger")
    lab.hear("sensor error 5")


def test_five_wrong_fingers_shut_the_sensor(lab: ServiceBench) -> None:
    lab.in_front("sensor")
    for _ in range(5):
        lab.shell("cmd fingerprint fingerdown 9")
    lab.hear("sensor error 7")
    lab.forget()
    lab.in_front("sensor")
    lab.hear("sensor error 7")
