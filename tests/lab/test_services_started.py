"""Started services: sticky ones come back, foreground ones keep their promise and name a type, and none starts from behind."""

from __future__ import annotations

import pytest
from lxml import etree

from tests.lab.service_bench import PACKAGE, ServiceBench

pytestmark = pytest.mark.lab


@pytest.fixture
def lab(device: ServiceBench) -> ServiceBench:
    device.shell(f"am force-stop {PACKAGE}; input keyevent HOME")
    device.forget()
    return device


def test_a_sticky_service_is_started_again_without_an_intent(lab: ServiceBench) -> None:
    lab.in_front("startSticky", "--es how stay")
    lab.hear("sticky start 1 stay flags 0")
    lab.kill()
    lab.hear("sticky start 1 null flags 0")


def test_a_service_that_wants_its_intent_again_has_it(lab: ServiceBench) -> None:
    lab.in_front("startSticky", "--es how redeliver")
    lab.hear("sticky start 1 redeliver flags 0")
    lab.forget()
    lab.kill()
    lab.hear("sticky start 1 redeliver flags 1")


def test_a_foreground_service_has_a_type_and_can_go_back(lab: ServiceBench) -> None:
    lab.in_front("startFront", "--es how leave")
    assert lab.hear("in the background as 0")[0] == "in the foreground as 1"


def test_a_foreground_service_without_a_type_is_refused(lab: ServiceBench) -> None:
    lab.in_front("startPlainFront")
    lab.hear("startForeground threw android.app.MissingForegroundServiceTypeException")


def test_a_foreground_service_that_ends_before_it_came_forward_brings_the_app_down(lab: ServiceBench) -> None:
    lab.in_front("startFront", "--es how end")
    lab.wait_for("logcat -d -s AndroidRuntime:E", "ForegroundServiceDidNotStartInTimeException")


def test_no_service_is_started_from_the_background(lab: ServiceBench) -> None:
    lab.behind("startSticky", "--es how stay")
    lab.wait_for("logcat -d -s Services:I", "startSticky threw java.lang.IllegalStateException: Not allowed to start service")
    lab.behind("startFront")
    lab.wait_for("logcat -d -s Services:I", "startFront threw android.app.ForegroundServiceStartNotAllowedException")
    lab.shell(f"am start-foreground-service -n {PACKAGE}/.FrontService --es how stay")
    lab.hear("in the foreground as 1")
    lab.behind("startSticky", "--es how stay")  # with one in the foreground the app is not in the background
    lab.hear("sticky start 1 stay flags 0")


def test_a_service_hears_that_its_task_was_swiped_away_and_comes_back(lab: ServiceBench) -> None:
    lab.in_front("startSticky", "--es how stay")
    lab.hear("sticky start 1 stay flags 0")
    lab.shell("input keyevent APP_SWITCH; uiautomator dump /sdcard/recents.xml")
    root = etree.fromstring(lab.shell("cat /sdcard/recents.xml").encode())
    [bounds] = root.xpath("//node[@resource-id='com.android.launcher3:id/clear_all']/@bounds")
    left, top, right, bottom = (int(one) for one in bounds.replace("][", ",").strip("[]").split(","))
    lab.shell(f"input tap {(left + right) // 2} {(top + bottom) // 2}")
    lab.hear("task removed .MainActivity")
    lab.hear("sticky start 1 null flags 0")


def test_the_system_counts_an_app_by_what_it_does(lab: ServiceBench) -> None:
    lab.in_front("importance")
    lab.hear("importance 100 of example.services, interactive true, locked false")
