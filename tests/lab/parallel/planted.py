"""Waiting for what is planted in the example shop, so that how fast the machine is decides nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import Any

from harness.lab.apps.labels import labels
from harness.tables.attribution import load_sdks

PATIENCE = 120.0
AWAITED = ("before_consent", "after_refusal")
Key = tuple[str, str, str, str, str]


def planted(scenario: str, stage: str) -> set[Key]:
    """Rule, item, caller, stage and least grade of what must be found there."""
    names = {package: sdk.name for sdk in load_sdks() for package in sdk.packages}
    return {(one.rule, one.item, names.get(one.caller, one.caller), one.stage, "A" if one.host else "B")
            for one in labels("shop-violating").planted
            if scenario in one.scenarios and one.stage == stage and one.kind != "prompt" and not one.sometimes}


def seen_in(verdicts: Collection[Any]) -> set[Key]:
    exact = {(v.rule, v.item, v.caller, v.stage, str(v.grade)) for v in verdicts}
    return exact | {(*key[:4], "B") for key in exact}


def wait_for(timeline: Any, happened: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < until, "what is planted did not happen"
        timeline.observe(1)


def wait_for_planted(timeline: Any, findings: Any, scenario: str, stage: str) -> None:
    wanted = planted(scenario, stage)
    assert wanted
    wait_for(timeline, lambda: wanted <= seen_in(findings(stage=stage)))
