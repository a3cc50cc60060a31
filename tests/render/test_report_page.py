"""The report's page in real Chromium: its timeline, its evidence, its tables, its silence, its accessibility, its paper."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from report_browser import axe, axe_script, keep, needs_chromium, opened
from report_bundles import XSS, hostile, planted

from harness.render import html
from harness.rules.analysis import Analysis, analyse

pytestmark = [pytest.mark.browser, needs_chromium]


@pytest.fixture(scope="module")
def analysis(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return analyse(planted(tmp_path_factory.mktemp("planted")))


@pytest.fixture(scope="module")
def pages(analysis: Analysis, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Language -> the page."""
    folder = tmp_path_factory.mktemp("pages")
    for language in html.LANGUAGES:
        (folder / f"{language}.html").write_text(html.page(analysis, language=language), "utf-8")
    return {language: folder / f"{language}.html" for language in html.LANGUAGES}


def count_in_view(page: object) -> int:
    said = page.locator("#tl-status").text_content()  # type: ignore[attr-defined]
    found = re.match(r"[\d,]+", said)
    assert found is not None, said
    return int(found[0].replace(",", ""))


@pytest.mark.parametrize("language", html.LANGUAGES)
def test_the_page_asks_for_nothing_and_breaks_no_policy_whatever_is_done_on_it(pages: dict[str, Path], language: str) -> None:
    with opened(pages[language]) as at:
        page = at.page
        for name in ("tl-in", "tl-in", "tl-later", "tl-earlier", "tl-out", "tl-whole"):
            page.locator(f"#{name}").click()
        page.locator("#tl-cited").check()
        page.locator("#tl-plot g[role=button]").first.click()
        page.keyboard.press("Escape")
        for sorter in page.locator("#findings ~ table button.sorter").all():
            sorter.click()
        page.locator("#tl-cited").uncheck()
        keep(at, f"report-{language}-timeline")
        assert at.said == []
        assert at.elsewhere() == []


def test_the_timeline_has_all_events_of_the_run(pages: dict[str, Path], analysis: Analysis) -> None:
    run = analysis.run
    with opened(pages["en"]) as at:
        assert count_in_view(at.page) == len(run.calls) + len(run.flows) + len(run.screens) + len(run.steps)


@pytest.mark.parametrize(("select", "column"), [("#tl-who", "caller"), ("#tl-stage", "stage")])
def test_a_filter_leaves_what_it_names_and_nothing_else(
    pages: dict[str, Path], analysis: Analysis, select: str, column: str
) -> None:
    calls = analysis.run.calls
    with opened(pages["en"]) as at:
        page = at.page
        whole = count_in_view(page)
        options = page.locator(f"{select} option").all_text_contents()[1:]
        assert options
        for place, option in enumerate(options, start=1):
            page.locator(select).select_option(index=place)
            told = re.search(r"\(([\d,]+)\)$", option)
            assert told is not None
            assert count_in_view(page) == int(told[1].replace(",", "")) < whole
        name = "Quillmetrics" if column == "caller" else "before consent"
        page.locator(select).select_option(label=next(o for o in options if o.startswith(name)))
        of_it = len(calls[calls[column] == ("Quillmetrics" if column == "caller" else "before_consent")])
        cells = page.locator(f"#tl-list tbody tr td:nth-child({5 if column == 'caller' else 6})").all_text_contents()
        kinds = page.locator("#tl-list tbody tr td:nth-child(2)").all_text_contents()
        assert sum(id.startswith("c") for id in kinds) == of_it > 0
        assert set(cells) == {name}


def test_zoom_shows_fewer_and_home_shows_all(pages: dict[str, Path]) -> None:
    with opened(pages["en"]) as at:
        page = at.page
        whole = count_in_view(page)
        page.locator("#tl-in").click()
        page.locator("#tl-in").click()
        assert 0 < count_in_view(page) < whole
        page.locator("#tl-plot g[role=button]").first.focus()
        page.keyboard.press("Home")
        assert count_in_view(page) == whole
        box = page.locator("#tl-plot svg").bounding_box()
        page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 60)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 60, steps=4)
        page.mouse.up()
        assert count_in_view(page) < whole


def test_a_mark_opens_its_evidence_by_keys_alone_and_gives_the_focus_back(pages: dict[str, Path]) -> None:
    with opened(pages["en"]) as at:
        page = at.page
        page.locator("#tl-whole").focus()
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.getAttribute('role')") == "button"
        first = page.evaluate("document.activeElement.getAttribute('aria-label')")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowDown")
        second = page.evaluate("document.activeElement.getAttribute('aria-label')")
        assert second != first
        page.keyboard.press("Enter")
        assert page.locator("#evidence").is_visible()
        assert page.evaluate("document.activeElement.id") == "evidence-title"
        page.keyboard.press("Escape")
        assert not page.locator("#evidence").is_visible()
        assert page.evaluate("document.activeElement.getAttribute('aria-label')") == second


def test_an_id_of_a_finding_opens_the_call_with_its_masked_value_and_whole_stack(
    pages: dict[str, Path], analysis: Analysis
) -> None:
    cited = next(v for v in analysis.violations if v.item == "imei" and v.caller == "Quillmetrics")
    call = next(i for i in cited.evidence if i.startswith("c"))
    with opened(pages["en"]) as at:
        page = at.page
        page.locator(f"section.finding button.link:text-is('{call}')").first.click()
        said = page.locator("#evidence-body").inner_text()
        assert page.locator("#evidence-title").inner_text().startswith(call)
        assert "***********7518" in said
        assert "com.quillmetrics.sdk.Collector.read(Collector.java:7)" in said
        assert "before consent" in said
        keep(at, "report-en-evidence")


def test_a_request_opens_with_the_value_highlighted(pages: dict[str, Path], analysis: Analysis) -> None:
    flow = analysis.run.sightings["flow"].iloc[0]
    with opened(pages["en"]) as at:
        at.page.locator(f".ev button.link:text-is('{flow}')").first.click()
        assert at.page.locator("#evidence-body mark").count() > 0


def test_a_screen_opens_with_its_picture(pages: dict[str, Path]) -> None:
    with opened(pages["zh"]) as at:
        at.page.locator(".ev button.link:text-is('v1')").first.click()
        picture = at.page.locator("#evidence-body img")
        assert picture.evaluate("i => i.complete && i.naturalWidth > 100")
        assert picture.get_attribute("alt")


def test_a_finding_shows_its_screen(pages: dict[str, Path]) -> None:
    with opened(pages["en"]) as at:
        shown = at.page.locator("section.finding figure img")
        assert shown.count() > 0
        assert shown.first.evaluate("i => i.complete && i.naturalWidth > 100")


def test_findings_are_sorted_by_a_click_and_say_so(pages: dict[str, Path]) -> None:
    with opened(pages["en"]) as at:
        page = at.page
        table = page.locator("section:has(> h2#findings) > table.sortable")
        head = table.locator("th").nth(3)
        head.locator("button").click()
        first = table.locator("tbody td:nth-child(4)").all_text_contents()
        assert first == sorted(first, key=str.casefold) and len(set(first)) > 1
        assert head.get_attribute("aria-sort") == "ascending"
        head.locator("button").click()
        assert table.locator("tbody td:nth-child(4)").all_text_contents() == first[::-1]
        assert head.get_attribute("aria-sort") == "descending"
        numbers = table.locator("th").nth(0)
        numbers.locator("button").click()
        shown = [int(n) for n in table.locator("tbody td:nth-child(1)").all_text_contents()]
        assert shown == sorted(shown) and len(shown) > 9    # as numbers: 10 comes after 9


def test_rows_are_filtered_by_their_text(pages: dict[str, Path]) -> None:
    with opened(pages["zh"]) as at:
        page = at.page
        table = page.locator("table.matrix")
        page.locator(".filterbox:has(+ table.matrix) input").fill("违规")
        visible = [row for row in table.locator("tbody tr").all() if row.is_visible()]
        assert 0 < len(visible) < table.locator("tbody tr").count()
        assert all("违规" in row.inner_text() for row in visible)


@pytest.mark.parametrize("language", html.LANGUAGES)
def test_axe_finds_nothing_serious(pages: dict[str, Path], language: str) -> None:
    script = axe_script()
    with opened(pages[language]) as at:
        at.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        assert axe(at, script) == []
        at.page.locator("#tl-list button.link").first.click()
        keep(at, f"report-{language}-dialog")
        assert axe(at, script) == []


def test_axe_would_find_something(pages: dict[str, Path], tmp_path: Path) -> None:
    """Else the test above would pass with an axe that looks at nothing."""
    script = axe_script()
    broken = tmp_path / "broken.html"
    page = pages["en"].read_text("utf-8")
    broken.write_text(page.replace('<label>Subject or SDK <select', '<select', 1), "utf-8")
    with opened(broken) as at:
        assert any(found.startswith("select-name critical") for found in axe(at, script))


@pytest.mark.parametrize("language", html.LANGUAGES)
def test_it_is_readable_on_a_small_screen_and_without_scripts(pages: dict[str, Path], language: str) -> None:
    with opened(pages[language], width=390, height=800) as at:
        keep(at, f"report-{language}-small")
        assert at.page.evaluate("document.documentElement.scrollWidth") <= 390
    with opened(pages[language], scripts=False) as at:
        assert at.page.locator(".drawing svg").first.is_visible()
        assert not at.page.locator("#tl").is_visible()
        at.page.locator(".drawing").first.scroll_into_view_if_needed()
        keep(at, f"report-{language}-no-script")


def test_on_paper_the_drawing_stands_for_the_timeline_and_each_sheet_has_the_reports_number(
    pages: dict[str, Path], tmp_path: Path
) -> None:
    import pypdfium2

    with opened(pages["en"]) as at:
        number = at.page.locator(".kicker .mono").inner_text()
        at.page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
    paper = pypdfium2.PdfDocument(tmp_path / "page.pdf")
    sheets = [paper[place].get_textpage().get_text_range().replace("\ufffe", "-") for place in range(len(paper))]
    assert [place for place, sheet in enumerate(sheets) if number not in "".join(sheet.split())] == []
    assert f"2 / {len(sheets)}" in sheets[1]
    whole = "\n".join(sheets)
    assert "com.quillmetrics.sdk.Collector.read" in whole
    assert "Zoom in" not in whole


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return analyse(hostile(tmp_path_factory.mktemp("hostile")))


@pytest.mark.parametrize(("language", "unmask"), [("zh", False), ("en", True)])
def test_nothing_that_an_app_says_runs_or_becomes_markup(
    attacked: Analysis, tmp_path: Path, language: str, unmask: bool
) -> None:
    file = tmp_path / "hostile.html"
    file.write_text(html.page(attacked, language=language, unmask=unmask), "utf-8")
    assert file.stat().st_size < 6_000_000    # a label of a megabyte is cut
    with opened(file) as at:
        page = at.page
        for tag in ("iframe", "object", "base", "form", "math", "svg[onload]", "link", "meta[http-equiv=refresh]"):
            assert page.locator(tag).count() == 0, tag
        page.evaluate("""() => {
            document.querySelectorAll('details').forEach(one => { one.open = true; });
            for (const select of document.querySelectorAll('.tl select'))
                for (const option of select.options) {
                    select.value = option.value; select.dispatchEvent(new Event('change'));
                }
            for (const select of document.querySelectorAll('.tl select')) {
                select.selectedIndex = 0; select.dispatchEvent(new Event('change'));
            }
            for (const button of document.querySelectorAll('#tl-plot g[role=button], button.link, button.sorter'))
                button.dispatchEvent(new MouseEvent('click', {bubbles: true}));
            for (const node of document.querySelectorAll('body *'))
                for (const kind of ['mouseover', 'focus', 'toggle']) node.dispatchEvent(new Event(kind, {bubbles: true}));
        }""")
        assert page.evaluate("window.pwned") is None
        assert page.evaluate("[...document.querySelectorAll('*')].filter(e => [...e.attributes]"
                             ".some(a => a.name.startsWith('on') || a.value.startsWith('javascript:'))).length") == 0
        assert at.said == []
        assert at.elsewhere() == []
        keep(at, f"report-{language}-hostile")


def test_the_corpus_reaches_every_part_of_the_page(attacked: Analysis) -> None:
    """Each text of the corpus stands on the unmasked page as text; else the test above would try nothing."""
    import html as markup

    from harness.render.forms import visible

    page = markup.unescape(html.page(attacked, language="en", unmask=True))
    assert [bad for bad in XSS if visible(bad) not in page] == []
