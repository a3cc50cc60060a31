"""`harness report --pdf`: the PDF of a bundle says what its page says, and the bundle stays as it was."""

from __future__ import annotations

import io
import re
import shutil
import sys
from pathlib import Path

import pypdf
import pypdfium2
import pytest
from lxml import etree

from harness.bundle import Status, verify
from harness.errors import UsageError
from harness.render import html, pdf
from harness.render.forms import texts
from harness.render.typeface import BREAK, NoFont, font_file, printable
from harness.rules.analysis import Analysis, analyse
from tests.cli.command_line import say, violating_run
from tests.render.report_bundles import PLANTED, hostile, of_events, planted
from tests.render.test_pdf import AT, bare, text_of

TIMELINE_AND_SCRIPTS = "//*[@id='timeline']/..|//script|//style|//summary|//*[@id='evidence']|//head|//footer|//nav|//caption"
"""The timeline that can be searched; names of what folds; evidence that opens; foot and contents."""


@pytest.fixture(scope="module")
def analysis(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return analyse(planted(tmp_path_factory.mktemp("planted")))


def pieces(analysis: Analysis, language: str) -> list[str]:
    """The texts of the page between its signs of punctuation, each once, as `bare` leaves them."""
    tree = etree.fromstring(html.page(analysis, language=language), etree.HTMLParser())
    for one in tree.xpath(TIMELINE_AND_SCRIPTS):
        if one.getparent() is not None:
            one.getparent().remove(one)
    found = (piece for text in tree.xpath("//text()[normalize-space()]") for piece in re.split("[·(),:\n]", text))
    return list(dict.fromkeys(filter(None, (bare(printable(piece).replace(BREAK, "")) for piece in found))))


@pytest.mark.parametrize("language", html.LANGUAGES)
def test_page_and_pdf_say_the_same(analysis: Analysis, language: str) -> None:
    text, t = text_of(pdf.report(analysis, language=language, at=AT)), texts(language)
    said = pieces(analysis, language)
    assert len(said) > 1000
    only_on_a_page = {bare(t[key]) for key in ("skip", "findings_note", "ends")}
    units = "|".join(re.escape(bare(t[key])) for key in ("times", "window", "seconds", "per_minute", "figure_sha"))
    figure = re.compile(rf"({units})?[\d.a-f]+…?({units})?|.*\dUTC")    # otherwise arranged, or the time of writing
    left = [one for one in said if not figure.fullmatch(one) and not any(one in also for also in only_on_a_page)]
    assert [one for one in left if not (one in text or _on_two_pages(one, text))] == []


def _on_two_pages(piece: str, text: str) -> bool:
    return any(piece[:place] in text and piece[place:] in text for place in range(4, len(piece) - 3))


@pytest.mark.parametrize("language", html.LANGUAGES)
def test_personal_information_is_masked_unless_it_is_asked_for(analysis: Analysis, language: str) -> None:
    secret = {bare(text) for value in PLANTED.values() for text in of_events(value)}
    masked = text_of(pdf.report(analysis, language=language, at=AT))
    assert [one for one in secret if one in masked] == []
    shown = text_of(pdf.report(analysis, language=language, unmask=True, at=AT))
    assert {PLANTED["imei"], PLANTED["email"], PLANTED["phone"]} <= {one for one in secret if one in shown}


def test_an_app_that_puts_markup_everywhere_gets_it_printed(tmp_path: Path) -> None:
    text = text_of(pdf.report(analyse(hostile(tmp_path)), language="en", at=AT))
    assert text.count("<imgsrc=xonerror=pwned=1>") > 20
    assert text.count("{{constructor.constructor('pwned=1')()}}{%raw%}") > 5
    assert "\\u202egpj.exe" in text
    assert "pwned=1" in text


def test_the_command_writes_it_with_the_bundles_own_manifest_and_signature_attached(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle, target = violating_run(tmp_path / "run"), tmp_path / "new" / "report.pdf"
    said = say(capsys, "report", bundle, "--pdf", target, "--language", "en", "--json")
    assert (said.status, said.json["report"], said.json["language"]) == (0, str(target), "en")
    attached = pypdf.PdfReader(io.BytesIO(target.read_bytes())).attachments
    assert {name: files[0] for name, files in attached.items()} == {
        name: (bundle / name).read_bytes() for name in ("manifest.json", "manifest.sig")}
    assert not (bundle / "report").exists()
    assert verify(bundle).status is Status.INTACT


def test_of_a_zipped_bundle_it_attaches_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundle, target = violating_run(tmp_path / "run"), tmp_path / "of-zip.pdf"
    archive = shutil.make_archive(str(tmp_path / "bundle"), "zip", bundle)
    assert say(capsys, "report", archive, "--pdf", target).status == 0
    attached = pypdf.PdfReader(io.BytesIO(target.read_bytes())).attachments
    assert attached["manifest.json"][0] == (bundle / "manifest.json").read_bytes()


def test_in_the_bundles_report_folder_it_is_signed_and_elsewhere_in_it_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = violating_run(tmp_path / "run")
    assert say(capsys, "report", bundle, "--pdf", bundle / "report" / "report.pdf").status == 0
    assert verify(bundle).status is Status.INTACT
    with (bundle / "report" / "report.pdf").open("ab") as file:
        file.write(b"%")
    assert verify(bundle).status is Status.ALTERED
    with pytest.raises(UsageError, match="cannot be written"):
        say(capsys, "report", bundle, "--pdf", bundle / "objects" / "report.pdf")


@pytest.mark.parametrize("also", [("--to", "page.html"), ("--har",)])
def test_one_call_writes_one_report(tmp_path: Path, capsys: pytest.CaptureFixture[str], also: tuple[str, ...]) -> None:
    bundle = violating_run(tmp_path / "run")
    with pytest.raises(UsageError, match="One report at a time"):
        say(capsys, "report", bundle, "--pdf", tmp_path / "report.pdf", *also)


def test_where_the_file_cannot_be_written_or_the_font_is_missing_the_error_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = violating_run(tmp_path / "run")
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError) as unwritten:
        say(capsys, "report", bundle, "--pdf", tmp_path / "file" / "report.pdf")
    assert "--pdf" in unwritten.value.fix
    font_file.cache_clear()
    monkeypatch.setitem(sys.modules, "noto_cjk_sans_otc", None)
    with pytest.raises(NoFont):
        say(capsys, "report", bundle, "--pdf", tmp_path / "report.pdf")


def test_a_run_that_was_never_sealed_says_so_and_has_nothing_attached(tmp_path: Path) -> None:
    bundle = violating_run(tmp_path / "run")
    for name in ("manifest.json", "manifest.sig"):
        (bundle / name).unlink()
    made = pdf.report(analyse(bundle), language="en", at=AT)
    assert pypdf.PdfReader(io.BytesIO(made)).attachments == {}
    assert bare("none, the bundle was never sealed") in text_of(made)
    assert len(pypdfium2.PdfDocument(made)) > 5
