"""Figures of a run: how often what was read by whom, who received what, which dialogs were shown. Every figure can be counted
again from the events that the bundle holds."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from typing import Any

from harness.render.chapters import Told
from harness.render.forms import clock, cut, number, ranges, word
from harness.render.shapes import Frequency, TableView
from harness.rules.sensitive import kinds, name
from harness.tables import columns_of, records

_SECOND = 1_000_000_000
_ROWS = 300  # of one table


def most_within(times: Sequence[int], window_ns: int) -> int:
    """The most of these moments (sorted, ns) that lie in any window of this length."""
    most = begin = 0
    for end, at in enumerate(times):
        while at - times[begin] >= window_ns:
            begin += 1
        most = max(most, end - begin + 1)
    return most


def frequency(times: Sequence[int]) -> Frequency | None:
    """Of sorted moments in ns; None where there are none. A rate is given from 10 seconds on: of less it says nothing."""
    if not times:
        return None
    window = (times[-1] - times[0]) / _SECOND
    gaps = [b - a for a, b in itertools.pairwise(times)]
    return Frequency(
        count=len(times),
        first=clock(times[0]),
        last=clock(times[-1]),
        window=round(window, 1),
        rate=f"{len(times) / window * 60:.1f}" if window >= 10 else "",
        most_1s=most_within(times, _SECOND),
        most_60s=most_within(times, 60 * _SECOND),
        least_gap=round(min(gaps) / _SECOND, 3) if gaps else None,
    )


def statistics(told: Told) -> list[TableView]:
    return [_reads(told), _hosts(told), _callers(told), _prompts(told), _kinds(told)]


def _table(told: Told, id: str, rows: list[list[Any]], numeric: set[int]) -> TableView:
    words = told.t["tables"][id]
    shown = [[number(cell) if isinstance(cell, (int, float)) and not isinstance(cell, bool) else str(cell) for cell in row]
             for row in rows[:_ROWS]]
    return TableView(id=id, title=words["title"], note=words.get("note", ""), columns=words["columns"], rows=shown,
                     numeric=frozenset(numeric), left_out=max(0, len(rows) - _ROWS))


def _who(told: Told, caller: str) -> str:
    return told.t["unresolved"] if caller == "unresolved" else cut(caller, 120)


def _reads(told: Told) -> TableView:
    """What was read, by whom, in which stage, how often and how fast."""
    times: dict[tuple[str, str, str, str], list[int]] = {}
    for call in columns_of(told.analysis.run.calls, "kind", "caller", "stage", "outcome", "t"):
        kind, caller, stage, outcome, at = call
        if kind in kinds():
            times.setdefault((kind, caller, stage, outcome), []).append(int(at))
    rows = []
    for (kind, caller, stage, outcome), found in sorted(times.items(), key=lambda one: (-len(one[1]), one[0])):
        told_of = frequency(sorted(found))
        assert told_of is not None
        rows.append([name(kind, told.language), _who(told, caller), word(told.t, "stages", stage),
                     word(told.t, "outcomes", outcome), told_of.count, told_of.rate or "–", told_of.most_1s,
                     told_of.most_60s, told_of.first, told_of.last])
    return _table(told, "reads", rows, {4, 5, 6, 7})


def _hosts(told: Told) -> TableView:
    found: dict[tuple[str, str, str], list[tuple[int, bool, str]]] = {}
    for host, party, relation, at, protocol, sender in columns_of(
            told.analysis.run.flows, "host", "party", "relation", "t", "protocol", "sender"):
        found.setdefault((host, party, relation), []).append((int(at), protocol == "http", sender))
    items: dict[str, set[str]] = {}
    for row in records(told.analysis.run.shared):
        items.setdefault(row["host"], set()).add(name(row["kind"], told.language))
    rows = []
    for (host, party, relation), all_of in sorted(found.items(), key=lambda one: (-len(one[1]), one[0])):
        senders = Counter(_who(told, sender) for _, _, sender in all_of)
        rows.append([told.mask.text(host, 200), told.mask.text(party, 120), word(told.t, "relations", relation), len(all_of),
                     sum(clear for _, clear, _ in all_of), ", ".join(f"{who} {count}" for who, count in senders.most_common(6)),
                     ", ".join(sorted(items.get(host, ()))) or "–", clock(min(at for at, _, _ in all_of))])
    return _table(told, "hosts", rows, {3, 4})


def _callers(told: Told) -> TableView:
    """Who acted: the app and the SDKs that were seen."""
    calls: Counter[tuple[str, str]] = Counter()
    read: dict[tuple[str, str], set[str]] = {}
    for caller, origin, kind in columns_of(told.analysis.run.calls, "caller", "origin", "kind"):
        calls[caller, origin] += 1
        if kind in kinds():
            read.setdefault((caller, origin), set()).add(kind)
    sent = Counter(columns_of(told.analysis.run.flows, "sender", "sender_origin"))
    both = sorted({*calls, *sent}, key=lambda one: (-calls[one] - sent[one], one))
    rows = [[_who(told, who), word(told.t, "origins", origin), calls[who, origin], sent[who, origin],
             ", ".join(sorted(name(kind, told.language) for kind in read.get((who, origin), ()))) or "–"] for who, origin in both]
    return _table(told, "callers", rows, {2, 3})


def _prompts(told: Told) -> TableView:
    rows = [[clock(row["t"]), name(str(row["permission"] or ""), told.language) or "–", cut(row["scenario"], 80),
             word(told.t, "stages", row["stage"]), word(told.t, "answers", row["answer"]),
             word(told.t, "actions", row["trigger"] or "–"), _who(told, str(row["caller"] or "–")),
             ranges([row["event_id"]])] for row in records(told.analysis.run.prompts)]
    return _table(told, "prompts", rows, set())


def _kinds(told: Told) -> TableView:
    """Calls of all kinds by outcome, technical ones too: what the observation consisted of."""
    counted: dict[str, Counter[str]] = {}
    for kind, outcome in columns_of(told.analysis.run.calls, "kind", "outcome"):
        counted.setdefault(kind, Counter())[outcome] += 1
    rows = [[name(kind, told.language), outcomes["value"], outcomes["empty"], outcomes["denied"], outcomes["thrown"]]
            for kind, outcomes in sorted(counted.items(), key=lambda one: (-one[1].total(), one[0]))]
    return _table(told, "kinds", rows, {1, 2, 3, 4})
