"""What an edition expects of a run, and that the editions cover the scenarios."""

from __future__ import annotations

import pytest

from harness.suite.scenario import find
from tests.lab.edition_runs import APPS, all_editions, driven_always, meets


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
