"""What an edition expects of a run, and that the editions cover the scenarios."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path

import pytest
import yaml

from harness.bundle import Bundle
from harness.errors import HarnessError
from harness.model import Fact
from harness.rules.engine import all_rules
from harness.suite.scenario import find
from tests.lab.edition_runs import APPS, all_editions, driven_always, meets
from tests.lab.editions_many import RUNS, Ran, judge, page, recorded


@pytest.mark.parametrize(
    ("value", "expected", "is_met"),
    [
        ({"a": 1, "b": {"c": [1, {"d": 2, "e": 3}]}}, {"b": {"c": [{"d": 2}]}}, True),
        ({"a": 1}, {"a": 2}, False),
        ({}, {"a": None}, False),
        ({"a": []}, {"a": [1]}, False),
        ({"a": [1]}, {"a": []}, True),
        ("text", {"a": 1}, False),
    ],
)
def test_what_meets_an_expectation(value: object, expected: object, is_met: bool) -> None:
    assert meets(value, expected) is is_met


def test_every_scenario_but_the_three_of_the_shop_has_an_edition() -> None:
    """Those three are driven on the example shop (test_whole_demo)."""
    shop = {"first-launch-agree", "refuse-restart", "refuse-permissions"}
    assert set(find()) - {one.scenario for one in all_editions()} == shop


def test_every_run_of_the_suite_drives_what_each_scenario_is_there_to_find() -> None:
    for_a_person = {"checklist", "install-flow", "relisting-watch", "retest", "store-page-check"}
    often = {one.scenario for app in APPS for one in driven_always(app)}
    assert {one.scenario for one in all_editions()} - often <= for_a_person


def _without_edition() -> dict[str, str]:
    return dict(yaml.safe_load((Path(__file__).parent / "rules_without_edition.yaml").read_text("utf-8")) or {})


@pytest.mark.parametrize("key", ["violates", "not_observed"])
def test_every_rule_that_an_app_can_show_has_an_edition_that_breaks_it_and_one_that_keeps_it(key: str) -> None:
    shown = {rule for one in all_editions() for rule in one.expect.get(key, ())}
    assert {rule.id for rule in all_rules()} - shown - set(_without_edition()) == set()


def test_a_rule_without_an_edition_says_why_and_lacks_one_of_the_two() -> None:
    of = {key: {rule for one in all_editions() for rule in one.expect.get(key, ())} for key in ("violates", "not_observed")}
    assert all(why.strip() for why in _without_edition().values())
    assert set(_without_edition()) & of["violates"] & of["not_observed"] == set()


def test_the_page_counts_the_runs_of_each_edition_in_all_folders(tmp_path: Path) -> None:
    one, two, three = all_editions()[:3]
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder, hour in zip(folders, (9, 8), strict=True):
        folder.mkdir()
        at = f"2026-11-30T0{hour}:00:00Z"
        wrong = ["FAILED to start"] if hour == 8 else []
        runs = [Ran(one.app, one.name, 4.0, wrong, "" if wrong else "bundle", at), Ran(two.app, two.name, 6.0, [], "bundle", at)]
        (folder / RUNS).write_text("".join(json.dumps(asdict(run)) + "\n" for run in runs), "utf-8")
    rows = page(recorded(folders), [one, two, three]).splitlines()[-3:]
    assert [row.split(" | ")[-2:] for row in rows] == [["1 of 2", "4 |"], ["2 of 2", "6 |"], ["none yet", " |"]]
    mended = page(recorded(folders, [f"{one.app}/{one.name}"]), [one, two]).splitlines()[-2:]
    assert [row.split(" | ")[-2] for row in mended] == ["1 of 1", "2 of 2"], "a failure without a bundle counts by its time, too"


def test_judging_anew_says_what_comes_otherwise_of_the_newest_run_that_came_right(tmp_path: Path) -> None:
    one = next(one for one in all_editions() if one.expect.get("violates"))
    bundles = [Bundle.create(tmp_path, "example.app") for _ in range(3)]
    for bundle in bundles:
        bundle.append(Fact(host_ns=1, type="app", data={"package": "example.app"}))
        bundle.seal(complete=True)
    older, newer, wrong = (bundle.path.name for bundle in bundles)
    runs = [Ran(one.app, one.name, 1.0, otherwise, name, f"2026-01-01T00:00:0{second}Z")
            for second, (name, otherwise) in enumerate([(older, []), (newer, []), (wrong, ["otherwise"])])]
    (tmp_path / RUNS).write_text("".join(json.dumps(asdict(run)) + "\n" for run in runs), "utf-8")
    (found,) = judge([tmp_path], all_editions()).items()
    assert found[0] == f"{one.app}/{one.name}"
    assert all("found nothing" in text or "is not NOT_OBSERVED" in text for text in found[1]) and found[1]

    shutil.rmtree(tmp_path / newer)
    (tmp_path / older / "run.jsonl").unlink()
    with pytest.raises(HarnessError):       # now the older one is the newest that is there, and it is none
        judge([tmp_path], all_editions())
