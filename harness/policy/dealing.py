"""Lines that were the cells of a table, dealt out to its rows and columns: of all ways to do so in order, with empty cells and
cells of several lines, the one in which they fit their columns best."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from harness.policy.entries import is_function, is_sdk_name, plausible_name
from harness.policy.fields import is_company
from harness.policy.kinds import mentions
from harness.policy.statements import pattern
from harness.policy.words import compiled

URL = re.compile(r"https?:|www\.|\.(?:com|cn|html)\b")
_PERMISSION = compiled("flattened", "permission")
_NO_NAME, _SKIPPED, _AGAIN, _NAME_AGAIN = 4.0, 0.3, 0.4, 2.0
"""What a row without a name, an empty cell, a further line of a cell and a further line of a name cost, against how well a line
fits its column (`score`)."""
_OFTEN, _MOST_AGAIN = 4.0, 1.0
_MOST_LINES = 6000


def deal(lines: Sequence[str], heads: Sequence[str]) -> list[list[tuple[int, int]]]:
    """Each row as (number of the line, column) in order. `lines` are folded; `heads` the columns' roles, one of them `name`."""
    lines = lines[:_MOST_LINES]
    if not lines:
        return []
    often = {line for line, times in Counter(lines).items() if times > 2}  # names stand there once or twice
    width, name = len(heads), heads.index("name")
    opens = [_SKIPPED * c + (_NO_NAME if c > name else 0) for c in range(width)]
    ends = [_SKIPPED * (width - 1 - c) + (_NO_NAME if c < name else 0) for c in range(width)]
    best = [score(lines[0], heads[c]) - opens[c] for c in range(width)]
    ways: list[list[tuple[int, bool]]] = []
    for line in lines[1:]:
        afresh = max(range(width), key=lambda c: best[c] - ends[c])
        begun = best[afresh] - ends[afresh]
        step: list[float] = []
        way: list[tuple[int, bool]] = []
        for column, role in enumerate(heads):
            found = (begun - opens[column], afresh, True)
            for before in range(column + 1):
                if before == column:
                    cost = _NAME_AGAIN if role in ("name", "company") else _AGAIN
                else:
                    cost = _SKIPPED * (column - before - 1) + (_NO_NAME if before < name < column else 0)
                found = max(found, (best[before] - cost, before, False), key=lambda f: f[0])
            fit = score(line, role)
            step.append(found[0] + (fit if found[2] or found[1] != column else min(fit, _MOST_AGAIN)))
            way.append((found[1], found[2]))
            if line in often and role == "name":
                step[-1] -= _OFTEN
        best = step
        ways.append(way)
    column = max(range(width), key=lambda c: best[c] - ends[c])
    dealt = [(len(lines) - 1, column, False)]
    for number in range(len(ways) - 1, -1, -1):
        before, is_new = ways[number][column]
        dealt[-1] = (*dealt[-1][:2], is_new)
        column = before
        dealt.append((number, column, False))
    rows: list[list[tuple[int, int]]] = [[]]
    for number, at, is_new in reversed(dealt):
        if is_new:
            rows.append([])
        rows[-1].append((number, at))
    return rows


def can_be_name(said: str) -> bool:
    """Whether a folded line can be an SDK's name, and is no company's."""
    return len(said) <= 60 and plausible_name(said) and not URL.search(said) and not is_company(said)


@lru_cache(maxsize=8192)
def score(said: str, role: str) -> float:
    """How well a line fits a column: from -4 to 3."""
    if said.isdecimal():
        return 1.5 if role in ("type", "") else -4 if role == "name" else -1
    linked = bool(URL.search(said))
    named = len(mentions(said))
    if role == "name":
        if not can_be_name(said):
            return -4
        if named and not is_sdk_name(said):
            return -1
        return 3 if is_sdk_name(said) and len(said) <= 40 else 0.2 if is_function(said) or pattern("no_value").search(said) else 1
    if role == "company":
        return 3 if is_company(said) else -2 if linked or len(said) > 60 else 0
    if role == "link":
        return 3 if linked else 1 if said.startswith("《") else -1
    if role == "kinds":
        if pattern("no_value").search(said):
            return 1
        return -3 if linked and named < 2 else min(named, 3) - 0.5 if named else -1.5
    if role == "permissions":
        if _PERMISSION.search(said) and named < 6:
            return 2
        return 0.8 if pattern("no_value").search(said) else -1
    if linked:
        return -3
    return -1 if named >= 3 or len(said) > 200 else 0.8 if is_function(said) else 0.5
