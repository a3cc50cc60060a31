"""The state of a tick box from its pixels: right in every theme, unknown rather than wrong."""

from __future__ import annotations

import itertools
from functools import cache

import numpy as np
import pytest

from harness.screens.picture import Picture
from harness.screens.ticks import beside, state, state_at
from tests.screens.drawn import MARKS, THEMES, Sheet, tick

SIZES = (24, 40, 96)


@cache
def told(theme: str) -> list[tuple[str, str, tuple]]:
    """What is so, what is said of it, and how it was drawn."""
    ways = itertools.product(("square", "round"), MARKS, SIZES, (None, 80), (2, 8))
    return [(MARKS[way[1]], state(tick(*way[:3], theme, jpeg=way[3], margin=way[4])), way) for way in ways]


@pytest.mark.parametrize("theme", THEMES)
def test_no_box_is_taken_for_the_other_state(theme):
    assert [way for so, said, way in told(theme) if said not in (so, "unknown")] == []


@pytest.mark.parametrize("theme", [t for t in THEMES if t != "blue"])     # white upon blue: filled, or empty and white?
def test_all_but_a_few_are_told(theme):
    assert sum(said == "unknown" for _, said, _ in told(theme)) <= 0.02 * len(told(theme))


@pytest.mark.parametrize("mark", ["dash", "hook alone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_some_of_them_and_a_hook_without_a_box_are_unknown(mark, theme):
    assert {state(tick("square", mark, size, theme)) for size in (40, 64, 96)} == {"unknown"}


@pytest.mark.parametrize("part", [
    np.zeros((0, 0, 3), np.uint8), np.zeros((5, 5, 3), np.uint8), np.full((60, 60, 3), 255, np.uint8),
    np.random.default_rng(1).integers(0, 255, (60, 60, 3)).astype(np.uint8), np.zeros((900, 900, 3), np.uint8),
])
def test_what_is_no_box_is_unknown(part):
    assert state(part) == "unknown"


def test_a_node_larger_than_its_box_is_looked_through():
    pixels = np.full((200, 200, 3), 255, np.uint8)
    box = tick("square", "filled hook", 48, "light", margin=0)
    pixels[76:124, 76:124] = box
    assert state_at(Picture(pixels), (40, 40, 160, 160)) == "ticked"


@pytest.mark.parametrize(("x", "said"), [(60, "before"), (840, "behind")])
def test_the_box_of_a_line_is_found_before_or_behind_it(x, said):
    sheet = Sheet()
    left, top, right, bottom = sheet.text("I have read and agree", 140, 500)
    for mark, expected in (("empty", "empty"), ("filled hook", "ticked")):
        at = (x if said == "before" else right + 40, top - 8)
        drawn = tick("square", mark, 40, "light", margin=0)
        pixels = np.asarray(sheet.image).copy()
        pixels[at[1]:at[1] + 40, at[0]:at[0] + 40] = drawn
        found = beside(Picture(pixels), (left, top, right, bottom), (0, 0, 1080, 1920))
        assert found is not None
        assert found[1] == expected
        assert abs(found[0][0] - at[0]) <= 2 and abs(found[0][3] - at[1] - 40) <= 2


def test_a_line_without_a_box_has_none():
    sheet = Sheet()
    line = sheet.text("We do agree", 140, 500)
    assert beside(sheet.picture, line, (0, 0, 1080, 1920)) is None
