"""A policy as a list of blocks over its text: headings, paragraphs, list items, rows of tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from harness.policy.folding import Folded

Kind = Literal["heading", "text", "item", "row", "head"]


@dataclass(frozen=True, kw_only=True)
class Block:
    """`start`, `end`: its place in the text. `level`: of a heading, 1 the outermost. `path`: the headings it stands under, the
    outermost first, as written. `cells`: of a row, the place of each cell; `heads`: what its table's columns are called,
    as written, "" where that is not said; `table`: which table of the document it is in, from 0; -1 outside. A `head` is the row
    of a table that names the columns."""

    kind: Kind
    start: int
    end: int
    level: int = 0
    path: tuple[str, ...] = ()
    cells: tuple[tuple[int, int], ...] = ()
    heads: tuple[str, ...] = ()
    table: int = -1


@dataclass(frozen=True, kw_only=True)
class Document:
    """`text`: what is quoted from; `blocks` are in its order and do not overlap. `title`: what the file calls itself, "" where
    it does not. `notes`: what may be missing from the text, as (kind, detail)."""

    text: str
    blocks: tuple[Block, ...]
    title: str = ""
    notes: tuple[tuple[str, str], ...] = ()

    @cached_property
    def folded(self) -> Folded:
        return Folded(self.text)

    @cached_property
    def starts(self) -> list[int]:
        return [block.start for block in self.blocks]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """A place in the text, as one in the folded text."""
        return self.folded.forth(start), self.folded.forth(end)


@dataclass
class Outline:
    """The headings that are open while a document is read."""

    _open: list[tuple[int, str]] = field(default_factory=list)

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(text for _, text in self._open)

    def enter(self, level: int, text: str) -> None:
        """A heading closes those of its own level and below."""
        while self._open and self._open[-1][0] >= level:
            self._open.pop()
        self._open.append((level, text))
