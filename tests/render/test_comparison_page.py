"""The page of a comparison: every finding and difference is on it, nothing from an app is markup, both languages, no network."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from lxml import etree

from harness.bundle import verify
from harness.errors import UsageError
from harness.render import comparison_page
from harness.resources import resource
from harness.rules.changes import Change
from harness.rules.compared import Compared, compare_bundles
from tests.rules.test_rules import write_bundle

HOSTILE = "</style><script>alert(1)</script><img src=x onerror=alert(2)>\"'&\u202e{{7*7}}"
LANGUAGES = ("zh", "en")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def events(*inside: dict[str, Any], policy: str) -> list[dict[str, Any]]:
    return [
        {"step": {"at": 0, "scenario": "first-launch-agree", "action": "scenario_start"}}, *inside,
        {"step": {"at": 900, "action": "tap", "control": {"text": "同意", "role": "agree"}, "opens": "after_agree"}},
        {"fact": {"at": 1000, "type": "page", "page": "policy", "outcome": "opened", "whole": True, "text_of_page": policy}},
        {"step": {"at": 2000, "action": "scenario_end"}},
        {"step": {"at": 3000, "scenario": "refuse-restart", "action": "scenario_start"}},
        {"step": {"at": 3500, "action": "tap", "control": {"text": "不同意", "role": "refuse"}, "opens": "after_refusal"}},
        {"step": {"at": 5000, "action": "scenario_end"}},
    ]  # fmt: skip


def read(kind: str, at: int, value: str) -> dict[str, Any]:
    return {"call": {"at": at, "kind": kind, "method": f"android.M.{kind}{HOSTILE}", "value": value,
                     "frames": [f"com.adnimbus.sdk.{HOSTILE}.id(Device.java:9)"]}}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Compared:
    """Two runs of an app that puts markup wherever it can; one finding goes, one stays, one comes."""
    folder = tmp_path_factory.mktemp("runs")
    app = {"version": HOSTILE, "version_code": 1, "permissions": [HOSTILE, "a.CAMERA"], "signers": [HOSTILE]}
    old = write_bundle(folder, {"app": app, "events": events(
        read("android_id", 100, "9f3c5a7e1b2d4c68"), read("imei", 120, "860000000000017"),
        policy=f"我们收集设备标识{HOSTILE}。")})
    sent = {"flow": {"at": 300, "url": f"https://{'x' * 20}.adnimbus.example/{HOSTILE}", "body": "v=9f3c5a7e1b2d4c68"}}
    new = write_bundle(folder, {"app": {**app, "version_code": 2, "sha256": "1" * 64, "permissions": ["a.NFC"]}, "events": events(
        read("android_id", 100, "9f3c5a7e1b2d4c68"), read("imsi", 120, "460000000000017"), sent,
        policy=f"我们收集位置信息{HOSTILE}。")})
    return compare_bundles(old, new, (verify(old), verify(new)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_from_the_app_becomes_markup(made: Compared, language: str) -> None:
    page = comparison_page.page(made, language=language)
    tree = parsed(page)
    assert not tree.xpath("//script|//iframe|//object|//link|//form|//img|//@onerror|//@onclick|//*[@style]")
    assert page.count("<style>") == page.count("</style>") == 1
    assert tree.xpath("//table[@class='runs']//td[contains(., '{{7*7}}')]"), "a version stands there as it is"


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_change_is_on_the_page_with_its_reason_and_its_key(made: Compared, language: str) -> None:
    tree = parsed(comparison_page.page(made, language=language))
    assert {one.change for one in made.changes.findings} >= {Change.STILL, Change.NEW, Change.FIXED}
    for change in Change:
        shown = tree.xpath(f"//section[@class='finding {change}']")
        assert len(shown) == len(made.changes.of(change))
        for section, one in zip(shown, made.changes.of(change), strict=True):
            text = "".join(section.itertext())
            assert one.key in text and one.shown.clauses[0] in text and one.shown.evidence[0] in text
            assert (one.shown.reason_zh if language == "zh" else one.shown.reason) in text
    rows = tree.xpath("//h2[@id='clauses']/following-sibling::table[1]/tbody/tr")
    assert len(rows) == sum(one.change is not None for one in made.changes.clauses)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_differences_are_on_the_page(made: Compared, language: str) -> None:
    text = "".join(parsed(comparison_page.page(made, language=language)).itertext())
    for word in ("a.CAMERA", "a.NFC", ".adnimbus.example", "我们收集设备标识", "我们收集位置信息", "1" * 64):
        assert word in text, word
    assert made.integrity[0].manifest_sha256 in text and made.integrity[1].manifest_sha256 in text


def test_the_policy_allows_its_own_style_and_nothing_else(made: Compared) -> None:
    page = comparison_page.page(made)
    style = re.search(r"<style>(.*?)</style>", page, re.S)
    said = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert style is not None and said is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    allowed = said[1].replace("&#39;", "'")
    assert allowed == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def test_both_languages_have_the_same_texts() -> None:
    zh, en = (yaml.safe_load(resource("reports", "texts", f"compare-{one}.yaml").read_text("utf-8")) for one in LANGUAGES)
    assert shape(zh) == shape(en)


def parsed(page: str) -> Any:
    return etree.fromstring(page, etree.HTMLParser())


def shape(value: object) -> object:
    return {key: shape(inner) for key, inner in value.items()} if isinstance(value, dict) else str


def test_of_one_app_file_nothing_is_called_fixed(tmp_path: Path) -> None:
    old = write_bundle(tmp_path, {"events": events(read("imei", 120, "860000000000017"), policy="x。")})
    new = write_bundle(tmp_path, {"events": events(policy="x。")})
    made = compare_bundles(old, new, (verify(old), verify(new)))
    assert made.same_file and made.changes.of(Change.FIXED)
    tree = parsed(comparison_page.page(made, language="en"))
    assert tree.xpath("//h3[@id='fixed']/text()") == [f"only in the first run: {len(made.changes.of(Change.FIXED))}"]
    assert not tree.xpath("//span[contains(@class, 'badge') and text()='fixed']")


def test_a_page_that_cannot_be_written_is_refused(made: Compared, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        comparison_page.write(made, tmp_path / "file" / "page.html")


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (Debian: apt-get install chromium)")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_browser_loads_it_in_silence(made: Compared, tmp_path: Path, language: str) -> None:
    from playwright.sync_api import sync_playwright

    comparison_page.write(made, tmp_path / "page.html", language=language)
    said: list[str] = []
    asked: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: said.append(dialog.message))
        page.on("request", lambda request: asked.append(request.url))
        page.goto((tmp_path / "page.html").as_uri())
        width = page.evaluate("getComputedStyle(document.body).maxWidth")
        browser.close()
    assert said == []
    assert [url for url in asked if not url.startswith("file:")] == []
    assert width == "1080px", "its style sheet is let in"
