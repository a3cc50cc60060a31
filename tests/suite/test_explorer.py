"""The walk through an unknown app: it reaches what is there, taps nothing it must not, and always ends."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from suite_device import APP, Page, permission
from suite_rig import rig

from harness.errors import UsageError
from harness.suite.app_file import Function, functions_of
from harness.suite.explorer import Explorer, is_avoided
from harness.suite.limits import load_limits

LIMITS = load_limits().observing(1)


def walk(pages, answer="allow", functions=(), limits=LIMITS, start="main"):
    made = rig(pages, start, limits=limits)
    made.app.launch()
    return made, Explorer(made.user, made.app, answer, made.clock.monotonic, functions).explore()


def taps(made):
    return [line.removeprefix("tap ") for line in made.device.log if line.startswith("tap ")]


def test_every_button_of_a_page_is_tapped_once():
    made, result = walk({"main": Page(buttons={"搜索": "!stay", "购物车": "!stay", "消息": "!stay"})})
    assert taps(made) == ["搜索", "购物车", "消息"]
    assert result.ended == "nothing left to tap"


def test_the_nearer_page_is_finished_before_the_farther_one():
    pages = {"main": Page(buttons={"详情": "detail", "关于": "!stay"}),
             "detail": Page(activity=".Detail", buttons={"更多": "!stay"}, back="main")}
    made, _ = walk(pages)
    assert taps(made) == ["详情", "关于", "详情", "更多"]


def test_what_cannot_be_undone_or_costs_money_is_not_tapped():
    made, result = walk({"main": Page(buttons={"立即购买": "!stay", "退出登录": "!stay", "删除地址": "!stay",
                                               "Log out": "!stay", "Pay now": "!stay", "浏览": "!stay"})})
    assert taps(made) == ["浏览"]
    assert "立即购买" in result.avoided


@pytest.mark.parametrize("text", [
    "注销账号", "退出登錄", "Delete account", "提交订单", "Sign out", "拨打客服", "清空购物车",
])
def test_words_to_keep_away_from(text):
    assert is_avoided(text)


@pytest.mark.parametrize("text", ["搜索", "我的", "附近门店", "Settings", "Scan", "通讯录好友", "Location"])
def test_words_of_ordinary_functions(text):
    assert not is_avoided(text)


def test_each_permission_asked_for_is_denied_and_counted():
    pages = {"main": Page(buttons={"附近门店": "where", "扫一扫": "camera"}),
             "where": permission("Allow Harbor to access this device’s location?", then="main"),
             "camera": permission("Allow Harbor to take pictures and record video?", then="main")}
    made, result = walk(pages, "deny")
    assert result.prompts == ["android.permission-group.LOCATION", "android.permission-group.CAMERA"]
    assert taps(made) == ["附近门店", "Don’t allow", "扫一扫", "Don’t allow"]
    uses = [step.detail for step in made.journal.steps if step.detail.get("purpose") == "use"]
    assert len(uses) == 2


def test_the_app_s_own_question_is_answered_yes_once_so_that_the_system_s_comes():
    pages = {"main": Page(buttons={"附近门店": "why"}),
             "why": Page(body=("位置权限使用说明", "为了推荐附近的门店,我们需要获取您的位置权限。"),
                         buttons={"暂不开启": "main", "去授权": "ask"}),
             "ask": permission("Allow Harbor to access this device’s location?", then="main")}
    made, result = walk(pages, "deny")
    assert taps(made) == ["附近门店", "去授权", "Don’t allow"]
    assert result.prompts == ["android.permission-group.LOCATION"]


def test_leaving_for_another_app_is_brought_back():
    pages = {"main": Page(buttons={"帮助": "browser", "搜索": "!stay"}),
             "browser": Page(body=("Example",), buttons={"Menu": "!stay"}, package="com.example.browser", back="main")}
    made, _ = walk(pages)
    assert taps(made) == ["帮助", "搜索"]


def test_an_app_that_dies_at_a_tap_is_started_again_and_told():
    made, _ = walk({"main": Page(buttons={"坏按钮": "!exit", "搜索": "!stay"})})
    assert taps(made) == ["坏按钮", "搜索"]
    assert made.device.launches == 2
    assert any("ended by itself" in gap.detail for gap in made.journal.gaps)


def test_the_limit_of_taps_ends_a_walk():
    limits = dataclasses.replace(LIMITS, taps=5)
    made, result = walk({"main": Page(buttons={f"按钮{c}": "!stay" for c in "甲乙丙丁戊己庚辛"})}, limits=limits)
    assert len(taps(made)) == 5
    assert result.ended == "limit of taps"


def test_the_functions_of_an_app_file_come_first():
    pages = {"main": Page(buttons={"搜索": "!stay", "我的": "me"}),
             "me": Page(activity=".Me", buttons={"通讯录好友": "!stay"}, back="main")}
    made, _ = walk(pages, functions=(Function(name="friends", open=("我的", "通讯录好友")),))
    assert taps(made)[:2] == ["我的", "通讯录好友"]


def test_a_function_that_is_not_there_is_a_gap():
    made, result = walk({"main": Page(buttons={"搜索": "!stay"})},
                        functions=(Function(name="friends", open=("我的",)),))
    assert result.unreached == ["friends"]
    assert "'friends' was not reached" in made.journal.gaps[0].detail


def test_the_functions_of_an_app_file_are_read():
    data = {"first_party": ["shop.example"], "functions": [{"name": "附近", "open": ["我的", "near"], "core": True}]}
    assert functions_of(data) == (Function(name="附近", open=("我的", "near"), core=True),)
    assert functions_of(None) == ()


@pytest.mark.parametrize(("functions", "words"), [
    ([{"name": "a", "opne": ["b"]}], "unknown keys"),
    ([{"name": "a"}], "how to open"),
    ([{"name": "a", "open": [3]}], "how to open"),
    ([{"open": ["b"]}], "no name"),
    (3, "not a list"),
    (["a"], "not a mapping"),
])
def test_wrong_functions_are_refused_and_say_where(functions, words):
    with pytest.raises(UsageError, match=words):
        functions_of({"functions": functions})


NAMES = ("main", "b", "c", "d", "ask")


@settings(max_examples=40)
@given(st.fixed_dictionaries({
    name: st.dictionaries(st.sampled_from(["搜索", "我的", "更多", "设置", "消息"]),
                          st.sampled_from([*NAMES, "!stay", "!exit", "home"]), max_size=4)
    for name in NAMES[:-1]
}), st.sampled_from(["allow", "deny"]))
def test_a_walk_ends_in_any_app_and_within_its_limits(links, answer):
    pages = {name: Page(activity=f".{name}", buttons=dict(buttons), back="main" if name != "main" else None)
             for name, buttons in links.items()}
    pages["ask"] = permission("Allow Harbor to access your contacts?", then="main")
    limits = dataclasses.replace(LIMITS, taps=8, walk=60, draw=2, settle=1)
    made, result = walk(pages, answer, limits=limits)
    assert result.taps <= 8
    assert result.ended
    assert all(step.control is None or step.control.package != APP or not is_avoided(step.control.text)
               for step in made.journal.steps)
