"""Where a text names kinds of personal information: the terms of words/kinds.yaml, found in one pass."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from itertools import product
from math import prod

import ahocorasick_rs

from harness.policy.folding import fold
from harness.policy.words import compiled, read

_BOUNDARY = re.compile(r"(?<=[\u3400-\u9fff])(?=[a-z0-9])|(?<=[a-z0-9])(?=[\u3400-\u9fff])")
_MOST_SPELLINGS = 64
_ASCII = re.compile(r"[a-z0-9]")
_PLURAL = re.compile(r"(?:'s|s|es)?(?![a-z0-9])")
_BEFORE_LISTED = compiled("kinds", "before_listed")
_AFTER_LISTED = compiled("kinds", "after_listed")
_BEFORE_WORD = re.compile(
    r"(?:^|[,;(:/\"|•*\-\n+]\s*|[\u3400-\u9fff、]"
    r"|'s? |\b(?:and|or|your|the|their|as|like|includes?|including|of|users?'?|to|collects?|access|any|other|e\.g\.)\s)$"
)
_AFTER_WORD = compiled("kinds", "after_word")
URL = re.compile(r"(?:https?://|www\.)[^\s<>()\u3400-\u9fff]+|(?<![a-z0-9._%+\-])[a-z0-9._%+\-]{1,64}@[a-z0-9.\-]{1,200}")


@dataclass(frozen=True, slots=True)
class Mention:
    """A kind that is named from `start` to `end` of a folded text."""

    kind: str
    start: int
    end: int


@cache
def _terms() -> tuple[ahocorasick_rs.AhoCorasick, tuple[tuple[str, str, bool], ...]]:
    listed = {fold(term) for term in read("listed")["terms"]}
    entries: dict[str, tuple[str, str, bool]] = {}
    for kind, terms in read("kinds").items():
        for term in map(fold, terms):
            for spelled in _spellings(term):
                if spelled == term or spelled not in entries:
                    entries[spelled] = (spelled, kind, term in listed)
    ordered = tuple(entries.values())
    return ahocorasick_rs.AhoCorasick([e[0] for e in ordered], matchkind=ahocorasick_rs.MatchKind.LeftmostLongest), ordered


def _spellings(term: str) -> list[str]:
    """A term with each way to write the spaces in it, and with a space between Chinese and other letters or without."""
    pieces = re.split(r"( )", term)
    ways = [("", " ", "-", "_") if p == " " else (p, _BOUNDARY.sub(" ", p)) if _BOUNDARY.search(p) else (p,) for p in pieces]
    if prod(map(len, ways)) > _MOST_SPELLINGS:
        return [term]
    return list(dict.fromkeys("".join(way) for way in product(*ways)))


def mentions(text: str) -> list[Mention]:
    """All kinds named in a folded text, in its order; none in an address of the web. A general word that its brackets spell out,
    设备信息（IMEI、型号）, is left out: it is what they name."""
    finder, entries = _terms()
    found: list[Mention] = []
    general: list[bool] = []
    addresses = [m.span() for m in URL.finditer(text)]
    passed = 0
    none: list[Mention] = []
    for number, start, end in finder.find_matches_as_indexes(text):
        term, kind, listed = entries[number]
        while passed < len(addresses) and addresses[passed][1] <= start:
            passed += 1
        if passed < len(addresses) and addresses[passed][0] <= start:
            continue
        if _ASCII.match(term[0]) and start and _ASCII.match(text[start - 1]):
            continue
        if _ASCII.match(term[-1]):
            plural = _PLURAL.match(text, end)
            if plural is None:
                continue
            end = plural.end()
        if kind == "none":
            none.append(Mention(kind, start, end))
            continue
        if term in _tags() and text.startswith(":", end):
            continue
        if listed and not _is_listed(text, start, end):
            continue
        found.append(Mention(kind, start, end))
        general.append(term in _general())
    found, general = _with_patterns(text, found, general, none)
    return [
        m for n, m in enumerate(found) if not (general[n] and _spelled_out(text, m, found[n + 1] if n + 1 < len(found) else None))
    ]


_TERSE = compiled("kinds", "terse")
_MINOR = compiled("kinds", "minor")
_OF_TERSE = {"设备": "device_info_other", "网络": "network_type", "版本": "app_info"}


def _with_patterns(
    text: str, found: list[Mention], general: list[bool], none: list[Mention]
) -> tuple[list[Mention], list[bool]]:
    """The mentions with those that no list of terms can hold: the information of children, in whatever words, and the members of
    a terse listing (账号、设备、网络、版本等信息)."""
    more = [Mention("minor", *m.span()) for m in _MINOR.finditer(text)] if _CHILD.search(text) else []
    more += [Mention(_OF_TERSE[m["what"]], *m.span()) for m in _TERSE.finditer(text)]
    more += [m for m in implied(text, found) if not _within(m, none)]
    if not more:
        return found, general
    exact = [m for m in more if m.kind in _PLACES]
    kept = [(m, g) for m, g in zip(found, general, strict=True) if m.kind != "location_unspecified" or not _within(m, exact)]
    ordered = sorted([*kept, *((m, False) for m in more)], key=lambda pair: pair[0].start)
    return [m for m, _ in ordered], [g for _, g in ordered]


_PLACES = frozenset({"location_precise", "location_coarse", "track"})


def _within(mention: Mention, others: list[Mention]) -> bool:
    at = bisect_right(others, mention.start, key=lambda m: m.start)
    return any(o.start <= mention.start and mention.end <= o.end for o in others[max(0, at - 3) : at])


def _meets(found: list[Mention], start: int, end: int) -> bool:
    at = bisect_left(found, end, key=lambda m: m.start)
    return bool(at) and found[at - 1].end > start


@cache
def _implied() -> tuple[tuple[str, re.Pattern[str]], ...]:
    data = read("implied")
    found = []
    for kind, patterns in data["kinds"].items():
        said = "|".join(f"(?:{p})" for p in patterns)
        for name, piece in data["names"].items():
            said = said.replace(f"<{name}>", piece)
        found.append((kind, re.compile(said)))
    return tuple(found)


def implied(text: str, found: list[Mention]) -> list[Mention]:
    """The mentions by words/implied.yaml, of which none overlaps with one of its kind among `found`, which are in order."""
    more: list[Mention] = []
    of_kind: dict[str, list[Mention]] = defaultdict(list)
    for mention in found:
        of_kind[mention.kind].append(mention)
    for kind, words in _implied():
        known = of_kind[kind]
        starts = [m.start for m in known]
        for match in words.finditer(text):
            start, end = match.span()
            at = bisect_left(starts, end)
            if start == end or (at and known[at - 1].end > start):
                continue
            if kind != "device_id_other" or not _meets(found, start, end):
                more.append(Mention(kind, start, end))
    return sorted(more, key=lambda m: m.start)


_CHILD = re.compile("儿童|未成年|孩子|岁|child|minor|kids|under")


def _is_listed(text: str, start: int, end: int) -> bool:
    if _ASCII.match(text[start]):
        return bool(_BEFORE_WORD.search(text[max(0, start - 12) : start]) and _AFTER_WORD.match(text, end))
    return bool(_BEFORE_LISTED.search(text[max(0, start - 4) : start]) and _AFTER_LISTED.match(text, end))


@cache
def _tags() -> frozenset[str]:
    return frozenset(map(fold, read("listed")["tags"]))


@cache
def _general() -> frozenset[str]:
    """Words for many kinds: those of listed.yaml, and the Chinese ones for identifiers of a device."""
    identifiers = (term for term in read("kinds")["device_id_other"] if not fold(term).isascii())
    return frozenset(map(fold, [*read("listed")["general"], *identifiers]))


_OPENS = compiled("kinds", "opens")


def _spelled_out(text: str, mention: Mention, following: Mention | None) -> bool:
    opens = _OPENS.match(text, mention.end)
    if opens is None:
        return False
    if following is None:
        return opens[0].endswith(":")
    close = text.find(")", opens.end(), opens.end() + 400)
    within = close if close >= 0 and "(" in opens[0] else opens.end() + 40
    return following.start < within
