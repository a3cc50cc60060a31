"""What a test can ask of its own run while it goes on: calls and flows so far, and findings to assert.

Everything is read from the bundle, as the rules will read it at the end, and is that of the test's own scenario.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from harness.errors import UsageError
from harness.model import FOUND, GapKind, Stage, Verdict, VerdictWord

if TYPE_CHECKING:
    import pandas as pd

    from harness.rules.rule import Rule
    from harness.suite.session import Session
    from harness.tables import Tables

_AT_THE_END = frozenset({GapKind.INTERRUPTED, GapKind.NOT_REACHED})
"""Gaps of a run that simply has not ended yet."""


class Seen:
    """The run up to now, of one scenario."""

    def __init__(self, session: Session, scenario: str) -> None:
        self._session = session
        self._scenario = scenario

    def tables(self, *, ask: bool = True) -> Tables:
        """Read anew each time. `ask`: every process is asked for a sign first, so that what it told before has arrived."""
        from harness.bundle import open_bundle
        from harness.tables import load

        if ask:
            self._session.equipment.hooked.prove(f"for a look in {self._scenario}")
        return of_scenario(load(open_bundle(self._session.bundle.path)), self._scenario)


class Frame:
    """`calls()` or `flows()`: the frame of this scenario up to now (docs of harness.tables.Tables); `stage`: of one stage."""

    def __init__(self, seen: Seen, name: str) -> None:
        self._seen = seen
        self._name = name

    def __call__(self, stage: str | None = None) -> pd.DataFrame:
        _check_stage(stage)
        frame: pd.DataFrame = getattr(self._seen.tables(), self._name)
        return frame if stage is None else frame[frame["stage"] == stage]


class Findings:
    """Violations and candidates of this scenario up to now."""

    def __init__(self, seen: Seen, fail_on: str, rerun: str) -> None:
        self._seen = seen
        self._fail_on = fail_on
        self._rerun = rerun

    def __call__(
        self, *, clause: str | None = None, stage: str | None = None, rule: str | None = None, item: str | None = None
    ) -> list[Verdict]:
        return self._look(clause, stage, rule, item)[0]

    def assert_none(
        self, *, clause: str | None = None, stage: str | None = None, rule: str | None = None, item: str | None = None
    ) -> None:
        """Fails with the findings of this clause, stage, rule and kind of information. Where there is none but something
        could not be seen, the test is skipped as inconclusive (with `--harness-fail-on inconclusive` it fails)."""
        from harness.suite.telling import describe

        found, run, rules = self._look(clause, stage, rule, item)
        if self._fail_on in ("violation", "never"):
            found = [v for v in found if v.verdict is VerdictWord.VIOLATION]
        if found:
            _fail("\n\n".join(describe(v, run, self._rerun) for v in found))
        if lacking := _lacking(rules, run):
            why = f"inconclusive: {lacking[0]}" + (f" (and {len(lacking) - 1} more)" if len(lacking) > 1 else "")
            if self._fail_on == "inconclusive":
                _fail(why)
            pytest.skip(why)

    def _look(
        self, clause: str | None, stage: str | None, rule: str | None, item: str | None
    ) -> tuple[list[Verdict], Tables, Sequence[Rule]]:
        from harness.rules import engine

        _check_stage(stage)
        rules = engine.select([rule]) if rule else engine.all_rules()
        if clause is not None:
            deciding = [r for r in rules if clause in r.clauses]
            if not deciding:
                raise UsageError(f"No rule decides the clause {clause!r}.", "", "`harness clauses` lists what decides each.")
            rules = deciding
        run = self._seen.tables()
        verdicts = [v for v in engine.judge(run, rules) if v.verdict in FOUND]
        wanted: list[Callable[[Verdict], bool]] = [
            lambda v: stage is None or v.stage == stage, lambda v: item is None or v.item == item]
        return [v for v in verdicts if all(fits(v) for fits in wanted)], run, rules


def finding_properties(seen: Seen) -> list[tuple[str, str]]:
    """What the rules find in the scenario by now, whatever the state of the rig, as JUnit says it."""
    from harness.rules import engine
    from harness.suite.telling import properties_of

    run = seen.tables(ask=False)
    found = [v for v in engine.judge(run, engine.all_rules()) if v.verdict in FOUND]
    return [one for v in found for one in properties_of(v, run.package)]


def of_scenario(run: Tables, scenario: str) -> Tables:
    """What was seen in one scenario; facts and gaps stay whole."""
    import pandas as pd

    frames: dict[str, Any] = {}
    for field in dataclasses.fields(run):
        frame = getattr(run, field.name)
        if isinstance(frame, pd.DataFrame) and "scenario" in frame:
            frames[field.name] = frame[frame["scenario"] == scenario].reset_index(drop=True)
    return dataclasses.replace(run, **frames, scenarios=(scenario,))


def _lacking(rules: Sequence[Rule], run: Tables) -> list[str]:
    from harness.rules import engine

    gaps = [gap for rule in rules for gap in engine.missing(rule, run) if gap.kind not in _AT_THE_END]
    return list(dict.fromkeys(gap.detail for gap in gaps))


def _check_stage(stage: str | None) -> None:
    """A misspelt stage would never have a finding."""
    if stage is not None and stage not in set(Stage):
        raise UsageError(f"There is no stage {stage!r}.", "", f"There are: {', '.join(Stage)}.")


def _fail(text: str) -> NoReturn:
    pytest.fail(text, pytrace=False)
