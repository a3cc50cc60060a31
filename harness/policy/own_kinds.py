"""The kinds that the app itself is said to collect, or not to."""

from __future__ import annotations

from collections.abc import Sequence

from harness.policy.blocks import Document
from harness.policy.candidates import Candidate, candidates
from harness.policy.declared import KindSaid
from harness.policy.evidence import features
from harness.policy.learned import points
from harness.policy.quoting import passage
from harness.policy.statements import Statement, pattern

_CONTEXT = 240
_ENOUGH = -0.6, 0.6
"""Points (log odds) from which on a mention declares, where the rules, too, take it for declared, and where they do not."""
_PLENTY = 2.0
"""So far above that no further mention of the kind is looked at."""
_SETTLED = frozenset({"weakly denied", "neutral", "under a denial", "aside", "beside", "row says no", "question"})
"""What the rules say last: a denial under a condition and its like are none that letters could tell from a declaration."""


def own_kinds(document: Document, said: Sequence[Statement], taken: Sequence[tuple[int, int]]) -> tuple[KindSaid, ...]:
    """For each kind a place that declares it plainly, and its first denial. `taken`: places, in order, that speak of SDKs. A kind
    that is denied counts as declared, too, only where the rules find that said in so many words, or in a part on collection."""
    best: dict[str, tuple[float, Candidate]] = {}
    denials: list[Candidate] = []
    firmly: set[tuple[str, int]] = set()
    weakly: dict[str, Candidate] = {}
    sure: set[str] = set()
    for one in candidates(document, said, taken):
        kind = one.mention.kind
        if one.verdict == "denied":
            denials.append(one)
            continue
        if one.verdict == "declared" and one.firm:
            firmly.add((kind, one.statement.start))
        if one.verdict == "weakly denied":
            weakly.setdefault(kind, one)
        if one.verdict == "declared" and _plain(one):
            sure.add(kind)
        if one.verdict in _SETTLED or (one.statement.role == "definitions" and not one.firm):
            continue
        if kind in best and best[kind][0] >= _PLENTY:
            continue
        worth = points(features(document, one)) - _ENOUGH[one.verdict != "declared"]
        if worth > (best[kind][0] if kind in best else 0):
            best[kind] = worth, one
    denied = {kind: one for kind, one in weakly.items() if kind not in best}
    for one in reversed(denials):  # where a sentence says that a kind is taken, a denial in it is of something done with that
        if (one.mention.kind, one.statement.start) not in firmly:
            denied[one.mention.kind] = one
    # What is denied and declared at once is declared only where that is said plainly.
    found = [_said(document, one, False) for kind, (_, one) in best.items() if kind not in denied or kind in sure]
    found += [_said(document, one, True) for one in denied.values()]
    return tuple(sorted(found, key=lambda k: (k.passage.start, k.kind, k.denied)))


def _plain(one: Candidate) -> bool:
    statement = one.statement
    return one.firm or (
        statement.role in ("collects", "cookies") and bool(pattern("collects_plainly").search(statement.text))
    )


def _said(document: Document, one: Candidate, denied: bool) -> KindSaid:
    statement, mention = one.statement, one.mention
    start, end = statement.start, statement.end
    if end - start > 2 * _CONTEXT:
        start, end = max(start, mention.start - _CONTEXT), min(end, mention.end + _CONTEXT)
    optional = bool(pattern("optional").search(statement.text))
    return KindSaid(kind=mention.kind, denied=denied, passage=passage(document, start, end), optional=optional)
