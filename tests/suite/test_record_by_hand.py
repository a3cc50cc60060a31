"""What is done by hand becomes a scenario that does the same: run again on the same app it leads to the same place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from suite_device import APP, Clock, FakeDevice, Page, permission
from suite_rig import rig

from harness.errors import RigError, UsageError
from harness.suite import ways
from harness.suite.record_desk import Desk, NothingThere
from harness.suite.recording import PLAIN_VERBS, Act, id_of, source
from harness.suite.scenario import read_scenario

NOTICE = ("个人信息保护指引", "请阅读《隐私政策》和《用户协议》，我们会收集设备信息。同意后我们才为您提供服务。")
PAGES = {
    "notice": Page(body=NOTICE, buttons={"同意并继续": "ask", "不同意": "again"}),
    "again": Page(body=("您需要同意《隐私政策》才能使用我们的服务",), buttons={"去同意": "ask", "仍不同意": "!exit"}),
    "ask": permission("Allow Harbor to access this device’s location?", then="main"),
    "main": Page(buttons={"我的": "mine", "首页": "!stay"}),
    "mine": Page(body=("我的",), buttons={"设置 ›": "settings"}, back="main"),
    "settings": Page(buttons={"隐私": "!stay"}, back="mine"),
}


def desk(tmp_path: Path, pages: dict[str, Page] = PAGES, start: str = "notice") -> tuple[Desk, FakeDevice]:
    clock = Clock()
    device = FakeDevice(clock, pages, start)
    made = Desk(device, device, device, APP, None, id="by-hand", title="By hand", doc="Recorded by hand.",
                file=tmp_path / "by_hand.py", monotonic=clock.monotonic, sleep=clock.sleep)  # fmt: skip
    made.begin()
    return made, device


def press(made: Desk, text: str) -> None:
    control = next(c for c in made.state()["controls"] if c["text"] == text)
    left, top, right, bottom = control["bounds"]
    made.tap((left + right) // 2, (top + bottom) // 2)


def run_again(file: Path, pages: dict[str, Page] = PAGES, start: str = "notice") -> FakeDevice:
    """The scenario, as a run has it, on a device that has not seen the app."""
    read_scenario(file)
    made = rig(pages, start)
    code: dict[str, Any] = {}
    exec(compile(file.read_text("utf-8"), str(file), "exec"), code)
    code["test_by_hand"](made.app, made.user, made.timeline)
    return made.device


def test_agreeing_answering_and_a_way_are_done_again(tmp_path: Path) -> None:
    made, device = desk(tmp_path)
    for text in ("同意并继续", "While using the app", "我的", "设置 ›"):
        press(made, text)
    made.do("observe")
    assert device.shown == "settings"
    said = made.file.read_text("utf-8")
    assert "user.agree(user.expect(PolicyNotice))" in said
    assert 'user.answer(user.expect(PermissionDialog).seen, "allow")' in said
    assert 'ways.follow(user, ("我的", "设置 ›")' in said
    assert run_again(made.file).shown == "settings"
    assert read_scenario(made.file).scenario.opens == ("before_consent", "after_agree")
    assert read_scenario(made.file).scenario.windows == ("observe",)


def test_a_refusal_is_one_whatever_asks_again(tmp_path: Path) -> None:
    made, device = desk(tmp_path)
    press(made, "不同意")
    press(made, "仍不同意")
    assert not device.running
    assert made.source().count("user.refuse") == 1
    assert not run_again(made.file).running


def test_a_refusal_that_was_taken_back_is_a_tap(tmp_path: Path) -> None:
    """The driver's own refusal would refuse the second notice, too."""
    made, device = desk(tmp_path)
    press(made, "不同意")
    press(made, "去同意")
    assert device.shown == "ask"
    again = run_again(made.file)
    assert (again.shown, again.running) == ("ask", True)
    assert "user.refuse" not in made.source()


def test_what_was_done_stands_in_the_file_after_every_act(tmp_path: Path) -> None:
    made, _ = desk(tmp_path, start="main")
    before = made.file.read_text("utf-8")
    press(made, "我的")
    assert made.file.read_text("utf-8") != before
    made.undo()
    assert made.file.read_text("utf-8") == before
    assert made.state()["acts"] == []


def test_an_act_that_the_device_refused_is_not_written_down(tmp_path: Path) -> None:
    made, device = desk(tmp_path, start="main")

    def fail(key: str) -> None:
        raise RigError("The device is gone.")

    device.press = fail  # type: ignore[method-assign]
    with pytest.raises(RigError):
        made.do("back")
    assert made.state()["acts"] == []
    assert "user.back" not in made.file.read_text("utf-8")


def test_nothing_under_the_finger_is_a_place(tmp_path: Path) -> None:
    made, device = desk(tmp_path, start="mine")
    device.tap = lambda x, y: device.log.append("beside")  # type: ignore[method-assign]
    made.tap(5, 2000)
    assert "user.tap_at(5, 2000, user.look()" in made.source()


def test_what_is_typed_may_come_from_the_environment_and_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, device = desk(tmp_path, start="mine")
    with pytest.raises(NothingThere, match="no field"):
        made.type(500, 150, "x")
    field = ('<hierarchy><node class="android.widget.FrameLayout" package="com.example.fixture" bounds="[0,0][1080,2340]">'
             '<node class="android.widget.EditText" package="com.example.fixture" text="手机号" clickable="true" enabled="true"'
             ' bounds="[50,100][1030,190]"/></node></hierarchy>')
    device.xml = lambda: field  # type: ignore[method-assign]
    device.tap = lambda x, y: None  # type: ignore[method-assign]
    typed: list[str] = []
    device.type = typed.append  # type: ignore[attr-defined]
    made.look()
    with pytest.raises(UsageError, match="TEST_PHONE"):
        made.type(500, 150, "$TEST_PHONE")
    assert made.state()["acts"] == []
    monkeypatch.setenv("TEST_PHONE", "13800138000")
    made.type(500, 150, "$TEST_PHONE")
    assert typed == ["13800138000"]
    assert "13800138000" not in made.source()
    assert 'ways.fill(user, "手机号", os.environ["TEST_PHONE"], secret="$TEST_PHONE")' in made.source()


def test_a_field_is_filled_by_its_label_or_its_absence_is_told() -> None:
    from harness.suite.driver import NotReached

    made = rig(PAGES, "main")
    made.app.launch()
    with pytest.raises(NotReached, match="手机号"):
        ways.fill(made.user, "手机号", "1")
    assert made.user.steps.gaps


ACTS = st.one_of(
    st.builds(Act, st.sampled_from(["agree", "refuse", "tick", "tap"]), st.text(min_size=1, max_size=40)),
    st.builds(Act, st.just("answer"), st.text(max_size=20), st.sampled_from(["allow", "deny"])),
    st.builds(Act, st.just("type"), st.text(min_size=1, max_size=20), st.text(max_size=40)),
    st.builds(Act, st.sampled_from(PLAIN_VERBS)),
    st.builds(Act, st.just("tap_at"), at=st.tuples(st.integers(0, 4000), st.integers(0, 4000))),
)


@given(st.lists(ACTS, max_size=12), st.text(max_size=30), st.text(max_size=60))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_was_done_and_however_it_is_called_the_file_is_a_scenario(
    tmp_path: Path, acts: list[Act], title: str, doc: str
) -> None:
    file = tmp_path / "any.py"
    file.write_text(source(acts, id=id_of(title), title=title, doc=doc), "utf-8")
    assert read_scenario(file).scenario.title == title


@pytest.mark.parametrize(
    ("words", "id"), [("My Flow 2", "my-flow-2"), ("我的", "recorded"), ("2nd", "recorded-2nd"), ("a__b", "a-b")]
)
def test_ids_from_any_words(words: str, id: str) -> None:
    assert id_of(words) == id
