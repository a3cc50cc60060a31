"""What the marked text that the suite typed into a generative service came to."""

from __future__ import annotations

from typing import Any

from harness.rules.crawls import Paged
from harness.tables import Note, Tables, records

SENT = Paged.of("genai", "sent")


def typed(run: Tables) -> list[Note]:
    """The facts of marked texts."""
    return [n for n in run.noted("canary") if isinstance(n.data.get("text"), str)]


def traces(run: Tables, note: Note) -> list[dict[str, Any]]:
    """Where its text was found, in the order of time."""
    return [row for row in records(run.typed) if row["text"] == note.data["text"]]
