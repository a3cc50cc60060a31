"""What is printed of a text: all that the font has and a reader can see, the rest as numbers, nothing that moves the rest."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.render.typeface import BREAK, LONGEST, NoFont, font_file, printable


def shown(text: str) -> str:
    return printable(text).replace(BREAK, "")


@pytest.mark.parametrize(("text", "printed"), [
    ("个人信息保护检测报告", "个人信息保护检测报告"),
    ("Größe ½ → 한국 日本語 Привет", "Größe ½ → 한국 日本語 Привет"),
    ("a\u202eb\u2066c", "a\\u202eb\\u2066c"),
    ("\x00\x1b[31m\x7f\x9f", "\\u0000\\u001b[31m\\u007f\\u009f"),
    ("one\r\ntwo\nthree\u2028four", "one⏎two⏎three⏎four"),
    ("\ud83d half", "\\ud83d half"),
    ("😀", "\\U0001f600"),
    ("שלום", "\\u05e9\\u05dc\\u05d5\\u05dd"),
    ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
    ("\ue000\U0010ffff", "\\ue000\\U0010ffff"),
    ("", ""),
])  # fmt: skip
def test_what_the_font_lacks_or_a_reader_would_not_see_is_its_number(text: str, printed: str) -> None:
    assert shown(text) == printed


def test_every_sign_of_gb_2312_and_all_unified_ideographs_of_unicode_1_are_printed_as_they_are() -> None:
    signs = {bytes([row, cell]).decode("gb2312", "ignore") for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF)} - {""}
    signs |= set(map(chr, range(0x4E00, 0x9FA6)))
    assert len(signs) > 21_000
    assert [sign for sign in signs if printable(sign) != sign and sign != "\u3000"] == []


@given(st.text(st.characters(exclude_categories=()), max_size=80))
def test_only_signs_that_are_seen_are_left(text: str) -> None:
    assert all(unicodedata.category(sign)[0] not in "C" and sign not in "\u2028\u2029" for sign in shown(text))


@given(st.text("abcXYZ019./:-_=?&中文 ", max_size=300))
def test_marks_for_breaks_change_nothing_of_a_text(text: str) -> None:
    assert shown(text) == text


@given(st.text("abcdef0123456789*./=-", min_size=1, max_size=400))
def test_no_long_word_is_without_a_place_to_break(text: str) -> None:
    assert max(map(len, printable(text).split(BREAK))) <= 12


def test_a_text_of_a_megabyte_is_cut_and_says_by_how_much() -> None:
    printed = shown("A" * 1_000_000)
    assert len(printed) < LONGEST + 50
    assert printed.endswith(f"(+{1_000_000 - LONGEST:,})")


def test_without_the_font_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    font_file.cache_clear()
    monkeypatch.setitem(sys.modules, "noto_cjk_sans_otc", None)
    with pytest.raises(NoFont) as none:
        font_file()
    assert "noto-cjk-sans-otc" in none.value.why
    assert "pip install" in none.value.fix
