"""Older formats, read as if they were written today: step n turns a line of format n into one of format n + 1.

Whoever raises FORMAT writes the step from the format before, and puts a bundle of that format into tests/bundle/kept. What was
sealed is never rewritten: the steps are taken while reading.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Step = Callable[[str, dict[str, Any]], dict[str, Any]]
"""Journal and the line's fields -> the fields a format later."""

STEPS: Mapping[int, Step] = {}
"""None yet: format 1 is the first."""


def to_now(made: int, now: int, journal: str, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of a line, written in format `made`, as format `now` has them."""
    for version in range(made, now):
        fields = STEPS[version](journal, fields)
    return fields
