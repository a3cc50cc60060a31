"""What a run of a user under fourteen saw: the moment the age was said, and what was read and sent after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from harness.model import Gap
from harness.rules.readings import Readings
from harness.rules.rule import not_reached
from harness.rules.sensitive import judged, name
from harness.rules.telling import real
from harness.tables import Note, Tables, records

SCENARIO = "minors"
SAID = ("accepted", "guardian", "youth_mode", "refused", "exits")
"""Outcomes of the page `age` in which the app was told the age."""


def told(run: Tables) -> list[Note]:
    """The facts of the age said, of a scenario for users under fourteen."""
    return [n for n in run.noted("page") if n.data.get("page") == "age" and n.data.get("outcome") in SAID]


@dataclass(frozen=True)
class Taken:
    """Personal information read or sent after the age was known."""

    calls: list[dict[str, Any]]
    sent: list[dict[str, Any]]

    @property
    def cited(self) -> list[str]:
        return list(dict.fromkeys([*(str(c["event_id"]) for c in self.calls), *(str(s["flow"]) for s in self.sent)]))

    def words(self, language: str) -> str:
        kinds = dict.fromkeys([*(c["kind"] for c in self.calls), *(s["kind"] for s in self.sent)])
        return ("、" if language == "zh" else ", ").join(name(k, language) for k in kinds)


def taken(run: Tables, age: Note) -> Taken:
    """Calls that gave a value to app or SDK, and values that left, from then on in the same scenario."""
    calls = real(run.calls)
    rows = [] if not len(calls) else records(
        calls[(calls["scenario"] == age.scenario) & (calls["t"] > age.t) & calls["kind"].isin(judged())])
    sent = [s for s in records(run.sightings) if s["scenario"] == age.scenario and s["t"] > age.t and s["read_before"]]
    return Taken(rows, sent)


def child_guardian(run: Tables, age: Note) -> list[Note]:
    """Later pages of the same scenario that ask for a guardian."""
    return [n for n in run.noted("page") if n.scenario == age.scenario and n.data.get("page") == "child_mode"
        and n.data.get("guardian")]


@dataclass(frozen=True)
class AgeSaid:
    """The app was told an age under fourteen."""

    def missing(self, run: Tables, readings: Readings) -> list[Gap]:
        if told(run):
            return []
        why = "The app never learnt that the user is under fourteen: it has no place to say so, or none was found."
        return not_reached(run, why, "age", SCENARIO)
