"""SDKs in lines without heads whose records end alike: each with an address, or with the same words, 查看隐私政策."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from harness.policy.blocks import Document
from harness.policy.entries import Entry, clean_name, is_function, is_sdk_name, is_sentence, plausible_name
from harness.policy.fields import is_company, role_of_label
from harness.policy.folding import fold
from harness.policy.several import is_known
from harness.policy.statements import role_of
from harness.policy.words import compiled

Span = tuple[int, int]
_ADDRESS = re.compile(r"https?://\S+\s*$")
_TAIL = compiled("sdk_ended", "tail")
_RUN_ON = re.compile(r"[^\s，。；：]{1,24}?(?:SDK|sdk)(?=[\u4e00-\u9fff][^\s]{5})")
_MOST_LINES, _LEAST = 8, 3


def in_ended(document: Document, taken: Sequence[Span]) -> Iterator[Entry]:
    """The entries of at least three records, one after another, outside the places that are `taken`; those are in order."""
    text = document.folded.text
    for lines, role in _stretches(document, taken):
        ends = [n for n, span in enumerate(lines) if _ends(text[slice(*span)])]
        tails = Counter("address" if _ADDRESS.search(said) else said[-6:] for n in ends if (said := text[slice(*lines[n])]))
        ends = [n for n in ends if tails["address" if _ADDRESS.search(s := text[slice(*lines[n])]) else s[-6:]] >= _LEAST]
        for run in _runs(ends):
            yield from _of_run(document, lines, run, role)


def _stretches(document: Document, taken: Sequence[Span]) -> Iterator[tuple[list[Span], str]]:
    """Lines that stand one after another and are neither taken nor rows of tables, with the role of their part."""
    text = document.folded.text
    lines: list[Span] = []
    role, at = "", 0
    for block in document.blocks:
        span = document.span(block.start, block.end)
        while at < len(taken) and taken[at][1] <= span[0]:
            at += 1
        if block.kind in ("row", "head") or (at < len(taken) and taken[at][0] < span[1]):
            if lines:
                yield lines, role
            lines = []
            continue
        role = role_of(block.path) if not lines else role
        place = span[0]
        for line in text[slice(*span)].split("\n"):
            if line.strip():
                lines.append((place, place + len(line)))
            place += len(line) + 1
    if lines:
        yield lines, role


def _ends(said: str) -> bool:
    return bool(_ADDRESS.search(said) or _TAIL.search(said))


def _runs(ends: list[int]) -> Iterator[list[int]]:
    """Ends of records that lie near to one another."""
    run: list[int] = []
    for end in ends:
        if run and end - run[-1] > _MOST_LINES:
            yield run
            run = []
        run.append(end)
    if run:
        yield run


def _of_run(document: Document, lines: list[Span], run: list[int], role: str) -> Iterator[Entry]:
    if len(run) < _LEAST:
        return
    text = document.folded.text
    usual = sorted(b - a for a, b in pairwise(run))[len(run) // 2 - 1]
    records = [(max(run[0] - usual + 1, 0), run[0]), *((a + 1, b) for a, b in pairwise(run))]
    named = [(first, last, _name(document, lines[first], first == last)) for first, last in records]
    sure = sum(name is not None and (is_sdk_name(text[slice(*name)]) or is_known(text[slice(*name)])) for _, _, name in named)
    if sure * 2 < len(named) or sure < 2:
        return
    for first, last, name in named:
        if name is None:
            continue
        called, at = clean_name(document, *name)
        entry = Entry(called, at, [(lines[first][0], lines[last][1])], role=role)
        entry.add_kinds(text, name[1], _before_address(text, name[1], lines[first][1]), prose=True)
        for span in lines[first + 1 : last + 1]:
            said = text[slice(*span)]
            if is_company(said):
                a, b = document.folded.quoted(*span)
                entry.company = entry.company or document.text[a:b].strip()
            else:
                entry.add_kinds(text, span[0], _before_address(text, *span), prose=True)
        yield entry


def _before_address(text: str, start: int, end: int) -> int:
    match = _ADDRESS.search(text, start, end)
    return match.start() if match else end


def _name(document: Document, line: Span, alone: bool) -> Span | None:
    """The name that a line is, or begins with before a space; None where it says no name, or, `alone`, nothing but a name."""
    a, b = document.folded.quoted(*line)
    said = document.text[a:b]
    cut = _TAIL.search(fold(said)) if len(fold(said)) == len(said) else None
    words = re.split(r"[:：,，。;；]", said[: cut.start()] if cut else said, maxsplit=1)[0].split()
    taken = 1
    while taken < len(words) and words[0].isascii() and words[taken].isascii() and words[taken].lower() != "app":
        taken += 1
    if not words:
        return None
    start = a + said.index(words[0])
    end = start + said[start - a :].index(words[taken - 1]) + len(words[taken - 1])
    run_on = _RUN_ON.match(document.text, start, end)
    if run_on:  # the cells of a row without a sign between them
        end = run_on.end()
    elif alone and taken == len(words):
        return None
    name = document.span(start, end)
    called = document.folded.text[slice(*name)]
    if not 2 <= len(called) <= 40 or role_of_label(called) or not plausible_name(called):
        return None
    if is_function(called) or is_company(called) or is_sentence(called):
        return None
    return name
