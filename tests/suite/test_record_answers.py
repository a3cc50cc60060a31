"""What is recorded of an answer is the control that gave it; what the device did not do is not recorded, and is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from suite_device import CONTROLLER, Page
from test_record_by_hand import PAGES, desk, press, run_again
from test_record_page import ask, below, page  # noqa: F401

from harness.screens.reading import FoundControl, Reading
from harness.suite.record_desk import NothingThere
from harness.suite.record_page import RecordPage
from harness.suite.recording import Recording, source

NOTICE = ("个人信息保护指引", "请阅读《隐私政策》和《用户协议》，我们会收集设备信息。同意后我们才为您提供服务。")
MAIN = Page(buttons={"首页": "!stay"})


def test_the_control_that_refused_is_written_and_tapped_again(tmp_path: Path) -> None:
    pages = {"notice": Page(body=NOTICE, buttons={"仅浏览": "main", "不同意": "!exit", "同意": "main"}), "main": MAIN}
    made, _ = desk(tmp_path, pages)
    press(made, "仅浏览")
    assert 'user.refuse(user.expect(PolicyNotice), by="仅浏览")' in made.source()
    again = run_again(made.file, pages)
    assert (again.shown, again.running) == ("main", True)


def test_the_control_of_a_second_notice_is_written_too(tmp_path: Path) -> None:
    second = Page(body=PAGES["again"].body, buttons={"仅浏览": "main", "仍不同意": "!exit"})
    pages = {"notice": Page(body=NOTICE, buttons={"同意": "main", "不同意": "again"}), "again": second, "main": MAIN}
    made, _ = desk(tmp_path, pages)
    press(made, "不同意")
    press(made, "仅浏览")
    assert 'by=("", "仅浏览")' in made.source()
    again = run_again(made.file, pages)
    assert (again.shown, again.running) == ("main", True)


def test_a_refusal_that_the_driver_does_by_itself_names_no_control(tmp_path: Path) -> None:
    made, _ = desk(tmp_path)
    press(made, "不同意")
    assert "user.refuse(user.expect(PolicyNotice))" in made.source()


def button(text: str, role: str, row: int, id: str = "", checked: bool | None = None) -> FoundControl:
    return FoundControl(text=text, role=role, bounds=(0, row * 100, 900, row * 100 + 90), resource_id=f"{CONTROLLER}:id/{id}",
                        checked=checked)  # fmt: skip


def answers(*rows: int) -> str:
    asked = Reading(kind="system_permission", reason="", controls=(
        button("While using the app", "allow_foreground", 0, "permission_allow_foreground_only_button"),
        button("Only this time", "allow_once", 1, "permission_allow_one_time_button"),
        button("Don’t allow", "deny", 2, "permission_deny_button"),
        button("Don’t allow, never ask", "deny", 3, "permission_deny_and_dont_ask_again_button"),
        button("Don’t ask again", "checkbox", 4, "do_not_ask_checkbox", False)))  # fmt: skip
    made = Recording()
    for row in rows:
        made.tap(asked, 450, row * 100 + 45)
    return source(made.acts, id="x", title="x", doc="x")


@pytest.mark.parametrize(("rows", "how"), [
    ((0,), "allow"), ((1,), "once"), ((2,), "deny"), ((3,), "deny_forever"), ((4, 2), "deny_forever"), ((4, 4, 2), "deny"),
])  # fmt: skip
def test_an_answer_to_the_system_is_the_one_that_was_given(rows: tuple[int, ...], how: str) -> None:
    said = answers(*rows)
    assert f'.seen, "{how}")' in said
    assert "ways.follow" not in said


def test_a_box_that_the_driver_leaves_empty_is_ticked_again(tmp_path: Path) -> None:
    box, document = "我愿意接收营销短信", "我已阅读并同意《隐私政策》"
    pages = {"notice": Page(body=NOTICE, boxes={document: False, box: False}, buttons={"不同意": "!exit", "同意": "main"}),
             "main": MAIN}  # fmt: skip
    made, _ = desk(tmp_path, pages)
    for text in (document, box, "同意"):
        press(made, text)
    assert made.source().count("ways.follow") == 1
    again = run_again(made.file, pages)
    assert (again.ticked, again.shown) == ({document: True, box: True}, "main")


def test_any_failure_of_the_device_takes_the_act_out_and_no_other(tmp_path: Path) -> None:
    made, device = desk(tmp_path, {**PAGES, "main": Page(buttons={"我的": "mine"}, back="!stay")}, start="main")
    made.do("back")
    press(made, "我的")
    kept, text = made.state()["acts"], made.file.read_text("utf-8")

    def fail(key: str) -> None:
        raise AssertionError("x must be on the screen")

    device.press = fail  # type: ignore[method-assign]
    with pytest.raises(AssertionError):
        made.do("back")
    assert (made.state()["acts"], made.file.read_text("utf-8")) == (kept, text)


def test_scrolling_what_cannot_be_read_leaves_no_act(tmp_path: Path) -> None:
    made, _ = desk(tmp_path)
    made._seen = None
    with pytest.raises(NothingThere):
        made.do("scroll_down")
    assert made.state()["acts"] == []


@pytest.mark.parametrize(("x", "y"), [(99_999, 10), (10, 99_999), (-1, 10), (1080, 10), (10, 2340)])
def test_a_place_beside_the_screen_is_no_act(page: RecordPage, x: int, y: int) -> None:  # noqa: F811
    for act in ({"verb": "tap"}, {"verb": "type", "text": "a"}):
        status, said = ask(page, "POST", below(page, "act"), {**act, "x": x, "y": y})
        assert status == 200
        assert "no place" in json.loads(said)["problem"]["what"]
    assert page.desk.state()["acts"] == []


def test_whatever_the_library_raises_is_told_on_the_page(page: RecordPage) -> None:  # noqa: F811
    def fail(x: int, y: int) -> None:
        raise AssertionError("out of range")

    page.desk._hands.tap = fail  # type: ignore[method-assign]
    status, said = ask(page, "POST", below(page, "act"), {"verb": "tap", "x": 5, "y": 5})
    assert status == 200
    assert "out of range" in json.loads(said)["problem"]["why"]
    assert json.loads(said)["acts"] == []
