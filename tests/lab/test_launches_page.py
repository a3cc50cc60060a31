"""docs/foreign-launches.md agrees with itself and with launches.yaml: made by launches, so not to be made here again."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from harness.device.device import Shell
from tests.lab.launches import KNOWN, PERMISSIONS, STARTED, Launch, judge, later

PAGE = Path(__file__).resolve().parents[2] / "docs" / "foreign-launches.md"


@dataclass(frozen=True)
class Row:
    app: str
    repository: str
    sha256: str
    target: str
    result: str
    whose: str
    why: str

    @property
    def failed(self) -> bool:
        return self.result not in STARTED


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split(" |")]


def read_page() -> tuple[dict[str, list[str]], dict[str, list[Row]]]:
    """By group: the figures of the first table, and the rows of its own."""
    figures: dict[str, list[str]] = {}
    rows: dict[str, list[Row]] = {}
    for line in PAGE.read_text("utf-8").partition("## Other apps")[0].splitlines():
        if line.startswith("## "):
            rows[line.removeprefix("## ")] = []
        elif line.startswith("| ") and not line.startswith(("| group |", "| app |")):
            if rows:
                rows[list(rows)[-1]].append(Row(*cells(line)))
            else:
                group, *rest = cells(line)
                figures[group] = rest
    return figures, rows


FIGURES, ROWS = read_page()


def test_every_group_has_its_figures() -> None:
    assert list(FIGURES) == list(ROWS)
    assert all(ROWS.values())


@pytest.mark.parametrize("group", FIGURES)
def test_the_figures_are_those_of_the_rows(group: str) -> None:
    rows = ROWS[group]
    whose = Counter(row.whose for row in rows if row.failed)
    good = len(rows) - whose["lab"]
    shown = sum(row.result == "shown" for row in rows)
    share = f"{good} ({good / len(rows):.1%})"
    assert FIGURES[group] == [str(len(rows)), share, str(shown), str(whose["app"]), str(whose["lab"])]


def test_whose_each_failure_is_and_why_is_written_down_and_nothing_else() -> None:
    known = yaml.safe_load(KNOWN.read_text("utf-8")).values()
    told = Counter((about["whose"], about["why"].replace("|", "/")) for about in known)
    assert {whose for whose, _ in told} <= {"app", "lab"}
    rows = [row for group in ROWS.values() for row in group]
    assert Counter((row.whose, row.why) for row in rows if row.failed) == told
    assert [row for row in rows if not row.failed and (row.whose or row.why)] == []


def test_no_app_is_counted_twice() -> None:
    hashes = Counter(row.sha256 for rows in ROWS.values() for row in rows)
    assert [sha256 for sha256, times in hashes.items() if times > 1 or len(sha256) != 12] == []


def test_the_page_ends_with_what_was_kept_of_other_apps() -> None:
    end = later()
    assert end[1].startswith("## Other apps, ")
    assert PAGE.read_text("utf-8").endswith("\n".join(["", *end]) + "\n")


class Front:
    """A device of which only this is known: what is in front."""

    def __init__(self, activity: str) -> None:
        self.activity = activity

    def foreground(self) -> str:
        return self.activity

    def shell(self, *_words: str, seconds: float = 30) -> Shell:
        return Shell(1, "", "")


@pytest.mark.parametrize(
    ("front", "log", "result"),
    [
        ("example.a/.Main", "", "shown"),
        (f"{PERMISSIONS}/.Grant", "Displayed example.a/.Main", "shown"),
        (f"{PERMISSIONS}/.Grant", "Displayed example.b/.Main", "not shown"),
        ("com.android.launcher3/.Home", "'state': 'destroyed'", "finished"),
        ("com.android.launcher3/.Home", "Displayed example.a/.Main", "not shown"),
    ],
)
def test_what_came_of_a_launch_is_judged_by_what_is_in_front(front: str, log: str, result: str) -> None:
    one = Launch("a.apk", "", package="example.a")
    judge(one, Front(front), log)
    assert one.result == result
