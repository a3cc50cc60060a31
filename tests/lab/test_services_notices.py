"""Notifications are the system's: shown in a shade that a user opens, touches and clears, whatever became of the app."""

from __future__ import annotations

import pytest
from lxml import etree

from tests.lab.service_bench import PACKAGE, ServiceBench

pytestmark = pytest.mark.lab


@pytest.fixture
def lab(device: ServiceBench) -> ServiceBench:
    """With a channel, nothing shown, and nothing said yet."""
    device.shell(f"am force-stop {PACKAGE}; cmd statusbar collapse; input keyevent HOME")
    device.in_front("channel")
    device.forget()
    return device


def nodes(lab: ServiceBench) -> list[tuple[str, str, str]]:
    """Resource id, text and bounds of all that is on the screen."""
    lab.shell("uiautomator dump /sdcard/shown.xml")
    root = etree.fromstring(lab.shell("cat /sdcard/shown.xml").encode())
    return [(one.get("resource-id"), one.get("text"), one.get("bounds")) for one in root.iter("node")]


def texts(lab: ServiceBench) -> list[str]:
    return [text for _, text, _ in nodes(lab) if text]


def centre(lab: ServiceBench, text: str) -> tuple[int, int]:
    bounds = next(where for _, shown, where in nodes(lab) if shown == text)
    left, top, right, bottom = (int(one) for one in bounds.replace("][", ",").strip("[]").split(","))
    return (left + right) // 2, (top + bottom) // 2


def tap(lab: ServiceBench, text: str) -> None:
    x, y = centre(lab, text)
    lab.shell(f"input tap {x} {y}")


def post(lab: ServiceBench, title: str, number: int = 1) -> None:
    lab.in_front("post", f"--es title {title} --ei id {number} --es channel news")


def test_a_channel_is_kept_and_found(lab: ServiceBench) -> None:
    lab.in_front("channel")
    lab.hear("channel News 3 of 1 other null")
    lab.reboot()
    assert "NotificationChannel{mId='news', mName=News, mImportance=3}" in lab.shell("dumpsys notification")


def test_a_notification_is_in_the_shade_and_its_tap_opens_the_app_again(lab: ServiceBench) -> None:
    post(lab, "hello")
    lab.hear("posted, enabled true")
    lab.kill()
    shown = lab.shell("dumpsys notification --noredact")
    assert f"pkg={PACKAGE} user=UserHandle{{0}} id=1 tag=tag importance=3" in shown
    assert "android.title=String (hello)" in shown
    assert "android.title=String [length=5]" in lab.shell("dumpsys notification")
    lab.shell("input swipe 400 2 400 900")
    seen = nodes(lab)
    assert ("android:id/title", "hello") in [one[:2] for one in seen]
    assert ("android:id/app_name_text", "Services") in [one[:2] for one in seen]
    assert any(name == "com.android.systemui:id/expandableNotificationRow" for name, _, _ in seen)
    assert ("android:id/action0", "Answer") in [one[:2] for one in seen]
    assert "NotificationShade" in lab.shell("dumpsys window")
    tap(lab, "hello")
    lab.hear("opened content-hello")
    assert "android.title" not in lab.shell("dumpsys notification")  # it cancels itself


def test_a_button_is_sent_without_opening_anything(lab: ServiceBench) -> None:
    post(lab, "ring")
    lab.shell("input keyevent HOME; cmd statusbar expand-notifications")
    tap(lab, "Answer")
    lab.hear("word answer-ring")
    assert "ring" in texts(lab)  # the shade stays, and the notification in it
    lab.shell("input keyevent BACK")
    assert "ring" not in texts(lab)


def test_a_swipe_dismisses_one_and_clear_all_the_rest(lab: ServiceBench) -> None:
    for number, title in enumerate(("one", "two", "three"), 1):
        post(lab, title, number)
    lab.shell("cmd statusbar expand-notifications")
    x, y = centre(lab, "two")
    lab.shell(f"input swipe {x} {y} {x + 400} {y}")
    lab.hear("word deleted-two")
    assert "two" not in texts(lab) and "three" in texts(lab)
    x, y = next(
        ((int(b.split(",")[0][1:]) + 10), int(b.split("[")[1].split(",")[1].rstrip("]")) + 10)
        for name, _, b in nodes(lab) if name == "com.android.systemui:id/dismiss_text"
    )  # fmt: skip
    lab.shell(f"input tap {x} {y}")
    lab.hear("word deleted-one")
    lab.hear("word deleted-three")
    lab.shell("cmd statusbar expand-notifications")
    assert any(name == "com.android.systemui:id/no_notifications" for name, _, _ in nodes(lab))


def test_an_app_finds_and_cancels_what_it_has_shown(lab: ServiceBench) -> None:
    post(lab, "mine")
    lab.in_front("active")
    lab.hear("active 1tagmine")
    lab.kill()
    lab.in_front("active")
    assert lab.hear("active 1tagmine").count("active 1tagmine") == 2
    lab.in_front("cancelNotice")
    lab.hear("cancelled")
    lab.in_front("active")
    lab.hear("active")


def test_without_channel_icon_or_permission_nothing_is_shown(lab: ServiceBench) -> None:
    lab.in_front("post", "--es title lost --es channel unknown")
    lab.hear("posted, enabled true")
    lab.in_front("postNothing")
    lab.wait_for("logcat -d -s Services:I", "threw java.lang.IllegalArgumentException: Invalid notification .no valid small icon")
    lab.shell(f"pm revoke {PACKAGE} android.permission.POST_NOTIFICATIONS")
    post(lab, "refused")
    lab.hear("posted, enabled false")
    assert "NotificationRecord" not in lab.shell("dumpsys notification")
    lab.shell(f"pm grant {PACKAGE} android.permission.POST_NOTIFICATIONS")


def test_a_foreground_service_is_seen_while_it_runs(lab: ServiceBench) -> None:
    lab.in_front("startFront", "--es how stay")
    lab.hear("in the foreground as 1")
    lab.in_front("cancelNotice")
    assert "android.title=String (at work)" in lab.shell("dumpsys notification --noredact")
    lab.shell(f"am stop-service -n {PACKAGE}/.FrontService")
    lab.wait_for("dumpsys notification | grep -c NotificationRecord; true", "^0")
