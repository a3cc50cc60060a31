"""An app that nobody here wrote: what it does not show is never called clean, and what was watched is told truly.

ApiDemos, Google's samples as Appium publishes them for tests (npm package android-apidemos). Never kept in the repository.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.bundle import open_bundle
from harness.model import Call, GapKind
from tests.lab.foreign import APPS, NotToBeHad, fetch
from tests.lab.whole import Bench, bench, harness, only_bundle, short_limits

pytestmark = pytest.mark.lab
PACKAGE = "io.appium.android.apis"
[APIDEMOS] = [app for app in APPS if app.id == "apidemos"]


@pytest.fixture(scope="module")
def apidemos() -> Path:
    try:
        return fetch(APIDEMOS)
    except NotToBeHad as why:
        pytest.skip(str(why))


@pytest.fixture(scope="module")
def ran(apidemos: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], int]:
    folder = tmp_path_factory.mktemp("foreign")
    with bench(tmp_path_factory.mktemp("foreign-state")) as lab:
        ended = harness(*run_words(lab, apidemos, folder))
    assert "Traceback" not in ended.err, ended.err
    bundle = only_bundle(folder / "out")
    assert bundle is not None, ended.err
    return bundle, ended.json, ended.status


def run_words(lab: Bench, apk: Path, folder: Path) -> list[str]:
    """It has no notice to wait for, and has been led somewhere long before the demo's 24 taps."""
    return lab.run_words(apk, folder / "out", limits=short_limits(folder, notice=2, taps=8))


def test_it_starts_and_is_driven(ran: tuple[Path, dict[str, Any], int]) -> None:
    steps = list(open_bundle(ran[0]).steps())
    taps = [s for s in steps if s.action == "tap"]
    assert taps, "the shipped scenario did nothing with an app that shows no notice"
    assert all(s.control is not None for s in taps)
    screens = [s for s in open_bundle(ran[0]).screens() if s.package == PACKAGE]
    assert len({s.hierarchy for s in screens}) > 2, "its taps led nowhere"
    assert any(control.text == "Animation" or control.text == "App" for s in screens for control in s.controls)


def test_no_call_comes_from_a_hook_that_is_not_told_to_be_in(ran: tuple[Path, dict[str, Any], int]) -> None:
    reader = open_bundle(ran[0])
    told = {f.data["method"]: f.data["status"] for f in reversed(list(reader.facts("hook")))}
    otherwise = {(f.data["pid"], f.data["method"]): f.data["status"] for f in reader.facts("hook")}
    calls: list[Call] = list(reader.calls())
    assert calls, "not even the list of its own activities was asked for"
    assert {otherwise.get((c.pid, c.method), told.get(c.method)) for c in calls} == {"installed"}
    hooked = {f.data["pid"] for f in reader.facts("process") if f.data.get("state") == "hooked"}
    unhooked = [g for g in reader.gaps() if g.kind is GapKind.PROCESS_NOT_ATTACHED]
    assert {c.pid for c in calls} <= hooked
    assert hooked or unhooked


def test_no_notice_is_no_clean_bill(ran: tuple[Path, dict[str, Any], int]) -> None:
    bundle, result, status = ran
    gaps = open_bundle(bundle).gaps()
    missed = {g.id for g in gaps if g.kind is GapKind.NOT_REACHED and "No privacy notice" in g.detail}
    assert missed
    assert {v["verdict"] for v in result["verdicts"]} <= {"INCONCLUSIVE", "VIOLATION", "CANDIDATE"}
    by_rule = {v["rule"]: v for v in result["verdicts"]}
    assert missed & set(by_rule["third-party-sharing"]["gaps"])
    assert status == (1 if "VIOLATION" in {v["verdict"] for v in result["verdicts"]} else 3)
    assert "ended by itself" not in " ".join(g.detail for g in gaps if "observed" in g.detail)


def test_it_verifies_as_what_it_is(ran: tuple[Path, dict[str, Any], int]) -> None:
    said = harness("verify", str(ran[0]), "--json").json
    assert said["status"] == ("intact" if open_bundle(ran[0]).complete() else "incomplete")
    assert ran[1]["complete"] == open_bundle(ran[0]).complete()
