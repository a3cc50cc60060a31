"""A verdict in words for whoever reads a failed test: what, by whom, when, from where, and how to see it again."""

from __future__ import annotations

from typing import Any

import pandas as pd

from harness.model import FOUND, Verdict
from harness.rules.identity import key
from harness.tables import Tables, records

_CITED = 12


def describe(verdict: Verdict, run: Tables | None = None, rerun: str = "") -> str:
    """A verdict as a few lines that a person can act on. `run`: what it was decided from; `rerun`: a command."""
    parts = [f"{verdict.verdict}: {verdict.rule}" + (f" (grade {verdict.grade})" if verdict.grade else "")]
    for name in ("stage", "item", "caller", "party"):
        value = getattr(verdict, name)
        if value:
            parts.append(f"  {name}: {value}")
    if verdict.reason:
        parts.append(f"  {verdict.reason}")
    if run is not None:
        parts += [f"  {line}" for line in _where(verdict, run)]
    parts.append(f"  clauses: {', '.join(verdict.clauses)}")
    for name, ids in (("evidence", verdict.evidence), ("gaps", verdict.gaps)):
        if ids:
            parts.append(f"  {name}: {', '.join(ids[:_CITED])}" + (f" and {len(ids) - _CITED} more" if len(ids) > _CITED else ""))
    if rerun and verdict.verdict in FOUND:
        parts.append(f"  again: {rerun}")
    return "\n".join(parts)


def properties_of(verdict: Verdict, package: str) -> list[tuple[str, str]]:
    """What JUnit says of a finding: `finding` for people (rule/item/caller/stage, which two may share), `finding_key` to find it
    again by, in any run and format. `package`: of the run's app."""
    label = f"{verdict.rule}/{verdict.item}/{verdict.caller}/{verdict.stage}"
    return [("finding", label), ("finding_key", key(verdict, package))]


def cited(verdict: Verdict, frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of the verdict's evidence in a frame, in their order."""
    return records(frame[frame["event_id"].isin(verdict.evidence)]) if len(frame) else []


def _where(verdict: Verdict, run: Tables) -> list[str]:
    calls, flows, screens = (cited(verdict, frame) for frame in (run.calls, run.flows, run.screens))
    told = []
    counted = [f"{len(rows)} {word if len(rows) == 1 else words}" for rows, word, words in (
        (calls, "call", "calls"), (flows, "request", "requests"), (screens, "screen", "screens")) if rows]
    seen = sorted([*calls, *flows, *screens], key=lambda row: row["t"])
    if seen:
        first = seen[0]
        begun = _begun(run, first)
        told.append(f"{', '.join(counted)}; the first {(first['t'] - begun) / 1e9:.1f} s after scenario {first['scenario']} "
                    "began" if begun else ", ".join(counted))
    frame = next((call["caller_frame"] for call in calls if call.get("caller_frame")), "")
    if frame:
        told.append(f"from: {frame}")
    if flows:
        told.append(f"to: {flows[0]['method'] or ''} {flows[0]['url'] or flows[0]['host']}")
    return told


def _begun(run: Tables, row: dict[str, Any]) -> int:
    """When the scenario of a row began, ns; 0 where the row is of none."""
    label = str(row["event_id"]).partition("@")[2]
    starts = [step for step in records(run.steps) if step["action"] == "scenario_start" and step["scenario"] == row["scenario"]
              and str(step["event_id"]).partition("@")[2] == label]
    return int(starts[0]["t"]) if starts else 0


def node_of(verdict: Verdict, run: Tables) -> str:
    """The node id of the test in whose scenario the first of the evidence was seen; "" where that is not known."""
    seen = [row for frame in (run.calls, run.flows, run.screens) for row in cited(verdict, frame)]
    scenario = next((row["scenario"] for row in seen if row["scenario"]), "")
    return next((str(step["detail"].get("test", "")) for step in records(run.steps)
                 if step["action"] == "scenario_start" and step["scenario"] == scenario), "")
