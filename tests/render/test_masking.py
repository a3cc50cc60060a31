"""Masking: no planted value of a run stands in the report, in whatever encoding; what is masked can still be told apart."""

from __future__ import annotations

import base64
import hashlib
import html as markup
import io
import json
import re
import zlib
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from PIL import Image
from report_bundles import BOUNDS, PLANTED, Writer, hierarchy, of_events, planted, png

from harness.bundle import open_bundle, verify
from harness.cli.options import ReportFormat
from harness.model import Gap, GapKind, Screen
from harness.render import html, masking, sarif, table_files, verdicts_json, view
from harness.render.machine import machine
from harness.render.masking import SIGN, Masker, masked
from harness.render.pictures import MOST_BYTES, texts_of
from harness.rules.analysis import Analysis, analyse

TEXTS = sorted({text for value in PLANTED.values() for text in of_events(value)}, key=len)


@pytest.fixture(scope="module")
def analysis(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return analyse(planted(tmp_path_factory.mktemp("planted")))


def all_of(page: str) -> str:
    """What a reader of the page can get at: its text, attributes and the data of its timeline."""
    packed = re.search(r'id="events">([^<]*)<', page)
    assert packed is not None
    data = zlib.decompress(base64.b64decode(packed[1])).decode()
    return markup.unescape(page) + json.dumps(json.loads(data), ensure_ascii=False)


def standing(page: str) -> dict[str, list[str]]:
    """Planted text -> the forms of it that stand on the page."""
    shown = all_of(page).lower()
    found = {text: sorted(form for form in encoded(text) if form.lower() in shown) for text in TEXTS}
    return {text: there for text, there in found.items() if there}


def encoded(text: str) -> set[str]:
    """A value as it might stand on the page; not by the product's own list of forms."""
    raw = text.encode()
    found = {text, text[::-1], quote(text), quote(text, safe=""), quote_plus(text), json.dumps(text)[1:-1], raw.hex(),
             markup.escape(text), "".join(sign for sign in text if sign.isalnum())}
    for before in (b"", b"x", b"xy"):
        found.add(base64.b64encode(before + raw).decode()[(0, 2, 3)[len(before)]:].rstrip("=")[:-1])
    for digest in (hashlib.md5(raw), hashlib.sha1(raw), hashlib.sha256(raw)):
        found |= {digest.hexdigest(), base64.b64encode(digest.digest()).decode().rstrip("=")}
    return {form for form in found if len(form) >= 4}


@pytest.mark.parametrize("language", html.LANGUAGES)
def test_no_planted_value_stands_in_the_masked_page_in_any_encoding(analysis: Analysis, language: str) -> None:
    assert standing(html.page(analysis, language=language)) == {}


def test_the_same_page_unmasked_shows_the_planted_values_and_says_so(analysis: Analysis) -> None:
    page = html.page(analysis, language="en", unmask=True)
    missing = {text for text in TEXTS if text not in all_of(page)}
    assert missing == set()
    assert "Personal information shown in full" in page
    assert "Personal information masked" not in page


@pytest.mark.parametrize(("language", "said"), [("zh", "个人信息已脱敏"), ("en", "Personal information masked")])
def test_the_masked_page_says_that_it_is(analysis: Analysis, language: str, said: str) -> None:
    page = html.page(analysis, language=language)
    assert page.count(said) == 2  # head and foot
    assert view.texts(language)["masked_note"] in markup.unescape(page)


def test_the_run_carries_each_planted_value_to_a_finding_or_a_request(analysis: Analysis) -> None:
    """Else the test above would look for what the page has no reason to show."""
    seen = set(analysis.run.calls["kind"])
    assert set(PLANTED) <= seen
    assert {"imei", "android_id", "mac", "phone", "email"} <= set(analysis.run.sightings["kind"])
    assert analysis.violations


def test_two_values_stay_apart_and_the_last_digits_stay(analysis: Analysis) -> None:
    page = html.page(analysis, language="en")
    assert masked(str(PLANTED["imei"])) == "***********7518"
    assert "***********7518" in page
    assert "l************@mail.example" in all_of(page)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("490154203237518", "***********7518"), ("13912345678", "********678"), ("张三", "张*"), ("欧阳文静", "欧***"),
        ("abc", "***"), ("a@b.cn", "a***@b.cn"), ("li.wenjing@mail.example", "l*********@mail.example"), ("", ""),
        ("123456", "****56"), ("31.2304162", "*******162"),
    ],
)  # fmt: skip
def test_a_value_keeps_a_third_of_itself_at_most(value: str, shown: str) -> None:
    assert masked(value) == shown


@given(st.text(min_size=1, max_size=60))
def test_whatever_the_value_at_least_two_thirds_of_it_are_hidden(value: str) -> None:
    shown = masked(value)
    if "@" in value or "%40" in value:
        return
    assert sum(1 for sign in shown if sign != SIGN) <= max(1 if len(value) <= 4 else 0, len(value) / 3) + value.count(SIGN)


@pytest.mark.parametrize(
    ("wire", "shown"),
    [
        ('{"imei":"490154203237518","os":"15"}', '{"imei":"***********7518","os":"**"}'),
        ("i=490154203237518&nick=wenjing&ok=true", "i=***********7518&nick=*****ng&ok=true"),
        ("Cookie: uid=abcdef; b=1", "Cookie: uid=****ef; b=*"),
        ('\\"token\\":\\"abcdefgh\\"', '\\"token\\":\\"******gh\\"'),
        ("plain words alone", "***** ***** *****"),
        ('9015420","model":"XH-A15', '*****20","model":"****15'),
        ("8%BD%E5%8D%8E%27%3A%27490154203237518%27", "******************A%27***********7518***"),
        ("\ue000490154203237518 wenjing\ue001", "***********7518 *****ng"),
    ],
)  # fmt: skip
def test_in_a_request_names_stay_and_values_do_not(wire: str, shown: str) -> None:
    assert Masker([("imei", "490154203237518")]).wire(wire) == shown


def test_what_is_remembered_of_texts_is_bounded_and_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"{at} 490154203237518 {'x' * at}" for at in range(200)]
    known = [("imei", "490154203237518")]
    unbounded = Masker(known)
    monkeypatch.setattr(masking, "_REMEMBERED", 1000)
    mask = Masker(known)
    for _ in range(2):
        assert [mask.text(text) for text in texts] == [unbounded.text(text) for text in texts]
    signs = [sum(map(len, (*(key[1] for key in one._seen), *one._seen.values()))) for one in (mask, unbounded)]
    assert 0 < signs[0] <= 1000 < signs[1]


def test_an_address_keeps_host_path_and_names() -> None:
    mask = Masker([("account", "wenjing_private_42")])
    shown = mask.url("https://a.example/v1/users/wenjing_private_42/x?phone=13912345678&t=1")
    assert shown == "https://a.example/v1/users/**************e_42/x?phone=********678&t=*"


def test_names_of_code_and_placeholders_are_not_taken_for_values() -> None:
    known = [("installed_apps", ["com.example.maps"]), ("mac", "02:00:00:00:00:00"), ("ip", "127.0.0.1"), ("account", "abc")]
    mask = Masker(known, spare=["example.shop"])
    said = "com.example.maps read 127.0.0.1 and abc of example.shop"
    assert mask.text(said) == said


def test_the_columns_of_a_query_keep_their_names_and_its_rows_do_not_show() -> None:
    rows = {"columns": ["_id", "display_name"], "count": 2, "rows": [["1", "王小明明"], ["2", "Zhang Lihua"]]}
    mask = Masker([("contacts", rows)])
    shown = mask.returned("contacts", rows)
    assert '"columns": ["_id", "display_name"]' in shown
    assert "王***" in shown and "********hua" in shown
    assert mask.loose(["_id", "display_name"]) == '["_id", "display_name"]'


def test_hidden_signs_of_an_app_are_made_visible() -> None:
    assert Masker([]).text("a\u202eb\ud83dc\x00") == "a\\u202eb\\ud83dc\\u0000"
    assert Masker([], on=False).value("a\u2066b") == "a\\u2066b"


def test_a_long_text_is_cut_before_it_is_masked_and_no_value_at_the_cut_shows() -> None:
    mask = Masker([("imei", "490154203237518")])
    assert mask.text("x" * 95 + "490154203237518" + "y" * 1000, 100) == "x" * 95 + "*****" + " …"


def test_a_long_value_is_found_where_a_text_has_only_a_part_of_it() -> None:
    letter = "".join(f"Dear friend number {n}, come at {n} o'clock. " for n in range(40))
    shown = Masker([("clipboard", letter)]).text(f"copied: {letter}", 300)
    assert "friend" not in shown and shown.startswith("copied: ***")
    lines = "first secret line 1\nsecond secret line 2 which is long enough"
    assert "secret" not in Masker([("sms", lines)]).text("log: second secret line 2 which is long enough")


def test_a_text_on_a_screen_that_is_personal_is_painted_over(analysis: Analysis) -> None:
    made = {unmask: view.gather(analysis, open_bundle(analysis.bundle), verify(analysis.bundle), "en", unmask=unmask)
            for unmask in (False, True)}
    for unmask, material in made.items():
        screen = next(iter(material.maker.screens.values()))
        uri, width, _, covered = material.pictures.of(screen)
        picture = Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2])))
        scale = width / 822
        at = picture.getpixel((int((BOUNDS[0] + BOUNDS[2]) / 2 * scale), int((BOUNDS[1] + BOUNDS[3]) / 2 * scale)))
        assert isinstance(at, tuple)
        assert (covered, at[0] < 120) == ((0, False) if unmask else (1, True))


ENTITY = b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><n text='&e;' bounds='[0,0][1,1]'/>"


@pytest.mark.parametrize("bad", [b"", b"<a", ENTITY, b"\xff\xfe", b"<n bounds='[0,0][1,1]' text='a'" * 100])
def test_a_hierarchy_that_is_none_is_told_from_an_empty_one(bad: bytes) -> None:
    assert texts_of(bad) is None


def test_a_hierarchy_makes_nobody_read_a_file(tmp_path: Path) -> None:
    (tmp_path / "x.dtd").write_text("<!ENTITY e 'root:x:0:0'>")
    asking = f"<!DOCTYPE n SYSTEM '{(tmp_path / 'x.dtd').as_uri()}'><n text='a&e;' bounds='[0,0][1,1]'/>".encode()
    would_read = etree.fromstring(asking, etree.XMLParser(load_dtd=True))
    assert would_read.get("text") == "aroot:x:0:0"
    assert "root" not in str(texts_of(asking))


SECRET = f"您好 {PLANTED['phone']}"
CUT = hierarchy(SECRET)[:-20]
FAR_BEHIND = hierarchy(SECRET).replace(b"<hierarchy>", b"<hierarchy>" + b"<node/>" * (MOST_BYTES // 7))
NO_PLACE = hierarchy(SECRET).replace(b"bounds", b"b")


@pytest.mark.parametrize("tree", [b"", CUT, b"\x00" + hierarchy(SECRET), FAR_BEHIND, NO_PLACE, None],
                         ids=["empty", "cut", "no XML", "too long", "no place", "none"])
@pytest.mark.parametrize("language", html.LANGUAGES)
def test_a_picture_whose_texts_cannot_be_told_is_not_shown_and_that_is_said(
    tmp_path: Path, tree: bytes | None, language: str
) -> None:
    w = Writer(tmp_path)
    shot = w.bundle.put_object(png())
    held = None if tree is None else w.bundle.put_object(tree)
    w.bundle.append(Screen(host_ns=w.later(), package="example.shop", screenshot=shot, hierarchy=held))
    w.call("phone", PLANTED["phone"])
    w.bundle.seal(complete=True)
    found = analyse(w.bundle.path)
    for unmask in (False, True):
        maker = view.gather(found, open_bundle(found.bundle), verify(found.bundle), language, unmask=unmask).maker
        [shown] = [maker.screen(one) for one in maker.screens.values()]
        assert (bool(shown.image), shown.withheld) == (unmask, "" if unmask else maker.t["withheld"])
        assert shown.sha256 == shot


def test_the_hint_of_a_field_is_a_text_of_the_screen() -> None:
    assert texts_of(hierarchy("x").replace(b' class=', b' hint="13912345678" class=')) == [("x", BOUNDS), ("13912345678", BOUNDS)]


def test_the_command_masks_unless_it_is_asked_not_to(analysis: Analysis, tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from harness.cli.main import build

    for options, here in (([], False), (["--unmask"], True)):
        to = tmp_path / f"page{len(options)}.html"
        done = CliRunner().invoke(build(), ["report", str(analysis.bundle), "--to", str(to), "--lang", "en", "--json", *options])
        assert done.exit_code == 0, done.output
        assert json.loads(done.stdout)["masked"] is not here
        assert (str(PLANTED["imei"]) in to.read_text("utf-8")) is here


def test_who_logs_in_by_an_address_is_masked_whole() -> None:
    shown = Masker([]).url("https://alice:s3cret!@host.example:80/x?u=1")
    assert shown.startswith("https://*@host.example:80/x") and "alice" not in shown and "s3cret" not in shown
    assert Masker([]).url("https://host.example/x") == "https://host.example/x"


CANARY = "Quartz lantern 7731 on the blue windowsill"


def test_a_text_that_the_suite_typed_is_masked_in_every_format_though_it_went_nowhere(tmp_path: Path) -> None:
    w = Writer(tmp_path)
    w.fact("app", package="example.shop")
    w.step("scenario_start")
    w.fact("canary", text=CANARY)
    w.bundle.append(Gap(host_ns=w.later(), kind=GapKind.TRAFFIC_NOT_READ, detail=f"The answer to {CANARY} was not read."))
    w.step("scenario_end")
    w.bundle.seal(complete=True)
    found = analyse(w.bundle.path)
    assert len(found.run.typed) == len(found.run.sightings) == 0
    for unmask in (False, True):
        made = machine(found, verify(found.bundle), language="en", unmask=unmask)
        written = {
            "html": all_of(html.page(found, language="en", unmask=unmask)), "json": verdicts_json.write(made).decode(),
            "sarif": sarif.write(made).decode(),
            "csv": dict(table_files.files(made, ReportFormat.CSV))["gaps.csv"].decode("utf-8-sig"),
        }  # fmt: skip
        assert {name for name, text in written.items() if CANARY in text} == (set(written) if unmask else set())
        assert all("The answer to " in text for text in written.values())
