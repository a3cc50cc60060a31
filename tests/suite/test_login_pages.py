"""The login page found and measured, with nothing filled in, against scripted devices."""

from __future__ import annotations

import pytest
from suite_device import Page
from suite_rig import rig

from harness.suite import login_pages
from harness.suite.app_file import KnownPage
from harness.suite.driver import NotReached

POLICY = "欢迎使用!请您阅读并同意《用户协议》和《隐私政策》,我们会收集、使用您的个人信息。"
LOGIN = Page(body=("手机号登录", "请输入手机号"), boxes={"我已阅读并同意《隐私政策》": True}, buttons={"登录": "!stay"})


def looked_at(pages, known=None, start="main"):
    made = rig(pages, start)
    made.app.launch()
    login_pages.look_at(made.user, made.app, known or {})
    return made, [fact.data for fact in made.journal.facts if fact.type == "page"]


def test_the_page_is_found_behind_the_users_own_page_and_nothing_is_filled_in():
    pages = {"main": Page(body=("青禾商城",), buttons={"商品": "!stay", "我的": "mine"}),
             "mine": Page(body=("未登录用户",), buttons={"立即登录": "login"}), "login": LOGIN}  # fmt: skip
    made, [told] = looked_at(pages)
    assert (told["way"], told["default_ticks"], told["names_policy"]) == (["我的", "立即登录"], 1, True)
    assert [step.action for step in made.journal.steps if step.action == "type"] == []


def test_the_app_file_tells_the_way():
    pages = {"main": Page(body=("青禾商城",), buttons={"账户": "login"}), "login": LOGIN}
    _, [told] = looked_at(pages, {"login": KnownPage(name="login", open=("账户",))})
    assert (told["page"], told["way"]) == ("login", ["账户"])


def test_a_notice_ahead_of_it_is_agreed_to():
    pages = {"notice": Page(body=("隐私政策提示", POLICY), buttons={"不同意": "!exit", "同意": "login"}), "login": LOGIN}
    made, [told] = looked_at(pages, start="notice")
    assert (told["way"], made.device.shown) == ([], "login")


def test_no_such_page_is_not_reached():
    with pytest.raises(NotReached, match="No login"):
        looked_at({"main": Page(body=("青禾商城",), buttons={"商品": "!stay"})})
