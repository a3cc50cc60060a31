"""Stages begin and end with steps; a call on the boundary belongs to the stage that the step opens."""

from __future__ import annotations

import dataclasses
import itertools

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from harness.model import Fact, Step
from harness.tables.stages import intervals, place, with_intent


def step(at: int, action: str, opens: str | None = None, end: int | None = None, scenario: str = "s") -> Step:
    return Step(
        id=f"t{at}", host_ns=at, end_ns=at if end is None else end, scenario=scenario, action=action, opens=opens
    )


def of_outside(at: int, act: str, opens: str | None = None) -> Step:
    return dataclasses.replace(step(at, "outside", opens), detail={"act": act})


def test_the_background_goes_on_while_the_screen_is_dark_and_a_permission_is_taken_back() -> None:
    steps = [
        step(0, "scenario_start"), step(10, "home", "background"), of_outside(20, "screen_off", "background"),
        of_outside(30, "screen_on"), step(35, "revoke"), of_outside(37, "network_off"), step(40, "return"),
    ]  # fmt: skip
    assert [(i.stage, i.from_ns, i.to_ns) for i in intervals(steps, 60)] == [
        ("before_consent", 0, 10), ("background", 10, 40), ("before_consent", 40, 60)]


def test_a_screen_switched_off_over_the_app_shows_it_again_when_it_is_switched_on() -> None:
    steps = [
        step(0, "scenario_start"), of_outside(20, "screen_off", "background"), of_outside(25, "network_off"),
        of_outside(30, "screen_on"),
    ]  # fmt: skip
    assert [(i.stage, i.from_ns, i.to_ns) for i in intervals(steps, 60)] == [
        ("before_consent", 0, 20), ("background", 20, 30), ("before_consent", 30, 60)]


def test_background_returns_to_the_stage_before() -> None:
    found = intervals(
        [
            step(0, "scenario_start"),
            step(10, "tap", "after_agree"),
            step(20, "home", "background"),
            step(25, "observe"),
            step(30, "launch"),
            step(40, "scenario_end"),
        ],
        99,
    )
    assert [(i.stage, i.base, i.from_ns, i.to_ns) for i in found] == [
        ("before_consent", "before_consent", 0, 10),
        ("after_agree", "after_agree", 10, 20),
        ("background", "after_agree", 20, 30),
        ("after_agree", "after_agree", 30, 99),
    ]


def test_a_new_scenario_begins_before_consent_again_and_a_killed_one_ends_with_the_run() -> None:
    found = intervals(
        [step(0, "scenario_start"), step(5, "tap", "after_refusal"), step(9, "scenario_start", scenario="u")], 20
    )
    assert [(i.scenario, i.stage, i.to_ns) for i in found] == [
        ("s", "before_consent", 5),
        ("s", "after_refusal", 9),
        ("u", "before_consent", 20),
    ]


def test_what_the_old_process_still_does_is_no_act_before_consent() -> None:
    found = intervals(
        [
            step(0, "scenario_start"),
            step(5, "tap", "after_agree"),
            step(9, "scenario_start", scenario="u"),
            step(10, "kill", end=14, scenario="u"),
            step(15, "clear", end=19, scenario="u"),
            step(20, "launch", end=25, scenario="u"),
            step(30, "kill", end=34, scenario="u"),
        ],
        99,
    )
    assert [(i.scenario, i.stage, i.from_ns, i.to_ns) for i in found] == [
        ("s", "before_consent", 0, 5),
        ("s", "after_agree", 5, 19),
        ("u", "before_consent", 19, 99),
    ]


def test_a_clock_that_is_not_known_exactly_never_speaks_against_the_app() -> None:
    found = intervals([step(0, "scenario_start"), step(100, "tap", "after_agree", end=120)], 200)
    placed = place(pd.Series([89, 91, 115, 121, 199]), found, slack_ns=10)
    assert placed["stage"].tolist() == ["before_consent", *["after_agree"] * 4]
    assert placed["on_boundary"].tolist() == [False, True, True, False, False]


def test_a_harness_killed_inside_the_tap_on_agree_counts_in_the_apps_favour() -> None:
    def intent(at: int) -> Fact:
        return Fact(id="r1", host_ns=at, type="intent", data={"scenario": "s", "action": "tap", "opens": "after_agree"})

    steps = [step(0, "scenario_start"), step(5, "launch")]
    found = intervals(with_intent(steps, [intent(10)]), 20)
    assert [(i.stage, i.from_ns, i.to_ns) for i in found] == [("before_consent", 0, 10), ("after_agree", 10, 20)]
    assert with_intent([*steps, step(10, "tap", "after_agree")], [intent(10)]) == [*steps, step(10, "tap", "after_agree")]


def test_a_call_during_the_tap_counts_after_it_and_is_marked() -> None:
    found = intervals([step(0, "scenario_start"), step(10, "tap", "after_agree", end=14), step(30, "scenario_end")], 99)
    placed = place(pd.Series([-1, 9, 10, 13, 14, 30, 99]), found)
    assert list(placed["stage"]) == ["", "before_consent", "after_agree", "after_agree", "after_agree", "after_agree", ""]
    assert list(placed["on_boundary"]) == [False, False, True, True, False, False, False]


@given(
    st.lists(
        st.sampled_from(["scenario_start", "launch", "agree", "refuse", "home", "observe", "scenario_end"]), max_size=30
    )
)
def test_intervals_never_overlap_and_never_run_backwards(actions: list[str]) -> None:
    opens = {"agree": "after_agree", "refuse": "after_refusal", "home": "background"}
    steps = [step(10 * i, a, opens.get(a), end=10 * i + 3) for i, a in enumerate(actions)]
    found = intervals(steps, 10 * len(actions) + 1)
    assert all(i.from_ns < i.to_ns for i in found)
    assert all(a.to_ns <= b.from_ns for a, b in itertools.pairwise(found))
