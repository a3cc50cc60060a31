"""Blocks -> statements: each sentence with the part it stands in and what it says of information."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from harness.policy.blocks import Block, Document
from harness.policy.folding import fold
from harness.policy.words import read

_SENTENCE = re.compile(r"[^。;!?\n]*?(?:[。;!?\n]+|(?<![\d])\.(?=\s+(?:[a-z\"(]|$)|$)[\s]*|$)")


@dataclass(frozen=True)
class Statement:
    """`start`, `end`: its place in the folded text; `text`: what stands there. `role`: of the part (words/sections.yaml), ""
    where no heading says it. `lead`: the sentence with a colon that a listing hangs on, "" where there is none."""

    start: int
    end: int
    text: str
    block: Block
    role: str
    lead: str = ""


@cache
def pattern(name: str) -> re.Pattern[str]:
    """The words of one name in words/statements.yaml."""
    return re.compile("|".join(f"(?:{p})" for p in read("statements")[name]))


@cache
def _roles() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (entry["role"], re.compile("|".join(f"(?:{p})" for p in entry["patterns"]))) for entry in read("sections")["roles"]
    )


@cache
def role_of_heading(heading: str) -> str:
    """What a part is about by its heading, "" where the heading does not say."""
    said = fold(heading)[:200]
    return next((role for role, words in _roles() if words.search(said)), "")


@cache
def role_of(path: tuple[str, ...]) -> str:
    """The role of the innermost heading that has one."""
    for heading in reversed(path):
        role = role_of_heading(heading)
        if role:
            return role
    return ""


def sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where the sentences from `start` to `end` of a folded text stand, without white space at their ends."""
    at = start
    while at < end:
        match = _SENTENCE.match(text, at, end)
        stop = match.end() if match and match.end() > at else end
        first, last = at, stop
        while first < last and text[first].isspace():
            first += 1
        while last > first and text[last - 1].isspace():
            last -= 1
        if last > first:
            yield first, last
        at = stop


def _enumerated(blocks: Sequence[Block], number: int) -> bool:
    """Whether a numbered line that looks like a heading is a member of a list: another such stands right before or behind it, and
    nothing below it."""
    block = blocks[number]
    if not _NUMBERED <= block.level < _NUMBERED + 6:
        return False
    following = blocks[number + 1] if number + 1 < len(blocks) else None
    return following is not None and following.kind == "heading" and following.level == block.level


_NUMBERED = 14


def statements(document: Document) -> list[Statement]:
    """Every sentence of every block but headings, in order."""
    text = document.folded.text
    found: list[Statement] = []
    lead, lead_level, plain_since = "", 0, 0
    lead_path: tuple[str, ...] = ()
    for number, block in enumerate(document.blocks):
        if block.kind == "heading" and not _enumerated(document.blocks, number):
            lead = ""
            continue
        start, end = document.span(block.start, block.end)
        role = role_of(block.path)
        within = block.path == lead_path and (
            block.kind in ("row", "head")
            or (block.kind == "item" and block.level >= lead_level)
            or (block.kind == "text" and end - start < 160 and plain_since < 12)
        )
        if not within:
            lead = ""
        elif block.kind == "text":
            plain_since += 1
        said = begun = ""
        for a, b in sentences(text, start, end):
            said = text[a:b]
            found.append(Statement(a, b, said, block, role, lead or begun))
            if not said.endswith(";"):
                begun = ""
            elif not begun:  # 包括: 一; 二; 三
                begun = said[: said.find(":") + 1]
        if said.rstrip("* ").endswith(":") and block.kind in ("text", "item"):
            inherited = lead if not pattern("collects").search(said) and not pattern("denies").search(said) else ""
            lead, lead_path, plain_since = inherited + said[-300:], block.path, 0
            lead_level = block.level + 1 if block.kind == "item" else 0
    return found
