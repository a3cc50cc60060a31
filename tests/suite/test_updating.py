"""An update on a scripted device: versions, permissions, whether consent is asked for again, whether settings stay."""

from __future__ import annotations

from pathlib import Path

import pytest
from suite_device import FakeDevice, Page
from suite_rig import rig

from harness.suite.app_file import KnownPage
from harness.suite.driver import NotReached
from harness.suite.updating import Updating, need

NOTICE = Page(body=("隐私政策提示", "请您阅读并同意《隐私政策》,我们会收集、使用您的个人信息。"),
              buttons={"不同意": "!exit", "同意": "main"})
SWITCH = "个性化推荐"


def made(*, later="main", page=None, resets=False, granted=None):
    parts = rig({"main": Page(body=("首页",), boxes={SWITCH: True}, buttons={"设置": "settings"}), "notice": NOTICE,
                 "bare": Page(body=("首页",)), "settings": Page(body=("设置",), boxes={SWITCH: True}, back="main")}, "main")
    device = parts.device
    device.grants = {"android.permission.INTERNET": True}
    device.said["dumpsys package"] = "    versionCode=1 minSdk=26\n    versionName=1.0\n"

    def install(apk: Path) -> None:
        device.stop("")
        device.said["dumpsys package"] = "    versionCode=2 minSdk=26\n    versionName=2.0\n"
        device.start = later
        device.grants = granted or device.grants
        if resets:
            device.ticked.clear()

    device.install = install
    parts.app.launch()
    return parts, Updating(parts.app, parts.user, page)


def update(*arguments, **more):
    parts, updating = made(*arguments, **more)
    updating.update(Path("later.apk"))
    return parts, next(fact.data for fact in parts.journal.facts if fact.type == "update")


def test_an_update_that_changes_nothing():
    parts, fact = update()
    assert fact["versions"] == {"from": 1, "to": 2, "from_name": "1.0", "to_name": "2.0"}
    assert (fact["notice_again"], fact["permissions"]["added"], fact["permissions"]["granted"]) == (False, [], [])
    assert fact["settings"] == {"before": {SWITCH: False}, "after": {SWITCH: False}, "changed": [], "gone": []}
    assert "update" in [step.action for step in parts.journal.steps]


def test_an_update_that_sets_a_switch_back():
    assert update(resets=True)[1]["settings"]["changed"] == [SWITCH]


def test_a_setting_on_a_page_that_the_tester_told_of():
    fact = update(page=KnownPage(name="personalisation", open=("设置",)), resets=True)[1]
    assert fact["settings"]["changed"] == [SWITCH]


def test_permissions_that_came_and_went():
    later = {"android.permission.CAMERA": False, "android.permission.WAKE_LOCK": True}
    permissions = update(granted=later)[1]["permissions"]
    assert permissions["added"] == ["android.permission.CAMERA", "android.permission.WAKE_LOCK"]
    assert (permissions["granted"], permissions["removed"]) == (["android.permission.WAKE_LOCK"], ["android.permission.INTERNET"])


def test_a_notice_that_asks_again_hides_the_settings():
    fact = update(later="notice")[1]
    assert (fact["notice_again"], fact["settings"]) == (True, None)
    assert fact["screen"]


def test_a_notice_that_comes_after_a_moment_is_waited_for():
    def slowly(device: FakeDevice) -> None:
        device.shown = "main"
        device.after(2, lambda then: then.follow("notice"))

    assert update(later=slowly)[1]["notice_again"] is True


def test_no_setting_to_see_is_a_gap():
    parts, updating = made()
    parts.device.shown = "bare"
    assert updating.set_off() == {}
    assert "whether an update keeps it is not known" in parts.journal.gaps[-1].detail


@pytest.mark.parametrize("what", [None, Path("/nowhere/later.apk")])
def test_a_later_version_that_was_not_brought_is_not_reached(what):
    parts, _ = made()
    with pytest.raises(NotReached, match="update"):
        need(what, "update", "the APK of a later version", parts.user)
    assert parts.journal.gaps
