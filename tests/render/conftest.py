"""A hostile run, judged once, and what exports are made from."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.bundle import verify
from harness.model import Grade, Verdict, VerdictWord
from harness.render.machine import Machine, machine
from harness.rules.analysis import Analysis, analyse
from tests.render import hostile_run


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("HARNESS_STATE", str(tmp_path_factory.mktemp("state")))
        return analyse(hostile_run.write(tmp_path_factory.mktemp("runs")))


@pytest.fixture(scope="session")
def every_word(hostile: Analysis) -> Analysis:
    """The same with a verdict of each word: what it says of itself, and whom it names, is the app's."""
    said = hostile_run.ALL
    made = [
        Verdict(
            rule="collection-before-consent",
            clauses=["szreg-consent"],
            verdict=VerdictWord.VIOLATION,
            grade=Grade.A,
            stage="before_consent",
            item="imei",
            caller=said,
            party=said,
            evidence=["c2", "f1", "v1", "t2"],
            reason=said,
            reason_zh=said,
        ),
        Verdict(
            rule="collection-before-consent",
            clauses=["szreg-consent"],
            verdict=VerdictWord.CANDIDATE,
            grade=Grade.B,
            stage="before_consent",
            item="ssid_bssid",
            caller="example.shop",
            evidence=["c1"],
            reason="Seen.",
            reason_zh="见到。",
        ),
        Verdict(
            rule="sent-in-clear", clauses=[], verdict=VerdictWord.INCONCLUSIVE, gaps=["g1", "n1"], reason=said, reason_zh=said
        ),
        Verdict(rule="no-hotline", clauses=[], verdict=VerdictWord.NOT_OBSERVED, reason="Nothing.", reason_zh="未见。"),
        Verdict(rule="no-rule-of-this-version", clauses=["no-such-clause"], verdict="NOT_APPLICABLE"),  # type: ignore[arg-type]
    ]
    return dataclasses.replace(hostile, verdicts=made)


@pytest.fixture(scope="session")
def of() -> Callable[..., Machine]:
    """An analysis as exports see it, with the integrity of its bundle."""

    def made(analysis: Analysis, language: str = "en", *, unmask: bool = False) -> Machine:
        return machine(analysis, verify(Path(analysis.bundle)), language=language, unmask=unmask)

    return made
