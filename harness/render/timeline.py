"""The timeline: stages as bars, and above them each call, request, prompt and step where it happened.

Only coordinates are made here; the template draws them as SVG, so that no style needs to be inline. Of events that would lie
on one another one mark is drawn, so that a long run makes no longer drawing. `harness/render/events.py` has all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.model import FOUND, Verdict
from harness.tables import Tables, columns_of, records

WIDTH = 960
LABEL = 90
LANES = ("steps", "screens", "calls", "flows")
LANE_HEIGHT = 18
BAR = 16


@dataclass(frozen=True, kw_only=True)
class Mark:
    """`count`: how many events lie there."""

    x: float
    y: float
    kind: str  # steps, screens, calls, flows
    cited: bool
    title: str
    count: int = 1


@dataclass(frozen=True, kw_only=True)
class Bar:
    x: float
    width: float
    stage: str


@dataclass(frozen=True, kw_only=True)
class Strip:
    """One scenario."""

    scenario: str
    seconds: float
    bars: list[Bar]
    marks: list[Mark]
    height: int


def cited_in(verdicts: list[Verdict]) -> dict[str, int]:
    """Event id -> number of the first finding that rests on it, as findings are numbered in a report."""
    found: dict[str, int] = {}
    number = 0
    for verdict in verdicts:
        if verdict.verdict in FOUND:
            number += 1
            for event in verdict.evidence:
                found.setdefault(event, number)
    return found


def strips(run: Tables, verdicts: list[Verdict]) -> list[Strip]:
    """A strip for each scenario, each on its own scale."""
    cited = cited_in(verdicts)
    stages = records(run.stages)
    events = [(lane, *one) for lane in LANES for one in _events(run, lane)]
    found: list[Strip] = []
    for scenario in run.scenarios:
        mine = [s for s in stages if s["scenario"] == scenario]
        if not mine:
            continue
        start, end = int(mine[0]["from_ns"]), int(mine[-1]["to_ns"])
        scale = (WIDTH - LABEL - 8) / max(1, end - start)

        def x(t: int, start: int = start, scale: float = scale) -> float:
            return round(LABEL + (t - start) * scale, 1)

        there: dict[tuple[str, int, bool], list[tuple[int, str]]] = {}
        for lane, event, t, what in events:
            if start <= t <= end:
                there.setdefault((lane, round(x(t)), event in cited), []).append((t, f"{event} {what}"))
        marks = [
            Mark(x=x(all_of[0][0]), y=LANES.index(lane) * LANE_HEIGHT + LANE_HEIGHT / 2, kind=lane, cited=is_cited,
                 title=all_of[0][1] if len(all_of) == 1 else f"{all_of[0][1]} (+{len(all_of) - 1})", count=len(all_of))
            for (lane, _, is_cited), all_of in sorted(there.items(), key=lambda one: one[0][2])
        ]
        bars = [
            Bar(x=x(int(s["from_ns"])), width=max(1.0, round(x(int(s["to_ns"])) - x(int(s["from_ns"])), 1)), stage=s["stage"])
            for s in mine
        ]
        found.append(Strip(scenario=scenario, seconds=round((end - start) / 1e9, 1), bars=bars, marks=marks,
                           height=len(LANES) * LANE_HEIGHT + BAR + 4))
    return found


_WHAT = {"steps": "action", "screens": "kind", "calls": "method", "flows": "host"}


def _events(run: Tables, lane: str) -> list[tuple[str, int, str]]:
    """(id, ns, what) of the events of a lane."""
    frame = {"steps": run.steps, "screens": run.screens, "calls": run.calls, "flows": run.flows}[lane]
    return [(event, int(t), str(what)) for event, t, what in columns_of(frame, "event_id", "t", _WHAT[lane])]
