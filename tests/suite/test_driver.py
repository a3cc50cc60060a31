"""The driver against scripted devices: agree, refuse and where that leads, the system's dialogs."""

from __future__ import annotations

import pytest
from suite_device import FakeDevice, Page, permission
from suite_rig import rig

from harness.model import GapKind
from harness.suite.driver import NotReached, PermissionDialog, PolicyNotice

POLICY = "欢迎使用!请您阅读并同意《用户协议》和《隐私政策》,我们会收集、使用您的个人信息。"
MAIN = Page(body=("青禾商城",), buttons={"搜索": "!stay", "购物车": "!stay"})
SECOND = Page(body=("温馨提示", "很遗憾,若您不同意《隐私政策》,我们将无法为您提供服务。"),
              buttons={"不同意并退出": "!exit", "再想想": "notice"})


def notice(**buttons: object) -> Page:
    return Page(body=("隐私政策提示", POLICY), buttons=dict(buttons) or {"不同意": "!exit", "同意": "main"})


def launched(pages, start="notice", **more):
    made = rig(pages, start, **more)
    made.app.launch()
    return made


def opened(made):
    return [(step.action, step.opens) for step in made.journal.steps if step.opens]


def test_agreeing_taps_the_agreeing_control_and_opens_after_agree():
    made = launched({"notice": notice(), "main": MAIN})
    shown = made.user.agree(made.user.expect(PolicyNotice))
    tap = next(step for step in made.journal.steps if step.opens == "after_agree")
    assert (tap.action, tap.control.text, tap.control.role) == ("tap", "同意", "agree")
    assert tap.screen == next(s.id for s in made.journal.screens if s.kind == "policy_consent")
    assert tap.host_ns < tap.end_ns
    assert shown.event.after_step == tap.id
    assert made.device.shown == "main"


def test_a_stage_is_announced_before_it_is_opened():
    made = launched({"notice": notice(), "main": MAIN})
    made.user.agree(made.user.expect(PolicyNotice))
    intent = next(f for f in made.journal.facts if f.type == "intent")
    tap = next(step for step in made.journal.steps if step.opens == "after_agree")
    assert intent.data["opens"] == "after_agree"
    assert intent.host_ns <= tap.host_ns
    assert made.journal.events.index(intent) < made.journal.events.index(tap)


def test_a_box_is_ticked_before_agreeing():
    page = Page(body=("用户须知", POLICY), boxes={"我已阅读并同意《隐私政策》": False},
                buttons={"下一步": "main"}, disabled=lambda d, c: c == "下一步" and not any(d.ticked.values()))
    made = launched({"notice": page, "main": MAIN})
    made.user.agree(made.user.expect(PolicyNotice))
    assert made.device.log[-2:] == ["tick 我已阅读并同意《隐私政策》", "tap 下一步"]
    assert made.device.shown == "main"


def test_a_count_down_is_waited_for():
    def counting(device: FakeDevice, caption: str) -> bool:
        return caption.startswith("同意") and device.clock.monotonic() < 1_700_000_006

    page = Page(body=("隐私政策提示", POLICY), buttons={"不同意": "!exit", "同意(5s)": "main"}, disabled=counting)
    made = launched({"notice": page, "main": MAIN})
    made.user.agree(made.user.expect(PolicyNotice))
    assert [line for line in made.device.log if line.startswith("tap")] == ["tap 同意(5s)"]
    assert made.device.shown == "main"


def test_agreeing_from_a_second_chance_goes_back_to_the_notice_first():
    made = launched({"notice": notice(), "second": SECOND, "main": MAIN}, start="second")
    made.user.agree(made.user.expect(PolicyNotice))
    assert made.device.shown == "main"
    assert [step.opens for step in made.journal.steps if step.action == "tap"] == [None, "after_agree"]


def test_a_notice_that_stays_is_not_reached_and_never_clean():
    made = launched({"notice": notice(同意="!stay", 不同意="!exit")})
    shown = made.user.expect(PolicyNotice)
    with pytest.raises(NotReached):
        made.user.agree(shown)
    assert [gap.kind for gap in made.journal.gaps] == [GapKind.NOT_REACHED]


def test_refusal_that_exits():
    made = launched({"notice": notice()})
    refusal = made.user.refuse(made.user.expect(PolicyNotice))
    assert refusal.outcome == "exits"
    assert opened(made) == [("refuse", "after_refusal")]


def test_refusal_with_a_second_chance_is_followed_to_its_end():
    made = launched({"notice": notice(不同意="second", 同意="main"), "second": SECOND})
    refusal = made.user.refuse(made.user.expect(PolicyNotice))
    assert refusal.outcome == "exits"
    assert refusal.levels == ("policy_consent", "policy_second_chance")
    taps = [step for step in made.journal.steps if step.action == "tap"]
    assert [step.control.text for step in taps] == ["不同意", "不同意并退出"]
    summary = made.journal.steps[-1]
    assert (summary.action, summary.outcome, summary.opens) == ("refuse", "exits", "after_refusal")
    assert taps[0].end_ns < summary.host_ns <= taps[1].host_ns


def test_refusal_that_leads_on_into_the_app():
    made = launched({"notice": notice(不同意="main", 同意="main"), "main": MAIN})
    assert made.user.refuse(made.user.expect(PolicyNotice)).outcome == "continues"


def test_refusal_that_asks_again_without_end():
    third = Page(body=("提示", "再次提醒,需要同意《隐私政策》才能使用。"),
                 buttons={"仍不同意": "notice", "同意": "main"})
    made = launched({"notice": notice(不同意="third", 同意="main"), "third": third})
    refusal = made.user.refuse(made.user.expect(PolicyNotice))
    assert refusal.outcome == "asks_again"
    assert len(refusal.levels) == 2


def test_a_notice_without_refusal_is_left_by_the_back_key_and_says_so():
    made = launched({"notice": notice(同意="main")})
    assert made.user.refuse(made.user.expect(PolicyNotice)).outcome == "exits"
    assert "press back" in made.device.log
    assert "no control that refuses" in made.journal.gaps[0].detail


def test_no_notice_is_a_gap_that_names_the_stage():
    made = launched({"main": MAIN}, start="main")
    with pytest.raises(NotReached):
        made.user.expect(PolicyNotice, timeout=3)
    assert "after_agree" in made.journal.gaps[0].subject.split()
    assert made.journal.steps[-1].outcome == "not_reached"


def test_a_permission_dialog_before_the_notice_is_denied_and_stays_before_consent():
    asked = permission("Allow Harbor to access this device’s location?", then="notice")
    made = launched({"asked": asked, "notice": notice(), "main": MAIN}, start="asked")
    made.user.expect(PolicyNotice)
    assert made.device.log[-1] == "tap Don’t allow"
    assert opened(made) == []
    dialog = made.journal.screens[0]
    assert (dialog.kind, dialog.permission) == ("system_permission", "android.permission-group.LOCATION")


def test_a_denial_after_agreeing_opens_after_permission_denial():
    asked = permission("Allow Harbor to access your contacts?", then="main")
    made = launched({"notice": notice(不同意="!exit", 同意="asked"), "asked": asked, "main": MAIN})
    made.user.agree(made.user.expect(PolicyNotice))
    answered = made.user.answer_all("deny")
    assert [seen.reading.permission for seen in answered] == ["android.permission-group.CONTACTS"]
    assert opened(made) == [("tap", "after_agree"), ("tap", "after_permission_denial")]
    assert made.journal.steps[-1].detail["answers"] == answered[0].event.id


def test_dialogs_without_end_are_given_up():
    made = launched({"asked": permission("Allow Harbor to access your contacts?", then="!stay")}, start="asked")
    answered = made.user.answer_all("deny")
    assert len(answered) == made.user.limits.dialogs
    assert made.journal.gaps


def test_a_dialog_that_comes_up_while_observing_is_journalled_and_says_what_came_before():
    asked = permission("Allow Harbor to take pictures and record video?", then="main")
    made = launched({"asked": asked, "main": MAIN}, start="main")
    made.device.after(3, lambda device: device.follow("asked"))
    seen = made.timeline.observe(6)
    assert [s.reading.kind for s in seen] == ["system_permission"]
    launch = next(step for step in made.journal.steps if step.action == "launch")
    assert seen[0].event.after_step == launch.id
    observe = made.journal.steps[-1]
    assert observe.host_ns < seen[0].event.host_ns < observe.end_ns


def test_a_dialog_after_a_tap_of_the_user_says_so():
    asked = permission("Allow Harbor to take pictures and record video?", then="main")
    page = Page(body=("青禾商城",), buttons={"扫一扫": "asked"})
    made = launched({"asked": asked, "main": page}, start="main")
    seen = made.user.look()
    after = made.user.tap(seen.reading.controls[0], seen)
    assert after.event.kind == "system_permission"
    assert after.event.after_step == made.journal.steps[-1].id
    assert made.user.expect(PermissionDialog).seen.event.id == after.event.id


def test_an_app_that_never_draws_is_told():
    made = rig({"main": MAIN}, start=lambda device: None, limits=None)
    assert made.app.launch().reading.package != "com.example.fixture"
    assert made.journal.gaps[0].kind == GapKind.NOT_REACHED
    assert "drew no window" in made.journal.gaps[0].detail


def test_the_time_to_draw_does_not_begin_before_the_process_and_its_hooks():
    def slow(device: FakeDevice) -> None:
        def held(stands: bool):
            return lambda d: setattr(made.app.hooked, "holds", stands)

        device.running = False
        device.after(25, lambda d: setattr(d, "running", True))
        device.after(25, held(True))
        device.after(65, held(False))
        device.after(90, lambda d: d.follow("main"))

    made = rig({"main": MAIN}, start=slow)
    assert made.app.launch().reading.package == "com.example.fixture"
    assert made.journal.gaps == []


def test_an_app_that_crashes_at_start_is_told():
    def crash(device: FakeDevice) -> None:
        device.after(1, lambda d: d.follow("!exit"))

    made = rig({"main": MAIN}, start=crash)
    made.app.launch()
    assert "ended before it had drawn" in made.journal.gaps[0].detail
    assert any(fact.type == "process" for fact in made.journal.facts)


def test_an_app_that_dies_while_it_is_observed_is_told_once():
    made = launched({"main": MAIN}, start="main")
    made.device.after(2, lambda device: device.follow("!exit"))
    made.timeline.observe(5)
    made.timeline.observe(5)
    [gap] = made.journal.gaps
    assert "ended by itself" in gap.detail


def test_going_home_begins_the_background_and_coming_back_is_an_act():
    made = launched({"main": MAIN}, start="main")
    made.timeline.background(3)
    back = made.app.come_back()
    assert opened(made) == [("home", "background")]
    assert back.reading.package == "com.example.fixture"
    assert [step.action for step in made.journal.steps][-3:] == ["home", "observe", "return"]


def test_what_fails_is_journalled_as_failed():
    made = launched({"main": MAIN}, start="main")

    def lost(x: int, y: int) -> None:
        raise ConnectionError("device gone")

    made.device.tap = lost
    seen = made.user.look()
    with pytest.raises(ConnectionError):
        made.user.tap(seen.reading.controls[0], seen)
    assert made.journal.steps[-1].outcome == "failed"
    assert "device gone" in made.journal.steps[-1].detail["error"]


def test_what_stands_before_the_notice_is_declined_once():
    update = Page(body=("发现新版本", "新版本 2.0 已发布,是否立即更新?"), buttons={"立即更新": "!stay", "以后再说": "notice"})
    made = launched({"update": update, "notice": notice(), "main": MAIN}, start="update")
    assert made.user.expect(PolicyNotice).seen.reading.is_notice
    assert made.device.log[-1] == "tap 以后再说"
    told = next(fact.data for fact in made.journal.facts if fact.type == "interruption")
    assert (told["kind"], told["outcome"]) == ("update_prompt", "gone")


def test_a_hang_before_the_notice_is_waited_for():
    hang = Page(body=("Harbor isn't responding",), buttons={"Close app": "!exit", "Wait": "notice"}, package="android")
    made = launched({"hang": hang, "notice": notice(), "main": MAIN}, start="hang")
    assert made.user.expect(PolicyNotice).seen.reading.is_notice


def test_a_dialog_that_comes_a_moment_after_the_answer_to_another_is_answered_too():
    def late(device: FakeDevice) -> None:
        device.shown = "main"
        device.after(1.5, lambda d: d.follow("second"))

    asks = {"first": permission("Allow Harbor to access your contacts?", then=late),
            "second": permission("Allow Harbor to take pictures and record video?", then="main")}  # fmt: skip
    made = launched({"main": MAIN, **asks}, start="first")
    assert len(made.user.answer_all("deny")) == 2
