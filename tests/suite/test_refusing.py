"""Refusals with their branches, and notices left without an answer, against scripted devices."""

from __future__ import annotations

import pytest
from suite_device import FakeDevice, Page
from suite_rig import rig

from harness.suite import notices
from harness.suite.driver import PolicyNotice

POLICY = "欢迎使用!请您阅读并同意《用户协议》和《隐私政策》,我们会收集、使用您的个人信息。"
MAIN = Page(body=("青禾商城",), buttons={"搜索": "!stay", "购物车": "!stay"})
SECOND = Page(body=("温馨提示", "很遗憾,若您不同意《隐私政策》,我们将无法为您提供服务。"),
              buttons={"仍不同意": "third", "再想想": "notice"})
THIRD = Page(body=("提示", "若您仍不同意《隐私政策》,应用将退出。真的要放弃吗?"), buttons={"仍不同意": "!exit", "同意": "main"})
CRASH = Page(body=("Harbor has stopped",), buttons={"Close app": "!exit"}, package="android")


def notice(back: str | None = None, **buttons: object) -> Page:
    return Page(body=("隐私政策提示", POLICY), buttons=dict(buttons) or {"不同意": "!exit", "同意": "main"}, back=back)


def launched(pages, start="notice"):
    made = rig(pages, start)
    made.app.launch()
    return made


def refused(made):
    made.user.refuse(made.user.expect(PolicyNotice))
    return made.journal.facts[-1].data


def prompts(made):
    return [fact.data for fact in made.journal.facts if fact.type == "prompt"]


def test_a_third_level_is_refused_too():
    made = launched({"notice": notice(不同意="second", 同意="main"), "second": SECOND, "third": THIRD, "main": MAIN})
    told = refused(made)
    assert (told["outcome"], told["levels"], told["taps"]) == ("exits", 3, 3)
    assert told["by"] == ["不同意", "仍不同意", "仍不同意"]
    assert told["step"] == made.journal.steps[-1].id


def test_a_mode_of_less_is_limited_and_a_plain_page_continues():
    page = Page(body=("当前为仅浏览模式",), buttons={"搜索": "!stay"})
    made = launched({"notice": notice(不同意="main", 同意="main"), "main": page})
    assert refused(made)["outcome"] == "limited"
    made = launched({"notice": notice(不同意="main", 同意="main"), "main": MAIN})
    assert refused(made)["outcome"] == "continues"


def test_a_second_notice_that_comes_a_moment_later_is_refused_too():
    def late(device: FakeDevice) -> None:
        device.shown = "main"
        device.after(1.5, lambda d: d.follow("second"))

    second = Page(body=SECOND.body, buttons={"不同意并退出": "!exit", "再想想": "notice"})
    made = launched({"notice": notice(不同意=late, 同意="main"), "second": second, "main": MAIN})
    assert (told := refused(made))["levels"] == 2
    assert told["outcome"] == "exits"


def test_an_app_that_crashes_where_it_is_refused_has_ended_and_says_so():
    made = launched({"notice": notice(不同意="crash", 同意="main"), "crash": CRASH, "main": MAIN})
    told = refused(made)
    assert (told["outcome"], told["crashed"]) == ("exits", True)


def test_the_stage_opens_once_however_often_is_refused():
    made = launched({"notice": notice(不同意="main", 同意="main"), "main": MAIN})
    refused(made)
    made.app.restart()
    refused(made)
    assert [step.opens for step in made.journal.steps if step.opens] == ["after_refusal"]


def test_what_asks_again_after_a_restart_is_a_prompt_and_the_first_notice_is_no_repetition():
    made = launched({"notice": notice(不同意="main", 同意="main"), "main": MAIN})
    refused(made)
    made.app.restart()
    made.user.expect(PolicyNotice)
    first, second = prompts(made)
    assert (first["again"], first["after"], first["kind"]) == (False, "launch", "policy_consent")
    assert (second["again"], second["refusals"], second["launches_since"]) == (True, 1, 1)
    assert second["step"] == next(s.id for s in reversed(made.journal.steps) if s.action == "launch")


def test_what_asks_again_while_nothing_is_done_is_a_prompt_of_this_session():
    made = launched({"notice": notice(不同意="main", 同意="main"), "main": MAIN})
    refused(made)
    made.device.after(2, lambda device: device.follow("notice"))
    made.timeline.observe(5)
    assert [(p["again"], p["launches_since"]) for p in prompts(made)] == [(False, None), (True, 0)]
    assert prompts(made)[-1]["after"] == "observe"


def test_a_notice_that_the_user_opened_is_no_prompt():
    page = Page(body=("青禾商城",), buttons={"注册": "notice"})
    made = launched({"notice": notice(不同意="main", 同意="main"), "main": page}, start="main")
    made.user.tap(made.user.look().reading.controls[0], made.user.look())
    assert prompts(made) == []


def dismissed(made, how):
    found = made.user.dismiss_notice(made.user.expect(PolicyNotice), how)
    assert made.journal.facts[-1].data["outcome"] == found.outcome
    return found.outcome


@pytest.mark.parametrize(("back", "outcome"), [("main", "gone"), ("!stay", "stays"), (None, "exits")])
def test_the_back_key_and_what_it_does(back, outcome):
    made = launched({"notice": notice(back=back), "main": MAIN})
    assert dismissed(made, "back") == outcome
    assert not [step for step in made.journal.steps if step.opens]


def test_waiting_and_a_notice_that_takes_silence_for_an_answer():
    made = launched({"notice": notice(), "main": MAIN})
    assert dismissed(made, "wait") == "stays"
    made.device.after(2, lambda device: device.follow("main"))
    assert dismissed(made, "wait") == "gone"


def test_a_tap_outside_hits_no_control():
    made = launched({"notice": notice(), "main": MAIN})
    taps = []
    made.device.tap = lambda x, y: taps.append((x, y))
    assert dismissed(made, "outside") == "stays"
    [(x, y)] = taps
    shown = made.user.look()
    assert not [c for c in shown.reading.controls if c.bounds[0] <= x <= c.bounds[2] and c.bounds[1] <= y <= c.bounds[3]]


def test_a_notice_is_measured_and_its_links_are_opened():
    page = Page(body=("隐私政策提示", POLICY), boxes={"我已阅读并同意《隐私政策》": True},
                buttons={"《隐私政策》": "policy", "《用户协议》": "!stay", "不同意": "!exit", "同意": "main"})
    made = launched({"notice": page, "policy": Page(body=("全文",), back="notice"), "main": MAIN})
    here = notices.measure(made.user, made.user.expect(PolicyNotice))
    told = next(fact.data for fact in made.journal.facts if fact.type == "notice")
    assert (told["default_ticks"], "default_tick" in told["ids"]) == (1, True)
    assert {link["text"]: link["opens"] for link in told["links"]} == {"《隐私政策》": True, "《用户协议》": False}
    assert here.seen.reading.is_notice
