"""What could not be looked into in the requests of a run, as gaps: one for each recipient and kind of darkness."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.model import Gap, GapKind
from harness.tables.values import Dark

_NAMED = 5  # flows and places that a gap names; the rest are counted


@dataclass
class _Case:
    flows: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    from_ns: int = 0
    to_ns: int = 0


@dataclass
class Darkness:
    """Collects flow by flow; `gaps` tells."""

    _cases: dict[tuple[str, str], _Case] = field(default_factory=dict)

    def add(self, flow: Mapping[str, Any], dark: Dark) -> None:
        for opaque in dark.opaque:
            self._put(flow, "opaque", f"{opaque.where}, {opaque.size} bytes")
        for trouble in dark.troubles:
            self._put(flow, "broken", f"{trouble.where}: {trouble.decoder}, {trouble.why}")
        if dark.spent:
            self._put(flow, "spent", dark.spent)

    def _put(self, flow: Mapping[str, Any], what: str, place: str) -> None:
        case = self._cases.setdefault((flow["host"], what), _Case())
        at = int(flow["t"])
        case.from_ns, case.to_ns = min(case.from_ns or at, at), max(case.to_ns, at)
        if flow["event_id"] not in case.flows:
            case.flows.append(flow["event_id"])
        if place not in case.places:
            case.places.append(place)

    def gaps(self) -> Iterator[Gap]:
        """Ids begin with `n`: only the analysis can name them."""
        for number, ((host, what), case) in enumerate(sorted(self._cases.items()), start=1):
            en, zh = _WORDS[what]
            flows, places = _listed(case.flows), _listed(case.places, "; ")
            yield Gap(
                id=f"n{number}",
                host_ns=0,
                kind=GapKind.TRAFFIC_NOT_READ,
                subject=host,
                from_ns=case.from_ns,
                to_ns=case.to_ns,
                count=len(case.flows),
                detail=f"{en.format(host=host)} ({flows}): {places}",
                detail_zh=f"{zh.format(host=host)}({flows}):{places}",
            )


def _listed(items: list[str], sign: str = ", ") -> str:
    more = f"{sign}+{len(items) - _NAMED}" if len(items) > _NAMED else ""
    return sign.join(items[:_NAMED]) + more


_WORDS = {
    "opaque": (
        "What was sent to {host} holds content of no known form, encrypted or in an encoding of its sender's own: "
        "what it carries is not known",
        "发往 {host} 的请求中含有无法识别的内容(疑似加密或自定义编码),其中携带的信息未知",
    ),
    "broken": (
        "What was sent to {host} holds content that could not be read to its end",
        "发往 {host} 的请求中有内容无法完整解析",
    ),
    "spent": (
        "What was sent to {host} was not looked through to its end: the budget for one message was used up",
        "发往 {host} 的请求超出单条消息的检查预算,未能完整检查",
    ),
}
