"""What the device's log tells of refusals: the system kept the app from something that the harness would otherwise not see.

An app that goes past the proxy is refused on a device that lets nothing out but through it. Nothing was sent then, but what
would have been is not known either, so it is a gap and no silence. Which lines count is data: refusals.yaml.
"""

from __future__ import annotations

import ipaddress
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from harness.bundle import Bundle, BundleReader, open_bundle
from harness.model import Fact, Gap, GapKind

MOST_FACTS = 200
MOST_GAPS = 50
_FORMATS = Path(__file__).with_name("refusals.yaml")
LINE = re.compile(    # of `logcat -v epoch`
    r"\s*(?P<seconds>\d+)\.(?P<fraction>\d{3,9})\s+(?P<pid>\d+)\s+\d+\s(?P<priority>[A-Z])\s(?P<tag>.*?)\s*: (?P<text>.*)")
_PAIR = re.compile(r'\b(\w+)=("[^"]*"|\S+)')
_NOT_TOLD = "an address that the log does not tell"


@dataclass(frozen=True)
class Form:
    """One way in which a system says that it refused something; the keys of refusals.yaml."""

    tags: frozenset[str]
    line: re.Pattern[str]
    target: re.Pattern[str]
    traffic: re.Pattern[str]
    count: re.Pattern[str] | None = None
    limit: bool = False

    @classmethod
    def of(cls, data: dict[str, Any]) -> Form:
        patterns = {key: re.compile(data[key]) for key in ("line", "target", "traffic", "count") if key in data}
        return cls(tags=frozenset(data["tags"]), limit=data.get("limit", False), **patterns)


def load_forms(path: Path = _FORMATS) -> list[Form]:
    return [Form.of(data) for data in yaml.safe_load(path.read_text("utf-8"))]


@dataclass
class Refusal:
    """What was refused to the app, over all its processes. Times are the device's. `address`: where something was to be
    sent; "" where it was no such attempt, or would have stayed on the device. `limit`: nothing was to be sent, and another
    device may have allowed it."""

    what: str
    target: str
    told_by: str
    address: str
    first_ns: int
    last_ns: int
    limit: bool = False
    times: dict[str, int] = field(default_factory=dict)    # by process: its name and pid, or its pid alone

    @property
    def count(self) -> int:
        return sum(self.times.values())


def read_refusals(
    lines: Iterable[bytes], package: str, processes: Mapping[int, str], forms: Sequence[Form] | None = None
) -> list[Refusal]:
    """The refusals that concern the app, in the order of their first lines. `lines`: of `logcat -v epoch`; any other
    line is passed over. `processes`: the app's, name by pid, as far as they are known."""
    by_tag = {tag: form for form in (load_forms() if forms is None else forms) for tag in form.tags}
    found: dict[tuple[str, str, str], Refusal] = {}
    for raw in lines:
        line = LINE.match(raw.decode("utf-8", "replace"))
        form = by_tag.get(line["tag"]) if line else None
        if line is None or form is None or int(line["pid"]) in processes:
            continue
        said = form.line.search(line["text"])
        who = whose(line["text"], package, processes) if said else ""
        if said is None or not who:
            continue
        at = int(line["seconds"]) * 10**9 + int(line["fraction"].ljust(9, "0"))
        target = form.target.search(line["text"])
        key = (line["tag"], said["what"], target[target.re.groups].strip('"') if target else "")
        limit = form.limit and not form.traffic.search(line["text"])
        one = found.setdefault(key, Refusal(key[1], key[2], key[0], _address(form, line["text"]), at, at, limit))
        one.first_ns, one.last_ns = min(one.first_ns, at), max(one.last_ns, at)
        told = form.count.search(line["text"]) if form.count else None
        one.times[who] = max(one.times.get(who, 0) + 1, int(told[1]) if told else 1)
    return list(found.values())


def processes_of(reader: BundleReader) -> dict[int, str]:
    """The app's processes that the run knew, name by pid."""
    return {f.data["pid"]: str(f.data.get("process")) for f in reader.facts("process") if isinstance(f.data.get("pid"), int)}


def whose(text: str, package: str, processes: Mapping[int, str]) -> str:
    """The app's process that a line of the system's is about; "" where it is none of the app's. The last `pid=` and `app=`
    count: what stands before may be in the words of the process."""
    pairs = dict(_PAIR.findall(text))
    app, pid = pairs.get("app", "").strip('"'), pairs.get("pid", "")
    known = processes.get(int(pid)) if pid.isdecimal() else None
    if app:    # a process of the app may have any name, and its pid may have been another app's before
        return f"{app} ({pid})" if app in (package, known) or app.startswith(f"{package}:") else ""
    return "" if known is None else pid


def _address(form: Form, text: str) -> str:
    sent = form.traffic.search(text)
    if sent is None:
        return ""
    address = sent.groupdict().get("address")
    if not address:
        port = sent.groupdict().get("port")
        return f"port {port} of {_NOT_TOLD}" if port else _NOT_TOLD
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return str(address)
    return "" if ip.is_loopback or ip.is_unspecified else str(ip)


def tell(bundle: Bundle, log: Path, package: str) -> list[Refusal]:
    """Journals what the log of this run tells: a fact `blocked` for each thing that was refused, a gap for each address
    that the app would have sent something to, and for each other act that another device may have allowed."""
    reader = open_bundle(bundle.path)
    offset = next((int(f.data["offset_ns"]) for f in reversed(reader.facts("clock")) if "offset_ns" in f.data), 0)
    with log.open("rb") as lines:
        refusals = read_refusals(lines, package, processes_of(reader))
    for refusal in refusals[:MOST_FACTS]:
        _fact(bundle, what=refusal.what, target=refusal.target, count=refusal.count, traffic=bool(refusal.address),
              first_ns=refusal.first_ns, last_ns=refusal.last_ns, processes=sorted(refusal.times), told_by=refusal.told_by)
    if len(refusals) > MOST_FACTS:
        _fact(bundle, left_out=len(refusals) - MOST_FACTS)
    for gap in (*_gaps([r for r in refusals if r.address], offset), *_limit_gaps(refusals, offset)):
        bundle.append(gap)
    return refusals


def _gaps(refusals: Sequence[Refusal], offset_ns: int) -> Iterator[Gap]:
    addresses: dict[str, list[Refusal]] = {}
    for refusal in refusals:
        addresses.setdefault(refusal.address, []).append(refusal)
    kept = list(addresses)[: MOST_GAPS if len(addresses) <= MOST_GAPS else MOST_GAPS - 1]
    for address in kept:
        yield _gap(address, addresses[address], offset_ns)
    if rest := [r for address, some in addresses.items() if address not in kept for r in some]:
        yield _gap(f"{len(addresses) - len(kept)} more addresses", rest, offset_ns)


def _gap(address: str, refusals: Sequence[Refusal], offset_ns: int) -> Gap:
    told = [f"{r.what} {r.target}" + (f" ({r.count} times)" if r.count > 1 else "") for r in refusals]
    more = f" and {len(told) - 5} more" if len(told) > 5 else ""
    return Gap(
        host_ns=time.time_ns(), kind=GapKind.TRAFFIC_NOT_READ, subject=address,
        from_ns=min(r.first_ns for r in refusals) - offset_ns, to_ns=max(r.last_ns for r in refusals) - offset_ns,
        detail=f"The app tried to reach {address} past the proxy, and the device refused it: {', '.join(told[:5])}{more}. "
               "What it would have sent is not known.")


def _limit_gaps(refusals: Sequence[Refusal], offset_ns: int) -> Iterator[Gap]:
    acts: dict[str, list[Refusal]] = {}
    for refusal in refusals:
        if refusal.limit:
            acts.setdefault(refusal.what, []).append(refusal)
    for act, some in acts.items():
        count, who = sum(r.count for r in some), ", ".join(sorted({one for r in some for one in r.times}))
        targets = ", ".join(r.target for r in some[:5]) + (f" and {len(some) - 5} more" if len(some) > 5 else "")
        yield Gap(
            host_ns=time.time_ns(), kind=GapKind.DEVICE_LIMIT, subject=act, count=count,
            from_ns=min(r.first_ns for r in some) - offset_ns, to_ns=max(r.last_ns for r in some) - offset_ns,
            detail=f"The device refused {act} to {who}, {count} times ({targets}); another may allow it.",
            detail_zh=f"本设备拒绝了 {who} 的 {act} 操作,共 {count} 次({targets});其他设备可能允许。")


def _fact(bundle: Bundle, **data: Any) -> None:
    bundle.append(Fact(host_ns=time.time_ns(), type="blocked", data=data))
