"""SDKs in tables of which each cell became a line: the heads first, in any order, then the lines of each row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from harness.policy.blocks import Block, Document
from harness.policy.entries import Entry, clean_name, from_fields, is_sdk_name, plausible_name
from harness.policy.fields import Value, is_company, role_of_label
from harness.policy.kinds import mentions
from harness.policy.statements import pattern, role_of
from harness.policy.words import compiled

Span = tuple[int, int]
_URL = re.compile(r"https?:|www\.|\.(?:com|cn|html)\b")
_HEAD_AGAIN = compiled("flattened", "head_again")
_PERMISSION = compiled("flattened", "permission")
_SENTENCE = compiled("flattened", "sentence")
_MOST_HEADS = 12
_LONGEST = 1500
_SKIPPED, _AGAIN = 0.3, 0.4
"""What an empty cell and a cell of several lines cost, against how well a line fits its column."""


def flattened(document: Document, blocks: Sequence[tuple[Block, Span]]) -> Iterator[tuple[int, int, list[Entry]]]:
    """Each such table: its first block, the block behind its last, and its entries."""
    text = document.folded.text
    number = 0
    while number < len(blocks):
        heads = _heads_from(text, blocks, number)
        if not _is_head(heads):
            number += 1
            continue
        # A title that reads like a head may stand above them.
        later = _heads_from(text, blocks, number + 1)
        if _is_head(later) and _fits_evenly(text, later, blocks, number + 1) and not _fits_evenly(text, heads, blocks, number):
            heads, number = later, number + 1
        first = number + len(heads)
        opening = text[slice(*blocks[number][1])].strip()
        last = first
        while (
            last < len(blocks)
            and blocks[last][0].kind in ("text", "item", "heading")
            and blocks[last][1][1] - blocks[last][1][0] < _LONGEST
            and not (text[slice(*blocks[last][1])].strip() == opening and _is_head(_heads_from(text, blocks, last)))
        ):
            last += 1
        cells = [span for _, span in blocks[first:last]]
        heads = _named(text, heads, blocks, number)
        entries = list(_rows(document, heads, cells, role_of(blocks[number][0].path))) if "name" in heads else []
        if entries:
            yield number, last, entries
        number = max(last, number + 1)


def _fits_evenly(text: str, heads: list[str], blocks: Sequence[tuple[Block, Span]], number: int) -> bool:
    cells = [span for _, span in blocks[number + len(heads) : number + 80]]
    return bool(_even(text, _named(text, heads, blocks, number), cells))


def _is_head(heads: list[str]) -> bool:
    return len(heads) >= 3 and bool({"name", "company"} & set(heads)) and bool({"kinds", "company", "purpose"} & set(heads))


def _heads_from(text: str, blocks: Sequence[tuple[Block, Span]], number: int) -> list[str]:
    """What the lines from here on are called as heads of columns, as far as they can be."""
    roles: list[str] = []
    for block, (start, end) in blocks[number : number + _MOST_HEADS]:
        said = text[start:end].strip(" *_#")
        role = role_of_label(said) if block.kind not in ("row", "head") and len(said) <= 20 and ":" not in said else ""
        if not role or (role == "name" and "name" in roles and not _HEAD_AGAIN.search(said)):
            break
        roles.append("company" if role == "name" and "name" in roles else role)
    return roles


def _named(text: str, heads: list[str], blocks: Sequence[tuple[Block, Span]], number: int) -> list[str]:
    """The heads, with the column of the names: where none is called so, that of the companies, or the one before it where that
    holds companies indeed."""
    if "name" in heads or "company" not in heads:
        return heads
    column = heads.index("company")
    at = number + len(heads) + column
    of_companies = at < len(blocks) and is_company(text[slice(*blocks[at][1])])
    named = list(heads)
    named[column - 1 if of_companies and column else column] = "name"
    return named


def _rows(document: Document, heads: list[str], cells: list[Span], part: str) -> Iterator[Entry]:
    text = document.folded.text
    rows = _even(text, heads, cells)
    starts = _starts(text, heads, cells)
    if starts and len(rows) * len(heads) < len(cells) - len(heads):
        at = heads.index("name")
        firsts = [max(0, n - at) for n in starts]
        rows = [cells[a:b] for a, b in zip(firsts, [*firsts[1:], min(len(cells), firsts[-1] + len(heads) + 3)], strict=True)]
    for row in rows:
        dealt = _dealt(text, heads, row)
        name = next((span for role, span in dealt if role == "name"), None)
        if name is None or not plausible_name(clean_name(document, *name)[0].lower()):
            continue
        values = [Value(role, "", a, b) for role, (a, b) in dealt if role != "name"]
        entry = from_fields(document, name, values, (row[0][0], row[-1][1]), part)
        if entry is not None:
            yield entry


def _starts(text: str, heads: list[str], cells: list[Span]) -> list[int]:
    """Which lines are names: those beside a company where the columns say so; those that are an SDK's name, unless the same line
    stands there again and again; what follows the link that ends a row."""
    said = [text[a:b].strip() for a, b in cells]
    often = Counter(said)
    at = heads.index("name")
    beside = heads.index("company") - at if "company" in heads else 0
    near = beside if abs(beside) == 1 else 0
    sure = [
        n for n, s in enumerate(said)
        if near and 0 <= n + near < len(said) and is_company(said[n + near]) and _can_be_name(s)
    ]  # fmt: skip
    found = list(sure)
    least = max(3, len(heads) // 2 + 1)
    for number, line in enumerate(said):
        by_itself = _can_be_name(line) and is_sdk_name(line) and "," not in line and "、" not in line
        after_link = (
            near and heads[-1] == "link" and number > 0 and bool(_URL.search(said[number - 1])) and _can_be_name(line)
            and len(line) <= 40 and not _SENTENCE.search(line) and number + 1 < len(said) and not _URL.search(said[number + 1])
        )  # fmt: skip
        if not (after_link or (by_itself and often[line] < 3)):
            continue
        if len(sure) > 1 and any(abs(number - n) < least for n in sure):
            continue
        found.append(number)
    return sorted(set(found))


def _can_be_name(said: str) -> bool:
    return len(said) <= 60 and plausible_name(said) and not _URL.search(said) and not is_company(said)


def _even(text: str, heads: list[str], cells: list[Span]) -> list[list[Span]]:
    """`_even_rows`; heads that say nothing known, at the end of the others, are the first of the lines."""
    found = max((_even_rows(text, [*heads, *[""] * more], cells[more:]) for more in range(3)), key=len)
    return [row[: len(heads)] for row in found]


def _even_rows(text: str, heads: list[str], cells: list[Span]) -> list[list[Span]]:
    """Rows of as many lines as there are heads, as far as the lines fit their columns; none where not even two do."""
    width, rows = len(heads), []
    for first in range(0, len(cells) - width + 1, width):
        row = cells[first : first + width]
        if not all(_fits(text[a:b].strip(), role) for role, (a, b) in zip(heads, row, strict=True)):
            break
        rows.append(row)
    return rows if len(rows) > 1 else []


def _fits(said: str, role: str) -> bool:
    if role == "name":
        return plausible_name(said) and not _URL.search(said) and not is_company(said)
    if role == "link":
        return bool(_URL.search(said)) or len(said) < 40 or said.startswith("《")
    if role == "kinds":
        return bool(mentions(said) or pattern("no_value").search(said))
    if role == "company":
        return len(said) <= 60 and not _URL.search(said)
    return not _URL.match(said)


def _dealt(text: str, heads: list[str], row: list[Span]) -> list[tuple[str, Span]]:
    """Each line of a row with its column's role: of all ways to deal the lines out in order, empty cells and cells of several
    lines among them, the one in which they fit best."""
    lines = [text[a:b].strip() for a, b in row[:60]]
    best: list[tuple[float, list[int]]] = [(-_SKIPPED * c + _score(lines[0], heads[c]), [c]) for c in range(len(heads))]
    for line in lines[1:]:
        step: list[tuple[float, list[int]]] = []
        for column, role in enumerate(heads):
            points, way = max(
                (
                    (best[b][0] - (_AGAIN if b == column else _SKIPPED * (column - b - 1)), best[b][1])
                    for b in range(column + 1)
                ),
                key=lambda found: found[0],
            )
            step.append((points + _score(line, role), [*way, column]))
        best = step
    way = max(best, key=lambda found: found[0])[1]
    return [(heads[column], span) for column, span in zip(way, row, strict=False)]


def _score(said: str, role: str) -> float:
    """How well a line fits a column."""
    linked = bool(_URL.search(said))
    named = len(mentions(said))
    if role == "name":
        return -4 if not _can_be_name(said) else 3 if is_sdk_name(said) else 1
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
    return 0.5 if named < 3 else -1
