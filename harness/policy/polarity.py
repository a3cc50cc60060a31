"""What a sentence denies. Words stand in words/statements.yaml; what they reach is decided here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from harness.policy.statements import pattern
from harness.policy.words import compiled

Polarity = Literal["denied", "weak", "neutral"]
_LONGEST = 4000
_CLAUSE = re.compile(r"[,;:]")


def scopes(said: str, named: Sequence[tuple[int, int]] = ()) -> list[tuple[int, int, Polarity]]:
    """Stretches of a folded sentence in which a kind is not declared: `denied` where the sentence says that it is not collected,
    `weak` where it says so of sending or of a message's contents alone, `neutral` where it says so under a condition, or denies
    something else (passing it on). `named`: where kinds stand.
    """
    said = said[:_LONGEST]
    found: list[tuple[int, int, Polarity]] = [(m.start(), len(said), "neutral") for m in pattern("warns").finditer(said)]
    away = [(m.start(), _turn(said, m.end())) for m in pattern("gives_away").finditer(said)]
    tails: list[tuple[int, int, Polarity]] = []
    for match in pattern("denies").finditer(said):
        end = _turn(said, match.end())
        before = said[max(0, match.start() - 60) : match.start()]
        if match[0].startswith("without") and pattern("twice_denied").search(before):
            continue
        if "not only " in match[0]:
            continue  # not only A but also B
        clause = _CLAUSE.search(said, match.end(), end)
        within = said[match.start() : clause.start() if clause else end]
        turned = said[end : end + 6]
        conditional = bool(pattern("unless").search(before.rpartition(";")[2]) or pattern("unless").search(within))
        conditional = conditional or turned.startswith(("只有", "除非", "unless", "except"))
        passes_on = any(a < match.end() and match.start() < b for a, b in away)
        others = pattern("others").search(before[-24:]) and not pattern("ours").search(before[-24:])
        used = pattern("only_kept").search(match[0]) and pattern("in_use").search(said, 0, match.start())
        if conditional or passes_on or others or used or pattern("for_what").match(said, match.start()):
            found.append((match.end(), end, "neutral"))
            continue
        stop = pattern("unrelated").search(said, match.end(), end) or pattern("goes_on").search(said, match.end(), end)
        kind: Polarity = "weak" if pattern("weakly").search(match[0]) else "denied"
        found.append((match.end(), stop.start() if stop else end, kind))
        if stop:
            firm = pattern("firm").search(said, stop.start(), end)
            tails.append((stop.start(), firm.start() if firm else end, "neutral"))
    found += tails
    found += [(a, b, "neutral") for a, b in away]
    found += [(m.start(), m.end(), "neutral") for m in pattern("contact_ways").finditer(said)]
    found += [(m.start(), m.end(), "neutral") for m in pattern("uploads").finditer(said)]
    for match in pattern("kept").finditer(said):
        start = max((m.end() for m in pattern("turns").finditer(said, 0, match.start())), default=0)
        found.append((_last_positive(said, start, match.start()), match.start(), "neutral"))
    for match in pattern("passive").finditer(said):
        after = _turn(said, match.end())
        if any(match.end() <= a < after for a, _ in named):
            continue
        if pattern("unless").search(said):
            continue
        start = max((m.end() for m in pattern("turns").finditer(said, 0, match.start())), default=0)
        start = max(start, _last_positive(said, start, match.start()))
        found.insert(0, (start, match.start(), "denied"))
    return found


def _turn(said: str, at: int) -> int:
    """Where a denial that begins before `at` ends: at a word that turns the sentence, else at its end."""
    match = pattern("turns").search(said, at)
    return match.start() if match else len(said)


_POSITIVE = compiled("polarity", "positive")


def _last_positive(said: str, start: int, end: int) -> int:
    """Where the last clause that says that something is collected ends, before the clause of a denial."""
    last = start
    for match in _POSITIVE.finditer(said, start, end):
        comma = _CLAUSE.search(said, match.end(), end)
        last = comma.end() if comma else last
    return last


def in_purpose(text: str, at: int) -> bool:
    """Whether the mention stands in a clause that says what for."""
    start = max(text.rfind(stop, 0, at) for stop in "。;!?\n") + 1
    last = None
    for match in pattern("purpose").finditer(text, start, at):
        last = match
    if last is None:
        return False
    return not pattern("taking").search(text, last.end(), at)
