"""The tester's function map, what came of using its functions, and where the user was at each moment."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from harness.model import Gap, GapKind
from harness.rules.granting import groups_of, kinds_of
from harness.rules.readings import Readings
from harness.rules.telling import detail
from harness.tables import Tables, records
from harness.tables.noted import Note

UNKNOWN, FIRST_PAGE, BACKGROUND, NOWHERE = "?", "first page", "background", ""
_STARTS = {"launch", "restart"}
_ENDS = {"kill", "clear", "install", "uninstall", "scenario_start"}
_ANSWERS = {
    "agree", "refuse", "allow", "allow_once", "allow_foreground", "allow_selected", "deny", "checkbox", "later", "close", "skip",
}  # fmt: skip
_MOVES = {"tap", "back", "tap_at", "long_tap"}


@dataclass(frozen=True, kw_only=True)
class Function:
    """One of the map. `groups`: permissions that it may need, as groups; `kinds`: what it may read, by its list and by these."""

    name: str
    core: bool
    groups: frozenset[str]
    kinds: frozenset[str]
    page: str
    background: bool


def function_map(run: Tables) -> tuple[Function, ...]:
    found = []
    for entry in run.app.functions:
        groups = groups_of(str(one) for one in entry.get("permissions") or ())
        kinds = frozenset(str(kind) for kind in entry.get("kinds") or ())
        found.append(
            Function(
                name=str(entry.get("name", "")),
                core=bool(entry.get("core")),
                groups=groups,
                kinds=kinds | kinds_of(groups),
                page=str(entry.get("page") or ""),
                background=bool(entry.get("background")),
            )
        )
    return tuple(found)


@dataclass(frozen=True)
class FunctionMap:
    """The app file has a map of functions; `core`: one of them is core; `kinds`: one of them says what it reads."""

    core: bool = False
    kinds: bool = False

    def missing(self, run: Tables, readings: Readings) -> list[Gap]:
        known = function_map(run)
        if not known:
            why, why_zh = "No function map was given (app file: functions).", "未提供功能清单(应用说明文件 functions)。"
        elif self.core and not any(one.core for one in known):
            why, why_zh = "The function map names no core function (core: true).", "功能清单未指明核心功能(core: true)。"
        elif self.kinds and not any(one.kinds for one in known):
            why = "The function map says of no function which kinds or permissions it uses."
            why_zh = "功能清单未说明任何功能所使用的信息种类或权限。"
        else:
            return []
        return [run.add_gap(GapKind.NOT_REACHED, why, "functions", why_zh)]


@dataclass(frozen=True, kw_only=True)
class Use:
    """A function used once. `denied`: groups that were denied meanwhile; `lacking`: these and what was not granted then."""

    note: Note
    name: str
    core: bool
    worked: bool
    why: str
    answer: str
    denied: frozenset[str]
    lacking: frozenset[str]
    begun: int
    ended: int

    @property
    def scenario(self) -> str:
        return self.note.scenario


def uses(run: Tables) -> list[Use]:
    """What the suite told of each function, in the order of its time."""
    core = {one.name for one in function_map(run) if one.core}
    found = []
    for note in run.noted("function"):
        about = note.data
        denied = groups_of(str(one) for one in about.get("denied") or ())
        lacking = denied | groups_of(str(one) for one in about.get("not_granted") or ())
        name = str(about.get("name", ""))
        found.append(
            Use(
                note=note,
                name=name,
                core=bool(about.get("core")) or name in core,
                worked=bool(about.get("worked")),
                why=str(about.get("why") or ""),
                answer=str(about.get("answer") or ""),
                denied=denied,
                lacking=lacking,
                begun=int(about.get("begun_ns") or note.t),
                ended=note.t,
            )
        )
    return found


def works_with(run: Tables, name: str) -> list[Use]:
    """The uses of a function that worked once the user had agreed and answered with yes."""
    return [
        use
        for use in uses(run)
        if use.name == name
        and use.worked
        and use.answer in {"allow", "once"}
        and use.note.stage in {"after_agree", "consent_unresolved", "after_permission_denial"}
    ]


class Scenes:
    """Where the user was in one scenario: in a function of the map, on the first page, away, or on a page that the map lacks."""

    def __init__(self, run: Tables, scenario: str) -> None:
        self._pages = {one.page: one.name for one in function_map(run) if one.page}
        kinds = dict(zip(run.screens["event_id"], run.screens["kind"], strict=True)) if len(run.screens) else {}
        moments: list[tuple[int, str]] = []
        self._left = FIRST_PAGE
        mine = run.steps[run.steps["scenario"] == scenario] if len(run.steps) else run.steps
        for step in sorted(records(mine), key=lambda one: int(one["t"])):
            moments += self._after(step, moments[-1][1] if moments else NOWHERE, kinds)
        moments.sort(key=lambda one: one[0])
        self._times = np.array([at for at, _ in moments], dtype="int64")
        self._names = np.array([*(name for _, name in moments), NOWHERE], dtype=object)
        self._activities(run.screens[run.screens["scenario"] == scenario] if len(run.screens) else run.screens)

    def _after(self, step: Mapping[str, Any], here: str, kinds: Mapping[str, str]) -> list[tuple[int, str]]:
        action, about = str(step["action"]), detail(dict(step))
        at, end = int(step["t"]), int(step["end_ns"])
        if here == BACKGROUND and action not in {"home", "outside"}:
            here = self._left
        if action in _ENDS:
            return [(at, NOWHERE)]
        if action in _STARTS:
            return [(at, FIRST_PAGE)]
        if action == "home" or (action == "outside" and about.get("act") == "screen_off"):
            return [(at, BACKGROUND)]
        if action == "return" or (action == "outside" and about.get("act") in {"screen_on", "unlock"}):
            return [(at, self._left)]
        answered = getattr(step.get("control"), "role", "") in _ANSWERS
        if action not in _MOVES or answered or step.get("opens") or about.get("answers"):
            return []
        if kinds.get(str(step.get("screen")), "other") not in {"other", "login"}:
            return []
        self._left = str(about["function"]) if about.get("function") else UNKNOWN
        return [(at if about.get("function") else end, self._left)]

    def _activities(self, screens: pd.DataFrame) -> None:
        """Screens whose activity is one of the map's: there the function is at work, however it was come to."""
        self._shown = np.array([], dtype="int64")
        self._on: np.ndarray[Any, Any] = np.array([NOWHERE], dtype=object)
        if self._pages and len(screens):
            rows = screens.sort_values("t", kind="stable")
            self._shown = rows["t"].to_numpy(dtype="int64")
            self._on = np.array([*(self._page(str(one or "")) for one in rows["activity"]), NOWHERE], dtype=object)

    def _page(self, activity: str) -> str:
        short = activity.rpartition(".")[2]
        return next((name for page, name in self._pages.items() if short and page.rpartition(".")[2] == short), NOWHERE)

    def at(self, times: pd.Series[int]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """For each time (ns) the scene, and the function whose page showed then, "" where none did."""
        values = times.to_numpy(dtype="int64")
        names = self._names[self._times.searchsorted(values, side="right") - 1]
        return names, self._on[self._shown.searchsorted(values, side="right") - 1]

    def within(self, times: pd.Series[int], grace: int, functions: Collection[str]) -> np.ndarray[Any, Any]:
        """For each time whether one of these functions was in use then, or not longer than `grace` before."""
        values = times.to_numpy(dtype="int64")
        used = np.concatenate([[0], np.cumsum([name in functions for name in self._names[:-1]])])
        first = np.maximum(self._times.searchsorted(values - grace, side="right") - 1, 0)
        return used[self._times.searchsorted(values, side="right")] > used[first]
