"""A crawl finds entries by their words, counts taps, and says what it did not look at."""

from __future__ import annotations

import dataclasses

import pytest
from suite_device import Page
from suite_forms import Form, on_pages, opened, told

from harness.suite.app_file import KnownDialog
from harness.suite.entries import all_words, entry_of
from harness.suite.limits import load_limits

SHOP = {
    "main": Page(body=("首页",), buttons={"我的": "mine", "商品": "goods"}),
    "goods": Page(body=("春茶",), buttons={"立即购买": "!exit"}, back="main"),
    "mine": Page(body=("我的",), buttons={"设置": "settings", "关于我们": "about"}, back="main"),
    "about": Page(body=("关于", "客服热线:400-810-0000"), back="mine"),
    "settings": Page(body=("设置",), buttons={"隐私政策": "policy", "注销账号": "!exit", "退出登录": "!exit"},
                     boxes={"个性化推荐": True}, back="mine"),
    "policy": Page(body=("我们如何处理您的信息",), back="settings"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "name"), [
    ("隐私政策", "policy"), ("《隐私权政策》", "policy"), ("Privacy Policy", "policy"), ("隐私政策摘要", "summary"),
    ("已收集个人信息清单", "collected_list"), ("第三方信息共享清单", "shared_list"), ("第三方SDK目录", "shared_list"),
    ("应用权限说明", "permission_list"), ("撤回同意", "withdraw"), ("Withdraw consent", "withdraw"),
    ("账号注销", "delete_account"),
    ("Delete my account", "delete_account"), ("个性化广告推荐", "personalisation"), ("儿童个人信息保护规则", "minors_rules"),
    ("自启动管理", "start_choice"), ("资费专区", "tariffs"), ("老年人优惠套餐查询", "tariffs_assisted"), ("我的套餐", ""),
    ("退出登录", "logout"), ("在线客服", "contact"), ("用户协议", ""), ("设置", ""), ("立即购买", ""), ("", ""),
    ("收集个人信息明示清单", "collected_list"), ("第三方合作机构名单", "shared_list"), ("合作伙伴目录", "shared_list"),
    ("与第三方共享个人信息清单", "shared_list"), ("隐私保护指引摘要", "summary"), ("《隐私政策》(简明版)", "summary"),
    ("隐私政策简明版", "summary"), ("个人信息处理规则", "policy"), ("儿童个人信息处理规则", "minors_rules"),
    ("Third-party SDK list", "shared_list"), ("App permissions list", "permission_list"), ("系统权限管理", ""),
    ("Log out", "logout"), ("Contact us", "contact"), ("Help & feedback", "contact"), ("My order", ""), ("收藏清单", ""),
    ("个人信息查询", "rights"), ("个人信息保护政策", "policy"), ("Personalized ads", "personalisation"),
])  # fmt: skip
def test_captions_are_known_by_their_words(text: str, name: str) -> None:
    assert entry_of(text) == name


def test_a_long_text_names_no_entry() -> None:
    assert entry_of("请阅读隐私政策并了解撤回同意的方法" * 4) == ""


def test_a_crawl_finds_what_is_there_with_its_taps_and_undoes_nothing() -> None:
    made, pages = on_pages(SHOP)
    crawl = pages.entries()
    found = {name: (entry.taps, entry.way) for name, entry in crawl.found.items()}
    assert found["policy"] == (3, ("我的", "设置", "隐私政策"))
    assert found["delete_account"][0] == 3
    assert crawl.found["personalisation"].checked is True
    assert crawl.found["contact"].in_text
    assert crawl.complete and "withdraw" in crawl.missing and "policy" not in crawl.missing
    assert not {"tap 注销账号", "tap 退出登录", "tap 立即购买", "tick 个性化推荐"} & set(made.device.log)
    fact = told(made, "entries")[0]
    assert fact["complete"] and fact["found"]["policy"]["seen_after"] == 2 and fact["ended"] == "nothing left to tap"
    assert {entry["text"]: entry["why"] for entry in fact["left"]}["立即购买"] == "avoided"
    assert [(one["number"], one["way"]) for one in fact["hotlines"]] == [("400-810-0000", ["我的", "关于我们"])]
    assert opened(made) == []


def test_a_number_in_the_policy_is_shown_in_no_prominent_place() -> None:
    made, pages = on_pages(SHOP | {"policy": Page(body=("我们如何处理您的信息。客服电话 95566",), back="settings"),
                                   "about": Page(body=("关于",), back="mine")})
    pages.entries()
    assert told(made, "entries")[0]["hotlines"] == []


def test_an_app_of_tabs_is_crawled_without_starting_it_anew() -> None:
    tabs = {"首页": "main", "消息": "news", "我": "me"}
    pages = {
        "main": Page(body=("今日推荐",), buttons={**tabs, "春茶": "goods"}),
        "news": Page(body=("没有消息",), buttons=tabs),
        "me": Page(body=("渠小禾",), buttons={**tabs, "设置": "settings"}),
        "goods": Page(body=("春茶,50克",), back="main"),
        "settings": Page(body=("设置",), buttons={"隐私政策": "policy"}, back="me"),
        "policy": Page(body=("我们如何处理",), back="settings"),
    }  # fmt: skip
    for tab in ("news", "me"):
        pages[tab].back = tab       # the app asks for a second press
    made, at = on_pages(pages)
    crawl = at.entries(("policy", "withdraw"))
    assert crawl.found["policy"].way == ("我", "设置", "隐私政策")
    assert crawl.complete and crawl.missing == ("withdraw",)
    assert made.device.launches == 1


def test_of_two_ways_the_shorter_is_told() -> None:
    pages = {**SHOP, "goods": Page(body=("春茶",), buttons={"隐私政策": "policy"}, back="main")}
    _, at = on_pages(pages)
    assert at.entries(("policy",)).found["policy"].way == ("商品", "隐私政策")


def test_nothing_is_missing_after_a_crawl_that_its_limits_ended() -> None:
    made, pages = on_pages(SHOP, limits=dataclasses.replace(load_limits(), crawl_taps=2))
    crawl = pages.entries()
    assert (crawl.complete, crawl.missing, crawl.ended) == (False, (), "limit of taps")
    assert told(made, "entries")[0]["unvisited"] > 0


def test_what_lies_deeper_than_the_crawl_goes_is_counted() -> None:
    _, pages = on_pages(SHOP, limits=dataclasses.replace(load_limits(), crawl_depth=1))
    crawl = pages.entries(("policy",))
    assert crawl.complete and sorted(crawl.beyond) == ["关于我们", "设置"]


def test_behind_a_login_nothing_is_said_to_be_missing() -> None:
    pages = {"main": Page(body=("首页",), buttons={"我的": "login"}),
             "login": Form(body=("请先登录",), buttons={"获取验证码": "!stay"}, fields=("手机号",), back="main")}
    made, at = on_pages(pages)
    crawl = at.entries(("delete_account",))
    assert not crawl.complete and crawl.blocked == ["a login on 我的"]
    assert told(made, "entries")[0]["missing"] == []


def test_a_question_is_answered_with_no() -> None:
    pages = {"main": Page(body=("首页",), buttons={"会员": "ask"}),
             "ask": Page(body=("开通会员吗?",), buttons={"同意": "!exit", "取消": "main"}, back="main")}
    made, at = on_pages(pages)
    assert at.entries(("policy",)).complete
    assert "tap 同意" not in made.device.log


def test_a_page_that_looks_like_a_question_is_crawled_once_going_back_has_left_the_app() -> None:
    """A first page with nothing but the way to a mode for children is taken for the question whether to have it on."""
    made, at = on_pages({"main": Page(body=("首页",), buttons={"青少年模式": "youth"}),
                         "youth": Page(body=("青少年模式",), buttons={"隐私政策": "!stay"}, back="main")})
    crawl = at.entries(("child_mode", "policy"))
    assert crawl.complete and set(crawl.found) == {"child_mode", "policy"}
    assert made.device.log.count("press back") < 4


def test_a_dialog_that_the_app_file_tells_is_passed_its_way() -> None:
    made, at = on_pages({"main": Page(body=("首页",), buttons={"我的": "gift"}),
                         "gift": Page(body=("新人礼包",), buttons={"收下": "!exit", "算了": "mine"}),
                         "mine": Page(body=("我的",), buttons={"隐私政策": "!stay"}, back="main")})
    at.dialogs = (KnownDialog(text="新人礼包", tap="算了"),)
    assert at.entries(("policy",)).found["policy"].taps == 2
    assert "tap 收下" not in made.device.log


def test_an_app_that_ends_leaves_the_crawl_incomplete() -> None:
    def end(device) -> None:
        device.running, device.shown = False, "home"
        device.start = end

    pages = {"main": Page(body=("首页",), buttons={"活动": end, "设置": "main"})}
    _, at = on_pages(pages)
    crawl = at.entries(("policy",))
    assert (crawl.complete, crawl.ended) == (False, "the app ended")


def test_every_entry_names_clauses_that_exist() -> None:
    from harness.clauses import catalogue

    ids = set(catalogue())
    for words in all_words():
        assert words.clauses and all(any(i.startswith(stem) for i in ids) for stem in words.clauses), words.name
