"""The report as PDF: all of the view is on its pages, nothing in it is markup, and it is the archive format that it says."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import io
import re
from collections.abc import Iterator
from typing import Any

import pypdf
import pypdfium2
import pytest
from lxml import etree

from harness.render import pdf
from harness.render.typeface import BREAK, printable
from tests.render.written_view import written

AT = datetime.datetime(2026, 11, 30, 12, 0, tzinfo=datetime.UTC)
ATTACHED = {"manifest.json": b'{\n "profile": "data-package"\n}', "manifest.sig": bytes(range(256))}
LANGUAGES = ("zh", "en")
TYPST = r"""#panic("x") #read("/etc/passwd") #import "@preview/a:1.0.0": b *c* _d_ $e$ `f` = g \ ] } ) #[<h> @i // j /* k "l"'"""
HOSTILE = {
    "typst": TYPST,
    "html": "</style><script>alert(1)</script>&amp;<b>\"'",
    "bidi": "\u202ecod.exe\u2066\u2069\u200f",
    "controls": "".join(map(chr, range(32))) + "\x7f\x85\u2028\u2029",
    "halves": "\ud83d and \udc00",
    "emoji": "😀👨\u200d👩\u200d👧 ❤\ufe0f",
    "other scripts": "ཀ שלום مرحبا ไทย \ue000 \U0010ffff",
    "marks": "\u200b\ufeff\u00ad" + BREAK * 20,
    "no place to break": "x" * 3000,
    "template": "{{7*7}} ${7*7} %s \\u0041 data:image/jpeg;base64,AAAA",
}  # fmt: skip


def text_of(made: bytes) -> str:
    """All text of a PDF as `bare` leaves it: where a line was broken does not show."""
    return bare("".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(made)))


def bare(text: str) -> str:
    """Without spaces, and without hyphens, which PDFium leaves out or not at the end of a line."""
    return re.sub("[\\s\ufffe-]", "", text)


def strings(value: Any) -> Iterator[str]:
    """Every text of a view, save its words and what a format leaves out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from strings(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from strings(one)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            if field.name not in {"t", "image"}:
                yield from strings(getattr(value, field.name))


@pytest.fixture(scope="module", params=LANGUAGES)
def made(request: pytest.FixtureRequest) -> bytes:
    return pdf.document(written("一个 text", request.param), ATTACHED, at=AT)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_nothing_from_an_app_is_markup_and_each_of_its_signs_is_on_the_page(text: str) -> None:
    made = pdf.document(written(text), ATTACHED, at=AT)
    wanted = bare(printable(text).replace(BREAK, ""))
    assert wanted
    assert text_of(made).count(wanted) > 60


def test_texts_of_a_megabyte_in_every_place_make_no_endless_report() -> None:
    made = pdf.document(written("A" * 1_000_000), ATTACHED, at=AT)
    assert len(pypdfium2.PdfDocument(made)) < 400
    assert len(made) < 5_000_000


def test_every_text_of_the_view_is_on_a_page() -> None:
    """Each place has a text of its own here, so that one that the template forgets is missed."""
    numbers = iter(range(10_000))
    view = _each_its_own(written("x"), lambda: f"place{next(numbers):04d}")
    text = text_of(pdf.document(view, ATTACHED, at=AT))
    missing = [one for one in strings(view) if one.startswith("place") and one not in text]
    assert {path for path, one in _paths(view) if one in missing} == NOT_PRINTED


NOT_PRINTED = {
    # for machines; a word in the report's language is printed in their place
    "CallView.outcome", "ChecklistRow.state", "ClauseRow.word", "Row.key", "StageView.stage", "TableView.id",
    # printed elsewhere: with the finding, with the scenario, on the cover
    "RequestView.item", "Verdict.reason", "VerdictView.gaps", "VerdictView.reason",
}  # fmt: skip


def _each_its_own(value: Any, fresh: Any) -> Any:
    if value == "x":
        return fresh()
    if isinstance(value, list):
        return [_each_its_own(one, fresh) for one in value]
    if isinstance(value, tuple):
        return tuple(_each_its_own(one, fresh) for one in value)
    if isinstance(value, dict):
        return {key: _each_its_own(one, fresh) for key, one in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.replace(value, **{f.name: _each_its_own(getattr(value, f.name), fresh)
                                             for f in dataclasses.fields(value) if f.name not in {"t", "readings", "rules"}})
    return value


def _paths(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _paths(one, path)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _paths(one, path)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            if field.name not in {"t", "image"}:
                yield from _paths(getattr(value, field.name), f"{type(value).__name__}.{field.name}")


def test_each_page_has_its_number_of_how_many_and_the_reports_number() -> None:
    made = pypdfium2.PdfDocument(pdf.document(dataclasses.replace(written("x"), number="PH-77"), ATTACHED, at=AT))
    assert len(made) > 3
    for count, page in enumerate(made, start=1):
        text = page.get_textpage().get_text_range()
        assert f"{count} / {len(made)}" in text
        assert "PH-77" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_bookmarks_name_every_part_and_every_finding_and_lead_to_their_pages(language: str) -> None:
    view = written("Some title", language)
    made = pypdfium2.PdfDocument(pdf.document(view, ATTACHED, at=AT))
    marks = [(mark.level, mark.get_title(), mark.get_dest().get_index()) for mark in made.get_toc()]
    parts = [title for level, title, _ in marks if level == 0]
    for key in ("basis", "sample", "environment", "tools_title", "interventions", "people", "clocks", "scenarios_title", "matrix",
                "findings", "shared", "statistics", "unseen", "checklist", "integrity", "glossary_title"):
        assert view.t[key] in parts
    assert (1, "1. Some title") in [(level, title) for level, title, _ in marks]
    for _, title, page in marks:
        assert re.sub(r"\s", "", title) in re.sub(r"\s", "", made[page].get_textpage().get_text_range())


def test_what_is_attached_is_there_byte_for_byte_and_said_to_be_data(made: bytes) -> None:
    reader = pypdf.PdfReader(io.BytesIO(made))
    assert {name: files[0] for name, files in reader.attachments.items()} == ATTACHED
    files = reader.trailer["/Root"]["/AF"]
    assert [file.get_object()["/AFRelationship"] for file in files] == ["/Data", "/Data"]


def test_a_bundle_without_a_manifest_has_nothing_attached() -> None:
    assert pypdf.PdfReader(io.BytesIO(pdf.document(written("x"), {}, at=AT))).attachments == {}


def test_all_fonts_are_in_the_file_and_tell_their_signs(made: bytes) -> None:
    fonts = {}
    for page in pypdf.PdfReader(io.BytesIO(made)).pages:
        for font in page["/Resources"].get("/Font", {}).values():
            fonts[font.get_object()["/BaseFont"]] = font.get_object()
    assert len(fonts) == 2
    for name, font in fonts.items():
        assert "NotoSans" in name
        inside = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert "/FontFile3" in inside or "/FontFile2" in inside
        assert "/ToUnicode" in font


def test_it_says_that_it_is_pdf_a_3_with_tags_and_pdf_ua_and_has_a_colour_profile(made: bytes) -> None:
    root = pypdf.PdfReader(io.BytesIO(made)).trailer["/Root"]
    about = etree.fromstring(root["/Metadata"].get_object().get_data())
    said = {one.tag: one.text for one in about.iter() if isinstance(one.tag, str)}
    archive, access = "{http://www.aiim.org/pdfa/ns/id/}", "{http://www.aiim.org/pdfua/ns/id/}"
    assert (said[f"{archive}part"], said[f"{archive}conformance"], said[f"{access}part"]) == ("3", "A", "1")
    assert root["/OutputIntents"][0].get_object()["/S"] == "/GTS_PDFA1"
    assert root["/MarkInfo"]["/Marked"] is True or root["/MarkInfo"]["/Marked"].value is True
    assert root["/Lang"] in {"zh-CN", "en-GB"}


def test_the_screens_are_in_it_with_words_for_who_cannot_see_them(made: bytes) -> None:
    images = [image for page in pypdf.PdfReader(io.BytesIO(made)).pages for image in page.images]
    red = [image for image in images if image.image is not None and image.image.convert("RGB").getpixel((40, 530))[0] > 150]
    assert red
    assert "/Figure" in _tags(made)


def _tags(made: bytes) -> set[str]:
    found = set()
    queue = [pypdf.PdfReader(io.BytesIO(made)).trailer["/Root"]["/StructTreeRoot"]]
    while queue:
        one = queue.pop().get_object()
        if isinstance(one, list):
            queue += one
        elif isinstance(one, dict):
            found.add(str(one.get("/S", "")))
            queue += [one["/K"]] if "/K" in one else []
    return found


def test_the_same_view_at_the_same_time_gives_the_same_bytes_and_another_time_changes_only_the_date() -> None:
    view = written("x")
    first = pdf.document(view, ATTACHED, at=AT)
    assert hashlib.sha256(first).digest() == hashlib.sha256(pdf.document(written("x"), ATTACHED, at=AT)).digest()
    later = pdf.document(view, ATTACHED, at=AT + datetime.timedelta(days=1))
    assert later != first
    assert text_of(later) == text_of(first)


def test_a_picture_that_is_none_is_left_out() -> None:
    view = written("x")
    broken = dataclasses.replace(view.findings[0].screens[0], image="data:image/jpeg;base64,***")
    shown = dataclasses.replace(view.findings[0], screens=[broken])
    made = pdf.document(dataclasses.replace(view, findings=[shown]), ATTACHED, at=AT)
    assert "/Figure" not in _tags(made)


def test_what_a_view_cannot_hold_is_refused() -> None:
    with pytest.raises(TypeError, match="bytes"):
        pdf.document(dataclasses.replace(written("x"), number=b"x"), {}, at=AT)  # type: ignore[arg-type]
