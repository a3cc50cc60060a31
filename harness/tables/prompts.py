"""Permission dialogs: each appearance once, what it asked, how it was answered, and what led to it.

A prompt is *prompted by the user* where the last thing done before it was a tap on a control of the app
itself. A launch, a restart, coming back, or the answer to another dialog is none: a dialog that
follows one of these is *unprompted* (clauses-summary, reading 1). The app's own rationale dialog stands between:
what led to it led to the prompt.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from harness.model import Screen, Step
from harness.tables import stages

COLUMNS = (
    "event_id",
    "t",
    "permission",
    "scenario",
    "stage",
    "base",
    "answer",
    "answered_by",
    "trigger",
    "trigger_step",
    "request",
    "caller",
    "session",
)
PASSIVE = frozenset({"observe", "screen", "wait", "note", "scenario_start", "process", "permission_table"})
STARTS = frozenset({"launch", "restart", "kill", "clear", "install"})


def _answer(step: Step) -> str:
    """What a tap said to a dialog: denied, granted, or nothing of the kind (left)."""
    role = step.control.role if step.control else ""
    if role == "refuse" or role.startswith("deny"):
        return "denied"
    return "granted" if role == "agree" or role.startswith("allow") else "left"


def _request_before(calls: pd.DataFrame, t: int, since: int) -> Any:
    if not len(calls):
        return None
    rows = calls[(calls["kind"] == "permission_request") & (calls["t"] <= t) & (calls["t"] >= since)]
    return rows.iloc[-1] if len(rows) else None


def appearances(
    screens: Sequence[Screen], steps: Sequence[Step], calls: pd.DataFrame, found: Sequence[stages.Interval]
) -> pd.DataFrame:
    """One row per dialog shown. A dialog seen in several screens in a row, with no answer between, is one."""
    moments: list[tuple[int, Screen | Step]] = [(s.host_ns, s) for s in screens] + [(s.host_ns, s) for s in steps]
    moments.sort(key=lambda m: m[0])
    rows: list[dict[str, Any]] = []
    open_row: dict[str, Any] | None = None
    acted: Step | None = None
    session = 0
    rationales = {s.id for s in screens if s.kind == "permission_rationale"}
    for _, moment in moments:
        if isinstance(moment, Screen):
            if moment.kind != "system_permission":
                open_row = None
                continue
            if open_row is not None and open_row["permission"] == (moment.permission or ""):
                continue
            request = _request_before(calls, moment.host_ns, acted.host_ns if acted else 0)
            cause, by = _trigger(acted)
            open_row = {
                "event_id": moment.id,
                "t": moment.host_ns,
                "permission": moment.permission or "",
                "answer": "none",
                "answered_by": "",
                "trigger": cause,
                "trigger_step": by,
                "request": request["event_id"] if request is not None else "",
                "caller": request["caller"] if request is not None else "unresolved",
                "session": session,
            }
            rows.append(open_row)
        elif moment.action not in PASSIVE:
            if moment.action in STARTS:
                session += 1
            if open_row is not None and moment.action in {"tap", "back"}:
                open_row["answer"], open_row["answered_by"] = _answer(moment), moment.id
                open_row = None
            if not (moment.action == "tap" and moment.screen in rationales):
                acted = moment
    frame = pd.DataFrame(rows, columns=[c for c in COLUMNS if c not in {"scenario", "stage", "base"}])
    where = stages.place(frame["t"], found)
    return pd.concat([frame, where.drop(columns=["on_boundary", "or_stage"])], axis=1)


def _trigger(acted: Step | None) -> tuple[str, str]:
    if acted is None:
        return "start", ""
    if acted.action == "tap" and acted.control is not None and _answer(acted) == "left":
        return "user", acted.id
    if acted.action == "tap":
        return "answer", acted.id
    return acted.action, acted.id
