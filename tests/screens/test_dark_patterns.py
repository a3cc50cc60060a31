"""Dark patterns: each is found where it is, measured, and not found where it is not."""

from __future__ import annotations

import json

import pytest

from harness.screens import dark_patterns
from harness.screens.picture import Picture
from harness.screens.recogniser import recognise
from tests.screens.drawn import Sheet, dump, node

APP = "com.example.app"
WORDS = "我们依据《隐私政策》和《用户协议》处理您的个人信息，请您仔细阅读，同意后开始使用。"
AGREE, REFUSE = (560, 1600, 1000, 1720), (80, 1600, 520, 1720)


def screen(*more: str, words: str = WORDS, agree: str = "同意", refuse: str | None = "不同意", refusal=REFUSE,
           text_bounds=(80, 300, 1000, 900), agreeing=AGREE, **attributes) -> str:
    parts = [node(words, text_bounds), node(agree, agreeing, clickable=True, **attributes), *more]
    if refuse is not None:
        parts.append(node(refuse, refusal, clickable=True))
    return dump(node("", (0, 0, 1080, 1920), *parts))


def found(xml: str, picture: Picture | None = None, density: int | None = None, scrolled=None) -> dict:
    reading = recognise(xml, APP)
    assert reading.is_notice, reading.reason
    return {p.id: p for p in dark_patterns.find(reading, xml, picture, density, scrolled)}


def sheet(agree=((22, 119, 255), (255, 255, 255)), refuse=(None, (60, 60, 60)), outline=None) -> Picture:
    made = Sheet()
    made.button("Agree", AGREE, fill=agree[0], colour=agree[1])
    made.button("Disagree", REFUSE, fill=refuse[0], colour=refuse[1], outline=outline)
    return made.picture


FAIR = sheet(outline=(120, 120, 120))


def test_a_fair_notice_has_none():
    assert found(screen(), FAIR, 420) == {}


def test_other_screens_have_none():
    xml = dump(node("设置", (0, 0, 1080, 1920)))
    assert dark_patterns.find(recognise(xml, APP), xml, FAIR, 420) == []


BOX = {"cls": "android.widget.CheckBox", "checkable": True, "clickable": True}


@pytest.mark.parametrize(("fires", "silent", "which"), [
    (screen(node("我已阅读并同意", (80, 1400, 900, 1460), checked=True, **BOX)),
     screen(node("我已阅读并同意", (80, 1400, 900, 1460), checked=False, **BOX)), "default_tick"),
    (screen(refuse=None), screen(refuse="暂不使用"), "no_refusal"),
    (screen(refuse=None), screen(node("关闭", (980, 40, 1060, 120), clickable=True), refuse=None), "no_refusal"),
    (screen(refuse="不同意并退出"), screen(), "exit_only"),
    (screen(refuse="退出应用"), screen(node("仅浏览", (80, 1750, 520, 1850), clickable=True), refuse="退出应用"), "exit_only"),
    (screen(refusal=(80, 1640, 240, 1680)), screen(), "refusal_small"),
    (screen(focused=True), screen(), "agree_preselected"),
    (screen(words="我们依据《隐私政策》处理个人信息。您同意我们向第三方共享您的信息用于营销推广。请您阅读并同意。"),
     screen(words="我们依据《隐私政策》处理个人信息。未经您同意，我们不会向第三方共享您的信息。请您阅读并同意。"),
     "bundled_items"),
    (screen(words="我们依据《隐私政策》处理您的个人信息，请您阅读。继续使用即表示您同意本政策。"),
     screen(words="我们依据《隐私政策》处理您的个人信息，请您阅读。点击“同意”即表示您同意本政策。"), "agree_by_continuing"),
    (screen(words="我们依据《隐私政策》处理您的个人信息，请您阅读并同意。", agree="继续", refuse=None),
     screen(words="我们依据《隐私政策》处理您的个人信息，请您阅读并同意。", agree="继续"), "agree_by_continuing"),
    (screen(words=WORDS * 6, text_bounds=(80, 300, 1000, 320)), screen(words=WORDS * 6), "text_cut_off"),
    (screen(words="我们收集和使用您的个人信息，请您阅读用户协议，保护您的个人数据，同意后开始使用我们的服务。"), screen(),
     "policy_link_missing"),
    (screen(refuse="不同意(5s)"), screen(agree="同意(5s)"), "countdown_on_refusal"),
])
def test_it_is_found_where_it_is_and_nowhere_else(fires, silent, which):
    assert which in found(fires)
    assert which not in found(silent)


def test_bundled_items_are_named_and_two_documents_are_only_counted():
    words = "您同意《隐私政策》和《用户协议》，并同意接收营销短信、开启个性化推荐和共享给合作伙伴，请您阅读。"
    pattern = found(screen(words=words))["bundled_items"]
    assert pattern.measured["items"].value == ["marketing", "sharing", "personalisation"]
    assert pattern.measured["documents"].value == 2
    assert "bundled_items" not in found(screen())


def test_what_has_a_box_of_its_own_is_not_bundled():
    words = "您同意《隐私政策》，并同意接收营销短信，请您阅读。"
    assert "bundled_items" in found(screen(words=words))
    boxes = [node(text, (80, y, 900, y + 60), checked=False, **BOX)
             for text, y in (("我已阅读并同意《隐私政策》", 1300), ("我同意接收营销短信", 1400))]
    assert "bundled_items" not in found(screen(*boxes, words=words))


@pytest.mark.parametrize(("box", "checked", "is_bundled"), [
    ("我同意接收营销短信（可不勾选）", False, False), ("我同意接收营销短信（可不勾选）", True, True),
    ("我已阅读并同意《隐私政策》及接收营销短信", False, True), ("我同意上述内容并接收营销短信", False, True)])
def test_a_single_box_is_an_items_own_where_it_is_empty_and_for_nothing_else(box, checked, is_bundled):
    words = "点击“同意”即表示您同意《隐私政策》，请您阅读。"
    notice = screen(node(box, (80, 1300, 900, 1360), checked=checked, **BOX), words=words)
    assert ("bundled_items" in found(notice)) is is_bundled


def test_area_is_measured_against_the_agreement_and_sides_in_dp():
    small = found(screen(refusal=(80, 1640, 240, 1680)), density=420)["refusal_small"]
    assert small.bounds[0] == (80, 1640, 240, 1680)
    assert (small.measured["shorter_side"].value, small.measured["shorter_side"].unit) == (15.2, "dp")
    assert small.threshold is not None and "2.5.8" in small.threshold.source
    ratio = found(screen(refusal=(80, 1640, 240, 1680)))["refusal_small"]
    assert ratio.measured["area_ratio"].value == pytest.approx(160 * 40 / (440 * 120), abs=0.001)


def test_a_faint_refusal_is_measured_by_wcag():
    faint = found(screen(), sheet(refuse=(None, (190, 190, 190))), 420)
    pattern = faint["refusal_low_contrast"]
    assert pattern.measured["contrast"].value == pytest.approx(1.9, abs=0.15)
    assert pattern.measured["ground"].value == "#ffffff"
    assert pattern.threshold is not None and "1.4.3" in pattern.threshold.source
    assert {"refusal_coloured_as_disabled", "refusal_as_link"} <= set(faint)


@pytest.mark.parametrize("picture", [
    sheet(refuse=((200, 30, 30), (255, 255, 255))), sheet(agree=(None, (0, 121, 107)), refuse=(None, (0, 121, 107))), FAIR,
    sheet(agree=((40, 40, 44), (240, 240, 240)), refuse=((40, 40, 44), (240, 240, 240)))])
def test_a_refusal_as_plain_as_the_agreement_is_not_hidden(picture):
    assert found(screen(), picture, 420) == {}


def test_contrast_needs_a_picture_that_fits():
    faint = sheet(refuse=(None, (190, 190, 190)))
    assert "refusal_low_contrast" not in found(screen())
    assert "refusal_low_contrast" not in found(screen(), Picture(faint.pixels[:900]))
    black = Sheet(ground=(0, 0, 0)).picture
    assert "refusal_low_contrast" not in found(screen(), black)


def test_a_refusal_off_the_screen_is_found():
    off = screen(refusal=(80, 1880, 520, 2000))
    pattern = found(off, Sheet().picture)["refusal_off_screen"]
    assert pattern.measured["on_screen"].value == pytest.approx(1 / 3, abs=0.01)


def test_a_refusal_that_comes_by_scrolling_is_below_the_fold_and_not_missing():
    first = screen(refuse=None)
    after = recognise(screen(), APP)
    patterns = found(first, scrolled=after)
    assert "refusal_below_fold" in patterns and "no_refusal" not in patterns
    assert "no_refusal" in found(first, scrolled=recognise(first, APP))


def test_a_refusal_without_a_node_beside_a_button_is_a_link():
    texts = node(WORDS, (80, 300, 1000, 900)), node("不同意", REFUSE)
    xml = dump(node("", (0, 0, 1080, 1920), *texts, node("同意", AGREE, clickable=True)))
    assert found(xml)["refusal_as_link"].measured["told_by"].value == "hierarchy"


def test_a_scroll_bar_excuses_a_text_that_goes_on():
    text = node(WORDS * 14, (80, 300, 1000, 380))
    scroll = node("", (80, 300, 1000, 380), text, cls="android.widget.ScrollView", scrollable=True)
    xml = dump(node("", (0, 0, 1080, 1920), scroll, node("同意", AGREE, clickable=True), node("不同意", REFUSE, clickable=True)))
    assert found(xml, FAIR)["text_cut_off"].measured["scrollable"].value is True
    barred = Sheet()
    barred.draw.rectangle((990, 305, 994, 330), fill=(120, 120, 120))
    assert "text_cut_off" not in found(xml, barred.picture)


def test_nothing_is_said_to_be_absent_while_a_part_is_unread():
    web = node("", (0, 0, 1080, 1900), cls="android.webkit.WebView")
    xml = dump(node("", (0, 0, 1080, 1920), web, node(WORDS, (80, 1900, 1000, 1910)), node("同意", AGREE, clickable=True)))
    reading = recognise(xml, APP)
    assert reading.wants_picture == ("no_refusal" not in {p.id for p in dark_patterns.find(reading, xml)})


def test_every_threshold_has_a_source_and_every_id_is_told():
    for limit in dark_patterns.thresholds().values():
        assert limit.source
        assert "own choice" in limit.source or "WCAG" in limit.source or "Android" in limit.source
    pattern = found(screen(refuse="不同意并退出"))["exit_only"]
    assert json.loads(json.dumps(dark_patterns.as_json(pattern)))["id"] in dark_patterns.IDS
