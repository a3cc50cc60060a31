"""Dumps as they come: in other encodings, with bounds that cannot be read, with a picture that does not fit."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from harness.cli.screen import read
from harness.errors import UsageError
from harness.screens import dark_patterns
from harness.screens.hierarchy import HierarchyUnreadable, decoded
from harness.screens.picture import Picture, decode
from harness.screens.recogniser import recognise
from tests.screens.drawn import dump, node

APP = "com.example.app"
WORDS = "我们依据《隐私政策》和《用户协议》处理您的个人信息，请您仔细阅读，同意后开始使用。"
YES, NO = "[560,1600][1000,1720]", "[80,1600][520,1720]"


def notice(*more: str, refuse: bool = True) -> str:
    parts = [node(WORDS, (80, 300, 1000, 900)), node("同意", (560, 1600, 1000, 1720), clickable=True), *more]
    if refuse:
        parts.append(node("不同意", (80, 1600, 520, 1720), clickable=True))
    return dump(node("", (0, 0, 1080, 1920), *parts))


def picture(width: int, height: int, colour: str = "white") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()


def declared(encoding: str) -> str:
    body = notice()
    return f"<?xml version='1.0' encoding='{encoding}' ?>" + body[body.find("<hierarchy"):]


@pytest.mark.parametrize("data", [
    declared("GBK").encode("gbk"), declared("gb18030").encode("gb18030"),
    declared("UTF-16").encode("utf-16"), declared("UTF-16").encode("utf-16-be"), declared("UTF-8").encode("utf-8-sig"),
    notice()[notice().find("<hierarchy"):].encode("utf-16-le"), notice().encode()])
def test_a_dump_is_read_in_the_encoding_that_it_names(tmp_path, data):
    file = tmp_path / "dump.xml"
    file.write_bytes(data)
    reading, _ = read(file, APP)
    assert reading.is_notice and reading.with_role("agree")


@pytest.mark.parametrize(("data", "named"), [
    (notice().encode("gbk"), "utf-8"), (declared("UTF-8").encode("gbk"), "utf-8"), (declared("no-such").encode(), "no-such"),
    (declared("ascii").encode(), "ascii"),
    (declared("UTF-16").encode("utf-16")[:-1], "utf-16"), (declared("hex").encode(), "hex")])
def test_a_dump_that_is_not_of_its_encoding_is_refused_by_its_name(tmp_path, data, named):
    file = tmp_path / "dump.xml"
    file.write_bytes(data)
    with pytest.raises(UsageError) as refused:
        read(file, APP)
    assert named in str(refused.value.why)


def test_an_emoji_as_two_surrogates_and_a_spoilt_letter_are_no_other_encoding():
    whole = notice()
    assert "😀" in decoded(whole.replace("我们", "\ud83d\ude00").encode("utf-8", "surrogatepass"))
    assert decoded(whole.encode().replace("我们".encode(), b"\xff")).count("\ufffd") == 1
    with pytest.raises(HierarchyUnreadable):
        decoded(b"<hierarchy text='\xff\xfe\xff'/>")


def test_bounds_that_cannot_be_read_are_told_and_leave_nothing_absent():
    rows = [node(f"第{i}条", (80, 300 + i, 1000, 340 + i)) for i in range(20)]
    assert not recognise(notice(*rows), APP).notes
    one = recognise(notice(*rows).replace(NO, "[80.5,1600][520,1720]"), APP)
    assert [note.kind for note in one.notes] == ["bounds_unreadable"] and "1 of" in one.notes[0].detail
    assert one.is_notice and "no_refusal" not in {p.id for p in dark_patterns.find(one)}


def test_a_screen_with_many_bounds_lost_is_no_screen():
    for xml in (notice().replace(NO, "[80.5,1600][520,1720]"), notice().replace(f'bounds="{YES}"', "")):
        lost = recognise(xml, APP)
        assert not lost.readable and "bounds of 1 of 3" in lost.reason


@pytest.mark.parametrize(("given", "kind"), [
    (picture(1080, 1920, "black"), "picture_black"), (picture(800, 800), "picture_other_size"), (picture(1920, 1080),
     "picture_other_size"), (picture(540, 960), "picture_scaled"), (b"no picture", "picture_unreadable")])
def test_a_picture_that_does_not_fit_is_told_where_the_hierarchy_has_words_too(given, kind):
    assert [note.kind for note in recognise(notice(), APP, given).notes] == [kind]
    if kind != "picture_unreadable":
        assert [note.kind for note in recognise(notice(), APP, decode(given)).notes] == [kind]


def test_a_picture_that_fits_needs_no_note():
    seen = decode(picture(1080, 1920))
    assert isinstance(seen, Picture) and not recognise(notice(), APP, seen).notes
