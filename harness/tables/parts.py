"""A run in several bundles: those that devices made at once, and those of a run that was broken off and went on.

Each bundle is read by itself, with its own clocks, processes and values, and the frames are then put together; a rule
sees one run. Ids say which bundle they are of (`c17@3f2a1c`), save those of the bundle that was asked for by its name.
"""

from __future__ import annotations

import dataclasses
import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from harness.bundle import BundleReader, LabelledReader, label_of, open_bundle
from harness.bundle.format import CONTINUES, MANIFEST
from harness.bundle.source import Unreadable, source_of
from harness.errors import UsageError
from harness.model import Gap, GapKind, Step
from harness.tables.frames import BROKEN_OFF, Tables, load
from harness.tables.parties import AppFacts

_LOSSES = frozenset({GapKind.CAPTURE_LOST, GapKind.INTERRUPTED})


@dataclass(frozen=True, kw_only=True)
class ScenarioRun:
    """A scenario from its first step to its last; `to_ns`, `outcome`: inf and "" where it has no end."""

    scenario: str
    from_ns: int
    to_ns: float
    outcome: str


@dataclass(frozen=True, kw_only=True)
class Run:
    """What was read. `bundles`: all of them, the one that was asked for first."""

    tables: Tables
    bundles: tuple[Path, ...]


def is_run_folder(path: Path) -> bool:
    """A folder of bundles that is none itself: what devices made at once."""
    return path.is_dir() and not (path / "run.jsonl").exists() and bool(bundles_in(path))


def bundles_in(folder: Path) -> list[Path]:
    """The bundles of a run's folder, in the order of their names, which begin with their time."""
    return sorted(p for p in folder.iterdir() if not p.is_symlink() and (p / "run.jsonl").is_file())


def load_run(path: Path, *, app: AppFacts | None = None) -> Run:
    """A bundle with those it continues, or all of a run's folder.

    Raises HarnessError where it is neither, UsageError for bundles of different apps in one folder.
    """
    if is_run_folder(path):
        found = bundles_in(path)
        parts = [load(LabelledReader(source_of(p), label_of(p.name)), app=app) for p in found]
        return Run(tables=join([_own_gaps(t, label_of(p.name)) for p, t in zip(found, parts, strict=True)]), bundles=tuple(found))
    reader = open_bundle(path)
    tables = load(reader, app=app)
    earlier, gaps = _continued(path, reader)
    tables.gaps.extend(gaps)
    if not earlier:
        return Run(tables=tables, bundles=(path,))
    known = app or tables.app
    parts = [_own_gaps(load(LabelledReader(source_of(p), label_of(p.name)), app=known), label_of(p.name)) for p in earlier]
    return Run(tables=join([*_relieved(parts, tables), tables]), bundles=(path, *reversed(earlier)))


def scenario_runs(steps: Sequence[Step]) -> list[ScenarioRun]:
    """In the order in which they began."""
    found: list[ScenarioRun] = []
    for step in steps:
        if step.action == "scenario_start":
            found.append(ScenarioRun(scenario=step.scenario, from_ns=step.host_ns, to_ns=math.inf, outcome=""))
        elif step.action == "scenario_end" and found and found[-1].outcome == "":
            found[-1] = dataclasses.replace(found[-1], to_ns=step.end_ns, outcome=step.outcome)
    return found


def whole(runs: Sequence[ScenarioRun], gaps: Sequence[Gap]) -> list[ScenarioRun]:
    """Those that came to their end with every capture at work: nobody has to do them again."""
    lost = [gap for gap in gaps if gap.kind in _LOSSES]
    return [run for run in runs if run.outcome == "done" and not any(_overlap(gap, run) for gap in lost)]


def join(parts: Sequence[Tables]) -> Tables:
    """One run of several, the last of which speaks for all where only one can: `app`, the last fact of a type."""
    last = parts[-1]
    if others := sorted({part.package for part in parts} - {last.package}):
        raise UsageError(f"These bundles are of different apps: {last.package} and {', '.join(others)}.", "",
                         "One run tests one app: judge each bundle by itself.")
    return Tables(**{field.name: _joined([getattr(part, field.name) for part in parts]) for field in dataclasses.fields(Tables)})


def _joined(values: list[Any]) -> Any:
    kind = type(values[-1])
    if kind is pd.DataFrame:
        # Bundle after bundle, as if their scenarios had been done one after the other: rules walk through rows in this order.
        return pd.concat([v for v in values if len(v)] or values[-1:], ignore_index=True)
    if kind is bool:
        return all(values)
    if kind is list:
        return [one for value in values for one in value]
    if kind is tuple:
        return tuple(dict.fromkeys(one for value in values for one in value))
    if kind is dict:
        return {key: one for value in values for key, one in value.items()}
    return values[-1]


def _own_gaps(tables: Tables, label: str) -> Tables:
    """Gaps that the analysis itself has named, named after their bundle too."""
    gaps = [gap if "@" in gap.id else dataclasses.replace(gap, id=f"{gap.id}@{label}") for gap in tables.gaps]
    return dataclasses.replace(tables, gaps=gaps)


def _relieved(earlier: Sequence[Tables], last: Tables) -> list[Tables]:
    """Earlier bundles of a run that went on, without what took the silence of their unfinished scenarios away: those were
    done again. What was seen in them stays seen, under a name of its own, so that no rule takes the two for one. Nothing
    is taken away where one was not done again."""
    done: set[str] = {run.scenario for run in whole(_runs(last), last.gaps)}
    found: list[Tables] = []
    for part in reversed(earlier):
        runs = _runs(part)
        mine = whole(runs, part.gaps)
        done |= {run.scenario for run in mine}
        if all(run.scenario in done for run in runs):
            gaps = [gap for gap in part.gaps if any(_overlap(gap, run) for run in mine)]
            part = dataclasses.replace(part, complete=True, gaps=gaps)
        part = _renamed(part, {run.scenario for run in runs} - {run.scenario for run in mine})
        found.insert(0, part)
    return found


def _renamed(part: Tables, broken_off: set[str]) -> Tables:
    names = {name: name + BROKEN_OFF for name in broken_off}
    frames: dict[str, Any] = {
        field.name: frame.assign(scenario=frame["scenario"].replace(names)) for field in dataclasses.fields(Tables)
        if isinstance(frame := getattr(part, field.name), pd.DataFrame) and "scenario" in frame}
    frames["notes"] = [dataclasses.replace(note, scenario=names.get(note.scenario, note.scenario)) for note in part.notes]
    return dataclasses.replace(part, **frames, scenarios=tuple(s for s in part.scenarios if s not in names))


def _runs(tables: Tables) -> list[ScenarioRun]:
    names = {field.name for field in dataclasses.fields(Step)} - {"id", "host_ns"}
    return scenario_runs([
        Step(id=row["event_id"], host_ns=row["t"], **{name: row[name] for name in names if name in row})
        for row in tables.steps.to_dict("records")])


def _overlap(gap: Gap, run: ScenarioRun) -> bool:
    begins = -math.inf if gap.from_ns is None else gap.from_ns
    ends = math.inf if gap.to_ns is None else gap.to_ns
    return begins <= run.to_ns and ends >= run.from_ns


def continued(path: Path) -> list[Path]:
    """The bundles that a bundle goes on from and that are still there as they were, the oldest first."""
    return _continued(path, open_bundle(path))[0]


def _continued(path: Path, reader: BundleReader) -> tuple[list[Path], list[Gap]]:
    """The bundles that this one continues, the oldest first, and a gap for one that is not there or is another by now."""
    found: list[Path] = []
    while facts := reader.facts(CONTINUES):
        data = facts[-1].data
        name = str(data.get("bundle", ""))
        places = [path.resolve().parent / Path(name).name, Path(str(data.get("path", "")))]
        there = next((p for p in places if name and (p / "run.jsonl").is_file() and p not in found), None)
        if there is None or manifest_sha256(there) != data.get("manifest_sha256"):
            what = "is not here" if there is None else "is not as it was then"
            scenarios = ", ".join(map(str, data.get("scenarios", ())))
            return found, [Gap(
                id=f"n{_HIGH + len(found)}", host_ns=0, kind=GapKind.INTERRUPTED, subject=name,
                detail=f"This run went on from {name}, which {what}: what was done there ({scenarios}) is not known.",
                detail_zh=f"本次运行接续 {name},但该证据包不在原处或已变动,其中已完成的场景({scenarios})无从得知。")]
        found.insert(0, there)
        reader = open_bundle(there)
    return found, []


_HIGH = 9000
"""Ids of gaps that the analysis names begin with `n`; these are out of the way of those that are counted."""


def manifest_sha256(bundle: Path) -> str:
    """"" where the bundle was never sealed."""
    try:
        with source_of(bundle).open(MANIFEST) as file:
            return hashlib.sha256(file.read()).hexdigest()
    except (Unreadable, OSError):
        return ""
