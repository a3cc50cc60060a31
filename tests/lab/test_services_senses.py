"""The device's movement as the shell makes it, its display as it tells of it, and what an app switches on and off of itself."""

from __future__ import annotations

import time

import pytest

from tests.lab.service_bench import PACKAGE, ServiceBench

pytestmark = pytest.mark.lab


@pytest.fixture
def lab(device: ServiceBench) -> ServiceBench:
    device.shell(f"am force-stop {PACKAGE}")
    device.forget()
    return device


def test_whoever_listens_to_a_sensor_feels_what_is_injected(lab: ServiceBench) -> None:
    lab.in_front("feel")
    lab.hear("feeling")
    lab.shell("cmd sensorservice inject 1 0.5 0 21.5")
    lab.hear("felt 1 0.5 21.5")


@pytest.mark.parametrize("words", ["inject", "inject 1", "inject 1 x", "inject 1 nan", "inject 9999 1", "move 1 2"])
def test_what_no_sensor_can_measure_is_refused(lab: ServiceBench, words: str) -> None:
    assert lab.device.shell("cmd", "sensorservice", *words.split()).status != 0


def test_a_receiver_that_the_app_switched_off_hears_nothing(lab: ServiceBench) -> None:
    lab.in_front("switchReceiver", "--es word off")
    lab.hear("switched off")
    lab.shell("cmd alarm set-timezone Europe/Vienna")
    lab.in_front("switchReceiver", "--es word on")
    lab.hear("switched on")
    assert "manifest receiver android.intent.action.TIMEZONE_CHANGED" not in lab.said
    lab.shell("cmd alarm set-timezone Asia/Shanghai")
    lab.hear("manifest receiver android.intent.action.TIMEZONE_CHANGED")


def test_the_display_says_whether_it_is_on(lab: ServiceBench) -> None:
    lab.shell("input keyevent SLEEP")
    assert "mWakefulness=Asleep" in lab.shell("dumpsys power")
    lab.shell("input keyevent WAKEUP")
    assert "mWakefulness=Awake" in lab.shell("dumpsys power")


def test_a_process_that_has_just_left_the_front_can_be_killed(lab: ServiceBench) -> None:
    lab.in_front("feel")
    lab.hear("feeling")
    lab.device.home()
    until = time.monotonic() + 30
    while lab.device.pids(PACKAGE) and time.monotonic() < until:
        lab.shell(f"am kill {PACKAGE}")
    assert lab.device.pids(PACKAGE) == []
