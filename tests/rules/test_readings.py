"""Profiles of thresholds: each number has a unit and a source, and a mistake is told with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.rules.engine import all_rules
from harness.rules.readings import load_readings, profile_names

GOOD = """\
name: mine
title: {zh: 甲, en: Mine}
readings:
  reprompts:
    value: 2
    unit: prompts
    source: a contract
"""


def test_a_file_changes_what_it_names_and_leaves_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(GOOD, "utf-8")
    mine, usual = load_readings(str(path)), load_readings()
    assert mine.of("reprompts") == 2
    assert mine.of("reprompt_window") == usual.of("reprompt_window")
    assert mine.told("reprompts") == "2 prompts (a contract)"


@pytest.mark.parametrize(("old", "new", "said"), [
    ("reprompts:", "repromts:", "no rule knows the number 'repromts'"),
    ("value: 2", "value: two", "mine.yaml, line 4: reprompts: `value` is no number"),
    ("    source: a contract\n", "", "line 4: reprompts: `source` is no text"),
    ("unit: prompts", "units: prompts", "line 4: reprompts: it is no mapping of"),
    ("title:", "titel:", "unknown key 'titel'"),
    ("readings:", "readings: [", "it is no YAML"),
])
def test_a_wrong_profile_is_told_with_its_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(GOOD.replace(old, new), "utf-8")
    with pytest.raises(UsageError) as told:
        load_readings(str(path))
    assert said in str(told.value)


def test_an_unknown_profile_is_told_with_those_that_there_are() -> None:
    with pytest.raises(UsageError) as told:
        load_readings("nowhere")
    assert "cn-default" in str(told.value)


@pytest.mark.parametrize("name", profile_names())
def test_every_shipped_profile_can_be_loaded(name: str) -> None:
    assert load_readings(name).known


def test_every_number_of_the_usual_profile_is_asked_for_by_a_rule() -> None:
    asked = {name for rule in all_rules() for name in rule.readings}
    assert asked == set(load_readings().known)
