"""What a tester tells of an app's pages is read as meant or refused; ways are followed, and what is not there is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from suite_device import Page
from suite_rig import rig

from harness.errors import UsageError
from harness.suite.app_file import KnownDialog, KnownPage, dialogs_of, pages_of, written
from harness.suite.driver import NotReached
from harness.suite.limits import load_limits
from harness.suite.ways import follow

PAGES = {
    "main": Page(buttons={"我的": "mine", "首页": "!stay"}),
    "mine": Page(buttons={"设置 ›": "settings"}, back="main"),
    "settings": Page(buttons={"撤回同意": "!stay"}, back="mine"),
}


def test_a_way_is_followed_by_text_and_counted() -> None:
    made = rig(PAGES, "main")
    made.app.launch()
    arrival = follow(made.user, ["我的", "设置"], "withdrawal")
    assert (made.device.shown, arrival.taps, arrival.way) == ("settings", 2, ("我的", "设置"))
    assert arrival.seen is not None


def test_what_is_not_on_the_way_is_told_with_what_was_done_before() -> None:
    made = rig(PAGES, "main")
    made.app.launch()
    with pytest.raises(NotReached, match="withdrawal was not reached .* no '隐私' on the screen after 我的"):
        follow(made.user, ["我的", "隐私", "撤回"], "withdrawal")
    assert made.user.steps.gaps[-1].subject.startswith("withdrawal ")


def test_pages_and_dialogs_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    login = {"open": ["登录"], "fill": {"手机号": "$TEST_PHONE", "验证码": "1234"}, "tap": ["登录"], "done": "我的"}
    data = {
        "pages": {"login": login},
        "dialogs": [{"text": "新人礼包", "tap": "关闭"}],
    }
    fill = (("手机号", "$TEST_PHONE"), ("验证码", "1234"))
    assert pages_of(data) == {"login": KnownPage(name="login", open=("登录",), fill=fill, tap=("登录",), done="我的")}
    assert dialogs_of(data) == (KnownDialog(text="新人礼包", tap="关闭"),)
    monkeypatch.setenv("TEST_PHONE", "13800000000")
    assert written("$TEST_PHONE") == ("13800000000", "$TEST_PHONE")
    assert written("1234") == ("1234", "1234")
    monkeypatch.delenv("TEST_PHONE")
    with pytest.raises(UsageError, match="TEST_PHONE, which is not set"):
        written("$TEST_PHONE")


@pytest.mark.parametrize(
    "data",
    [
        {"pages": []}, {"pages": {"logon": {}}}, {"pages": {"login": []}}, {"pages": {"login": {"way": []}}},
        {"pages": {"login": {"open": "登录"}}}, {"pages": {"login": {"open": [1]}}}, {"pages": {"login": {"fill": []}}},
        {"pages": {"login": {"fill": {"a": 1}}}}, {"pages": {"login": {"done": []}}},
        {"dialogs": {}}, {"dialogs": [{"text": "a"}]}, {"dialogs": [{"text": "a", "tap": ""}]}, {"dialogs": ["a"]},
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(data: dict[str, Any]) -> None:
    read = pages_of if "pages" in data else dialogs_of
    with pytest.raises(UsageError):
        read(data)


def test_a_profile_may_name_what_it_changes_only(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("observe: 5\n", "utf-8")
    mine, default = load_limits(str(file)), load_limits()
    assert (mine.name, mine.observe, mine.source) == ("mine", 5, "")
    assert (mine.background, mine.taps) == (default.background, default.taps)
    file.write_text("obserev: 5\n", "utf-8")
    with pytest.raises(UsageError, match="obserev"):
        load_limits(str(file))


@pytest.mark.parametrize(("line", "told"), [
    ("observe: abc", "`observe` is no number"), ("observe: .nan", "`observe` is no number"), ("observe: .inf", "`observe` is no"),
    ("observe: 1e300", "`observe` is no"), ("observe: 1.0e+300", "`observe` is not between 0"),
    ("observe: null", "`observe` is no number"),
    ("settle: -1", "`settle` is not between 0"), ("second_chances: 0", "`second_chances` is not between 1"),
    (f"observe: {10**400}", "`observe` is not between 0"),
    ("taps: -4", "`taps` is not between 0"), ("taps: 2.5", "`taps` is no whole number"), ("taps: true", "`taps` is no whole"),
    ("notice: [1]", "`notice` is no number"), ("name: [x]", "`name` is no text"), ("source: 7", "`source` is no text"),
    ("7: 7", "there is no key 7"), ("obserev: 5", "there is no key 'obserev'"),
])
def test_a_profile_s_values_are_checked_with_file_line_and_key(tmp_path: Path, line: str, told: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(f"# mine\nidle: 5\n{line}\n", "utf-8")
    with pytest.raises(UsageError) as bad:
        load_limits(str(file))
    assert told in bad.value.what and str(file) in bad.value.what
    if not line.startswith("7"):
        assert "line 3" in bad.value.what


@pytest.mark.parametrize("text", ["- a", "observe: [", "just words", "? {a: b}\n: c"])
def test_what_is_no_profile_at_all_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(UsageError, match="mine.yaml"):
        load_limits(str(file))


@pytest.mark.parametrize("seconds", [-1.0, float("nan"), float("inf")])
def test_a_window_is_a_time(seconds: float) -> None:
    with pytest.raises(UsageError, match="observation window"):
        load_limits().observing(seconds)
