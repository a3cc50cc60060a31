"""Attachments that are records (YAML): what a person found, with its dates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
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
