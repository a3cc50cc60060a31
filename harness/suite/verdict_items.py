"""Verdicts as tests: one item for each rule, run after all scenarios, from what was sealed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.errors import HarnessError
from harness.model import FOUND, VerdictWord
from harness.rules import engine
from harness.rules.analysis import Analysis
from harness.suite.judgement import Judgement, NoRun
from harness.suite.plugin_options import again, words
from harness.suite.telling import describe, node_of, properties_of

_ORDER = ("violation", "candidate", "inconclusive")

NOT_ASKED = f"{VerdictWord.INCONCLUSIVE}: the scenarios that this rule needs were not run"


class VerdictFailed(Exception):
    """A rule's verdicts that count as a failure; the text is for people."""


class VerdictItem(pytest.Item):
    """One rule. The judgement is made once, for all rules."""

    def __init__(self, *, rule: str, fail_on: str, judgement: Judgement, **more: Any) -> None:
        super().__init__(**more)
        self.rule = rule
        self.failing = {VerdictWord(word.upper()) for word in _ORDER[: _ORDER.index(fail_on) + 1]}
        self.judgement = judgement

    def runtest(self) -> None:
        analysis = self._analysis()
        verdicts = [v for v in analysis.verdicts if v.rule == self.rule]
        self.user_properties += [("rule", self.rule), ("clauses", ", ".join(verdicts[0].clauses) if verdicts else ""),
                                 ("bundle", str(analysis.bundle.resolve()))]
        for verdict in verdicts:
            self.user_properties.append(("verdict", f"{verdict.verdict} {verdict.item} {verdict.caller}".strip()))
            if verdict.verdict in FOUND:
                self.user_properties += properties_of(verdict, analysis.run.package)
        failed = [v for v in verdicts if v.verdict in self.failing]
        if failed:
            run = analysis.run
            raise VerdictFailed("\n\n".join(describe(v, run, again(self.config, node_of(v, run))) for v in failed))
        if self.rule in analysis.not_asked:
            self.user_properties += [("reason", verdict.reason) for verdict in verdicts]
            pytest.skip(NOT_ASKED)      # the same words for all of them: one line of pytest's summary
        left = [v for v in verdicts if v.verdict is not VerdictWord.NOT_OBSERVED]
        if left:
            pytest.skip("; ".join(f"{v.verdict}: {v.reason}" for v in left))

    def _analysis(self) -> Analysis:
        """Where there is none, one test says so and the others are skipped; none says it where the scenarios have said why."""
        try:
            return self.judgement.analysis()
        except HarnessError as error:
            told = self.session.testsfailed > 0 if isinstance(error, NoRun) else self.judgement.told
            self.judgement.told = True
            if told:
                pytest.skip(f"not decided: {error.what}")
            raise

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, VerdictFailed):
            return str(excinfo.value)
        if isinstance(excinfo.value, HarnessError):
            return words(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, f"verdict: {self.rule}"


def verdict_items(session: pytest.Session, fail_on: str, judgement: Judgement, prefix: str) -> Iterator[VerdictItem]:
    for rule in engine.all_rules():
        yield VerdictItem.from_parent(session, name=rule.id, nodeid=f"{prefix}{rule.id}", rule=rule.id,
                                      fail_on=fail_on, judgement=judgement)
