"""The timeline's picture: every lane has its marks where the records are, in both languages, whatever an app is called."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from harness.render import timeline_png
from harness.render.machine import Machine
from harness.render.typeface import NoFont
from harness.rules.analysis import Analysis

Of = Callable[..., Machine]
COLOURS = {name: timeline_png.MARKS[name] for name in ("steps", "screens", "calls", "flows", "gaps")}


def pixels(machine: Machine) -> np.ndarray:
    with Image.open(io.BytesIO(timeline_png.write(machine))) as picture:
        assert picture.format == "PNG"
        assert picture.width == timeline_png.WIDTH
        return np.asarray(picture.convert("RGB"))


def columns(image: np.ndarray, colour: tuple[int, int, int]) -> set[int]:
    return set(np.flatnonzero((image == np.array(colour, dtype=np.uint8)).all(axis=2).any(axis=0)).tolist())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_lane_has_marks_and_what_a_violation_cites_is_red(every_word: Analysis, of: Of, language: str) -> None:
    image = pixels(of(every_word, language))
    # f1 and v1, t2, c2 are cited by the violation, c1 by the candidate: what else is there keeps its lane's colour.
    for name in ("steps", "flows", "gaps"):
        assert columns(image, COLOURS[name]), name
    axis = set(range(timeline_png.LEFT, timeline_png.WIDTH - timeline_png.RIGHT))
    legend = set(range(timeline_png.LEFT, timeline_png.LEFT + 25))
    assert columns(image, timeline_png.CITED["VIOLATION"]) & axis - legend


def test_without_findings_nothing_beside_the_legend_is_red(hostile: Analysis, of: Of) -> None:
    image = pixels(of(dataclasses.replace(hostile, verdicts=[])))
    for colour in timeline_png.CITED.values():
        assert len(columns(image, colour)) <= 25
    for name in COLOURS:
        assert columns(image, COLOURS[name]), name


def test_the_two_languages_differ_and_equal_input_gives_an_equal_picture(hostile: Analysis, of: Of) -> None:
    machine = of(hostile, "zh")
    assert not np.array_equal(pixels(machine), pixels(of(hostile, "en")))
    assert timeline_png.write(machine) == timeline_png.write(machine)


def test_chinese_is_drawn_as_chinese() -> None:
    face = timeline_png._font(24)
    boxes = {face.getmask(sign).getbbox() and bytes(face.getmask(sign)) for sign in "同意前后台"}
    assert len(boxes) == 5  # a font without them draws one and the same box


def test_marks_stand_where_their_time_is(hostile: Analysis, of: Of) -> None:
    machine = of(dataclasses.replace(hostile, verdicts=[]))
    drawing = timeline_png._Drawing(machine)
    image = pixels(machine)
    expected = {drawing.x(int(t)) for t in machine.run.flows["t"]}
    found = columns(image, COLOURS["flows"])
    assert expected <= found
    assert all(any(0 <= column - one <= 2 for one in expected) for column in found)


def test_a_run_in_which_nothing_happened_is_a_picture_that_says_so(hostile: Analysis, of: Of) -> None:
    run = hostile.run
    empty = dataclasses.replace(
        run,
        calls=run.calls[:0],
        flows=run.flows[:0],
        screens=run.screens[:0],
        steps=run.steps[:0],
        stages=run.stages[:0],
        facts=[],
        gaps=[],
    )
    assert pixels(of(dataclasses.replace(hostile, run=empty))).shape[0] > 300


def test_where_the_font_is_not_installed_it_is_said_what_to_do(
    hostile: Analysis, of: Of, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> None:
        raise NoFont("There is no font.", "It is not installed.", "Install it.")

    timeline_png._font.cache_clear()
    monkeypatch.setattr(timeline_png, "font_file", missing)
    with pytest.raises(NoFont):
        timeline_png.write(of(hostile))
    timeline_png._font.cache_clear()


@pytest.mark.parametrize(("least", "step"), [(0.03, 0.05), (1, 1), (1.2, 2), (3, 5), (7, 10), (80, 100)])
def test_the_axis_has_round_steps(least: float, step: float) -> None:
    assert timeline_png._round_step(least) == pytest.approx(step)
