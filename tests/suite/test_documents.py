"""Texts that an app shows of itself are kept with their hash; requests of users with the last day of their term."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from suite_device import Page, permission
from suite_forms import Form, on_pages, told

from harness.clauses.working_days import due, is_working_day
from harness.suite import documents, requests_of_users, sensitive
from harness.suite.app_file import Function, KnownPage
from harness.suite.driver import PolicyNotice

POLICY = "我们是渠禾。我们如何处理您的个人信息:" + "收集您的手机号码用于登录;" * 20
ENTRIES = {"隐私政策": "policy", "第三方信息共享清单": "shared"}
APP = {
    "main": Page(body=("首页",), buttons=ENTRIES),
    "policy": Page(body=("隐私政策 Privacy", POLICY), back="main"),
    "shared": Page(body=("流影数据:设备型号",), back="main"),
}


def test_documents_are_read_as_they_are_written_and_kept() -> None:
    made, pages = on_pages(APP)
    found = {d.page: d for d in documents.read_all(pages)}
    assert found["policy"].outcome == "opened" and POLICY in found["policy"].text and "隐私政策 Privacy" in found["policy"].text
    fact = next(f for f in told(made, "page") if f["page"] == "policy")
    kept = made.journal.objects[fact["object"]]
    assert fact["sha256"] == hashlib.sha256(kept).hexdigest() and kept.decode() == found["policy"].text
    assert [found[name].outcome for name in ("shared_list", "summary", "collected_list")] == ["opened", "no_way", "no_way"]


@pytest.mark.parametrize(("body", "outcome"), [
    ((POLICY,), "opened"), (("404 页面不存在",), "error"), (("隐私政策",), "blank"), (("Webpage not available",), "error"),
])  # fmt: skip
def test_a_link_to_the_policy_opens_or_does_not(body: tuple[str, ...], outcome: str) -> None:
    _, pages = on_pages({**APP, "policy": Page(body=body, back="main")})
    assert documents.read(pages, "policy").outcome == outcome


@pytest.mark.parametrize(("leads", "outcome"), [("policy", "opened"), ("!stay", "unopened")])
def test_the_link_in_the_notice_is_opened_and_left(leads: str, outcome: str) -> None:
    notice = Page(body=("隐私政策提示", "请您阅读并同意,我们会收集、使用您的个人信息。"),
                  buttons={"《隐私政策》": leads, "不同意": "!exit", "同意": "!stay"})
    made, pages = on_pages({"main": notice, "policy": Page(body=(POLICY,), back="main")})
    found = made.user.expect(PolicyNotice)
    assert documents.open_link_of_notice(pages, found).outcome == outcome
    assert made.device.shown == "main"


def test_a_link_within_the_text_of_a_notice_is_a_gap() -> None:
    notice = Page(body=("隐私政策提示", "请您阅读并同意《隐私政策》,我们会收集、使用您的个人信息。"),
                  buttons={"不同意": "!exit", "同意": "!stay"})
    made, pages = on_pages({"main": notice})
    assert documents.open_link_of_notice(pages, made.user.expect(PolicyNotice)).outcome == "in_text"
    assert made.journal.gaps[-1].subject == "policy test"


def test_a_request_is_sent_and_noted_with_its_last_day() -> None:
    known = {"rights": KnownPage(name="rights", open=("个人信息查询",), fill=(("内容", "副本"),), tap=("提交申请",))}
    made, pages = on_pages({
        "main": Page(body=("首页",), buttons={"个人信息查询": "rights"}),
        "rights": Form(body=("15个工作日内处理",), buttons={"提交申请": "sent"}, fields=("内容",)),
        "sent": Page(body=("已受理 20481",)),
    }, known)  # fmt: skip
    assert requests_of_users.make(pages).outcome == "sent"
    fact = told(made, "request")[0]
    assert (fact["sent"], fact["working_days"], made.device.written) == (True, 15, {"内容": "副本"})
    assert "已受理" in fact["answer"]
    assert date.fromisoformat(fact["due"]) > date.fromisoformat(fact["begun"])


def test_without_words_to_send_the_way_is_noted_and_nothing_sent() -> None:
    made, pages = on_pages({"main": Page(body=("首页",), buttons={"个人信息查询": "rights"}),
                            "rights": Page(body=("请填写",), buttons={"提交申请": "!exit"})})
    assert requests_of_users.make(pages).outcome == "noted"
    assert not told(made, "request")[0]["sent"] and "tap 提交申请" not in made.device.log


def test_working_days_go_by_the_notices_of_the_state_council() -> None:
    assert not is_working_day(date(2026, 10, 1)) and is_working_day(date(2026, 10, 10)) and not is_working_day(date(2026, 10, 11))
    term = due(date(2026, 9, 30), 1)
    assert (term.day, term.certain) == (date(2026, 10, 8), True)
    assert not due(date(2026, 12, 25), 15).certain


@given(st.dates(date(2025, 1, 1), date(2026, 12, 31)), st.integers(1, 40))
def test_a_term_has_as_many_working_days_as_it_says(begun: date, days: int) -> None:
    last = due(begun, days).day
    between = [date.fromordinal(n) for n in range(begun.toordinal() + 1, last.toordinal() + 1)]
    assert sum(map(is_working_day, between)) == days and is_working_day(last)


def test_the_functions_of_the_app_file_that_are_sensitive_are_opened() -> None:
    made, pages = on_pages({
        "main": Page(body=("首页",), buttons={"健康档案": "health", "附近门店": "where", "商品": "!exit"}),
        "health": Page(body=("健康数据用于生成建议",), back="main"),
        "where": permission("Allow Harbor to access this device’s location?", then="main"),
    })  # fmt: skip
    pages.functions = (
        Function(name="健康", open=("健康档案",)), Function(name="商品", open=("商品",)),
        Function(name="附近", open=("附近门店",), permissions=("location",)),
    )  # fmt: skip
    assert [done.outcome for done in sensitive.open_functions(pages)] == ["opened", "permission"]
    assert told(made, "page")[0]["items"] == ["health"] and told(made, "entries") == []


def test_an_app_without_sensitive_functions() -> None:
    made, pages = on_pages({"main": Page(body=("首页",), buttons={"商品": "!stay"})})
    assert sensitive.open_functions(pages) == []
    assert told(made, "page")[-1]["outcome"] == "no_way"


@pytest.mark.parametrize(("page", "outcome", "why"), [
    (Page(body=("身份证号用于核验身份",), buttons={"同意": "!stay", "暂不": "main"}), "notice", True),
    (Form(body=("请填写",), buttons={"提交": "!stay"}, fields=("身份证号",)), "field", False),
])  # fmt: skip
def test_a_sensitive_function_is_opened_and_told(page: Page, outcome: str, why: bool) -> None:
    made, pages = on_pages({"main": Page(body=("首页",), buttons={"实名认证": "id"}), "id": page})
    assert [done.outcome for done in sensitive.open_functions(pages)] == [outcome]
    fact = told(made, "page")[-1]
    assert (fact["says_why"], fact["items"]) == (why, ["id_card"])
