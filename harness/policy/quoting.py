"""From places in the folded text to quotes of the text as it is written."""

from __future__ import annotations

from bisect import bisect_right

from harness.policy.blocks import Document
from harness.policy.declared import Passage


def passage(document: Document, start: int, end: int) -> Passage:
    """The quote from `start` to `end` of the folded text, without white space at its ends."""
    a, b = document.folded.quoted(start, end)
    said = document.text[a:b]
    a, b = a + len(said) - len(said.lstrip()), a + len(said.rstrip())
    return Passage(document.text[a:b], a, max(a, b), _section(document, a))


def _section(document: Document, place: int) -> str:
    number = bisect_right(document.starts, place) - 1
    path = document.blocks[number].path if number >= 0 else ()
    return path[-1] if path else ""
