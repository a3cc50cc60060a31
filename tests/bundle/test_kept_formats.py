"""Bundles as older formats wrote them stay readable: kept/format-N.zip, exported when N was today's format."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from harness.bundle import FORMAT, migrations, open_bundle, reader, verify
from harness.rules.analysis import analyse
from tests.bundle.test_check_bundle import both

KEPT = Path(__file__).with_name("kept")
EACH = sorted(KEPT.glob("format-*.zip"))


def test_there_is_one_of_each_format() -> None:
    assert [int(re.findall(r"\d+", path.stem)[0]) for path in EACH] == list(range(1, FORMAT + 1))
    assert sorted(migrations.STEPS) == list(range(1, FORMAT))


@pytest.mark.parametrize("path", EACH, ids=lambda path: path.stem)
def test_it_is_intact_for_both_who_check_and_says_what_it_said(path: Path) -> None:
    checked = verify(path)
    assert both(path) == ("intact", "intact")
    assert [entry.action for entry in checked.custody] == ["sealed", "exported"]
    found = {(v.rule, v.item, v.stage) for v in analyse(path).violations}
    assert {("collection-before-consent", item, "before_consent") for item in ("android_id", "imei")} <= found
    assert ("third-party-sharing", "android_id", "before_consent") in found
    assert not open_bundle(path).notes


def test_an_older_line_is_taken_step_by_step_to_what_is_read_today(monkeypatch: pytest.MonkeyPatch) -> None:
    """With two steps made up, as a third format would need them."""
    taken: list[tuple[int, str]] = []

    def step(version: int) -> migrations.Step:
        def change(journal: str, fields: dict[str, Any]) -> dict[str, Any]:
            taken.append((version, journal))
            return {**fields, "thread": f"{fields['thread']} {version}"} if journal == "calls.jsonl" else fields

        return change

    monkeypatch.setattr(reader, "FORMAT", 3)
    monkeypatch.setattr(migrations, "STEPS", {1: step(1), 2: step(2)})
    names = {call.thread for call in open_bundle(EACH[0]).calls()}
    assert names and all(name.endswith(" 1 2") for name in names)
    assert taken.count((1, "calls.jsonl")) == taken.count((2, "calls.jsonl")) > 0
