"""Where the picture is asked, what it adds, and that it is told where it could not be used. The reader is a script."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.screens.ocr import Line
from harness.screens.picture import PictureUnreadable
from harness.screens.reading import as_json
from harness.screens.recogniser import recognise, recognise_picture
from tests.screens.drawn import Reader, Sheet, dump, node, tick

APP = "com.example.app"
SILENT = dump(node(cls="android.widget.FrameLayout"))
CANVAS = dump(node("", (0, 0, 1080, 1920), node("", cls="io.flutter.embedding.android.FlutterView")))


def notice(box: str | None = None) -> Sheet:
    sheet = Sheet()
    sheet.text("Privacy", 430, 300, as_read="隐私政策提示")
    sheet.text("We collect and use personal", 140, 460, as_read="我们依据《隐私政策》收集、使用您的个人信息，请您仔")
    sheet.text("information as the policy says", 140, 520, as_read="细阅读并确认是否同意上述条款。")
    if box:
        line = sheet.text("I have read and agree", 220, 1040, as_read="我已阅读并同意《隐私政策》")
        drawn = tick("square", box, 44, "light", margin=0)
        from PIL import Image

        sheet.image.paste(Image.fromarray(drawn), (150, line[1] - 8))
    sheet.button("Agree", (140, 1200, 940, 1320), fill=(22, 119, 255), as_read="同意")
    sheet.button("Disagree", (140, 1360, 940, 1480), outline=(150, 150, 150), colour=(60, 60, 60), as_read="不同意")
    return sheet


def seen(xml: str, sheet: Sheet, package: str | None = APP):
    return recognise(xml, package, sheet.png, Reader(sheet))


@pytest.mark.parametrize("xml", [SILENT, CANVAS])
def test_a_window_without_words_asks_for_its_picture_and_is_read_from_it(xml):
    bare = recognise(xml, APP)
    assert (bare.kind, bare.wants_picture, [n.kind for n in bare.notes]) == ("other", True, ["words_missing"])
    read = seen(xml, notice())
    assert (read.kind, read.read_from, read.wants_picture, read.notes) == ("policy_consent", "picture", False, ())
    assert {c.text: c.role for c in read.controls if c.role in ("agree", "refuse")} == {"同意": "agree", "不同意": "refuse"}
    assert "个人信息,请您仔细阅读" in read.text, "lines of a paragraph are joined"


def test_what_came_from_the_picture_says_so_with_its_confidence():
    for control in seen(SILENT, notice()).controls:
        assert control.read_from == "picture"
        assert not control.tappable
        assert "read from the picture, confidence 0.98" in control.why


def test_a_node_that_takes_the_tap_makes_it_tappable():
    xml = dump(node("", (0, 0, 1080, 1920), node("", (100, 1180, 980, 1340), clickable=True, cls="android.view.View"),
                    node("", cls="android.view.SurfaceView")))
    tappable = {c.text: c.tappable for c in seen(xml, notice()).controls}
    assert (tappable["同意"], tappable["不同意"]) == (True, False)


def test_a_button_has_the_bounds_of_its_box():
    agree = seen(SILENT, notice()).with_role("agree")[0]
    assert max(abs(a - b) for a, b in zip(agree.bounds, (140, 1200, 940, 1320), strict=True)) <= 4


@pytest.mark.parametrize(("box", "checked"), [("empty", False), ("filled hook", True), ("dash", None)])
def test_a_drawn_tick_box_has_its_state_or_none(box, checked):
    boxes = seen(SILENT, notice(box)).with_role("checkbox")
    assert [b.checked for b in boxes] == [checked]
    assert abs(boxes[0].bounds[0] - 150) <= 2


def test_names_of_documents_in_a_line_are_links_where_they_stand():
    links = [c for c in seen(SILENT, notice()).with_role("link_policy") if c.text == "《隐私政策》"]
    assert links
    assert links[0].bounds[0] > 140 + 50


def test_where_the_hierarchy_has_words_nobody_looks_at_the_picture():
    policy = node("我们依据《隐私政策》收集您的个人信息，请您阅读并同意后使用。", (90, 400, 990, 900))
    xml = dump(node("", (0, 0, 1080, 1920), policy,
                    node("不同意", (90, 1400, 500, 1500), clickable=True), node("同意", (520, 1400, 990, 1500), clickable=True)))
    reader = Reader(notice())
    with_picture = recognise(xml, APP, notice().png, reader)
    assert with_picture == recognise(xml, APP)
    assert (with_picture.kind, with_picture.wants_picture, reader.asked) == ("policy_consent", False, 0)


def test_a_box_whose_node_does_not_tell_is_read_from_its_pixels():
    words = node("我已阅读并同意《隐私政策》和《用户协议》，了解个人信息的处理", (220, 1030, 990, 1100))
    box = node("", (150, 1030, 210, 1090), clickable=True, cls="android.widget.ImageView", resource_id="a:id/cb_agree")
    xml = dump(node("", (0, 0, 1080, 1920), node("", (0, 1000, 1080, 1120), box, words),
                    node("同意并登录", (90, 1400, 990, 1500), clickable=True)))
    assert recognise(xml, APP).wants_picture
    for mark, checked in (("empty", False), ("filled hook", True)):
        sheet = Sheet()
        from PIL import Image

        sheet.image.paste(Image.fromarray(tick("round", mark, 40, "light", margin=0)), (160, 1040))
        read = seen(xml, sheet).with_role("checkbox")[0]
        assert read.checked is checked
        assert "by its picture" in read.why


def test_a_button_that_is_a_picture_is_read_where_the_window_speaks_of_a_policy():
    def xml(*more: str) -> str:
        return dump(node("", (0, 0, 1080, 1920), node("", (140, 1200, 940, 1320), clickable=True, cls="android.widget.ImageView"),
                         node("", (140, 1360, 940, 1480), clickable=True, cls="android.widget.ImageView"), *more))

    policy = node("我们依据《隐私政策》收集您的个人信息，请您阅读并同意后使用。如您不同意，将无法使用。", (90, 400, 990, 900))
    read = seen(xml(policy), notice())
    told = {c.text: (c.role, c.tappable) for c in read.controls if c.text}
    assert told == {"同意": ("agree", True), "不同意": ("refuse", True)}
    weather = node("今天的天气很好，明天也会很好，后天大概会下雨，出门要带伞。", (90, 400, 990, 900))
    assert not recognise(xml(weather), APP).wants_picture


def test_words_of_another_window_are_not_the_apps():
    over = node("", (0, 0, 1080, 1920), node("系统", (100, 100, 900, 200)), package="com.android.settings")
    assert seen(dump(node(cls="android.view.SurfaceView"), over), notice()).kind == "other"


def test_a_system_dialog_over_a_silent_window_needs_no_picture():
    system = "com.android.permissioncontroller"
    answers = [node(text, (120, y, 960, y + 100), clickable=True, package=system,
                    resource_id=f"{system}:id/permission_{name}_button")
               for text, y, name in (("允许", 900, "allow"), ("不允许", 1020, "deny"))]
    question = node("要允许“甲”获取此设备的位置信息吗？", (120, 720, 960, 820))
    dialog = node("", (90, 700, 990, 1200), question, *answers, package=system)
    read = recognise(dump(node(cls="android.view.SurfaceView"), dialog), APP)
    assert (read.kind, read.wants_picture) == ("system_permission", False)


@pytest.mark.parametrize(("picture", "kind"), [
    (b"no picture", "picture_unreadable"), (Sheet(ground=(0, 0, 0)).png, "picture_black"),
    (Sheet(width=800, height=1920).png, "picture_other_size"),
])
def test_a_picture_that_cannot_be_used_is_told_and_nothing_is_guessed(picture, kind):
    read = recognise(SILENT, APP, picture, Reader(notice()))
    assert (read.kind, read.wants_picture) == ("other", True)
    assert [note.kind for note in read.notes] == ["words_missing", kind]
    assert "says in the hierarchy nothing" in read.reason


def test_a_picture_of_half_the_size_is_scaled_and_that_is_told():
    class Whole(Reader):
        def lines(self, picture):
            assert (picture.width, picture.height) == (1080, 1920)
            return super().lines(picture)

    sheet = notice()
    half = Sheet(width=540, height=960)
    half.image = sheet.image.resize((540, 960))
    read = recognise(SILENT, APP, half.png, Whole(sheet))
    assert (read.kind, [note.kind for note in read.notes]) == ("policy_consent", ["picture_scaled"])


def test_a_drawing_without_words_is_told():
    read = seen(SILENT, Sheet())
    assert ([n.kind for n in read.notes], read.wants_picture, read.read_from) == (["drawn_without_words"], False, "hierarchy")


def test_a_picture_alone_is_read():
    assert recognise_picture(notice().png, Reader(notice())).kind == "policy_consent"
    with pytest.raises(PictureUnreadable):
        recognise_picture(b"")


def test_the_same_dump_and_picture_give_the_same_reading():
    assert as_json(seen(SILENT, notice("empty"))) == as_json(seen(SILENT, notice("empty")))


def test_a_box_taken_for_a_letter_is_none():
    sheet = notice("empty")
    sheet.lines = [replace(line, text=f"□{line.text}") if "已阅读" in line.text else line for line in sheet.lines]
    assert seen(SILENT, sheet).with_role("checkbox")[0].text == "我已阅读并同意《隐私政策》"


def test_a_space_that_the_reader_lost_is_put_back():
    sheet = Sheet()
    sheet.lines = [Line("We use personal information as our Privacy Policy says. Do you agree?", (100, 300, 980, 350), 0.97),
                   Line("DISAGREE", (200, 1200, 400, 1250), 0.97), Line("IAGREE", (600, 1200, 800, 1250), 0.97)]
    assert [c.text for c in seen(SILENT, sheet).with_role("agree")] == ["I AGREE"]


def test_traditional_characters_are_folded_and_look_alikes_are_left_alone():
    sheet = Sheet()
    sheet.lines = [Line("隱私權政策：我們收集您的個人資訊，請您閱讀並同意", (100, 300, 980, 350), 0.97),
                   Line("不同意", (200, 1200, 400, 1250), 0.97), Line("同意", (600, 1200, 700, 1250), 0.97)]
    assert seen(SILENT, sheet).kind == "policy_consent"
    sheet.lines[2] = Line("词意", (600, 1200, 700, 1250), 0.97)
    assert not seen(SILENT, sheet).with_role("agree")


@pytest.mark.parametrize("nodes", [50_000])
def test_a_hierarchy_of_fifty_thousand_nodes_is_read(nodes):
    rows = "".join(node(f"第{i}行", (0, i % 1900, 1080, i % 1900 + 20)) for i in range(nodes - 1))
    assert recognise(dump(node("", (0, 0, 1080, 1920), rows)), APP).readable
