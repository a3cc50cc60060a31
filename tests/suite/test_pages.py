"""Tasks on an app's pages: what carries them on, what they come to, and which stage they open."""

from __future__ import annotations

import dataclasses

import pytest
from suite_device import FakeDevice, Page, permission
from suite_forms import Form, on_pages, opened, told

from harness.suite.app_file import KnownPage
from harness.suite.driver import NotReached
from harness.suite.limits import load_limits


def main(**buttons: object) -> Page:
    return Page(body=("首页",), buttons=dict(buttons))  # type: ignore[arg-type]


def outcomes(made, page: str) -> list[str]:
    return [fact["outcome"] for fact in told(made, "page") if fact["page"] == page]


def test_consent_is_withdrawn_through_a_question() -> None:
    made, pages = on_pages({
        "main": main(撤回同意="ask"),
        "ask": Page(body=("撤回后将停止服务",), buttons={"取消": "main", "确认撤回": "done"}),
        "done": Page(body=("已撤回同意",), buttons={"返回": "main"}),
    })  # fmt: skip
    done = pages.withdraw()
    assert (done.outcome, opened(made)) == ("done", ["after_withdrawal"])
    step = next(step for step in made.journal.steps if step.opens)
    assert (step.action, step.target, step.detail["taps"]) == ("withdraw", "确认撤回", ["撤回同意", "确认撤回"])
    assert step.host_ns < next(s.end_ns for s in made.journal.steps if s.target == "确认撤回")
    assert outcomes(made, "withdraw") == ["done"] and "tap 取消" not in made.device.log


def test_a_withdrawal_that_ends_the_app_is_told_and_is_no_loss() -> None:
    question = Page(body=("确定吗",), buttons={"取消": "main", "确定": "!exit"})
    made, pages = on_pages({"main": main(撤回同意="ask"), "ask": question})
    assert pages.withdraw().outcome == "exits"
    assert not made.app.notice_end("later")
    assert opened(made) == ["after_withdrawal"]


def test_a_withdrawal_after_which_the_notice_stands_there_again() -> None:
    notice = Page(body=("隐私政策提示", "请您阅读并同意《用户协议》和《隐私政策》,我们会收集、使用您的个人信息。"),
                  buttons={"不同意": "!exit", "同意": "main"})
    _, pages = on_pages({"main": main(撤回同意="ask"), "notice": notice,
                         "ask": Page(body=("确定吗",), buttons={"取消": "main", "确定": "notice"})})
    assert pages.withdraw().outcome == "asks_consent"


def test_a_question_of_the_task_that_reads_like_a_notice_is_no_notice() -> None:
    question = Page(body=("撤回后您将无法使用本应用。",), buttons={"取消": "main", "确认撤回": "!exit"})
    made, pages = on_pages({"main": main(撤回同意="ask"), "ask": question})
    assert pages.withdraw().outcome == "exits"
    assert told(made, "page")[-1]["taps"] == ["撤回同意", "确认撤回"]


def test_no_way_is_an_answer_after_a_whole_crawl_only() -> None:
    made, pages = on_pages({"main": main(设置="settings"), "settings": Page(body=("设置",), back="main")})
    done = pages.withdraw()
    assert (done.outcome, done.reached, outcomes(made, "withdraw"), made.journal.gaps) == ("no_way", False, ["no_way"], [])
    made, pages = on_pages({"main": main(设置="settings"), "settings": Page(body=("设置",), buttons={"a": "main"}, back="main")},
                           limits=dataclasses.replace(load_limits(), crawl_taps=1))
    with pytest.raises(NotReached, match="the crawl for it was not complete"):
        pages.withdraw()
    assert outcomes(made, "withdraw") == [] and made.journal.gaps[-1].kind == "not_reached"


def test_a_deletion_that_wants_an_identity_card_is_not_carried_out() -> None:
    made, pages = on_pages({
        "main": main(注销账号="read"),
        "read": Page(body=("注销须知",), buttons={"申请注销": "scan"}),
        "scan": Page(body=("请上传手持身份证照片",), buttons={"拍摄": "!stay", "提交": "!exit"},
                     disabled=lambda device, caption: caption == "提交"),
    })  # fmt: skip
    with pytest.raises(NotReached, match="demands id_card"):
        pages.delete_account()
    fact = told(made, "page")[-1]
    assert (fact["outcome"], fact["demands"], opened(made)) == ("demands", ["id_card"], [])
    assert "手持身份证" in fact["demand_texts"][0]


def test_a_deletion_waits_for_its_box() -> None:
    made, pages = on_pages({
        "main": main(注销账号="read"),
        "read": Page(body=("注销须知",), boxes={"我已阅读注销须知": False}, buttons={"确认注销": "gone"},
                     disabled=lambda d, c: c == "确认注销" and not d.ticked.get("我已阅读注销须知")),
        "gone": Page(body=("账号已注销",)),
    })  # fmt: skip
    assert (pages.delete_account().outcome, opened(made)) == ("done", ["after_deletion"])


def test_a_permission_that_a_deletion_asks_for_is_denied_and_told() -> None:
    made, pages = on_pages({
        "main": main(注销账号="read"),
        "read": Page(body=("注销申请将在15个工作日内处理,7天内可撤销。2026年3月1日更新",), buttons={"继续注销": "camera"}),
        "camera": permission("Allow Harbor to take pictures and record video?", then="over"),
        "over": Page(body=("账号已注销",)),
    })  # fmt: skip
    assert pages.delete_account().outcome == "done"
    fact = told(made, "page")[-1]
    assert (fact["demands"], fact["demand_texts"]) == (["permission"], ["android.permission-group.CAMERA"])
    assert fact["terms"] == ["15个工作日", "7天"]
    assert "tap Don’t allow" in made.device.log


def test_a_page_that_leads_nowhere() -> None:
    _, pages = on_pages({"main": main(注销账号="read"), "read": Page(body=("请稍后再试",), buttons={"返回": "main"})})
    with pytest.raises(NotReached, match="dead_end"):
        pages.delete_account()
    _, pages = on_pages({"main": main(注销账号="read"), "read": Page(body=("请致电400-810-0000办理注销",))})
    with pytest.raises(NotReached, match="demands call"):
        pages.delete_account()


def test_the_way_of_the_app_file_is_gone_by() -> None:
    known = {"withdraw": KnownPage(name="withdraw", open=("我的", "隐私"), tap=("停用", "好"))}
    made, pages = on_pages({
        "main": main(我的="mine"), "mine": Page(buttons={"隐私": "privacy"}), "privacy": Page(buttons={"停用": "ask"}),
        "ask": Page(body=("停用吗",), buttons={"好": "over", "别": "!stay"}), "over": Page(body=("完了",)),
    }, known)  # fmt: skip
    done = pages.withdraw()
    assert (done.outcome, done.way, opened(made)) == ("done", ("我的", "隐私"), ["after_withdrawal"])
    assert told(made, "entries") == []


def test_personalisation_is_switched_off_and_looked_at_again() -> None:
    settings = Page(body=("设置",), boxes={"个性化推荐": True}, back="main")
    made, pages = on_pages({"main": main(设置="settings"), "settings": settings})
    assert (pages.personalisation_off().outcome, opened(made)) == ("off", ["after_optout"])
    assert pages.personalisation_state("restart") is False
    made.device.ticked["个性化推荐"] = True
    assert pages.personalisation_state("restart") is True
    assert outcomes(made, "personalisation") == ["off", "is_off", "is_on"]


def test_a_switch_that_the_app_file_names() -> None:
    known = {"personalisation": KnownPage(name="personalisation", open=("隐私",), tap=("猜你喜欢",))}
    made, pages = on_pages({"main": main(隐私="privacy"), "privacy": Page(boxes={"通知": True, "猜你喜欢": True})}, known)
    assert pages.personalisation_off().outcome == "off"
    assert made.device.ticked == {"猜你喜欢": False} and told(made, "entries") == []


def test_a_way_that_a_whole_crawl_did_not_find_is_not_looked_for_again() -> None:
    made, pages = on_pages({"main": main(商品="!stay")})
    assert pages.entries(("personalisation", "child_mode")).complete
    assert (pages.child_mode().outcome, pages.personalisation_state("minor")) == ("no_way", None)
    assert len(told(made, "entries")) == 1 and outcomes(made, "personalisation") == ["no_way"]


def test_a_withdrawal_in_english() -> None:
    made, pages = on_pages({
        "main": Page(body=("Home",), buttons={"Settings": "settings"}),
        "settings": Page(body=("Settings",), buttons={"Privacy Policy": "!stay", "Withdraw consent": "ask"}, back="main"),
        "ask": Page(body=("We will stop collecting your data.",), buttons={"Keep consent": "settings", "Withdraw": "over"}),
        "over": Page(body=("Your consent has been withdrawn",)),
    })  # fmt: skip
    done = pages.withdraw()
    assert (done.outcome, done.way) == ("done", ("Settings", "Withdraw consent"))
    assert "tap Keep consent" not in made.device.log


def test_a_switch_that_springs_back() -> None:
    class Stuck(dict):
        def __setitem__(self, key: str, value: bool) -> None:
            pass

    made, pages = on_pages({"main": Page(body=("首页",), boxes={"个性化推荐": True})})
    made.device.ticked = Stuck()
    assert pages.personalisation_off().outcome == "stays_on"
    made, pages = on_pages({"main": Page(body=("首页",), boxes={"个性化推荐": False})})
    assert (pages.personalisation_off().outcome, opened(made)) == ("was_off", [])


def aged(**more: object) -> tuple:
    return on_pages({
        "main": Form(body=("请填写您的年龄",), buttons={"确定": "next"}, fields=("年龄",)),
        "next": Page(body=("未满14周岁,请监护人确认",), buttons={"监护人同意": "!stay"}), **more,
    })  # type: ignore[dict-item] # fmt: skip


def test_an_age_is_written_into_a_field() -> None:
    made, pages = aged()
    assert pages.enter_age(10).outcome == "guardian"
    assert made.device.written == {"年龄": "10"}
    fact = told(made, "page")[-1]
    assert (fact["how"], fact["entered"], fact["taps"]) == ("field", "10", ["确定"])


def test_an_age_is_chosen() -> None:
    made, pages = on_pages({"main": Page(body=("请选择您的年龄",), buttons={"18岁以上": "on", "14-17岁": "on", "14岁以下": "on"}),
                            "on": Page(body=("首页",))})
    assert pages.enter_age(10).outcome == "accepted"
    assert "tap 14岁以下" in made.device.log


def test_an_age_is_picked() -> None:
    def turn(by: int):
        def act(device: FakeDevice) -> None:
            value = int(device.written["18"]) + by
            device.written["18"] = str(value)
            device.pages["main"] = picker(value)

        return act

    def picker(value: int) -> Form:
        buttons = {str(value - 1): turn(-1), str(value + 1): turn(1), "完成": "on"}
        return Form(body=("请选择您的年龄",), buttons=buttons, fields=("18",))

    made, pages = on_pages({"main": picker(18), "on": Page(body=("首页",))})
    made.device.written["18"] = "18"
    assert pages.enter_age(12).outcome == "accepted"
    assert (made.device.written["18"], told(made, "page")[-1]["how"]) == ("12", "picker")


def test_a_birthday_is_written_where_one_is_asked_for() -> None:
    made, pages = on_pages({"main": Form(body=("请填写您的生日",), buttons={"保存": "on"}, fields=("出生日期",)),
                            "on": Page(body=("首页",))})
    assert pages.enter_age(10).outcome == "accepted"
    assert made.device.written == {"出生日期": "2013-01-01"}        # the device's clock says 2023


def test_an_app_that_asks_no_age() -> None:
    _, pages = on_pages({"main": main()})
    assert pages.enter_age(10).outcome == "not_asked"


def test_a_canary_is_journalled_and_sent() -> None:
    chat = Form(body=("提问",), buttons={"发送": "said"}, fields=("请输入问题",))
    made, pages = on_pages({"main": main(AI助手="chat"), "chat": chat, "said": Page(body=("好的",))})
    assert pages.ask_genai("canary0123").outcome == "sent"
    fact = told(made, "canary")[0]
    assert (fact["text"], fact["where"], fact["field"], made.device.written) == (
        "canary0123", "genai", "请输入问题", {"请输入问题": "canary0123"})
    assert "tap 发送" in made.device.log


@pytest.mark.parametrize(("body", "shown"), [(("提问", "canary0123"), True), (("提问",), False)])
def test_whether_a_text_is_kept_is_looked_for_on_the_services_page(body: tuple[str, ...], shown: bool) -> None:
    made, pages = on_pages({"main": main(AI助手="chat"), "chat": Page(body=body)})
    assert pages.genai_kept("canary0123") is shown
    assert [(f["text"], f["shown"], f["deleted"]) for f in told(made, "retention")] == [("canary0123", shown, "account")]


def test_nothing_is_said_of_a_service_that_is_not_there_any_more() -> None:
    made, pages = on_pages({"main": main()})
    assert pages.genai_kept("canary0123") is None
    assert told(made, "retention") == []


def test_a_service_without_a_field_is_not_asked() -> None:
    made, pages = on_pages({"main": main(AI助手="chat"), "chat": Page(body=("敬请期待",))})
    with pytest.raises(NotReached, match="no field"):
        pages.ask_genai("canary0123")
    assert told(made, "canary") == []


@pytest.mark.parametrize(("buttons", "after", "outcome"), [
    ({"密码登录": "pin", "取消": "main"}, "main", "alternative"),
    ({"取消": "pin"}, "pin", "alternative_after_refusal"),
    ({"取消": "!stay"}, "face", "none"),
    ({"取消": "!exit"}, "home", "exits"),
])  # fmt: skip
def test_a_biometric_question_is_refused(buttons: dict, after: str, outcome: str) -> None:
    made, pages = on_pages({"main": main(人脸登录="face"), "face": Page(body=("请进行人脸识别",), buttons=buttons),
                            "pin": Page(body=("其他登录方式",), buttons={"短信验证码登录": "!stay"})})
    assert pages.refuse_biometric().outcome == outcome
    assert made.device.shown == after


def test_secrets_are_typed_and_nowhere_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_PHONE", "13800138000")
    known = {"login": KnownPage(name="login", open=("登录",), fill=(("手机号", "$TEST_PHONE"),), tap=("登录",), done="欢迎")}
    made, pages = on_pages({"main": Page(body=("首页",), buttons={"登录": "form"}),
                            "form": Form(body=("账号",), buttons={"登录": "in"}, fields=("手机号",)),
                            "in": Page(body=("欢迎 138 0013 8000",))}, known)  # fmt: skip
    assert pages.log_in().outcome == "done"
    assert made.device.written == {"手机号": "13800138000"}
    kept = repr(made.journal.events) + "".join(o.decode("utf-8", "replace") for o in made.journal.objects.values())
    assert "13800138000" not in kept and "138 0013 8000" not in kept and "$TEST_PHONE" in kept
    shown = [s for s in made.journal.screens if "$TEST_PHONE" in made.journal.objects[s.hierarchy].decode()]
    assert shown and all(s.screenshot is None for s in shown)


def test_a_login_whose_way_is_not_told_is_looked_for() -> None:
    known = {"login": KnownPage(name="login", fill=(("手机号", "13900139000"),), tap=("登录",), done="欢迎")}
    made, pages = on_pages({"main": main(我的="mine"), "mine": Page(body=("我的",), buttons={"立即登录": "form"}, back="main"),
                            "form": Form(body=("账号",), buttons={"登录": "in"}, fields=("手机号",), back="mine"),
                            "in": Page(body=("欢迎",))}, known)  # fmt: skip
    assert pages.log_in().way == ("我的", "立即登录")
    assert made.device.written == {"手机号": "13900139000"}


def test_a_login_that_is_refused_or_unknown() -> None:
    known = {"login": KnownPage(name="login", open=("登录",), tap=("登录",), done="欢迎")}
    made, pages = on_pages({"main": main(登录="form"), "form": Page(body=("密码错误",), buttons={"登录": "!stay"})}, known)
    with pytest.raises(NotReached, match="'欢迎' did not show"):
        pages.log_in()
    assert outcomes(made, "login") == ["refused"]
    _, pages = on_pages({"main": main()})
    with pytest.raises(NotReached, match="no way to log in"):
        pages.log_in()
