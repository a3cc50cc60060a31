"""Verdicts as tests: one item for each rule, run after all scenarios, from the sealed bundle."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from harness.model import Verdict, VerdictWord
from harness.rules import engine
from harness.rules.analysis import Analysis, analyse

_ORDER = ("violation", "candidate", "inconclusive")


class VerdictFailed(Exception):
    """A rule's verdicts that count as a failure; the text is for people."""


class VerdictItem(pytest.Item):
    """One rule. `judged` gives the analysis of the run, made once for all rules."""

    def __init__(self, *, rule: str, fail_on: str, judged: Callable[[], Analysis], **more: Any) -> None:
        super().__init__(**more)
        self.rule = rule
        self.failing = {VerdictWord(word.upper()) for word in _ORDER[: _ORDER.index(fail_on) + 1]}
        self.judged = judged

    def runtest(self) -> None:
        verdicts = [v for v in self.judged().verdicts if v.rule == self.rule]
        for verdict in verdicts:
            self.user_properties.append(("verdict", f"{verdict.verdict} {verdict.item} {verdict.caller}".strip()))
        failed = [v for v in verdicts if v.verdict in self.failing]
        if failed:
            raise VerdictFailed("\n\n".join(map(describe, failed)))
        left = [v for v in verdicts if v.verdict is not VerdictWord.NOT_OBSERVED]
        if left:
            pytest.skip("; ".join(f"{v.verdict}: {v.reason}" for v in left))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, VerdictFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, f"verdict: {self.rule}"


def describe(verdict: Verdict) -> str:
    """A verdict as a few lines that a person can act on."""
    parts = [f"{verdict.verdict}: {verdict.rule}" + (f" (grade {verdict.grade})" if verdict.grade else "")]
    for name in ("stage", "item", "caller", "party"):
        value = getattr(verdict, name)
        if value:
            parts.append(f"  {name}: {value}")
    if verdict.reason:
        parts.append(f"  {verdict.reason}")
    parts.append(f"  clauses: {', '.join(verdict.clauses)}")
    if verdict.evidence:
        parts.append(f"  evidence: {', '.join(verdict.evidence)}")
    if verdict.gaps:
        parts.append(f"  gaps: {', '.join(verdict.gaps)}")
    return "\n".join(parts)


def verdict_items(session: pytest.Session, fail_on: str, sealed: Callable[[], Path]) -> Iterator[VerdictItem]:
    @cache
    def judged() -> Analysis:
        return analyse(sealed())

    for rule in engine.select(()):
        yield VerdictItem.from_parent(session, name=rule.id, nodeid=f"verdicts::{rule.id}", rule=rule.id,
                                      fail_on=fail_on, judged=judged)
