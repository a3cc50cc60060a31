"""Windows drawn by the system: what can be pressed lies where it is seen."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from harness.lab.system.permission_request import Choice, Prompt, Question
from harness.lab.ui.drawing import Pen
from harness.lab.ui.hierarchy import Display
from harness.lab.ui.permission_dialog import PermissionDialog
from harness.lab.ui.strings import _EN, _ZH, Texts
from harness.lab.ui.system_pages import ErrorDialog, Icon, Launcher
from harness.lab.ui.window import Look

DISPLAY = Display(822, 1462, 320)
LOOK = Look(DISPLAY, Pen(None, DISPLAY.scale))


def dialog(question: Question, answers: list[tuple[Choice, bool | None]], label: str = "Sample") -> PermissionDialog:
    async def answer(choice: Choice, precise: bool | None) -> None:
        answers.append((choice, precise))

    async def nothing() -> None:
        """No settings behind it."""

    return PermissionDialog(LOOK, Texts("en-US"), label, question, answer, nothing)


SHOWN = [one for one in Prompt if one not in (Prompt.SETTINGS_PAGE, Prompt.REJECT_ALL, Prompt.REJECT_GROUP, Prompt.FILTERED)]


@pytest.mark.parametrize("prompt", SHOWN)
@pytest.mark.parametrize("last_chance", [False, True])
def test_every_button_of_every_dialog_answers_once_where_it_is_drawn(prompt: Prompt, last_chance: bool) -> None:
    question = Question("LOCATION", prompt, ("p",), last_chance)
    probe = dialog(question, [])
    buttons = [one for one in probe.root.walk() if one.class_name == "android.widget.Button"]
    assert len(buttons) >= (1 if "UPGRADE_SETTINGS" in prompt.name else 2)
    given: set[Choice] = set()
    for button in buttons:
        answers: list[tuple[Choice, bool | None]] = []
        window = dialog(question, answers)
        assert asyncio.run(window.tap(*button.center))
        asyncio.run(window.tap(*button.center))
        assert len(answers) == 1
        given.add(answers[0][0])
    assert len(given) == len(buttons)
    assert (Choice.DENIED in given) == (not last_chance and prompt is not Prompt.SELECT_MORE_PHOTOS)


@pytest.mark.parametrize("prompt", SHOWN)
def test_parts_do_not_overlap_and_stay_on_the_screen(prompt: Prompt) -> None:
    window = dialog(Question("LOCATION", prompt, ("p",), False), [], "A rather long application label " * 3)
    leaves = [one for one in window.root.walk() if not one.children]
    for one in leaves:
        left, top, right, bottom = one.bounds
        assert 0 <= left < right <= DISPLAY.width and 0 <= top < bottom <= DISPLAY.height
    ordered = sorted(leaves, key=lambda one: one.bounds[1])
    assert all(a.bounds[3] <= b.bounds[1] for a, b in itertools.pairwise(ordered))


def test_the_picture_changes_where_the_dialog_is() -> None:
    blank = Image.new("RGB", (822, 1462), "white")
    window = dialog(Question("CAMERA", Prompt.ONE_TIME_FG, ("p",), False), [])
    image = window.paint(blank)
    assert image.getpixel((3, 3)) == (102, 102, 102)  # dimmed by 0.6
    button = next(one for one in window.root.walk() if one.class_name == "android.widget.Button")
    assert image.getpixel((button.bounds[0] + 40, button.bounds[1] + 8)) == (215, 227, 255)


def test_the_launcher_has_pages() -> None:
    async def open_app(key: str) -> None:
        """Nothing to open."""

    icons = [Icon(f"p{i}", f"App {i}") for i in range(60)]
    first = Launcher(LOOK, icons, open_app)
    assert first.pages > 1
    labels = {one.text for page in range(first.pages) for one in Launcher(LOOK, icons, open_app, page).root.walk() if one.text}
    assert labels == {one.label for one in icons}
    assert Launcher(LOOK, [], open_app).pages == 1


def test_error_dialogs_do_what_their_buttons_say() -> None:
    done: list[str] = []

    async def close() -> None:
        done.append("close")

    async def wait() -> None:
        done.append("wait")

    window = ErrorDialog(LOOK, "X isn't responding", [("aerr_close", "Close", close), ("aerr_wait", "Wait", wait)], "p")
    for name in ("aerr_close", "aerr_wait"):
        node = next(one for one in window.root.walk() if one.resource_id == f"android:id/{name}")
        asyncio.run(window.tap(*node.center))
    assert done == ["close", "wait"]


def test_both_languages_have_every_text() -> None:
    assert set(_ZH) == set(_EN)
    assert all(_ZH[name].count("{0}") == _EN[name].count("{0}") for name in _ZH)


@given(st.text(min_size=1, max_size=200), st.integers(60, 800))
def test_wrapping_loses_nothing_and_keeps_to_the_width(text: str, width: int) -> None:
    pen = Pen(None, 1.0)
    lines = pen.wrap(text, 16, width)
    kept = "".join(lines).replace(" ", "")
    assert "".join(kept.split()) == "".join(text.split())
