"""Malformed messages that campaigns met (tests/decoding/campaign.py): each still gives what the index says.

Where a decoder has learnt to see more or to claim less, `python -m tests.decoding.campaign --again tests/decoding/malformed`
writes the index anew; the difference says what changed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.matching import Search
from tests.decoding.campaign import KNOWNS, LARGEST_KEPT, result, taken_apart

FOLDER = Path(__file__).parent / "malformed"
INDEX: dict[str, dict[str, Any]] = json.loads((FOLDER / "index.json").read_text("utf-8"))


@pytest.mark.parametrize("name", INDEX)
def test_it_gives_what_it_gave(name: str) -> None:
    data = (FOLDER / name).read_bytes()
    assert len(data) < LARGEST_KEPT
    assert result(data) == {key: value for key, value in INDEX[name].items() if key != "steps"}


def test_it_can_be_searched() -> None:
    search = Search(KNOWNS)
    for name in INDEX:
        taken_apart((FOLDER / name).read_bytes(), search)


def test_the_index_has_each_file_once_and_each_gives_something_else() -> None:
    assert set(INDEX) == {path.name for path in FOLDER.iterdir()} - {"index.json"}
    assert len({json.dumps(entry, sort_keys=True) for entry in INDEX.values()}) == len(INDEX)
    assert sum(bool(entry["troubles"]) for entry in INDEX.values()) >= 80
