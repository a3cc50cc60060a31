"""Markdown tables whose cells run over several lines: which lines are one row, counted by the bars that the dashes ask for.

Converters of pages write `a | b |` and the third cell on the next line, or each cell and each bar on a line of its own. A line
that ends with two blanks ends a row where any row ends so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

_DELIMITER = re.compile(r"[ \t]*\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)+\|?[ \t]*$")
_BAR = re.compile(r"(?<!\\)\|")
_MOST_LINES = 80
"""Lines that one row may have."""


class Line(Protocol):
    """A line of a text: its words and their place in it."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def text(self) -> str: ...


@dataclass(frozen=True)
class PipedRow:
    """The lines `first` to `last` are one row with these `cells`, places in the text; `is_head` of the row above the dashes."""

    first: int
    last: int
    cells: tuple[tuple[int, int], ...]
    is_head: bool


def piped_rows(text: str, lines: Sequence[Line]) -> dict[int, PipedRow]:
    """The rows of all tables with rows of more than one line, by their first lines; none of the tables with a line for each."""
    found: dict[int, PipedRow] = {}
    taken = -1
    for number, line in enumerate(lines):
        if number <= taken or "|" not in line.text or not _DELIMITER.match(line.text):
            continue
        dashes = line.text.strip()
        columns = len(_BAR.findall(dashes.strip("|"))) + 1
        if dashes.startswith("|"):
            continue
        head = _head(lines, number, taken, columns)
        if head is None:
            continue
        groups = _groups(lines, number + 1, columns)
        if head == number - 1 and all(first == last for first, last in groups):
            continue
        found[head] = _row(text, lines, head, number - 1, True)
        for first, last in groups:
            found[first] = _row(text, lines, first, last, False)
        taken = groups[-1][1] if groups else number
    return found


def _bars(line: Line) -> int:
    return len(_BAR.findall(line.text))


def _head(lines: Sequence[Line], dashes: int, taken: int, columns: int) -> int | None:
    """The first line of the cells above the dashes."""
    bars, at = 0, dashes - 1
    while at > max(taken, dashes - 4 * columns - 4) and at >= 0:
        bars += _bars(lines[at])
        if bars >= columns - 1:
            own = lines[at].text.split("|", 1)[0].strip()
            while not own and at - 1 > taken and at > 0:  # the first cell stands above the first bar
                at -= 1
                own = lines[at].text.strip()
            return at if bars == columns - 1 else None
        at -= 1
    return None


def _groups(lines: Sequence[Line], begin: int, columns: int) -> list[tuple[int, int]]:
    """First and last line of each row from there on."""
    needed = columns - 1
    ends_hard = _ends_hard(lines, begin)
    found: list[tuple[int, int]] = []
    first, last, bars = -1, -1, 0
    after_blank = False

    def close() -> None:
        nonlocal first, bars
        if first >= 0 and bars:
            found.append((first, last))
        first, bars = -1, 0

    at = begin
    while at < len(lines):
        line = lines[at]
        said, own = line.text.strip(), _bars(line)
        if not said:
            if bars >= needed:
                close()
            after_blank = True
            at += 1
            continue
        if first >= 0 and (bars + own > needed or at - first > _MOST_LINES):
            close()
        if first < 0 and not own:
            if not after_blank and found and _goes_on(lines[found[-1][1]], ends_hard):
                found[-1] = found[-1][0], at
                at += 1
                continue
            if not _leads_to_bar(lines, at):
                break
        if first < 0:
            first = at
        last, bars, after_blank = at, bars + own, False
        if bars >= needed and _is_whole(lines, at, ends_hard):
            close()
        at += 1
    close()
    return found


def _ends_hard(lines: Sequence[Line], begin: int) -> bool:
    """Whether rows end with two blanks: half of the lines with bars do, or of those before a blank line."""
    near = [(n, line) for n, line in enumerate(lines[begin : begin + 60], begin) if line.text.strip()]
    last = [line for n, line in near if n + 1 == len(lines) or not lines[n + 1].text.strip()]
    barred = [line for _, line in near if _bars(line)]
    return any(line.text.endswith("  ") for line in [*last[:1], *barred])


def _goes_on(line: Line, ends_hard: bool) -> bool:
    return not line.text.endswith("  ") if ends_hard else True


def _is_whole(lines: Sequence[Line], at: int, ends_hard: bool) -> bool:
    """Whether a row that has all its bars ends with this line."""
    if ends_hard:
        return lines[at].text.endswith("  ")
    following = lines[at + 1] if at + 1 < len(lines) else None
    return following is not None and bool(_bars(following))


def _leads_to_bar(lines: Sequence[Line], at: int) -> bool:
    """Whether a bar follows before a blank line."""
    for line in lines[at : at + 12]:
        if not line.text.strip() or _DELIMITER.match(line.text):
            return False
        if _bars(line):
            return True
    return False


def _row(text: str, lines: Sequence[Line], first: int, last: int, is_head: bool) -> PipedRow:
    start, end = lines[first].start, lines[last].end
    cells, at = [], start
    for piece in _BAR.split(text[start:end]):
        left, right = len(piece) - len(piece.lstrip()), len(piece.rstrip())
        cells.append((at + min(left, right), at + max(left, right) if right else at + min(left, right)))
        at += len(piece) + 1
    return PipedRow(first, last, tuple(cells), is_head)
