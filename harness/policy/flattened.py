"""SDKs in tables of which each cell became a line: the heads first, in any order, then the lines of each row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.policy.blocks import Block, Document
from harness.policy.dealing import can_be_name, deal, score
from harness.policy.entries import Entry, clean_name, from_fields, plausible_name
from harness.policy.fields import Value, is_company, role_of_label
from harness.policy.several import several
from harness.policy.statements import role_of
from harness.policy.words import compiled

Span = tuple[int, int]
_HEAD_AGAIN = compiled("flattened", "head_again")
_PROSE = compiled("flattened", "prose")
_MOST_HEADS = 12
_LONGEST = 1500
_FITS = 0.5
"""From this score on (`dealing.score`) a line tells that it stands in its column."""


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
        if _is_head(later) and (
            len(later) > len(heads)
            or (heads[0] == "name" and "name" in later)
        ):
            heads, number = later, number + 1
        first = number + len(heads)
        opening = text[slice(*blocks[number][1])].strip()
        last = first
        while (
            last < len(blocks)
            and blocks[last][0].kind in ("text", "item", "heading")
            and blocks[last][1][1] - blocks[last][1][0] < _LONGEST
            and not _PROSE.search(text[slice(*blocks[last][1])])
            and not (text[slice(*blocks[last][1])].strip() == opening and _is_head(_heads_from(text, blocks, last)))
        ):
            last += 1
        cells = [span for _, span in blocks[first:last]]
        heads = _named(text, heads, blocks, number)
        entries = list(_rows(document, heads, cells, role_of(blocks[number][0].path))) if "name" in heads else []
        if entries:
            yield number, last, entries
        number = max(last, number + 1)


def _is_head(heads: list[str]) -> bool:
    return len(heads) >= 3 and bool({"name", "company"} & set(heads)) and bool({"kinds", "company", "purpose"} & set(heads))


def _heads_from(text: str, blocks: Sequence[tuple[Block, Span]], number: int) -> list[str]:
    """What the lines from here on are called as heads of columns, as far as they can be."""
    roles: list[str] = []
    for block, (start, end) in blocks[number : number + _MOST_HEADS]:
        said = text[start:end].strip(" *_#")
        if is_company(said) and (said.isascii() or "有限" in said):
            break
        short = block.kind not in ("row", "head") and len(said) <= (34 if said.isascii() else 20) and ":" not in said
        role = role_of_label(said) if short else ""
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
    dealt = deal([text[a:b].strip() for a, b in cells], heads)
    rows = _as_far_as_they_fit([[(heads[c], cells[n]) for n, c in row] for row in dealt], text)
    for row in rows:
        name = next((span for role, span in row if role == "name"), None)
        if name is None or not plausible_name(clean_name(document, *name)[0].lower()):
            continue
        values = [Value(role, "", a, b) for role, (a, b) in row if role != "name"]
        for a, b in several(text[slice(*name)]):
            entry = from_fields(document, (name[0] + a, name[0] + b), values, (row[0][1][0], row[-1][1][1]), part)
            if entry is not None:
                yield entry


def _as_far_as_they_fit(rows: list[list[tuple[str, Span]]], text: str) -> list[list[tuple[str, Span]]]:
    """The rows up to the first two in a row that are none."""
    fits = [_is_row(row, text) for row in rows]
    stop = next((n for n in range(len(rows)) if not fits[n] and not any(fits[n + 1 : n + 2])), len(rows))
    return [row for row, fit in zip(rows[:stop], fits, strict=False) if fit]


def _is_row(row: list[tuple[str, Span]], text: str) -> bool:
    """Whether a row has a name and something beside it that fits its column."""
    said = [(role, text[a:b].strip()) for role, (a, b) in row]
    if not any(role == "name" and can_be_name(s) for role, s in said):
        return False
    told = [score(s, role) for role, s in said if role in ("kinds", "company", "link", "permissions")]
    return max(told, default=0) >= _FITS and sum(score(s, role) for role, s in said) > _FITS * len(said)
