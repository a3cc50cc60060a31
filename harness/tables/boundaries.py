"""Where stages and scenarios begin and end: the table of stages, each with its first screen, and what came to its end."""

from __future__ import annotations

from typing import Any

from harness.tables.frames import Tables, records


def boundaries(run: Tables) -> list[dict[str, Any]]:
    """A row for each stage of each scenario, in order: scenario, stage, from_ns and to_ns (host's clock), `opened_by` (id of the
    step, or of the intent that a killed run left), its action and target, and the screen that it was done on ("" where none)."""
    steps = {step["event_id"]: step for step in records(run.steps)}
    facts = {fact.id: fact for fact in run.facts}
    rows = []
    for stage in records(run.stages):
        opened = stage["opened_by"]
        step, fact = steps.get(opened), facts.get(opened)
        about = step if step is not None else fact.data if fact is not None else {}
        rows.append({
            "scenario": stage["scenario"], "stage": stage["stage"],
            "from_ns": int(stage["from_ns"]), "to_ns": int(stage["to_ns"]), "opened_by": opened,
            **{key: _text(about.get(key)) for key in ("action", "target", "screen")},
        })  # fmt: skip
    return rows


def ended(run: Tables) -> set[str]:
    """The scenarios that came to their end at least once. One without an end was broken off. One that was done and then done
    again in vain was still seen whole: what its silence rests on is there, in whichever order bundles of a run were joined."""
    return {str(step["scenario"]) for step in records(run.steps)
            if step["action"] == "scenario_end" and step["outcome"] == "done"}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
