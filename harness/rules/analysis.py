"""From a bundle to verdicts: the one road that a live run and `harness analyze` share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.bundle import open_bundle
from harness.model import Gap, Verdict, VerdictWord
from harness.rules import engine
from harness.tables import AppFacts, Tables, load


@dataclass(frozen=True)
class Analysis:
    bundle: Path
    run: Tables
    verdicts: list[Verdict]

    @property
    def violations(self) -> list[Verdict]:
        return [v for v in self.verdicts if v.verdict == VerdictWord.VIOLATION]

    @property
    def exit_status(self) -> int:
        """0 no violation, 1 violations, 3 nothing but inconclusive or candidates left open."""
        words = {v.verdict for v in self.verdicts}
        if VerdictWord.VIOLATION in words:
            return 1
        return 3 if words & {VerdictWord.INCONCLUSIVE, VerdictWord.CANDIDATE} else 0


def analyse(bundle: Path, *, rules: Sequence[str] = (), app: AppFacts | None = None) -> Analysis:
    """Judge a bundle. Nothing but the bundle (and an app file, if given) is read.

    Raises HarnessError where it is no bundle, NothingSelected for an unknown rule.
    """
    chosen = engine.select(rules)
    run = load(open_bundle(bundle), app=app)
    return Analysis(bundle=bundle, run=run, verdicts=engine.judge(run, chosen))


def as_json(analysis: Analysis) -> dict[str, Any]:
    """The result that `run` and `analyze` print with `--json`; docs/json.md is its reference."""
    run = analysis.run
    app, device = run.fact("app"), run.fact("device")
    return {
        "bundle": str(analysis.bundle),
        "app": {key: app.get(key) for key in ("package", "version", "sha256")},
        "device": {key: device.get(key) for key in ("serial", "kind")},
        "complete": run.complete,
        "scenarios": list(run.scenarios),
        "verdicts": [_verdict(v) for v in analysis.verdicts],
        "gaps": [_gap(g) for g in run.gaps],
        "calls": len(run.calls),
        "flows": len(run.flows),
        "screens": len(run.screens),
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    row = {name: getattr(verdict, name) for name in verdict.__dataclass_fields__}
    return row | {"verdict": str(verdict.verdict), "grade": str(verdict.grade) if verdict.grade else None}


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "id": gap.id,
        "kind": str(gap.kind),
        "detail": gap.detail,
        "detail_zh": gap.detail_zh,
        "count": gap.count,
        "subject": gap.subject,
        "from": gap.from_ns,
        "to": gap.to_ns,
    }
