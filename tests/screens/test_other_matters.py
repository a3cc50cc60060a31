"""What has the words of consent and is no notice of the app; who goes on without agreeing; what makes the user wait."""

from __future__ import annotations

import pytest

from harness.screens import dark_patterns
from harness.screens.controls import role_of
from harness.screens.phrases import load
from harness.screens.recogniser import recognise
from tests.screens.test_dark_patterns import found, screen
from tests.screens.test_learned import APP, dialog

ZH = "请仔细阅读《用户协议》与《隐私政策》，我们会收集设备标识用于安全。"
EN = "We and our partners process data as described in the Privacy Policy."


@pytest.mark.parametrize(("title", "text", "buttons"), [
    ("隐私权益科普", "用户如何拒绝应用的隐私政策？本文为你介绍。", ("同意 312", "反对 4", "评论")),
    ("热议", "你会同意应用的隐私政策吗？", ("不同意 1.2万", "同意 87")),
    ("客服小橙", "您好，关于隐私政策您可以回复：同意/不同意", ("发送", "不同意")),
    ("群聊", "新的用户协议和隐私政策大家同意吗？", ("不接受", "回复")),
    ("免密支付", "开通免密支付需同意《免密支付协议》", ("同意并开通", "暂不开通")),
    ("租车", "下单前请阅读并同意《车辆租赁合同》", ("同意并下单", "不同意")),
    ("Rent a bike", "Please read and agree to the Rental Agreement.", ("Agree and rent", "Decline")),
    ("撤回同意", "撤回同意隐私政策后，您将无法使用本应用。确定撤回吗？", ("确定撤回", "再想想")),
    ("单独授权", "为了向您推荐附近的门店，我们申请授权，将您的位置信息提供给第三方青桐。拒绝不影响其他功能。", ("拒绝", "同意")),
    ("", "需要您单独同意我们处理您的人脸信息，用于刷脸登录。", ("不同意", "同意")),
    ("One more question", "We need your separate consent to pass your device id to Larch Ads.", ("Decline", "Agree")),
    ("Withdraw consent", "Without your consent to the Privacy Policy you cannot use it. Sure?", ("Yes, withdraw", "Go back")),
])
def test_another_matter_in_the_words_of_consent_is_no_notice(title, text, buttons):
    reading = recognise(dialog(title, text, buttons=buttons), APP)
    assert not reading.is_notice, reading.reason
    assert dark_patterns.find(reading) == []


@pytest.mark.parametrize(("title", "text", "buttons"), [
    ("隐私政策", f"{ZH}您可以随时撤回同意。", ("同意", "不同意")),
    ("隐私政策", "我们处理您的支付信息。请阅读并同意《隐私政策》和《支付服务协议》。", ("同意", "不同意")),
    ("隐私政策", f"{ZH}处理您的敏感信息前我们会征得您的单独同意。", ("同意", "不同意")),
    ("隐私政策", ZH, ("同意 5", "不同意")), ("隐私政策", ZH, ("同意(5s)", "不同意")), ("隐私政策", ZH, ("同意 5", "不同意 5")),
])
def test_a_notice_that_speaks_of_such_matters_is_one_all_the_same(title, text, buttons):
    reading = recognise(dialog(title, text, buttons=buttons), APP)
    assert reading.is_notice, reading.reason
    assert reading.with_role("agree") and reading.with_role("refuse")


@pytest.mark.parametrize(("title", "text", "yes", "no"), [
    ("个人信息保护指引", ZH, "同意并使用", "不同意并继续浏览"),
    ("", ZH, "同意", "拒绝并仅浏览"),
    ("Privacy choices", EN, "Agree and continue", "Continue with limited features")])
def test_who_goes_on_without_agreeing_has_a_limited_mode(title, text, yes, no):
    texts = [part for part in (title, text) if part]
    roles = {c.text: c.role for c in recognise(dialog(*texts, buttons=(yes, no)), APP).controls}
    assert (roles[yes], roles[no]) == ("agree", "limited_mode")


@pytest.mark.parametrize("text", ["不同意使用", "不同意", "不同意并退出", "拒绝"])
def test_who_only_refuses_has_none(text):
    assert role_of(text, load())[0] == "refuse"


def test_who_refuses_and_leaves_refuses_and_the_exit_is_told():
    reading = recognise(screen(refuse="不同意并退出"), "com.example.app")
    assert reading.with_role("refuse") and "exit_only" in found(screen(refuse="不同意并退出"))


@pytest.mark.parametrize(("text", "waits"), [
    ("不同意 4", False), ("不同意(4)", True), ("不同意 4s", True), ("不同意 4秒", True), ("不同意【4】", True),
    ("不同意 | 4s", True)])
def test_a_bare_number_is_no_count_down(text, waits):
    assert ("countdown_on_refusal" in found(screen(refuse=text))) is waits
