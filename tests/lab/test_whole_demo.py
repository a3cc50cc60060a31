"""The main job, whole: both editions of the example shop on two lab devices, judged against what was planted.

One run of `harness demo` serves all tests of this file. Where this may be done, it runs without a network: all that is
ever downloaded was downloaded before.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from harness.bundle import open_bundle, verify
from harness.capture.catalogue import load_catalogue
from harness.lab import registry, runtime
from harness.lab.apps.labels import labels
from harness.model import Fact, GapKind
from harness.rules.analysis import analyse
from harness.tables import records
from harness.tables.attribution import load_sdks
from tests.bundle.checked_lines import misfits

pytestmark = pytest.mark.lab
ROOT = Path(__file__).resolve().parents[2]
WITHOUT_NETWORK = sys.platform == "linux" and os.geteuid() == 0


@dataclass(frozen=True)
class Demo:
    status: int
    result: dict[str, Any]
    said: str

    def app(self, edition: str) -> dict[str, Any]:
        (found,) = [a for a in self.result["apps"] if a["edition"] == edition]
        return found

    def bundle(self, edition: str) -> Path:
        return Path(self.app(edition)["bundle"])


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    out = tmp_path_factory.mktemp("demo")
    environment = {**os.environ, "HARNESS_STATE": str(out / "state"), "PYTHONPATH": str(ROOT)}
    runtime.prepare()
    shut_in = [sys.executable, str(ROOT / "tests" / "lab" / "offline.py")] if WITHOUT_NETWORK else []
    done = subprocess.run(
        [*shut_in, sys.executable, "-m", "harness.cli.main", "demo", "--json", "--out", str(out / "runs")],
        capture_output=True, text=True, env=environment, check=False, timeout=900,
    )  # fmt: skip
    assert done.stdout.strip(), done.stderr[-4000:]
    return Demo(done.returncode, json.loads(done.stdout), done.stderr)


def test_all_that_was_planted_is_found_and_nothing_else(demo: Demo) -> None:
    found = demo.app("violating")
    assert found["missed"] == []
    assert found["false_findings"] == []
    planted = labels("shop-violating").planted
    assert {label.id for label in planted if not label.sometimes} <= set(found["found"]) <= {label.id for label in planted}
    assert demo.result["ok"] is True
    assert demo.status == 0


def test_the_second_run_downloads_nothing(demo: Demo) -> None:
    if not WITHOUT_NETWORK:
        pytest.skip("only root may take the network away from a command")
    assert demo.result["ok"] is True


def test_the_compliant_edition_has_no_violation_and_its_look_alikes_were_really_met(demo: Demo) -> None:
    app = demo.app("compliant")
    assert (app["found"], app["missed"], app["false_findings"]) == ([], [], [])
    analysis = analyse(demo.bundle("compliant"))
    assert analysis.violations == []
    methods = set(analysis.run.calls["method"])
    tempting = {label.method for label in labels("shop-compliant").look_alikes if label.method}
    assert tempting <= methods, tempting - methods


@pytest.mark.parametrize("edition", ["violating", "compliant"])
def test_every_line_of_the_bundle_fits_its_schema(demo: Demo, edition: str) -> None:
    assert misfits(demo.bundle(edition)) == []


@pytest.mark.parametrize("edition", ["violating", "compliant"])
def test_every_request_is_joined_to_the_code_that_wrote_it(demo: Demo, edition: str) -> None:
    sdks = load_sdks()
    found = records(analyse(demo.bundle(edition)).run.flows)
    wanted, got = [], []
    for flow in found:
        agent = next((value for name, value in flow["request"].headers if name.lower() == "user-agent"), "")
        label = next(s for s in labels(f"shop-{edition}").senders if s.fits(flow["host"], agent))
        wanted.append((flow["url"], next((s.name for s in sdks if label.caller in s.packages), label.caller), "head", "high"))
        got.append((flow["url"], flow["sender"], flow["made_by"].basis, flow["made_by"].confidence))
    assert got == wanted
    assert len(found) > 10


def test_two_sdks_that_post_to_one_address_are_told_apart(demo: Demo) -> None:
    flows = records(analyse(demo.bundle("violating")).run.flows)
    senders = {flow["sender"] for flow in flows if flow["url"] == "https://track.adnimbus.example/v2/event"}
    assert senders == {"AdNimbus", "Quillmetrics"}
    findings = [v for v in analyse(demo.bundle("violating")).violations if v.rule == "third-party-sharing"]
    mine = {v.caller for v in findings if (v.item, v.stage, v.party) == ("android_id", "after_agree", "AdNimbus")}
    assert mine == {"AdNimbus", "Quillmetrics"}


@pytest.mark.parametrize("edition", ["violating", "compliant"])
def test_the_bundle_is_whole(demo: Demo, edition: str) -> None:
    path = demo.bundle(edition)
    assert str(verify(path).status) == "intact"
    reader = open_bundle(path)
    assert reader.complete()
    outcomes = {f.data["status"] for f in reader.events(Fact) if f.type == "hook"}
    assert "installed" in outcomes
    hooked = {f.data["method"] for f in reader.facts("hook") if f.data["status"] == "installed"}
    assert len(hooked) >= 40
    kinds = {hook.kind for hook in load_catalogue().hooks if hook.name in hooked}
    assert len(kinds) >= 10
    assert not [g for g in reader.gaps() if g.kind in {GapKind.MESSAGE_LOST, GapKind.CAPTURE_LOST, GapKind.PROCESS_LOST}]


def test_every_process_was_hooked_before_its_first_line(demo: Demo) -> None:
    facts = open_bundle(demo.bundle("violating")).facts("process")
    hooked = [f.data for f in facts if f.data.get("state") == "hooked"]
    assert {d["process"] for d in hooked} == {"example.shop.violating", "example.shop.violating:push"}
    assert not [d for d in hooked if d["late"]]
    assert all(d["canary"] == "ok" for d in hooked)


def test_each_source_of_time_was_measured(demo: Demo) -> None:
    reader = open_bundle(demo.bundle("violating"))
    clocks = [f.data for f in reader.facts("clock")]
    by_date = [c for c in clocks if c["source"] == "date"]
    assert [c["at"] for c in by_date] == ["start", "end"]
    assert all(0 < c["uncertainty_ns"] < 100_000_000 for c in by_date)
    agents = {c["pid"]: c for c in clocks if c["source"] == "agent"}
    told = [f.data for f in reader.facts("process")]
    states = {state: {p["pid"] for p in told if p["state"] == state} for state in ("hooked", "ended")}
    assert set(agents) <= states["hooked"]
    unasked = states["hooked"] - set(agents)
    assert unasked <= states["ended"], "only one that ended before it could be asked has told no time"
    assert len(unasked) <= 1
    assert all(c["agree"] and 0 < c["agent_uncertainty_ns"] < 100_000_000 for c in agents.values())


def test_no_device_is_left_running(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_STATE", str(demo.bundle("violating").parents[1] / "state"))
    assert registry.running() == []


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (Debian: apt-get install chromium)")
@pytest.mark.parametrize("edition", ["violating", "compliant"])
def test_the_report_loads_in_silence_and_shows_the_findings(demo: Demo, edition: str) -> None:
    from playwright.sync_api import sync_playwright

    said: list[str] = []
    asked: list[str] = []
    report = Path(demo.app(edition)["report"])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run"],
        )
        page = browser.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(report.as_uri())
        shown = page.locator("section.finding").count()
        pictures = page.locator("section.finding img").count()
        browser.close()
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert shown == len(analyse(demo.bundle(edition)).violations)
    assert pictures >= shown
