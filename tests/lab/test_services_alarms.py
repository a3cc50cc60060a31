"""Alarms and pending intents are the system's: they go off, and are sent, when the app's process is long gone."""

from __future__ import annotations

import pytest

from tests.lab.service_bench import PACKAGE, ServiceBench

pytestmark = pytest.mark.lab
ALLOW = f"appops set {PACKAGE} SCHEDULE_EXACT_ALARM"


@pytest.fixture
def lab(device: ServiceBench) -> ServiceBench:
    """With no alarm, and nothing said yet."""
    device.shell(f"am force-stop {PACKAGE}; {ALLOW} default")
    device.forget()
    return device


def test_an_alarm_starts_a_process_that_was_killed(lab: ServiceBench) -> None:
    lab.in_front("inexact", "--es word late")
    lab.kill()
    assert "RTC_WAKEUP #0: Alarm{" in lab.shell("dumpsys alarm")
    lab.hear("word late")
    assert "0 pending alarms" in lab.shell("dumpsys alarm")


def test_setting_an_alarm_again_replaces_it(lab: ServiceBench) -> None:
    lab.in_front("inexact", "--es word first")
    lab.in_front("inexact", "--es word second")
    assert "1 pending alarms" in lab.shell("dumpsys alarm")
    assert "word first" not in lab.hear("word second")


def test_an_alarm_of_an_equal_intent_is_cancelled(lab: ServiceBench) -> None:
    lab.in_front("repeat")
    assert "repeatInterval=60000" in lab.shell("dumpsys alarm")  # a minute is the least
    lab.in_front("cancelAlarm")
    lab.hear("cancelled")
    assert "0 pending alarms" in lab.shell("dumpsys alarm")


def test_force_stop_takes_the_alarms_with_it(lab: ServiceBench) -> None:
    lab.in_front("repeat")
    lab.shell(f"am force-stop {PACKAGE}")
    assert "0 pending alarms" in lab.shell("dumpsys alarm")


def test_exact_alarms_are_for_those_that_may(lab: ServiceBench) -> None:
    lab.in_front("exact")
    lab.wait_for("logcat -d -s Services:I", "exact threw java.lang.SecurityException: .*SCHEDULE_EXACT_ALARM")
    assert lab.said[0] == "exact allowed false"
    lab.shell(f"{ALLOW} allow")
    lab.in_front("exact")
    lab.hear("word exact")
    lab.in_front("clock")
    lab.hear("clock in an hour true")
    lab.shell(f"{ALLOW} deny")
    assert "0 pending alarms" in lab.shell("dumpsys alarm")


def test_a_listener_is_called_on_its_handler(lab: ServiceBench) -> None:
    lab.in_front("listen")  # needs no permission: nothing is left of it when the app is gone
    lab.hear("listener on main true")


def test_pending_intents_are_one_for_equal_intents(lab: ServiceBench) -> None:
    lab.in_front("pendingIntents")
    said = lab.hear("gone true")
    assert said[0] == "same true immutable true broadcast true of example.services"
    assert "cancelled for both" in said
    lab.hear("word second")
    lab.wait_for("logcat -d -s Services:I", "pendingIntents threw java.lang.IllegalArgumentException: .*FLAG_IMMUTABLE")
