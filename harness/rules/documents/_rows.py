"""The rows of a list (双清单) as the app shows it: from a table, from lines with labels, or cell by cell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from harness.policy.blocks import Document
from harness.policy.files import document

COLUMNS = {
    "recipient": re.compile(r"接收方|第三方|合作方|sdk|公司|提供方|名称$|recipient|third.part|company|provider", re.I),
    "type": re.compile(r"信息|数据|种类|字段|information|data|types?$", re.I),
    "purpose": re.compile(r"目的|用途|用于|purpose|used for", re.I),
    "scene": re.compile(r"场景|情形|情况|业务功能|功能|时机|scene|scenario|when|function", re.I),
    "way": re.compile(r"方式|途径|method|way|how", re.I),
}
_FIRST = ("purpose", "scene", "way", "type", "recipient")
_NOTHING = re.compile(r"^(?:无|暂无|空|-+|—+|/|n/?a|none)?$", re.I)
_LABEL = re.compile(r"^\s*(?:\d+[.、]\s*)?(?P<label>[\u4e00-\u9fffA-Za-z /()()]{2,16}?)\s*[::]\s*(?P<value>.*)$")


@dataclass
class Row:
    """`cells`: what the row says under each column that it has; a column that is not there is no key."""

    cells: dict[str, str] = field(default_factory=dict)
    quote: str = ""

    def lacks(self, column: str) -> bool:
        return bool(_NOTHING.match(self.cells.get(column, "").strip()))


def columns_of(label: str) -> list[str]:
    """The columns that a label means; 目的及场景 is two. 收集方式 is a way, not a type."""
    found = [one for one in ("purpose", "scene", "way") if COLUMNS[one].search(label)]
    return found or [one for one in ("type", "recipient") if COLUMNS[one].search(label)][:1]


@lru_cache(maxsize=32)
def rows(text: str) -> tuple[Row, ...]:
    """The rows; empty where the text is neither a table nor labelled lines."""
    found = document(text, media_type="text/markdown" if re.search(r"^\s*\|.*\|\s*$", text, re.M) else "text/plain")
    return tuple(_table(found)) or tuple(_labelled(text)) or tuple(_stacked(text))


def _table(found: Document) -> Iterator[Row]:
    heads: list[list[str]] = []
    for block in found.blocks:
        if block.kind not in ("row", "head"):
            continue
        cells = [found.text[a:b].strip() for a, b in block.cells]
        named = [columns_of(cell) if len(cell) <= 16 else [] for cell in cells]
        if block.kind == "head" or (not heads and sum(map(bool, named)) * 2 > len(cells)):
            heads = named
        elif heads and any(heads):
            yield _row(heads, cells)


def _row(heads: list[list[str]], cells: list[str]) -> Row:
    row = Row(quote=" | ".join(cells))
    for columns, cell in zip(heads, cells, strict=False):
        for column in columns:
            row.cells[column] = f"{row.cells.get(column, '')} {cell}".strip()
    return row


def _labelled(text: str) -> Iterator[Row]:
    """Lines such as 使用目的:…; a label that comes again, or a line without one, begins the next row."""
    row = Row()
    title = ""
    for line in text.splitlines():
        match = _LABEL.match(line)
        columns = columns_of(match["label"]) if match else []
        if match is None or not columns:
            if len(row.cells) > 1:
                yield row
            row, title = Row(), line.strip()
            continue
        if any(column in row.cells for column in columns):
            yield row
            row, title = Row(), ""
        if not row.cells and title and len(title) <= 40:
            row.cells["recipient"], row.quote = title, title
        for column in columns:
            row.cells[column] = match["value"].strip()
        row.quote = f"{row.quote} {line.strip()}".strip()
    if len(row.cells) > 1:
        yield row


def _stacked(text: str) -> Iterator[Row]:
    """A table that the screen gives cell by cell, a line each: the heads first, then the rows, all of one length."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for start in range(min(4, len(lines))):
        heads: list[list[str]] = []
        for line in lines[start:]:
            columns = columns_of(line) if len(line) <= 12 else []
            if not columns or any(columns == one for one in heads):
                break
            heads.append(columns)
        rest = lines[start + len(heads) :]
        if len(heads) >= 3 and rest and len(rest) % len(heads) == 0:
            yield from (_row(heads, rest[n : n + len(heads)]) for n in range(0, len(rest), len(heads)))
            return
