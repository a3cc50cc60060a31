"""Each stage names the recorded event that it begins with, also where the run was killed in the middle of it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from harness.bundle import Bundle, open_bundle
from harness.model import Control, Fact, Stage, Step
from harness.tables import boundaries, ended, load


def step(at: int, action: str, target: str = "", *, opens: Stage | None = None, screen: str | None = None) -> Step:
    button = Control(text=target, role="agree", bounds=(0, 0, 1, 1)) if screen else None
    return Step(host_ns=at, end_ns=at + 1, scenario="s", action=action, target=target, outcome="done", opens=opens, screen=screen,
                control=button)  # fmt: skip


def run(tmp_path: Path, *events: Step | Fact) -> Bundle:
    made = Bundle.create(tmp_path, "com.example")
    for event in events:
        made.append(event)
    made.close()
    return made


def test_a_stage_begins_with_a_step_and_names_it(tmp_path: Path) -> None:
    made = run(
        tmp_path, step(10, "scenario_start", "s"), step(20, "tap", "同意", opens=Stage.AFTER_AGREE, screen="v1"),
        step(30, "home", opens=Stage.BACKGROUND), step(40, "return", "com.example"), step(50, "scenario_end", "s"),
    )  # fmt: skip
    rows = boundaries(load(open_bundle(made.path)))
    assert [(r["stage"], r["opened_by"], r["action"], r["target"], r["screen"]) for r in rows] == [
        ("before_consent", "t1", "scenario_start", "s", ""),
        ("after_agree", "t2", "tap", "同意", "v1"),
        ("background", "t3", "home", "", ""),
        ("after_agree", "t4", "return", "com.example", ""),
    ]
    assert [r["from_ns"] for r in rows[1:]] == [r["to_ns"] for r in rows[:-1]]


def test_a_run_that_was_killed_in_a_step_begins_a_stage_with_its_announcement(tmp_path: Path) -> None:
    announced = Fact(host_ns=20, type="intent", data={"scenario": "s", "action": "tap", "target": "同意", "opens": "after_agree"})
    made = run(tmp_path, step(10, "scenario_start", "s"), announced, Fact(host_ns=30, type="other", data={}))
    reader = open_bundle(made.path)
    (intent,) = reader.facts("intent")
    last = boundaries(load(reader))[-1]
    assert (last["stage"], last["opened_by"], last["action"], last["target"]) == ("after_agree", intent.id, "tap", "同意")


@pytest.mark.parametrize(("outcomes", "wanted"), [
    ([], set()), (["done"], {"s"}), (["failed"], set()), (["failed", "not_reached"], set()),
    (["done", "failed"], {"s"}), (["failed", "done"], {"s"}),
])
def test_a_scenario_has_ended_where_it_was_done_at_least_once(outcomes: list[str], wanted: set[str], tmp_path: Path) -> None:
    events = [one for n, outcome in enumerate([*outcomes, None])
              for one in (step(n * 100, "scenario_start", "s"), step(n * 100 + 1, "tap"),
                          *([dataclasses.replace(step(n * 100 + 2, "scenario_end", "s"), outcome=outcome)] if outcome else []))]
    assert ended(load(open_bundle(run(tmp_path, *events).path))) == wanted
