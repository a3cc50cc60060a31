"""Controls that count down, stay disabled or do nothing, boxes that need no tick: what counts as an answer, and what not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from suite_device import FakeDevice, Page
from suite_rig import rig

from harness.model import GapKind
from harness.suite.driver import NotReached, PolicyNotice

POLICY = "欢迎使用!请您阅读并同意《用户协议》和《隐私政策》,我们会收集、使用您的个人信息。"
MAIN = Page(body=("青禾商城",), buttons={"搜索": "!stay", "购物车": "!stay"})
SECOND = Page(body=("温馨提示", "很遗憾,若您不同意《隐私政策》,我们将无法为您提供服务。"),
              buttons={"仍不同意": "!exit", "再想想": "notice"})
MARKETING = "我愿意接收营销短信和优惠推送"
AGE = "我已年满十四周岁"
DOCUMENT = "我已阅读并同意《隐私政策》"


def launched(boxes=None, disabled=None, more=None, **buttons):
    page = Page(body=("隐私政策提示", POLICY), buttons=buttons, boxes=boxes or {})
    page.disabled = disabled or page.disabled
    made = rig({"notice": page, "main": MAIN, **(more or {})}, "notice")
    made.app.launch()
    return made


def refused(made, **how):
    made.user.refuse(made.user.expect(PolicyNotice), **how)
    return made.journal.facts[-1].data


def opened(made):
    return [step.opens for step in made.journal.steps if step.opens]


def acts(made):
    return [line for line in made.device.log if line.startswith(("tap", "tick", "press"))]


def counting(caption, seconds):
    begun = []

    def disabled(device: FakeDevice, text: str) -> bool:
        begun.append(device.clock.monotonic())
        return text.startswith(caption) and begun[-1] - begun[0] < seconds
    return disabled


def test_a_refusal_that_counts_down_is_waited_for():
    told = refused(made := launched(disabled=counting("不同意", 8), 不同意="!exit", 同意="main"))
    assert (told["outcome"], told["taps"], opened(made)) == ("exits", 1, ["after_refusal"])
    assert acts(made) == ["tap 不同意"]


@pytest.mark.parametrize("disabled", [True, False])
def test_a_refusal_without_effect_is_none_and_opens_no_stage(disabled):
    made = launched(disabled=lambda d, c: disabled and c == "不同意", 不同意="!stay", 同意="main")
    told = refused(made)
    assert (told["outcome"], told["taps"]) == ("no_effect", 0 if disabled else 2)
    assert (opened(made), len(acts(made))) == ([], told["taps"])
    [gap] = made.journal.gaps
    assert (gap.kind, gap.subject.split()) == (GapKind.NOT_REACHED, ["after_refusal", "test"])
    assert "拒绝" in gap.detail_zh


def test_a_second_tap_that_has_effect_is_a_refusal():
    def twice(device: FakeDevice) -> None:
        if device.log.count("tap 不同意") == 2:
            device.follow("!exit")

    assert refused(made := launched(不同意=twice, 同意="main"))["outcome"] == "exits"
    assert opened(made) == ["after_refusal"]


def test_the_same_notice_after_another_page_was_shown_asks_again():
    def again(device: FakeDevice) -> None:
        device.shown = "main"
        device.after(1, lambda d: d.follow("notice"))

    assert refused(launched(不同意=again, 同意="main"))["outcome"] == "asks_again"


def test_the_last_chance_is_looked_at():
    made = launched(more={"second": SECOND}, 不同意="second", 同意="main")
    made.user.limits = replace(made.user.limits, second_chances=2)
    told = refused(made)
    assert (told["outcome"], told["levels"]) == ("exits", 2)


def test_a_disabled_agreement_is_not_tapped_and_opens_nothing():
    made = launched(disabled=lambda d, c: c == "同意", 不同意="!exit", 同意="main")
    with pytest.raises(NotReached, match="stayed disabled"):
        made.user.agree(made.user.expect(PolicyNotice))
    assert (acts(made), opened(made)) == ([], [])
    assert [gap.kind for gap in made.journal.gaps] == [GapKind.NOT_REACHED]


def test_a_box_for_marketing_stays_empty():
    made = launched({DOCUMENT: False, MARKETING: False}, 不同意="!exit", 同意="main")
    made.user.agree(made.user.expect(PolicyNotice))
    assert acts(made) == [f"tick {DOCUMENT}", "tap 同意"]


def test_a_box_is_read_in_the_language_of_its_screen():
    """Three words are too few to tell their language by."""
    page = Page(body=("Aviso de privacidad", "Lea y acepte la política de privacidad y los términos y condiciones de uso."),
                buttons={"Rechazar": "!exit", "Aceptar": "main"}, boxes={"Lo anterior": False, "Quiero ofertas": False})
    made = rig({"notice": page, "main": MAIN}, "notice")
    made.app.launch()
    made.user.agree(made.user.expect(PolicyNotice))
    assert acts(made) == ["tick Lo anterior", "tap Aceptar"]


def test_other_boxes_are_ticked_one_kind_after_the_other_where_agreeing_stays_disabled():
    made = launched({MARKETING: False, AGE: False}, disabled=lambda d, c: c == "同意" and not d.ticked.get(AGE),
                    不同意="!exit", 同意="main")
    made.user.agree(made.user.expect(PolicyNotice))
    assert acts(made) == [f"tick {AGE}", "tap 同意"]
    tick = next(step for step in made.journal.steps if step.target == AGE)
    assert tick.detail == {"box": "other", "why": "the control to agree stayed disabled"}
    assert made.device.shown == "main"


def test_a_box_is_ticked_where_the_tap_kept_the_notice():
    def agree(device: FakeDevice) -> None:
        device.follow("main" if device.ticked.get(MARKETING) else "!stay")

    made = launched({MARKETING: False}, 不同意="!exit", 同意=agree)
    made.user.agree(made.user.expect(PolicyNotice))
    assert acts(made) == ["tap 同意", f"tick {MARKETING}", "tap 同意"]
    tick = next(step for step in made.journal.steps if step.target == MARKETING)
    assert tick.detail == {"box": "item", "why": "a tap on the control to agree kept the notice"}


def test_a_refusal_by_a_control_that_is_named():
    made = launched(仅浏览="main", 不同意="!exit", 同意="main")
    assert refused(made, by="仅浏览")["outcome"] == "limited"
    assert acts(made) == ["tap 仅浏览"]
    made = launched(不同意="!exit", 同意="main")
    with pytest.raises(NotReached, match="no control '仅浏览'"):
        refused(made, by="仅浏览")
