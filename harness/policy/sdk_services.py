"""Known services that an English sentence says are used, act, or are given something: by what stands round their names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache

import ahocorasick_rs

from harness.policy.blocks import Document
from harness.policy.folding import fold
from harness.policy.known import known_sdks
from harness.policy.statements import Statement
from harness.policy.words import compiled

Span = tuple[int, int]
_USED = compiled("sdk_services", "used")
_GIVEN = compiled("sdk_services", "given")
_ACTING = compiled("sdk_services", "acting")
_CHOSEN = compiled("sdk_services", "chosen")
_PAGE = compiled("sdk_services", "page")
_NEGATES = compiled("sdk_services", "negates")
_PURPOSES = compiled("sdk_services", "purposes")
_STORES = compiled("sdk_services", "stores")
_PUBLIC = compiled("sdk_services", "public")
_TAKEN = compiled("sdk_services", "taken")
_FUNCTION = compiled("sdk_sections", "function")
_STORED = compiled("sdk_services", "stored")
_CLAUSE = re.compile(r"[;:]|\bbut\b|\bhowever\b")
_BETWEEN = re.compile(r"(?:\s*\([^()]{1,60}\))?[\s,/&*_\"“”]*(?:\b(?:and|or|as well as)\b)?[\s*_\"“”]*$")
_MEMBER = re.compile(r"(?<![a-z0-9])(?!(?:and|or)\b)[^,&\s](?:[^,&]*?[^,&\s])??(?=\s*(?:,|&|$|\band\b|\bor\b))")
_HAN = re.compile(r"[\u3400-\u9fff]")
_NO_PART = frozenset({"definitions", "scope", "changes", "contact"})
_BEFORE = 240


def served(statement: Statement, known: Sequence[Span], capital: Callable[[int], str]) -> list[Span]:
    """Of the places `known`, in order, of names that the catalogue knows, those of services that the sentence says are used or
    get something; with each those that are listed with it, known or written as names are."""
    text = statement.text
    if not known or statement.role in _NO_PART or _HAN.search(text):
        return []
    found: list[Span] = []
    for group in _groups(text, known, capital):
        said = [text[a:b] for a, b in group]
        if all(map(_STORES.match, said)):
            continue
        weak = all(_PUBLIC.match(name) or _STORES.match(name) for name in said)
        if _are_all(statement, group) or _serve(text, group, weak):
            found += [place for place, name in zip(group, said, strict=True) if not _STORES.match(name)]
    return found


def _groups(text: str, known: Sequence[Span], capital: Callable[[int], str]) -> Iterator[list[Span]]:
    """Names that stand one after another, with the unknown ones between them."""
    group: list[Span] = []
    for place in known:
        between = _listed(text, group[-1][1], place[0], capital) if group else None
        if between is None and group:
            yield group
            group = []
        group += [*(between or ()), place]
    if group:
        yield group


def _listed(text: str, start: int, end: int, capital: Callable[[int], str]) -> list[Span] | None:
    """The unknown names between two known ones; None where something else than names of a list stands there."""
    if _BETWEEN.match(text, start, end) and text[start:end].strip():
        return []
    if end - start > 60 or text[start : start + 1] != ",":
        return None
    names = [(start + m.start(), start + m.end()) for m in _MEMBER.finditer(text[start:end])]
    for a, b in names:
        words = list(re.finditer(r"\S+", text[a:b]))
        if not 0 < len(words) <= 3 or not all(capital(a + w.start())[:1].isupper() for w in words):
            return None
    return names


@cache
def _companies() -> ahocorasick_rs.AhoCorasick:
    names = {fold(name) for sdk in known_sdks() if sdk.is_company for name in sdk.names if name.isascii() and len(name) > 3}
    return ahocorasick_rs.AhoCorasick(sorted(names), matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)


def companies(text: str, capital: Callable[[int], str]) -> list[Span]:
    """Where a text names companies of the catalogue as somebody who does something, and not by their devices or products."""
    return [(a, b) for a, b in named_companies(text) if capital(a).isupper() and _ENDS.match(text, b)]


def whose(document: Document) -> set[str]:
    """The companies, folded, that the title and the first headings name: whose policy it is."""
    heads = [document.text[b.start : b.end] for b in document.blocks[:4] if b.kind == "heading"]
    said = [fold(title) for title in (document.title, *heads)]
    return {title[a:b] for title in said for a, b in named_companies(title)}


def named_companies(text: str) -> list[Span]:
    """Where a folded text has the name of a company of the catalogue."""
    found = ((start, end) for _, start, end in _companies().find_matches_as_indexes(text))
    return [(a, b) for a, b in found if not (_WORD.match(text[a - 1 : a]) or _WORD.match(text, b))]


_WORD = re.compile(r"[a-z0-9]|[.-](?=[a-z0-9])")
_ENDS = compiled("sdk_services", "ends")


def _are_all(statement: Statement, group: Sequence[Span]) -> bool:
    """Whether a line is nothing but names of services, under a sentence or a heading on those who serve."""
    rest = statement.text[: group[0][0]] + _NOTE.sub("", statement.text[group[-1][1] :])
    return not rest.strip(_SIGNS) and bool(
        _CONTEXT.search(statement.lead) or any(_CONTEXT.search(heading.lower()) for heading in statement.block.path[-1:])
    )


_NOTE = re.compile(r"^\s*\([^()]{1,60}\)")
_SIGNS = " -*•·\"“”[]_.,;:\n"
_CONTEXT = compiled("sdk_sections", "context")


def _serve(text: str, group: Sequence[Span], weak: bool) -> bool:
    """Whether a list of names is one of services. `weak`: names of places where people go themselves, too: these serve only where
    they are given something, or take it."""
    first, last = group[0][0], group[-1][1]
    before = text[max(0, first - _BEFORE) : first]
    clause = max((m.end() for m in _CLAUSE.finditer(before)), default=0)
    if _NEGATES.search(before, clause) or _PAGE.match(text, last):
        return False
    if _GIVEN.search(before):
        return True
    if _CHOSEN.search(before):
        return False
    acting = _ACTING.match(text, last)
    if weak:
        return acting is not None and bool(_TAKEN.search(acting[0])) and not before.strip(" -*•\"“")
    return acting is not None or bool(_USED.search(before)) or bool(_PURPOSES.search(before))


def behind_function(text: str, at: int) -> int:
    """Where what is said behind a name begins, after brackets that say what it does: Crisp (chat)."""
    match = _DOES.match(text, at)
    return match.end() if match and _FUNCTION.search(match["said"]) else at


_DOES = re.compile(r"\s*\((?P<said>[^()]{2,40})\)")


def given(before: str) -> bool:
    """Whether what stands before a name says what the app gives to it."""
    said = before[-_BEFORE:]
    return not _HAN.search(said) and bool(_GIVEN.search(said) or _STORED.search(said))


def is_short_for(text: str, start: int, end: int) -> bool:
    """Whether a name in brackets is made of the first letters of what stands before it."""
    if text[max(0, start - 2) : start] != " (":
        return False
    words = text[max(0, start - 60) : start - 2].split()[-(end - start) :]
    return "".join(word[0] for word in words) == text[start:end]
