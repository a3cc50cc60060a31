"""Attachments that are records (YAML): what a person found, with its dates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import yaml

from harness.tables import Tables
from harness.tables.noted import AppText


def records_of(run: Tables, clause: str) -> Iterator[tuple[AppText, dict[str, Any] | None]]:
    """Each attachment for the clause with its mapping; None where it is none."""
    for text in run.texts(clause):
        try:
            data = yaml.safe_load(text.text)
        except yaml.YAMLError:
            data = None
        yield text, data if isinstance(data, dict) else None


def day_of(said: object) -> date | None:
    if isinstance(said, date):
        return said
    try:
        return date.fromisoformat(str(said))
    except ValueError:
        return None


def working_days_between(first: date, last: date) -> int:
    """Working days of the PRC after `first` up to `last`; by weekends alone where a year's holidays are not known."""
    from chinese_calendar import is_workday

    count, day = 0, first
    while day < last:
        day += timedelta(1)
        try:
            count += bool(is_workday(day))
        except NotImplementedError:
            count += day.weekday() < 5
    return count
