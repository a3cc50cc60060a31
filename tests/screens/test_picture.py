"""Pictures: what cannot be decoded, what does not fit, and colours measured as WCAG measures them."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from harness.screens.boxes import around
from harness.screens.picture import Picture, PictureUnreadable, contrast, crop, decode, fitted, ground_and_ink
from tests.screens.drawn import Sheet


def blank(width: int, height: int, value: int = 255) -> Picture:
    return Picture(np.full((height, width, 3), value, np.uint8))


@given(st.binary(max_size=60))
def test_no_bytes_make_it_raise_anything_else(data):
    with pytest.raises(PictureUnreadable):
        decode(data)


def test_a_picture_that_breaks_off_is_unreadable():
    png = Sheet().png
    with pytest.raises(PictureUnreadable):
        decode(png[: len(png) // 2])


def test_a_file_that_claims_a_giant_is_not_decoded():
    out = io.BytesIO()
    Image.new("1", (9000, 9000)).save(out, "PNG")
    with pytest.raises(PictureUnreadable, match="9000 by 9000"):
        decode(out.getvalue())


@pytest.mark.parametrize(("size", "windows", "kind"), [
    ((1080, 2400), [(0, 0, 1080, 2400)], None),
    ((1080, 2400), [(0, 0, 1080, 2274)], None),                       # the navigation bar is no part of the window
    ((540, 1200), [(0, 0, 1080, 2400)], "picture_scaled"),
    ((1080, 2400), [(84, 800, 996, 1600)], "picture_size_unproven"),
    ((2400, 1080), [(0, 0, 1080, 2400)], "picture_other_size"),        # turned
    ((720, 1280), [(0, 0, 1080, 2400)], "picture_other_size"),
    ((720, 1280), [(84, 800, 996, 1600)], "picture_other_size"),
    ((720, 1280), [], "picture_other_size"),
    ((720, 1280), [(0, 0, 0, 0)], "picture_other_size"),
])
def test_a_picture_is_used_where_it_fits_and_told_where_not(size, windows, kind):
    picture, note = fitted(blank(*size), windows)
    assert (note.kind if note else None) == kind
    assert (picture is None) == (kind == "picture_other_size")
    if kind == "picture_scaled":
        assert (picture.width, picture.height) == (1080, 2400)


def test_black_is_black_and_dark_is_not():
    assert blank(4, 4, 0).is_black
    assert blank(4, 4, 2).is_black
    assert not blank(4, 4, 16).is_black


@pytest.mark.parametrize(("one", "other", "ratio"), [
    ((0, 0, 0), (255, 255, 255), 21.0), ((119, 119, 119), (255, 255, 255), 4.48), ((255, 255, 255), (255, 255, 255), 1.0),
    ((0, 0, 255), (255, 255, 255), 8.59), ((255, 255, 0), (255, 255, 255), 1.07),
])
def test_contrast_is_wcag_contrast(one, other, ratio):
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)


@pytest.mark.parametrize(("ground", "ink"), [((255, 255, 255), (170, 170, 170)), ((20, 20, 22), (200, 200, 200)),
                                             ((22, 119, 255), (255, 255, 255))])
def test_the_ink_of_a_text_is_measured_through_its_blended_edges(ground, ink):
    sheet = Sheet(ground=ground)
    line = sheet.text("Disagree", 100, 100, ink, 34)
    found = ground_and_ink(sheet.picture.part(line))
    assert found is not None
    assert np.abs(found[0] - ground).max() <= 2
    assert np.abs(found[1] - ink).max() <= 8


def test_one_colour_has_no_ink():
    assert ground_and_ink(blank(30, 30).pixels) is None


def test_a_crop_is_a_png_and_stays_on_the_picture():
    with Image.open(io.BytesIO(crop(blank(100, 80), (90, 70, 140, 120), 5))) as image:
        assert image.size == (15, 15)
    assert crop(blank(10, 10), (20, 20, 30, 30)) == b""


@pytest.mark.parametrize("look", [
    {"fill": (22, 119, 255)}, {"outline": (150, 150, 150), "colour": (40, 40, 40)},
    {"fill": (230, 230, 230), "colour": (60, 60, 60)},
])
def test_a_line_grows_to_the_button_it_stands_on(look):
    sheet, button = Sheet(), (140, 900, 940, 1020)
    line = sheet.button("Agree and continue", button, **look)
    found = around(sheet.picture, line, (0, 0, 1080, 1920))
    assert found is not None
    assert max(abs(a - b) for a, b in zip(found, button, strict=True)) <= 6


def test_a_pale_pill_ends_where_it_is_drawn():
    sheet = Sheet()
    sheet.draw.rounded_rectangle((60, 300, 1020, 1500), 30, fill=(255, 255, 255), outline=(90, 90, 90))
    sheet.draw.rounded_rectangle((140, 900, 520, 1020), 60, fill=(242, 242, 242))
    line = sheet.text("Refuse", 260, 930)
    found = around(sheet.picture, line, (0, 0, 1080, 1920))
    assert found is not None
    assert max(abs(a - b) for a, b in zip(found, (140, 900, 520, 1020), strict=True)) <= 6


def test_the_last_cell_of_a_card_ends_with_it():
    sheet = Sheet(ground=(120, 120, 120))
    sheet.draw.rounded_rectangle((90, 300, 990, 1500), 42, fill=(255, 255, 255))
    sheet.draw.line((90, 1360, 990, 1360), fill=(225, 225, 225), width=3)
    line = sheet.text("Refuse", 460, 1405)
    found = around(sheet.picture, line, (0, 0, 1080, 1920))
    assert found is not None
    assert max(abs(a - b) for a, b in zip(found, (90, 1361, 990, 1500), strict=True)) <= 5


def test_a_bare_text_between_others_has_no_box():
    sheet = Sheet()
    sheet.draw.rounded_rectangle((60, 300, 1020, 1500), 30, fill=(250, 250, 250), outline=(90, 90, 90))
    sheet.text("Some words above it that go on", 100, 700)
    line = sheet.text("Disagree", 440, 760)
    sheet.button("Agree", (140, 840, 940, 960), fill=(22, 119, 255))
    assert around(sheet.picture, line, (0, 0, 1080, 1920)) is None
