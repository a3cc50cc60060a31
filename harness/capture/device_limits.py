"""What the device's log tells of its own limits: what the app asked for and the device does not have or cannot do.

Native code that a device cannot load did not run, whatever it would have done: nothing that was not seen can then be said not to
be there. A call that the framework took and that ended in nothing gave the app less than another device would have given.
Which lines count is data, limits.yaml; no matter what kind of device it is, only what it says.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from harness.bundle import Bundle, BundleReader, open_bundle
from harness.capture.catalogue import Catalogue
from harness.capture.device_log import LINE, processes_of, whose
from harness.model import Fact, Gap, GapKind, Outcome

MOST_FACTS = 300
MOST_GAPS = 60
_FORMATS = Path(__file__).with_name("limits.yaml")
_LONGEST = 200  # characters of a name out of the log
_KEYS = {"library": "library", "native": "ran", "call": "method"}
"""Limit.what, the weightiest first -> the group of limits.yaml that names it."""


@dataclass(frozen=True)
class Form:
    """One way in which a device says what it cannot do; the keys of limits.yaml."""

    tags: frozenset[str]
    of_system: bool
    line: re.Pattern[str]
    own: re.Pattern[str] | None = None

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Form:
        own = re.compile(data["own"]) if "own" in data else None
        return cls(frozenset(data["tags"]), data["by"] == "system", re.compile(data["line"]), own)


def load_forms(path: Path = _FORMATS) -> list[Form]:
    return [Form.of(data) for data in yaml.safe_load(path.read_text("utf-8"))]


@dataclass
class Limit:
    """One thing that the device could not do, or not show, over all processes of the app. Times are the device's.

    `what`: library (code that did not run), native (code that ran, unseen) or call. `subject`: the library, or the method that
    ended in nothing.
    `asked`: the method of the framework that the app had called; "" where it is not told. `own`: it is the app's own want.
    """

    what: str
    subject: str
    asked: str
    why: str
    own: bool
    told_by: str
    first_ns: int
    last_ns: int
    times: dict[str, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return sum(self.times.values())


def read_limits(
    lines: Iterable[bytes], package: str, processes: Mapping[int, str], forms: Sequence[Form] | None = None
) -> list[Limit]:
    """The limits that the app came to, in the order of their first lines. `lines`: of `logcat -v epoch`; any other line is
    passed over. `processes`: pid and name of the app's processes as far as they are known."""
    known = load_forms() if forms is None else forms
    tags = {tag for form in known for tag in form.tags}
    found: dict[tuple[str, str], Limit] = {}
    for raw in lines:
        line = LINE.match(raw.decode("utf-8", "replace"))
        if line is None or line["tag"] not in tags:
            continue
        for form in known:
            told = form.line.search(line["text"]) if line["tag"] in form.tags else None
            who = _who(form, int(line["pid"]), line["text"], package, processes) if told else ""
            if told is None or not who:
                continue
            at = int(line["seconds"]) * 10**9 + int(line["fraction"].ljust(9, "0"))
            made = _limit(form, told.groupdict(), line["tag"], at)
            one = found.setdefault((made.what, made.subject), made)
            one.own = one.own and made.own
            one.first_ns, one.last_ns = min(one.first_ns, at), max(one.last_ns, at)
            one.times[who] = one.times.get(who, 0) + 1
            break
    return list(found.values())


def _who(form: Form, pid: int, text: str, package: str, processes: Mapping[int, str]) -> str:
    if form.of_system:
        return "" if pid in processes else whose(text, package, processes)
    return f"{processes[pid]} ({pid})" if pid in processes else ""


def _limit(form: Form, told: Mapping[str, str | None], tag: str, at: int) -> Limit:
    what, name = next((what, name) for what, key in _KEYS.items() if (name := told.get(key)))
    why = (told.get("why") or "").strip()
    return Limit(
        what=what, subject=(name if what == "call" else _library(name))[:_LONGEST],
        asked=(told.get("asked") or "")[:_LONGEST], why=why[:_LONGEST], own=bool(form.own and form.own.search(why)),
        told_by=tag, first_ns=at, last_ns=at)


def _library(name: str) -> str:
    """`probe`, as System.loadLibrary is given it, libprobe.so and its path are one library; a native method stays as it is."""
    if found := re.search(r"[^\s/]+\.so\b", name):
        return found[0]
    return name if "." in name else f"lib{name}.so"


def tell(bundle: Bundle, log: Path, package: str, catalogue: Catalogue) -> list[Limit]:
    """Journals what the log of this run tells: a fact `limit` for each thing that the device could not do, and a gap unless
    it is the app's own want."""
    reader = open_bundle(bundle.path)
    offset = next((int(f.data["offset_ns"]) for f in reversed(reader.facts("clock")) if "offset_ns" in f.data), 0)
    with log.open("rb") as lines:
        limits = read_limits(lines, package, processes_of(reader))
    for limit in limits[:MOST_FACTS]:
        _fact(bundle, what=limit.what, subject=limit.subject, asked=limit.asked, why=limit.why, own=limit.own, count=limit.count,
              first_ns=limit.first_ns, last_ns=limit.last_ns, processes=sorted(limit.times), told_by=limit.told_by)
    if len(limits) > MOST_FACTS:
        _fact(bundle, left_out=len(limits) - MOST_FACTS)
    for gap in _gaps([limit for limit in limits if not limit.own], offset, _kinds(reader, limits, catalogue)):
        bundle.append(gap)
    return limits


def _kinds(reader: BundleReader, limits: Collection[Limit], catalogue: Catalogue) -> Callable[[Limit], list[str]]:
    """The kinds of personal information that a call would have given on another device: it has a hook, and never gave a value."""
    hooked: dict[str, set[str]] = {}
    for hook in catalogue.hooks:
        if hook.origin == "framework" and hook.value != "act":
            hooked.setdefault(hook.name, set()).add(hook.kind)
    asked = {name for limit in limits for name in (limit.subject, limit.asked)} & hooked.keys()
    gave = {(c.method, c.kind) for c in reader.calls() if c.outcome == Outcome.VALUE} if asked else set()
    return lambda limit: sorted(
        {kind for name in {limit.subject, limit.asked} & asked for kind in hooked[name] if (name, kind) not in gave})


def _gaps(limits: Sequence[Limit], offset_ns: int, kinds: Callable[[Limit], list[str]]) -> Iterator[Gap]:
    """Those that bear on verdicts first, so that a bound leaves out the others."""
    weighed = sorted(((limit, kinds(limit)) for limit in limits), key=lambda one: (list(_KEYS).index(one[0].what), not one[1]))
    kept = weighed[: MOST_GAPS if len(weighed) <= MOST_GAPS else MOST_GAPS - 1]
    for limit, of_kinds in sorted(kept, key=lambda one: one[0].first_ns):
        made = {"library": _library_gap, "native": _native_gap}.get(limit.what)
        yield made(limit, offset_ns) if made else _call_gap(limit, of_kinds, offset_ns)
    if rest := weighed[len(kept):]:
        code = any(limit.what == "library" for limit, _ in rest)
        yield Gap(
            host_ns=time.time_ns(), kind=GapKind.CODE_NOT_RUN if code else GapKind.DEVICE_LIMIT, subject=f"{len(rest)} more",
            from_ns=min(limit.first_ns for limit, _ in rest) - offset_ns, count=sum(limit.count for limit, _ in rest),
            detail=f"{len(rest)} more limits of the device are not listed one by one: see the bundle's facts `limit`.",
            detail_zh=f"另有 {len(rest)} 项设备限制未逐一列出,见证据包中类型为 limit 的记录。")


def _library_gap(limit: Limit, offset_ns: int) -> Gap:
    return Gap(
        host_ns=time.time_ns(), kind=GapKind.CODE_NOT_RUN, subject=limit.subject, from_ns=limit.first_ns - offset_ns,
        count=limit.count,
        detail=f"{_processes(limit)} could not run {limit.subject}{_often(limit)}: {limit.why or 'no reason was told'}. "
               "What its code would have done is not known.",
        detail_zh=f"{_processes(limit)} 未能运行本地代码 {limit.subject}({limit.count} 次):{limit.why or '未说明原因'}。"
                  "该代码本应执行的行为未知。")


def _native_gap(limit: Limit, offset_ns: int) -> Gap:
    return Gap(
        host_ns=time.time_ns(), kind=GapKind.NATIVE_CODE, subject=limit.subject, from_ns=limit.first_ns - offset_ns,
        count=limit.count,
        detail=f"{_processes(limit)} ran {limit.subject} on an emulated processor: what it calls in Java is seen, what it reads "
               "by itself (files, system properties, sockets) is not.",
        detail_zh=f"{_processes(limit)} 在模拟处理器上运行了本地代码 {limit.subject}:其对 Java 方法的调用可见,"
                  "其自行读取的内容(文件、系统属性、套接字)不可见。")


def _call_gap(limit: Limit, kinds: Sequence[str], offset_ns: int) -> Gap:
    who, often = _processes(limit), _often(limit)
    through = f" through {limit.asked}" if limit.asked not in ("", limit.subject) else ""
    through_zh = f"(经由 {limit.asked})" if through else ""
    bears, bears_zh = "", ""
    if kinds:
        bears = f" On another device it may have given the app: {', '.join(kinds)}."
        bears_zh = f"在其他设备上,应用可能由此获得:{'、'.join(kinds)}。"
    return Gap(
        host_ns=time.time_ns(), kind=GapKind.DEVICE_LIMIT, from_ns=limit.first_ns - offset_ns, count=limit.count,
        subject=f"kind:{','.join(kinds)}" if kinds else limit.subject,
        detail=f"{who} called {limit.subject}{through}{often}, which ends in nothing on this device.{bears}",
        detail_zh=f"{who} 调用了 {limit.subject}{through_zh}({limit.count} 次),本设备未实现,只返回空值。{bears_zh}")


def _processes(limit: Limit) -> str:
    return ", ".join(sorted(limit.times))


def _often(limit: Limit) -> str:
    return f" ({limit.count} times)" if limit.count > 1 else ""


def _fact(bundle: Bundle, **data: Any) -> None:
    bundle.append(Fact(host_ns=time.time_ns(), type="limit", data=data))
