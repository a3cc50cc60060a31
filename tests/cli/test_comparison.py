"""What was planted counts as found only where rule, item, stage and caller are right and the verdict is a VIOLATION."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from harness.bundle import Bundle
from harness.cli.comparison import compare
from harness.cli.editions import EditionRun, point_latest
from harness.lab.apps.labels import Label, Labels
from harness.model import Grade, Verdict, VerdictWord

SHOP = "example.shop"
PROMPT = Label(
    id="ask-phone-again", kind="prompt", rule="repeated-permission-prompts", item="android.permission.READ_PHONE_STATE",
    group="phone", caller=SHOP, stage="after_permission_denial", scenarios=("refuse-permissions",), why="")
CALL = Label(
    id="early", kind="call", rule="collection-before-consent", item="android_id", caller=SHOP, stage="before_consent",
    method="a.B.c", scenarios=("refuse-permissions",), why="")
FLOW = Label(
    id="share", kind="flow", rule="third-party-sharing", item="android_id", caller=SHOP, stage="after_agree",
    host="t.example", scenarios=("refuse-permissions",), why="")
EVIDENCE = {"prompt": ["t1"], "call": ["c1"], "flow": ["f1"]}


def verdict(label: Label, **changed: Any) -> Verdict:
    item = "android.permission-group.PHONE" if label.kind == "prompt" else label.item
    made = Verdict(rule=label.rule, clauses=[], verdict=VerdictWord.VIOLATION, grade=Grade.A, stage=label.stage, item=item,
                   caller=label.caller, evidence=EVIDENCE[label.kind], reason="", reason_zh="")
    return dataclasses.replace(made, **changed)


def compared(label: Label, *verdicts: Verdict, look_alike: bool = False) -> tuple[list[str], list[str]]:
    run = SimpleNamespace(
        scenarios=["refuse-permissions"], calls=pd.DataFrame([{"event_id": "c1", "method": "a.B.c"}]),
        flows=pd.DataFrame([{"event_id": "f1", "host": "t.example"}]))
    labels = Labels(app="shop", package=SHOP, **{"look_alikes" if look_alike else "planted": (label,)})
    done = compare(labels, SimpleNamespace(run=run, verdicts=list(verdicts)))  # type: ignore[arg-type]
    return done.found, done.false_findings


@pytest.mark.parametrize("label", [PROMPT, CALL, FLOW], ids=lambda label: label.kind)
def test_a_violation_that_fits_in_everything_is_found(label: Label) -> None:
    assert compared(label, verdict(label)) == ([label.id], [])


@pytest.mark.parametrize("label", [PROMPT, CALL, FLOW], ids=lambda label: label.kind)
@pytest.mark.parametrize("changed", [{"stage": "background"}, {"caller": "AdNimbus"}, {"item": "imei"}, {"rule": "other"}],
                         ids=lambda changed: next(iter(changed)))
def test_one_that_differs_in_anything_is_not_and_is_false(label: Label, changed: dict[str, str]) -> None:
    found, false = compared(label, verdict(label, **changed))
    assert found == []
    assert len(false) == 1


@pytest.mark.parametrize("label", [PROMPT, CALL, FLOW], ids=lambda label: label.kind)
def test_a_candidate_finds_nothing(label: Label) -> None:
    candidate = verdict(label, verdict=VerdictWord.CANDIDATE)
    assert compared(label, candidate) == ([], [])
    assert compared(label, candidate, look_alike=True) == ([], [label.id])


def test_the_latest_of_a_demo_is_the_violating_edition(tmp_path: Path) -> None:
    made = {edition: Bundle.create(tmp_path, f"example.shop.{edition}").path for edition in ("violating", "compliant")}
    assert (tmp_path / "latest").resolve() == made["compliant"]
    runs = [EditionRun(edition, edition, Path("x.apk"), result={"bundle": str(path)}) for edition, path in made.items()]
    point_latest([*runs, EditionRun("violating", "none", Path("x.apk"))])
    assert (tmp_path / "latest").resolve() == made["violating"]
