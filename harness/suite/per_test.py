"""What each test saw, as a page of links: `report/tests/<slug>/index.json` in the bundle, for tests that passed, too.

Derived from the bundle, like the report beside it: signed with it, and no part of what was sealed.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from harness.bundle import label_of, write_reports
from harness.bundle.format import REPORT
from harness.model import FOUND, Verdict
from harness.rules.analysis import Analysis
from harness.rules.identity import key
from harness.tables import is_run_folder, records

TESTS = "tests"
ATTACHMENT = "attachment"
"""The fact of a file that a test has attached: test, scenario, name, media_type, size, object."""
_UP = "../../../"
_SHOWN = 60


def slug(test: str) -> str:
    """A folder's name for a test: its words, cut, and seven digits that tell it from others of the same beginning."""
    words = re.sub(r"[^a-z0-9]+", "-", test.lower().replace("::", "-")).strip("-")
    return f"{words[:_SHOWN].rstrip('-')}-{hashlib.sha256(test.encode()).hexdigest()[:7]}"


def write(analysis: Analysis) -> list[Path]:
    """The pages of all tests of a run, each in the bundle that the test is in. What a run continues has its own already."""
    whole = is_run_folder(analysis.bundle)
    written: list[Path] = []
    for bundle in analysis.bundles if whole else analysis.bundles[:1]:
        if not bundle.is_dir():
            continue
        found = {
            bundle / REPORT / TESTS / slug(page["test"]) / "index.json": json.dumps(page, ensure_ascii=False, indent=1)
            for page in pages(analysis, label_of(bundle.name) if whole else "")
        }
        write_reports(bundle, {path: f"{page}\n".encode() for path, page in found.items()})
        written += found
    return written


def pages(analysis: Analysis, label: str = "") -> list[dict[str, Any]]:
    """`label`: of the bundle whose tests are meant, where there are several."""
    run = analysis.run
    steps = [step for step in records(run.steps) if _label(step["event_id"]) == label]
    screens = [screen for screen in records(run.screens) if _label(screen["event_id"]) == label]
    facts = [fact for fact in run.facts if _label(fact.id) == label]
    device: dict[str, Any] = next((fact.data for fact in facts if fact.type == "device"), {})
    starts = [n for n, step in enumerate(steps) if step["action"] == "scenario_start"]
    found = []
    for n, following in zip(starts, [*starts[1:], len(steps)], strict=True):
        test, mine = str(steps[n]["detail"].get("test", "")), steps[n:following]
        if not test:
            continue
        until = steps[following]["t"] if following < len(steps) else None
        ended = next((step for step in mine if step["action"] == "scenario_end"), None)
        found.append({
            "test": test,
            "scenario": steps[n]["scenario"],
            "outcome": ended["outcome"] if ended else "interrupted",
            "device": {key: device.get(key) for key in ("serial", "kind")},
            "from_ns": steps[n]["t"],
            "to_ns": ended["end_ns"] if ended else None,
            "steps": [_step(step) for step in mine],
            "screens": [_screen(s) for s in screens if s["t"] >= steps[n]["t"] and (until is None or s["t"] < until)],
            "findings": [_finding(v, label, run.package) for v in findings(analysis, steps[n]["scenario"], label)],
            "attachments": [_attachment(f.data) for f in facts if f.type == ATTACHMENT and f.data.get("test") == test],
        })
    return found


def findings(analysis: Analysis, scenario: str, label: str = "") -> list[Verdict]:
    """Violations and candidates with evidence in this scenario of this bundle."""
    run = analysis.run
    mine = {row["event_id"] for frame in (run.calls, run.flows, run.screens, run.steps) for row in records(frame)
            if row["scenario"] == scenario and _label(row["event_id"]) == label}
    return [v for v in analysis.verdicts if v.verdict in FOUND and mine & set(v.evidence)]


def _label(event_id: str) -> str:
    return event_id.rpartition("@")[2] if "@" in event_id else ""


def _id(event_id: str | None) -> str | None:
    return event_id.rpartition("@")[0] if event_id and "@" in event_id else event_id


def _object(sha256: str | None) -> str | None:
    return f"{_UP}objects/{sha256[:2]}/{sha256}" if sha256 else None


def _step(step: dict[str, Any]) -> dict[str, Any]:
    return {"id": _id(step["event_id"]), "at_ns": step["t"], "action": step["action"], "target": step["target"],
            "opens": step["opens"], "outcome": step["outcome"], "screen": _id(step["screen"])}


def _screen(screen: dict[str, Any]) -> dict[str, Any]:
    return {"id": _id(screen["event_id"]), "at_ns": screen["t"], "kind": screen["kind"],
            "after_step": _id(screen["after_step"]), "screenshot": _object(screen["screenshot"]),
            "hierarchy": _object(screen["hierarchy"])}


def _finding(verdict: Verdict, label: str, package: str) -> dict[str, Any]:
    return {"key": key(verdict, package), "rule": verdict.rule, "item": verdict.item, "caller": verdict.caller,
            "stage": str(verdict.stage), "verdict": str(verdict.verdict), "grade": str(verdict.grade) if verdict.grade else None,
            "clauses": list(verdict.clauses), "party": verdict.party, "reason": verdict.reason,
            "evidence": [_id(e) for e in verdict.evidence if _label(e) == label]}


def _attachment(data: dict[str, Any]) -> dict[str, Any]:
    return {"name": data["name"], "media_type": data["media_type"], "size": data["size"], "file": _object(data["object"])}
