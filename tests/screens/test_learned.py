"""The learned part: what it weighs, and that it fires on no near thing."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest

from harness.screens import learned
from harness.screens.controls import role_of
from harness.screens.learned import Model, ends, grams
from harness.screens.phrases import fold, languages_of, load
from harness.screens.recogniser import recognise

APP = "com.example.app"


def dialog(*texts: str, buttons: tuple[str, ...] = ()) -> str:
    """A plain window: texts below each other, under them buttons below each other."""
    rows = [(text, "TextView", "false") for text in texts] + [(text, "Button", "true") for text in buttons]
    nodes = "".join(
        f'<node text={quoteattr(text)} class="android.widget.{cls}" package="{APP}" clickable="{click}" '
        f'bounds="[100,{400 + 120 * i}][980,{500 + 120 * i}]"/>'
        for i, (text, cls, click) in enumerate(rows)
    )
    frame = f'<node class="android.widget.FrameLayout" package="{APP}" bounds="[0,0][1080,1920]">'
    return f"<hierarchy>{frame}{nodes}</node></hierarchy>"


def test_a_judgement_is_a_distribution_and_names_what_weighed_most():
    model = Model(("yes", "no"), {"": [0.0, 0.5], "a": [2.0, -1.0], "b": [0.5, 0.5]})
    judged = model.judge({"a": 1.0, "b": 1.0, "never seen": 9.0})
    assert judged.label == "yes"
    assert sum(p for _, p in judged.likely) == pytest.approx(1)
    assert judged.why == ("a",)
    assert model.judge({}).label == "no"


@pytest.mark.parametrize("name", ["kinds", "roles"])
def test_the_weights_are_whole_and_small(name):
    model = learned.load(name)
    assert "" in model.weights
    assert all(len(row) == len(model.labels) for row in model.weights.values())
    assert (Path(learned.__file__).parent / f"{name}.tsv").stat().st_size < 700_000


def test_letters_are_taken_in_ones_twos_and_threes_where_words_are_not_spaced():
    assert grams("不同意") == {"不", "同", "意", "不同", "同意", "不同意"}
    assert {"agree", "^agre", "gree$"} <= grams("i agree")


def test_a_long_text_is_read_at_its_ends():
    text = "a" * 5000 + "b" * 5000
    assert len(ends(text)) < 1600
    assert ends(text)[0] == "a"
    assert ends(text)[-1] == "b"
    assert ends("short") == "short"


@pytest.mark.parametrize(("text", "role"), [
    ("好，就这么办", "agree"), ("带我去打开", "agree"), ("Let it listen", "agree"), ("Count me in", "agree"),
    ("Sounds fair", "agree"),
    ("狠心错过", "refuse"), ("保持关闭", "refuse"), ("不提醒", "refuse"), ("我自己来", "refuse"), ("Not for me", "refuse"),
    ("I'd rather not", "refuse"), ("Keep it off", "refuse"), ("I object", "refuse"), ("Nein, lieber nicht", "refuse"),
    ("नहीं चाहिए", "refuse"), ("Só os necessários", "limited_mode"), ("Aceitar todos", "agree"),
])
def test_unusual_answers_have_their_role(text, role):
    assert role_of(text, load(languages_of(fold(text)) | {"de", "hi", "pt"}))[0] == role


@pytest.mark.parametrize("text", [
    "别墅", "否定句练习", "行李", "不粘锅", "不干胶", "没有更多了", "停止播放", "公开课", "查看变更对照", "了解更多",
    "Learn more", "What exactly?",
    "More options", "Passport", "保持登录", "Full statement (PDF)", "내용 보기", "Saiba mais",
])
def test_near_things_answer_nothing(text):
    assert role_of(text, load(languages_of(fold(text))))[0] in ("other", "link_policy")


@pytest.mark.parametrize(("texts", "buttons"), [
    (("退款申请", "商家同意退款 30 元。"), ("确认", "拒绝")),
    (("删除这条记录", "删除后不可恢复。"), ("删除", "取消")),
    (("加入群聊", "邀请你加入“周末羽毛球”。"), ("同意", "拒绝")),
    (("No connection", "Check your network and try again."), ("Try again",)),
    (("Friend request", "Tom wants to follow you."), ("Accept", "Decline")),
    (("设置", "账号与安全", "通知", "青少年模式", "检查更新", "给我们评分"), ("退出登录",)),
])
def test_questions_of_other_matters_are_no_notices(texts, buttons):
    seen = recognise(dialog(*texts, buttons=buttons), APP)
    assert not seen.is_notice, seen.reason


@pytest.mark.parametrize(("kind", "texts", "buttons"), [
    ("policy_consent", ("开始之前", "我们会处理您的昵称与设备型号，详情见《隐私说明》。"), ("好，就这样", "我不愿意")),
    ("policy_second_chance", ("别急着走", "没有您的授权，我们没办法保存书签。"), ("残忍离开", "重新考虑")),
    ("permission_rationale", ("想用一下麦克风", "这样才能录下您的歌声。"), ("可以", "先不要")),
    ("update_prompt", ("版本过旧", "请升级后继续使用。"), ("升级", "稍后")),
])
def test_a_kind_is_told_by_what_is_said_in_other_words(kind, texts, buttons):
    seen = recognise(dialog(*texts, buttons=buttons), APP)
    assert seen.kind == kind, seen.reason
    assert "weighed most" in seen.reason


def test_the_counterpart_of_a_plain_refusal_agrees_and_what_tells_more_does_not():
    texts = ("个人信息保护", "我们会处理您的手机号，详情见《隐私政策》。")
    seen = recognise(dialog(*texts, buttons=("查看变更对照", "登岛吧", "不同意")), APP)
    roles = {c.text: c.role for c in seen.controls}
    assert roles["登岛吧"] == "agree"
    assert roles["不同意"] == "refuse"
    assert roles["查看变更对照"] in ("other", "link_policy")


@pytest.mark.parametrize("buttons", [("详情", "关于"), ("关于", "更多"), ("A", "B"), ("×",), ()])
def test_a_window_without_words_is_no_special_kind_by_its_layout_alone(buttons):
    assert recognise(dialog(buttons=buttons), APP).kind == "other"


def layered(*layers: tuple[tuple[str, int, bool], ...]) -> str:
    """Layers as large as the window, none of which takes taps: texts at their heights, pressable or not."""
    drawn = "".join(
        f'<node class="android.view.View" package="{APP}" bounds="[0,0][1080,1920]">' + "".join(
            f'<node text={quoteattr(text)} class="android.widget.TextView" package="{APP}" clickable="{str(press).lower()}" '
            f'bounds="[100,{top}][980,{top + 90}]"/>' for text, top, press in layer
        ) + "</node>"
        for layer in layers
    )
    frame = f'<node class="android.widget.FrameLayout" package="{APP}" bounds="[0,0][1080,1920]">'
    return f"<hierarchy>{frame}{drawn}</node></hierarchy>"


_PAGE = (("附近的店", 100, False), ("川味小馆", 300, True), ("购物车", 1700, True), ("我的", 1800, True))
_ASKED = (("发现新版本 3.2", 800, False), ("立即更新", 900, True), ("以后再说", 1000, True))


def test_what_is_drawn_over_words_in_one_window_is_read_without_them():
    seen = recognise(layered(_PAGE, _ASKED), APP)
    assert seen.kind == "update_prompt"
    assert [c.text for c in seen.controls] == ["立即更新", "以后再说"]


def test_a_layer_over_nothing_and_one_without_controls_cover_no_page():
    assert {"川味小馆", "我的"} <= {c.text for c in recognise(layered((), _PAGE), APP).controls}
    toast = (("已加入购物车", 1500, False),)
    assert {"川味小馆", "我的"} <= {c.text for c in recognise(layered(_PAGE, toast), APP).controls}


def at_the_foot(*texts: str, buttons: tuple[str, ...]) -> str:
    """A page as large as the window, and after it, over its foot, a panel with texts and buttons."""
    def node(text: str, top: int, press: bool) -> str:
        return (f'<node text={quoteattr(text)} class="android.widget.TextView" package="{APP}" clickable="{str(press).lower()}" '
                f'bounds="[60,{top}][1020,{top + 60}]"/>')

    page = "".join(node(text, top, press) for text, top, press in _PAGE)
    panel = "".join(node(text, 1500 + 70 * i, i >= len(texts)) for i, text in enumerate((*texts, *buttons)))
    view = '<node class="android.view.View" package="{}" bounds="[0,{}][1080,1920]">{}</node>'
    return f"<hierarchy>{view.format(APP, 0, view.format(APP, 0, page) + view.format(APP, 1480, panel))}</hierarchy>"


def test_a_panel_over_a_page_is_read_without_it():
    seen = recognise(at_the_foot("本网站使用 Cookie 统计访问量。", buttons=("仅必要", "全部接受")), APP)
    assert seen.kind == "cookie_banner"
    assert {c.text: c.role for c in seen.controls} == {"仅必要": "refuse", "全部接受": "agree"}


@pytest.mark.parametrize(("texts", "buttons"), [
    ((), ("首页", "发现", "购物车", "我的")), (("正在播放：晚风小调",), ("暂停", "下一首")),
])
def test_a_bar_at_the_foot_is_a_part_of_the_page(texts, buttons):
    seen = recognise(at_the_foot(*texts, buttons=buttons), APP)
    assert seen.kind == "other"
    assert {"川味小馆", *buttons} <= {c.text for c in seen.controls}
