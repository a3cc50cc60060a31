"""Connections that no app refused: its process ended while they were being made, and nothing was sent over them.

An app that pins certificates often says nothing when it leaves a connection, and a process that is ended cannot say anything
either. The proxy takes both for pinning; whether a process ended at that moment only the hooks know.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from harness.model import Fact, Flow, Gap, GapKind

_WITHOUT_A_WORD = ("after the tls handshake the app made no request", "disconnected during the handshake", "connection closed")
"""What the error of such a flow has (harness.capture.tls_causes). Where an app refuses by an alert, it is named there."""
_AT_ONCE_NS = 1_000_000_000
"""How far the end of a connection and what Frida tells of the process's may be apart."""


def refusals(gaps: Iterable[Gap], flows: Sequence[Flow], facts: Sequence[Fact]) -> Iterator[Gap]:
    """The gaps without those of hosts of which each connection that failed was cut off by the end of a process."""
    ends = [int(fact.data.get("ended_ns") or fact.host_ns) for fact in facts
            if fact.type == "process" and fact.data.get("state") in ("ended", "lost")]
    failed: dict[str, list[Flow]] = {}
    for flow in flows:
        if flow.protocol == "tls":
            failed.setdefault(flow.host, []).append(flow)
    for gap in gaps:
        doubted = gap.kind == GapKind.TRAFFIC_NOT_READ and gap.cause in ("pinned", "ca_not_trusted") and failed.get(gap.subject)
        if not doubted or not all(_cut_off(flow, ends) for flow in failed[gap.subject]):
            yield gap


def _cut_off(flow: Flow, ends: Iterable[int]) -> bool:
    error = (flow.error or "").lower()
    at = flow.end_ns or flow.host_ns
    return any(words in error for words in _WITHOUT_A_WORD) and any(abs(at - end) <= _AT_ONCE_NS for end in ends)
