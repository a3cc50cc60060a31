"""Words and lists that findings share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from harness.model import Stage

MANY = 50
"""Events that one finding cites at most of a kind: a million reads are one offence."""


def some(ids: Iterable[str]) -> list[str]:
    """Each id once, the first of them where they are many."""
    return list(dict.fromkeys(ids))[:MANY]


def times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def quoted(text: object, length: int = 80) -> str:
    """A passage for a reason, on one line."""
    said = " ".join(str(text).split())
    return said if len(said) <= length else said[: length - 1] + "…"


def real(calls: pd.DataFrame) -> pd.DataFrame:
    """The calls that gave a value to app or SDK code: what was denied, empty or the framework's own is none."""
    if not len(calls):
        return calls
    return calls[(calls["outcome"] == "value") & (calls["origin"] != "framework")]


def between(frame: pd.DataFrame, begun: int, ended: int) -> pd.DataFrame:
    return frame[(frame["t"] >= begun) & (frame["t"] <= ended)] if len(frame) else frame


def detail(step: dict[str, Any]) -> dict[str, Any]:
    found = step.get("detail")
    return found if isinstance(found, dict) else {}


def earliest_stage(stages: Iterable[Any]) -> str:
    """The one of them that a run comes to first: by the order of stages, not by time, since scenarios may be run in any order,
    and several at once."""
    order = ["", *Stage]
    return min(map(str, stages), key=order.index)


def listed(names: Sequence[str], joint: str = ", ") -> str:
    return joint.join(names)
