"""The report page: everything found is on it, nothing from the app is markup, and a browser loads it in silence."""

from __future__ import annotations

import base64
import datetime
import hashlib
import io
import re
import shutil
from pathlib import Path

import pytest
from lxml import etree
from PIL import Image

from harness.bundle import Bundle, verify
from harness.errors import UsageError
from harness.model import Call, Control, Fact, Flow, Gap, GapKind, Message, Outcome, Screen, Stack, Step
from harness.render import html
from harness.resources import resource
from harness.rules.analysis import Analysis, analyse

HOSTILE = "</style><script>alert(1)</script><img src=x onerror=alert(2)>\"'&\u202e{{7*7}}"
T0 = 1_750_000_000_000_000_000


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (822, 1462), (230, 240, 250)).save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="module")
def analysis(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    """A run of an app that puts markup into every string it controls."""
    bundle = Bundle.create(tmp_path_factory.mktemp("runs"), "example.shop")
    bundle.append(
        Fact(
            host_ns=T0,
            type="app",
            data={"package": "example.shop", "version": HOSTILE, "sha256": "0" * 64, "label": HOSTILE},
        )
    )
    bundle.append(Fact(host_ns=T0, type="device", data={"serial": "127.0.0.1:6001", "kind": "lab"}))
    bundle.append(
        Fact(host_ns=T0, type="hook", data={"method": HOSTILE, "process": HOSTILE, "status": "failed", "why": HOSTILE})
    )
    bundle.append(Step(host_ns=T0, end_ns=T0, scenario="first-launch-agree", action="scenario_start"))
    screen = bundle.append(
        Screen(host_ns=T0 + 1, package=HOSTILE, kind="policy_consent", screenshot=bundle.put_object(png()),
               hierarchy=bundle.put_object(b"<hierarchy/>"))
    )
    stack = bundle.append(Stack(host_ns=T0 + 2, pid=7, frames=[f"example.shop.{HOSTILE}.a(Main.java:1)"]))
    bundle.append(
        Call(
            host_ns=T0 + 2,
            device_ns=T0 + 2,
            pid=7,
            process=HOSTILE,
            tid=1,
            thread=HOSTILE,
            seq=1,
            hook="h",
            kind="ssid_bssid",
            method="android.net.wifi.WifiInfo.getSSID",
            arguments=[HOSTILE],
            value=HOSTILE,
            outcome=Outcome.VALUE,
            stack=stack.id,
        )
    )
    body = f"ssid={HOSTILE}".encode()
    bundle.append(
        Flow(
            host_ns=T0 + 3,
            protocol="https",
            method="POST",
            url=f"https://t.adnimbus.example/{HOSTILE}",
            host="t.adnimbus.example",
            port=443,
            request=Message(body=bundle.put_object(body), size=len(body)),
        )
    )
    bundle.append(
        Step(
            host_ns=T0 + 9,
            end_ns=T0 + 10,
            scenario="first-launch-agree",
            action="tap",
            screen=screen.id,
            opens="after_agree",
            control=Control(text=HOSTILE, role="agree", bounds=(10, 20, 300, 90)),
        )
    )
    bundle.append(Gap(host_ns=T0 + 11, kind=GapKind.TRAFFIC_NOT_READ, detail=HOSTILE))
    bundle.append(Step(host_ns=T0 + 12, end_ns=T0 + 12, scenario="first-launch-agree", action="scenario_end"))
    bundle.seal(complete=True)
    return analyse(bundle.path)


@pytest.mark.parametrize("language", html.LANGUAGES)
def test_nothing_from_the_app_becomes_markup(analysis: Analysis, language: str) -> None:
    page = html.page(analysis, language=language)
    tree = etree.fromstring(page, etree.HTMLParser())
    assert not tree.xpath("//iframe|//object|//link|//form|//base|//@onerror|//@onclick|//*[@style]")
    assert all(src.startswith("data:image/jpeg") for src in tree.xpath("//img/@src"))
    assert "{{7*7}}" in page
    assert [script.get("type") for script in tree.xpath("//script")] == ["application/json", None]
    assert tree.xpath("//script[not(@type)]/text()") == [resource("reports", "report.js").read_text("utf-8")]


def test_the_policy_allows_its_own_style_and_script_and_nothing_else(analysis: Analysis) -> None:
    page = html.page(analysis)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'")
    assert "unsafe" not in policy[1]
    for name in ("style", "script"):
        text = re.search(f"<{name}>(.*?)</{name}>", page, re.S)
        assert text is not None
        digest = base64.b64encode(hashlib.sha256(text[1].encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}';" in policy[1]


@pytest.mark.parametrize("language", html.LANGUAGES)
def test_each_finding_has_its_screen_stack_request_time_and_stage(analysis: Analysis, language: str) -> None:
    tree = etree.fromstring(html.page(analysis, language=language), etree.HTMLParser())
    findings = tree.xpath("//section[contains(@class,'finding')]")
    assert len(findings) == len(analysis.violations) == 2
    for finding in findings:
        text = "".join(finding.itertext())
        assert finding.xpath(".//img")
        assert finding.xpath(".//ol[contains(@class,'stack')]/li[@class='own']")
        assert finding.xpath(".//div[@class='request']//mark")
        assert "15:06:40.000Z" in text
        assert {"zh": "同意前", "en": "before consent"}[language] in text


@pytest.mark.parametrize("language", html.LANGUAGES)
def test_a_request_says_who_sent_it_where_that_is_known(tmp_path: Path, language: str) -> None:
    bundle = Bundle.create(tmp_path, "example.shop")
    bundle.append(Fact(host_ns=T0, type="app", data={"package": "example.shop"}))
    bundle.append(Step(host_ns=T0, end_ns=T0, scenario="first-launch-agree", action="scenario_start"))
    frames = {name: bundle.append(Stack(host_ns=T0, pid=7, frames=[f"{name}.A.b(A.java:1)"])).id
              for name in ("example.shop", "com.quillmetrics.sdk")}
    head = {"head": "GET /?i=490154203237518 HTTP/1.1\r\nHost: t.adnimbus.example", "host": "t.adnimbus.example"}
    calls = [("example.shop", "imei", "490154203237518"), ("com.quillmetrics.sdk", "http_write", head)]
    for at, (caller, kind, value) in enumerate(calls, start=1):
        bundle.append(Call(
            host_ns=T0 + at, device_ns=T0 + at, pid=7, process="example.shop", tid=1, thread="main", seq=at, hook="h", kind=kind,
            method="a.B.c", value=value, outcome=Outcome.VALUE, stack=frames[caller]))
    bundle.append(Flow(
        host_ns=T0 + 9, protocol="https", method="GET", url="https://t.adnimbus.example/?i=490154203237518",
        host="t.adnimbus.example", port=443))
    bundle.append(Step(host_ns=T0 + 12, end_ns=T0 + 12, scenario="first-launch-agree", action="scenario_end"))
    bundle.seal(complete=True)
    page = html.page(analyse(bundle.path), language=language)
    said = {"zh": "发送方: Quillmetrics (依据其写出的请求头)", "en": "sent by: Quillmetrics (by the head it wrote)"}
    assert said[language] in page


def test_what_could_not_be_seen_is_on_the_page(analysis: Analysis) -> None:
    tree = etree.fromstring(html.page(analysis, language="en"), etree.HTMLParser())
    ids = {"".join(td.itertext()) for td in tree.xpath("//h2[@id='unseen']/following::table[1]//td[1]")}
    assert ids == {g.id for g in analysis.run.gaps}


@pytest.mark.parametrize("language", html.LANGUAGES)
def test_the_page_says_what_was_checked_and_when_and_what_to_compare(analysis: Analysis, language: str) -> None:
    found = verify(analysis.bundle, report=False)
    assert found.signer is not None
    tree = etree.fromstring(html.page(analysis, language=language), etree.HTMLParser())
    end = "".join(tree.xpath("string(//h2[@id='integrity']/following-sibling::table[1])").split())
    assert found.manifest_sha256 in end
    assert found.signer.fingerprint in end
    checked = {"zh": "本页生成时校验", "en": "checked when this page was made"}[language]
    today = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d")
    word = {"zh": "完整", "en": "Intact"}[language]
    for place in tree.xpath(f"//*[starts-with(normalize-space(.), '{word}')][self::td or self::p]"):
        assert f"({checked}: {today} " in "".join(place.itertext())
    assert len(tree.xpath(f"//*[starts-with(normalize-space(.), '{word}')][self::td or self::p]")) == 2


def test_a_page_of_an_unsealed_bundle_names_no_key(tmp_path: Path) -> None:
    bundle = Bundle.create(tmp_path, "example.shop")
    bundle.close()
    page = html.page(analyse(bundle.path), language="en")
    assert "none, the bundle was never sealed" in page
    assert "no signature that holds" in page


def test_the_languages_have_the_same_texts() -> None:
    from harness.render.view import texts

    def keys(data: object, at: str = "") -> set[str]:
        return (
            {k for n, v in data.items() for k in {f"{at}{n}"} | keys(v, f"{at}{n}.")}
            if isinstance(data, dict)
            else set()
        )

    assert keys(texts("zh")) == keys(texts("en"))


def test_an_unknown_language_is_a_clear_error(analysis: Analysis) -> None:
    with pytest.raises(UsageError, match="no report in 'xx'"):
        html.page(analysis, language="xx")


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (Debian: apt-get install chromium)")
def test_a_browser_loads_the_page_without_a_word(analysis: Analysis, tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    page_file = tmp_path / "report.html"
    page_file.write_text(html.page(analysis), "utf-8")
    said: list[str] = []
    asked: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
            ],
        )
        page = browser.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: said.append("dialog " + dialog.message))
        page.goto(page_file.as_uri())
        assert page.locator("section.finding").count() == 2
        assert page.locator("section.finding img").first.evaluate("i => i.complete && i.naturalWidth > 100")
        assert page.locator("h1").evaluate("e => getComputedStyle(e).fontSize") == "28px"
        browser.close()
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert sum(url.startswith("file:") for url in asked) == 1
