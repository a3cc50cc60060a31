"""The page of `harness record`: for this machine and its own address alone, and usable in a real browser."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from suite_device import APP, Clock, FakeDevice, Page
from test_record_by_hand import PAGES

from harness.suite.record_desk import Desk
from harness.suite.record_page import RecordPage

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Drawn(FakeDevice):
    """With a picture that a browser can show."""

    def picture(self) -> bytes:
        out = io.BytesIO()
        Image.new("RGB", (1080, 2340), "#dde").save(out, "PNG")
        return out.getvalue()


@pytest.fixture
def page(tmp_path: Path) -> Iterator[RecordPage]:
    clock = Clock()
    device = Drawn(clock, {**PAGES, "slow": Page()}, "notice")
    desk = Desk(device, device, device, APP, None, id="by-hand", title="By hand", doc="Recorded by hand.",
                file=tmp_path / "by_hand.py", monotonic=clock.monotonic, sleep=clock.sleep)  # fmt: skip
    desk.begin()
    made = RecordPage(desk)
    yield made
    made.close()


def ask(page: RecordPage, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", int(page.address.rpartition(":")[2]), timeout=20)
    words = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else None
    sent = {"Host": page.address} | ({"Content-Type": "application/json"} if words is not None else {}) | headers
    connection.request(method, path, words, sent)
    answer = connection.getresponse()
    told = answer.status, answer.read().decode("utf-8", "replace")
    connection.close()
    return told


def below(page: RecordPage, name: str) -> str:
    return page.url.removeprefix(f"http://{page.address}") + name


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/", {}),
        ("/state", {}),
        ("/wrong-token/state", {}),
        ("TOKEN", {"Host": "evil.example"}),
        ("TOKEN", {"Origin": "http://evil.example"}),
        ("TOKEN", {"Host": "127.0.0.1:1"}),
    ],
)  # fmt: skip
def test_nobody_else_is_answered(page: RecordPage, path: str, headers: dict[str, str]) -> None:
    status, said = ask(page, "GET", path.replace("TOKEN", below(page, "state")), **headers)
    assert status == 404
    assert "policy_consent" not in said


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{", {}, 400), (b"[]", {}, 400), ({"verb": "tap"}, {}, 400), ({"verb": "tap", "x": "1", "y": 2}, {}, 400),
        ({"verb": "tap", "x": True, "y": 2}, {}, 400), (b"[" * 60_000, {}, 400),
        ({"verb": "look"}, {"Content-Type": "text/plain"}, 415),
        ({"verb": "look"}, {"Content-Length": "99999999"}, 400), ({"verb": "look"}, {"Content-Length": "-1"}, 400),
    ],
)  # fmt: skip
def test_what_is_no_act_is_refused_and_does_nothing(page: RecordPage, body: Any, headers: dict[str, str], status: int) -> None:
    assert ask(page, "POST", below(page, "act"), body, **headers)[0] == status
    assert page.desk.state()["acts"] == []


def test_an_act_that_cannot_be_done_is_told_on_the_page(page: RecordPage) -> None:
    _, said = ask(page, "POST", below(page, "act"), {"verb": "type", "x": 1, "y": 1, "text": "a"})
    assert "no field" in json.loads(said)["problem"]["what"]
    _, said = ask(page, "POST", below(page, "act"), {"verb": "explode"})
    assert "'explode'" in json.loads(said)["problem"]["what"]


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (Debian: apt-get install chromium)")
def test_a_person_records_in_a_browser(page: RecordPage) -> None:
    from playwright.sync_api import expect, sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1280, "height": 900})
        wrong: list[str] = []
        tab.on("pageerror", lambda error: wrong.append(str(error)))
        tab.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        tab.goto(page.url)
        expect(tab.locator("#kind")).to_contain_text("policy_consent")
        agree = next(c for c in page.desk.state()["controls"] if c["text"] == "同意并继续")
        expect(tab.locator("#picture")).to_have_js_property("naturalWidth", 1080)
        width = tab.locator("#picture").bounding_box()["width"]  # type: ignore[index]
        scale = width / 1080
        x, y = (agree["bounds"][0] + agree["bounds"][2]) / 2 * scale, (agree["bounds"][1] + agree["bounds"][3]) / 2 * scale
        tab.locator("#screen").hover(position={"x": x, "y": y})
        assert tab.locator("#mark span").text_content() == "agree"
        tab.locator("#screen").click(position={"x": x, "y": y})
        tab.wait_for_selector("#acts li")
        assert tab.locator("#acts li").all_text_contents() == ["agree 同意并继续"]
        assert "user.agree(user.expect(PolicyNotice))" in str(tab.locator("#source").text_content())
        tab.get_by_role("button", name="Done").click()
        expect(tab.locator("#done")).to_contain_text("by_hand.py")
        browser.close()
    assert wrong == []
    assert page.saved.is_set()
