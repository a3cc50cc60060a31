"""Stages from steps: intervals that begin and end with something that happened on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from harness.model import Fact, Stage, Step

# Steps that only watch: they neither bring an app back to the front nor act on it.
_PASSIVE = {"observe", "screen", "wait", "note", "scenario_start", "scenario_end", "process"}

# Steps that act on the device and leave an app in the background where it is; a screen that was switched off over an app
# shows it again when it is switched on.
_ELSEWHERE = {"revoke", "outside"}
_LIT = {"screen_on", "unlock"}

# Steps at a scenario's beginning that do away with what the one before left.
_PREPARING = {"kill", "uninstall", "install", "clear"}

COLUMNS = ("scenario", "stage", "base", "from_ns", "to_ns", "opened_by", "settled_ns")


@dataclass(frozen=True, kw_only=True)
class Interval:
    """`[from_ns, to_ns)` on the host's clock. `settled_ns`: from here on the boundary is certain; before it a
    call may still belong to the stage before, and is counted in this one, in the app's favour. `base`: the
    stage that the background interrupts; elsewhere the stage itself."""

    scenario: str
    stage: str
    base: str
    from_ns: int
    to_ns: int
    opened_by: str
    settled_ns: int


def intervals(steps: Sequence[Step], end_ns: int) -> list[Interval]:
    """The stages of a run. Steps in the order of the journal.

    A scenario's last stage goes on until the next one has done away with the app's processes and data or, with
    `end_ns`, the run ends: the app does not stop because the scenario does.
    """
    found: list[Interval] = []
    scenario = ""
    current: tuple[str, int, str, int] | None = None  # stage, from, opened_by, settled
    base = Stage.BEFORE_CONSENT.value
    dark = False    # whether the background began with the screen switched off over the app

    def close(at: int) -> None:
        if current is not None and at > current[1]:
            found.append(
                Interval(
                    scenario=scenario,
                    stage=current[0],
                    base=base,
                    from_ns=current[1],
                    to_ns=at,
                    opened_by=current[2],
                    settled_ns=min(current[3], at),
                )
            )

    for number, step in enumerate(steps):
        if step.action == "scenario_start":
            begins = _begins(steps, number)
            close(begins)
            scenario, base = step.scenario, Stage.BEFORE_CONSENT.value
            current = (base, begins, step.id, begins)
        elif current is not None:
            opened = step.opens
            if opened is None and current[0] == Stage.BACKGROUND and _returns(step, dark):
                opened = base
            if opened is not None:
                dark = opened == Stage.BACKGROUND and step.action == "outside" and (dark or current[0] != Stage.BACKGROUND)
            if opened is not None and opened != current[0]:
                close(step.host_ns)
                current = (opened, step.host_ns, step.id, step.end_ns)
            if opened is not None and opened != Stage.BACKGROUND:
                base = opened
    close(end_ns)
    return found


def _returns(step: Step, dark: bool) -> bool:
    """Whether a step that opens no stage brings an app from the background to the front."""
    if step.action == "outside":
        return dark and step.detail.get("act") in _LIT
    return step.action not in _PASSIVE | _ELSEWHERE


def _begins(steps: Sequence[Step], start: int) -> int:
    """From when on a scenario's app is a new one, ns: what the old process still does is no act before consent."""
    begins = steps[start].host_ns
    for step in steps[start + 1 :]:
        if step.action not in _PREPARING:
            break
        begins = step.end_ns
    return begins


def with_intent(steps: Sequence[Step], facts: Sequence[Fact]) -> list[Step]:
    """The steps, and one more where the harness was killed inside a step that opens a stage.

    Such a step is announced before (fact "intent"). Without its line nobody knows whether the tap arrived; what
    came after counts in the stage it would have opened, in the app's favour.
    """
    made = list(steps)
    for fact in facts:
        if fact.type == "intent" and all(s.host_ns < fact.host_ns for s in steps):
            made.append(
                Step(
                    id=fact.id, host_ns=fact.host_ns, end_ns=fact.host_ns, scenario=str(fact.data.get("scenario", "")),
                    action=str(fact.data.get("action", "")), opens=fact.data.get("opens"), outcome="interrupted",
                )
            )  # fmt: skip
    return made


def frame(found: Sequence[Interval]) -> pd.DataFrame:
    return pd.DataFrame([[getattr(i, c) for c in COLUMNS] for i in found], columns=list(COLUMNS))


def place(times: pd.Series[int], found: Sequence[Interval], slack_ns: int = 0) -> pd.DataFrame:
    """For each time (ns, host clock): scenario, stage, base, whether it fell on a boundary, and the stage that it fell in
    by the time told, where that is another (`or_stage`). Outside of all: "".

    `slack_ns`: how much later than said it may have been. What may have come after a boundary counts as after it,
    in the app's favour.
    """
    if not found:
        return pd.DataFrame({"scenario": "", "stage": "", "base": "", "on_boundary": False, "or_stage": ""}, index=times.index)
    starts = pd.Series([i.from_ns for i in found]).to_numpy()
    end = found[-1].to_ns
    latest = [t if t >= end else min(t + slack_ns, end - 1) for t in times]
    at = starts.searchsorted(latest, side="right") - 1
    rows = []
    for position, t, told in zip(at, latest, times, strict=True):
        if position < 0 or t >= found[position].to_ns:
            rows.append(("", "", "", False, ""))
        else:
            i = found[position]
            earlier = found[position - 1].base if position and told < i.from_ns else ""
            rows.append((i.scenario, i.stage, i.base, bool(told < i.settled_ns), earlier))
    return pd.DataFrame(rows, columns=["scenario", "stage", "base", "on_boundary", "or_stage"], index=times.index)
