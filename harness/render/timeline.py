"""The timeline: stages as bars, and above them each call, request, prompt and step where it happened.

Only coordinates are made here; the template draws them as SVG, so that no style needs to be inline.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.model import Verdict, VerdictWord
from harness.tables import Tables, records

WIDTH = 960
LABEL = 90
LANES = ("steps", "screens", "calls", "flows")
LANE_HEIGHT = 18
BAR = 16


@dataclass(frozen=True, kw_only=True)
class Mark:
    x: float
    y: float
    kind: str  # steps, screens, calls, flows
    cited: bool
    title: str


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


def strips(run: Tables, verdicts: list[Verdict]) -> list[Strip]:
    """A strip for each scenario, each on its own scale."""
    cited = {e for v in verdicts if v.verdict in {VerdictWord.VIOLATION, VerdictWord.CANDIDATE} for e in v.evidence}
    stages = records(run.stages)
    found: list[Strip] = []
    for scenario in run.scenarios:
        mine = [s for s in stages if s["scenario"] == scenario]
        if not mine:
            continue
        start, end = mine[0]["from_ns"], mine[-1]["to_ns"]
        scale = (WIDTH - LABEL - 8) / max(1, end - start)

        def x(t: int, start: int = start, scale: float = scale) -> float:
            return round(LABEL + (t - start) * scale, 1)

        marks = []
        for lane, frame in zip(LANES, (run.steps, run.screens, run.calls, run.flows), strict=True):
            for row in records(frame):
                if start <= row["t"] <= end:
                    what = (
                        row.get("method")
                        if lane in {"calls"}
                        else row.get("action") or row.get("kind") or row.get("host")
                    )
                    what = row.get("host") if lane == "flows" else what
                    y = LANES.index(lane) * LANE_HEIGHT + LANE_HEIGHT / 2
                    marks.append(
                        Mark(
                            x=x(row["t"]),
                            y=y,
                            kind=lane,
                            cited=row["event_id"] in cited,
                            title=f"{row['event_id']} {what}",
                        )
                    )
        bars = [
            Bar(x=x(s["from_ns"]), width=max(1.0, round(x(s["to_ns"]) - x(s["from_ns"]), 1)), stage=s["stage"])
            for s in mine
        ]
        found.append(
            Strip(
                scenario=scenario,
                seconds=round((end - start) / 1e9, 1),
                bars=bars,
                marks=marks,
                height=len(LANES) * LANE_HEIGHT + BAR + 4,
            )
        )
    return found
