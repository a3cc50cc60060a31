"""From a bundle to verdicts: the one road that a live run and `harness analyze` share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.model import Gap, Verdict, VerdictWord
from harness.rules import engine
from harness.rules.identity import key
from harness.rules.readings import DEFAULT, Readings, load_readings, profile_names
from harness.tables import AppFacts, MadeBy, Tables, boundaries, load_run, records

_LISTED = 10  # calls and requests that a row of `shared` names


@dataclass(frozen=True)
class Analysis:
    """`bundle`: what was asked for; `bundles`: all that was read, where the run is in several (`harness.tables.parts`)."""

    bundle: Path
    run: Tables
    verdicts: list[Verdict]
    bundles: tuple[Path, ...] = ()
    readings: Readings = field(default_factory=load_readings)

    @property
    def violations(self) -> list[Verdict]:
        return [v for v in self.verdicts if v.verdict == VerdictWord.VIOLATION]

    @property
    def not_asked(self) -> frozenset[str]:
        """Rules that were not decided because none of the scenarios that they need was run: no news for whoever ran others."""
        open_only = {v.rule for v in self.verdicts} - {v.rule for v in self.verdicts if v.verdict != VerdictWord.INCONCLUSIVE}
        run = set(self.run.scenarios)
        return frozenset(rule.id for rule in engine.all_rules() if rule.id in open_only and not run & set(rule.scenarios))

    @property
    def exit_status(self) -> int:
        """0 no violation, 1 violations, 3 nothing but inconclusive or candidates left open."""
        words = {v.verdict for v in self.verdicts}
        if VerdictWord.VIOLATION in words:
            return 1
        return 3 if words & {VerdictWord.INCONCLUSIVE, VerdictWord.CANDIDATE} else 0


def analyse(
    bundle: Path, *, rules: Sequence[str] = (), app: AppFacts | None = None, profile: str | None = None
) -> Analysis:
    """Judge a bundle and those it continues, or the folder of a run. Nothing but these (and an app file, if given) is read.

    `profile`: whose thresholds are used; else those that the run was made with, where rules have such a profile.
    Raises HarnessError where it is none, NothingSelected for an unknown rule, UsageError for an unknown profile.
    """
    chosen = engine.select(rules)
    named = load_readings(profile) if profile else None
    run = load_run(bundle, app=app)
    readings = named or recorded(run.tables)
    verdicts = engine.judge(run.tables, chosen, readings)
    return Analysis(bundle=bundle, run=run.tables, verdicts=verdicts, bundles=run.bundles, readings=readings)


def recorded(run: Tables) -> Readings:
    """The thresholds of the profile that the run names, where rules have one of that name; else the usual ones."""
    name = str(run.fact("profile").get("name", ""))
    return load_readings(name if name in profile_names() else DEFAULT)


def as_json(analysis: Analysis) -> dict[str, Any]:
    """The result that `run` and `analyze` print with `--json`; docs/json.md is its reference."""
    run = analysis.run
    app, device = run.fact("app"), run.fact("device")
    return {
        "bundle": str(analysis.bundle),
        "bundles": [str(bundle) for bundle in analysis.bundles],
        "app": {key: app.get(key) for key in ("package", "version", "sha256")},
        "device": {key: device.get(key) for key in ("serial", "kind")},
        "complete": run.complete,
        "profile": analysis.readings.name,
        "scenarios": list(run.scenarios),
        "stages": boundaries(run),
        "verdicts": [_verdict(v, run.package) for v in analysis.verdicts],
        "gaps": [_gap(g) for g in run.gaps],
        "calls": len(run.calls),
        "flows": len(run.flows),
        "screens": len(run.screens),
        "senders": senders(run),
        "shared": _shared(run),
    }


def _shared(run: Tables) -> list[dict[str, Any]]:
    """What left the device, without the calls and requests beyond the first few: the bundle has them."""
    return [row | {"flows": row["flows"][:_LISTED], "calls": row["calls"][:_LISTED]} for row in records(run.shared)]


def senders(run: Tables) -> list[dict[str, Any]]:
    """Whose requests went to each host, and how that is known; the hosts in order, those of most requests first."""
    counted: dict[tuple[str, str, str, str, str, str, str], list[MadeBy]] = {}
    for flow in records(run.flows):
        made: MadeBy = flow["made_by"]
        key = (flow["host"], made.caller, made.origin, made.prefix, made.basis, made.confidence, made.why)
        counted.setdefault(key, []).append(made)
    names = ("host", "sender", "origin", "prefix", "basis", "confidence", "why")
    rows = [
        dict(zip(names, key, strict=True))
        | {"candidates": sorted({c for made in all_made for c in made.candidates}), "flows": len(all_made)}
        for key, all_made in counted.items()
    ]
    return sorted(rows, key=lambda row: (row["host"], -row["flows"], row["sender"], row["basis"], row["why"]))


def _verdict(verdict: Verdict, package: str) -> dict[str, Any]:
    row = {name: getattr(verdict, name) for name in verdict.__dataclass_fields__}
    said = {"verdict": str(verdict.verdict), "grade": str(verdict.grade) if verdict.grade else None}
    return row | said | {"key": key(verdict, package)}


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "id": gap.id,
        "kind": str(gap.kind),
        "detail": gap.detail,
        "detail_zh": gap.detail_zh,
        "cause": gap.cause,
        "count": gap.count,
        "subject": gap.subject,
        "from": gap.from_ns,
        "to": gap.to_ns,
    }
