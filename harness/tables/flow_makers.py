"""Whose each request is: the code that wrote it, or asked for it, or opened its connection.

Bases, strongest first (docs/traffic.md, "Who made a request"):

head      the head that a hooked write told is the one that the proxy received
url       a hooked call asked for this URL, and no head was seen that would say more
socket    the connection is that of a hooked socket: for what is no readable HTTP, and for a connection's first request
          where the proxy sees the app's own ports

Calls and requests of equal content are joined one to one, a call never after its request. A request is joined only where
every way of doing so gives it the same maker. Where that is not so, or where a thread's own stack does not say whom it
works for, it stays `unresolved` with all who may have made it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import dropwhile
from typing import Any

from harness.tables import request_heads as heads
from harness.tables.attribution import Sdk, attribute, class_of, framework_prefix, longest

UNRESOLVED = "unresolved"
AMBIGUOUS = "more than one may have made it"
UNSEEN = "no hooked call made it"
FEWER_CALLS = "there are more such requests than calls"
SHARED_THREAD = "a thread that works for several sent it"
WEB_PAGE = "a web page sent it"
CONNECTION_ONLY = "only its connection is known, which others may share"

_THREAD_START = "java.lang.Thread.start("
# What has waited in a queue is run by whoever happens to come to an end.
_NEXT_IN_QUEUE = (
    "okhttp3.Dispatcher.finished(", "com.squareup.okhttp.Dispatcher.finished(", "android.os.AsyncTask$SerialExecutor$1.run(",
)
# Above this frame stand the library and what others put into it (interceptors), below it who asked.
_LIBRARY_ENTRY = re.compile(r"(okhttp3|com\.squareup\.okhttp)\.([\w.]+\.)?(RealCall|Call)(\$AsyncCall)?\.(execute|run)\(")
_WEB_VIEW = ("android.webkit.", "com.android.webview.", "org.chromium.android_webview.", "lab.device.web.")
_URL_CONNECTIONS = ("java.net.URL.openConnection", "java.net.URL.openStream")
_PAGES = {"android.webkit.WebView.loadUrl": "GET", "android.webkit.WebView.postUrl": "POST"}

_OVER_TCP = ("http", "https", "tls", "tcp")
_LISTED = 8    # calls that an unresolved request names

Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Doer:
    """Whose code a call is. `prefix`: the Java package of that code. `doubt`: why it may be another's; "" where its own
    thread says so, or the task that the thread was given."""

    name: str = UNRESOLVED
    prefix: str = ""
    doubt: str = ""

    @property
    def told(self) -> str:
        return self.name if self.name != UNRESOLVED or not self.prefix else f"{UNRESOLVED} ({self.prefix})"


@dataclass(frozen=True, kw_only=True)
class MadeBy:
    """`caller`: the app's package, an SDK's name or `unresolved`; `origin`: app, sdk or unresolved; `prefix`: the Java package
    of its code. `calls`: what it rests on. Where `basis` is "", `why` says why, and `candidates` who may have been it."""

    caller: str = UNRESOLVED
    origin: str = UNRESOLVED
    prefix: str = ""
    basis: str = ""
    confidence: str = ""
    calls: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    why: str = ""


@dataclass
class _Ask:
    """A hooked call that may have made a request."""

    id: str
    t: int
    doer: Doer
    key: Any
    method: str = ""
    port: int | None = None


@dataclass(frozen=True)
class Makers:
    """What is needed to say whose a call is: the app's package, the packages of its code, the SDKs."""

    package: str
    sdks: Sequence[Sdk]
    code: Sequence[str] = ()
    by_package: Mapping[str, str] = field(default_factory=dict)    # libraries that act for others

    @classmethod
    def of(cls, package: str, sdks: Sequence[Sdk], code: Sequence[str]) -> Makers:
        return cls(package, sdks, code, {p: sdk.name for sdk in sdks if sdk.transparent for p in sdk.packages})

    def doer(self, call: Row) -> Doer:
        """Whose code this call is.

        A library that acts for others, and keeps threads and queues of its own, runs the work of one caller where another's
        has just ended. So its thread says whom it works for only by a task that was given to it; who started the thread, or
        what the library itself had queued, is no more than a candidate.
        """
        own = self._named(call["frames"], call["method"])
        if own is not None and own.name not in self.libraries:
            return own
        if any(class_of(frame).startswith(_WEB_VIEW) for frame in call["frames"]):
            return Doer(doubt=WEB_PAGE)
        for stack in call["handed_over"]:
            started = bool(stack) and stack[0].startswith(_THREAD_START)
            by = self._named(stack, "")
            queued = any(frame.startswith(_NEXT_IN_QUEUE) for frame in stack)
            if queued:
                return Doer(doubt=SHARED_THREAD)
            if by is not None:
                return replace(by, doubt=SHARED_THREAD) if started or by.name in self.libraries else by
        return replace(own or Doer(), doubt=SHARED_THREAD)

    def _named(self, frames: Sequence[str], method: str) -> Doer | None:
        """The nearest code that is not the framework's; a library that acts for others only where there is no other."""
        near = list(dropwhile(lambda frame: bool(framework_prefix(class_of(frame))), frames))
        if near and (library := self._library(near[0])):
            near = _below_entry(near)
            if not near:
                return Doer(name=library)
        found = attribute(near, package=self.package, method=method, sdks=self.sdks, code=self.code)
        return Doer(name=found.name, prefix=found.prefix) if found.frame else None

    def _library(self, frame: str) -> str:
        return self.by_package.get(longest(class_of(frame), self.by_package), "")

    @property
    def libraries(self) -> set[str]:
        return set(self.by_package.values())

    def made(self, doer: Doer, basis: str, confidence: str, calls: Iterable[str]) -> MadeBy:
        origin = "app" if doer.name == self.package else UNRESOLVED if doer.name == UNRESOLVED else "sdk"
        return MadeBy(
            caller=doer.name, origin=origin, prefix=doer.prefix, basis=basis, confidence=confidence, calls=tuple(calls)
        )


def join(calls: Sequence[Row], flows: Sequence[Row], makers: Makers, *, slack_ns: int) -> dict[str, MadeBy]:
    """The maker of each flow, by the flow's id.

    `calls` and `flows` are rows of the frames of those names. `slack_ns`: by how much a call's time may be too late.
    """
    found: dict[str, MadeBy] = {}
    asks = _Asks(calls, makers)
    exchanges = [flow for flow in flows if flow.get("of") is None]
    _by_head(exchanges, asks, makers, slack_ns, found)
    asks.forget_asked(exchanges, found, slack_ns)
    _by_url(exchanges, asks, makers, slack_ns, found)
    _by_socket(exchanges, asks, makers, slack_ns, found)
    for flow in exchanges:
        found.setdefault(flow["event_id"], MadeBy(why=UNSEEN))
    for flow in flows:
        if flow.get("of") is not None:  # a message of a WebSocket, which nobody shares
            opened = found.get(flow["of"], MadeBy(why="its connection's beginning was not seen"))
            found[flow["event_id"]] = replace(opened, confidence="medium" if opened.basis else "")
    return found


def _below_entry(frames: Sequence[str]) -> list[str]:
    """What called the library whose frames these begin with: all below its entry, or as they are where that has another name."""
    at = next((n for n, frame in enumerate(frames) if _LIBRARY_ENTRY.match(frame)), -1)
    return list(frames[at + 1 :])


def own_port(flow: Row) -> int | None:
    """The port that the app's own socket had, where the proxy sees it: through a tunnel of packets. Through `adb reverse` the
    `client_port` is one of adb's."""
    return flow["client_port"] if flow.get("via") == "wireguard" else None


class _Asks:
    """The calls by what they can tell. A head is told by its write, a URL by who asked for it, a tunnel by its CONNECT."""

    def __init__(self, calls: Sequence[Row], makers: Makers) -> None:
        self.heads: list[_Ask] = []
        self.urls: list[_Ask] = []
        self.tunnels: list[_Ask] = []
        self.sockets: list[_Ask] = []
        doers: dict[Any, Doer] = {}    # by the very lists of a bundle's stacks: most calls share them

        def doer(call: Row) -> Doer:
            key = call["method"], id(call["frames"]), *map(id, call["handed_over"])
            if key not in doers:
                doers[key] = makers.doer(call)
            return doers[key]

        writers = {call["pid"] for call in calls if call["kind"] == "http_write"}
        for call in calls:
            if call["outcome"] != "value" or call["kind"] not in ("http_write", "http_request", "webview", "socket"):
                continue
            value = call["value"]
            if call["kind"] == "http_write" and isinstance(value, dict):
                self._write(call, value, doer(call))
            elif call["kind"] == "socket" and isinstance(value, dict) and value.get("port"):
                end = str(next(iter(call["arguments"]), ""))    # of an InetSocketAddress: name/address:port
                self.sockets.append(_ask(call, doer(call), end.rpartition(":")[2], port=value["port"]))
            elif call["kind"] in ("http_request", "socket") or call["method"] in _PAGES:
                url = value.get("url") if isinstance(value, dict) else value
                # What goes by java.net writes its head itself, so where heads are seen its URL proves nothing more.
                if isinstance(url, str) and "://" in url and not (call["method"] in _URL_CONNECTIONS and call["pid"] in writers):
                    method = _PAGES.get(call["method"]) or (value.get("method") if isinstance(value, dict) else None) or ""
                    self.urls.append(_ask(call, doer(call), heads.same_url(url), method=method))

    def _write(self, call: Row, value: Mapping[str, Any], doer: Doer) -> None:
        if str(value.get("head")).startswith("CONNECT "):
            authority = str(value["head"]).split(" ")[1]
            self.tunnels.append(_ask(call, doer, _end(heads.bare_host(authority), authority.rpartition(":")[2])))
        elif (head := heads.written(value)) is not None:
            self.heads.append(_ask(call, doer, head, port=value.get("port")))

    def forget_asked(self, flows: Sequence[Row], found: Mapping[str, MadeBy], slack: int) -> None:
        """A request that is joined already was asked for by its maker, once: that call asked for no other."""
        for flow in flows:
            made = found.get(flow["event_id"])
            if made is None or not made.basis:
                continue
            url = heads.same_url(flow["url"])
            mine = [a for a in self.urls if a.key == url and a.doer.name == made.caller and a.t <= flow["t"] + slack]
            if mine:
                self.urls.remove(mine[-1])


def _ask(call: Row, doer: Doer, key: Any, *, method: str = "", port: int | None = None) -> _Ask:
    return _Ask(call["event_id"], int(call["t"]), doer, key, method, port)


def _end(host: str, port: object) -> tuple[str, str]:
    return host, str(port)


def _by_head(flows: Sequence[Row], asks: _Asks, makers: Makers, slack: int, found: dict[str, MadeBy]) -> None:
    cut: dict[tuple[str, str], list[_Ask]] = defaultdict(list)
    whole: dict[Any, list[_Ask]] = defaultdict(list)
    by_port: dict[Any, list[_Ask]] = defaultdict(list)
    for ask in asks.heads:
        if ask.key.cut:
            cut[ask.key.place].append(ask)
        else:
            whole[ask.key].append(ask)
            by_port[ask.key, ask.port].append(ask)
    classes: dict[Any, list[Row]] = defaultdict(list)
    for flow in flows:
        if (head := heads.received(flow)) is not None:
            classes[head, own_port(flow)].append(flow)
    for (head, port), rows in classes.items():
        loose = [a for a in cut[head.place] if a.key.begins(head) and port in (None, a.port or port)]
        if port is None:
            exact = whole[head]
        else:
            exact = by_port[head, port]
            loose += by_port[head, None]
        _settle(rows, exact, loose, makers, slack, "head", "high", found, strict=False)


def _by_url(flows: Sequence[Row], asks: _Asks, makers: Makers, slack: int, found: dict[str, MadeBy]) -> None:
    by_url: dict[str, list[_Ask]] = defaultdict(list)
    for ask in asks.urls:
        by_url[ask.key].append(ask)
    classes: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for flow in flows:
        known = found.get(flow["event_id"])
        if flow["url"] and (known is None or (not known.basis and known.why != AMBIGUOUS)):
            classes[heads.same_url(flow["url"]), str(flow["method"])].append(flow)
    for (url, method), rows in classes.items():
        alone = sum(other == url for other, _ in classes) == 1
        exact = [a for a in by_url[url] if a.method == method or (alone and not a.method)]
        loose = [] if alone else [a for a in by_url[url] if not a.method]
        _settle(rows, exact, loose, makers, slack, "url", "medium", found, strict=True)


def _by_socket(flows: Sequence[Row], asks: _Asks, makers: Makers, slack: int, found: dict[str, MadeBy]) -> None:
    """Whose connections these are. Of a readable exchange that names its maker only where the port is the app's own, and only
    for the first: connections are kept and shared."""
    first: dict[Any, Row] = {}
    for flow in flows:
        if flow["protocol"] in _OVER_TCP:
            first.setdefault(_connection(flow), flow)
    opened = _openers(first.values(), asks, makers, slack)
    _settle_tunnels(first.values(), asks, makers, slack, opened)
    for flow in flows:
        known, begun = found.get(flow["event_id"]), first.get(_connection(flow))
        mine = opened.get(begun["event_id"]) if begun is not None else None
        if mine is None or (known is not None and (known.basis or known.why == AMBIGUOUS)):
            continue
        only = flow is begun and (own_port(flow) is not None or flow["protocol"] not in ("http", "https"))
        if only and mine.basis:
            found[flow["event_id"]] = mine
            continue
        others = (known.candidates if known else ()) + (mine.candidates or ((mine.caller,) if mine.basis else ()))
        why = (known.why if known else "") or (mine.why if only else CONNECTION_ONLY)
        found[flow["event_id"]] = MadeBy(candidates=tuple(dict.fromkeys(others)), why=why)


def _connection(flow: Row) -> Any:
    return own_port(flow) is not None, flow["client_port"], flow["host"]


def _openers(first: Iterable[Row], asks: _Asks, makers: Makers, slack: int) -> dict[str, MadeBy]:
    """Of connections whose own port the proxy sees: the hooked socket that last got that port before, to that end."""
    opened: dict[str, MadeBy] = {}
    by_port: dict[Any, list[_Ask]] = defaultdict(list)
    for ask in asks.sockets:
        by_port[ask.port, ask.key].append(ask)
    for flow in first:
        before = [a for a in by_port.get((own_port(flow), str(flow["port"])), ()) if a.t - slack <= flow["t"]]
        if before:
            only = _Fits()
            only.take(before[-1:], 0, 1)
            opened[flow["event_id"]] = only.maker(makers, "socket", "low", _Fits())
    return opened


def _settle_tunnels(
    first: Iterable[Row], asks: _Asks, makers: Makers, slack: int, opened: dict[str, MadeBy]
) -> None:
    """Of connections through the proxy that an app was told of: the hooked write that asked for the tunnel."""
    ends: dict[Any, list[Row]] = defaultdict(list)
    for flow in first:
        if flow["protocol"] != "http" and own_port(flow) is None:
            # Of what was not read the journal has the connection's beginning, and the tunnel was asked for after that.
            at = flow["t"] if flow["protocol"] == "https" else flow["end_ns"] or flow["t"]
            ends[_end(flow["host"], flow["port"])].append({**flow, "t": at})
    tunnels: dict[Any, list[_Ask]] = defaultdict(list)
    for ask in asks.tunnels:
        tunnels[ask.key].append(ask)
    for end, rows in ends.items():
        rows.sort(key=lambda row: row["t"])
        _settle(rows, tunnels[end], [], makers, slack, "socket", "medium", opened, strict=True)


def _settle(
    flows: Sequence[Row], calls: Sequence[_Ask], loose: Sequence[_Ask], makers: Makers, slack: int, basis: str,
    confidence: str, found: dict[str, MadeBy], *, strict: bool,
) -> None:
    """Joins requests of one content, in order of time, to the calls that fit all of them.

    `loose` fit as well, but may fit requests of other contents. Where a call precedes no more requests than there are calls,
    these and those belong together, and later requests are made by later calls. Where there are more requests than
    calls, some call was not seen: then who made the earlier ones is open, unless only one maker ever writes this (`strict`: even
    so, where the content is not all of the head).
    """  # fmt: skip
    calls, loose = (sorted(some, key=lambda a: a.t) for some in (calls, loose))
    if not calls and not loose:
        return
    times, loose_times = [a.t for a in calls], [a.t for a in loose]
    spans: list[tuple[int, int, int]] = []
    start = low = short = 0
    for n, flow in enumerate(flows):
        high, extra = bisect_right(times, flow["t"] + slack), bisect_right(loose_times, flow["t"] + slack)
        spans.append((low, high, extra))
        if (high - low < n - start + 1 and not extra) or (strict and high + extra < n + 1):
            short = n + 1
        if high - low <= n - start + 1:
            low, start = high, n + 1
    several = len({a.doer.told for a in (*calls, *loose)}) > 1
    before, fits, also = _Fits(), _Fits(), _Fits()
    for n, (flow, (low, high, extra)) in enumerate(zip(flows, spans, strict=True)):
        before.take(calls, 0, high)
        fits.take(calls, low, high)
        also.take(loose, 0, extra)
        found_any = bool(fits.names or also.names)
        if n < short and (strict or several or not found_any):
            if names := fits.told(also) or before.told(also):
                found[flow["event_id"]] = MadeBy(candidates=names, why=FEWER_CALLS)
        elif found_any:
            found[flow["event_id"]] = fits.maker(makers, basis, confidence, also)


class _Fits:
    """The calls that may have made a request, taken in as time goes on: each of thousands of equal ones once. `names`: of
    their makers, in order."""

    def __init__(self) -> None:
        self._begin(0)

    def _begin(self, low: int) -> None:
        self.names: dict[str, None] = {}
        self._from = self._to = low
        self._doubts: dict[Doer, None] = {}
        self._unused: list[_Ask] = []
        self._last: list[_Ask] = []

    def take(self, asks: Sequence[_Ask], low: int, high: int) -> None:
        """From now on these are asks[low:high]; neither end ever goes back."""
        if low > self._from:
            self._begin(low)
        for ask in asks[self._to : high]:
            self.names[ask.doer.told] = None
            if ask.doer.doubt:
                self._doubts[ask.doer] = None
            self._unused.append(ask)
        if high > self._to:
            self._last = list(asks[max(self._from, high - _LISTED) : high])
        self._to = max(self._to, high)

    def told(self, also: _Fits) -> tuple[str, ...]:
        return tuple({**self.names, **also.names})

    def maker(self, makers: Makers, basis: str, confidence: str, also: _Fits) -> MadeBy:
        names, doubts = self.told(also), [*self._doubts, *also._doubts]
        calls = tuple(a.id for a in (*self._last, *also._last)[-_LISTED:])
        if len(names) > 1:
            return MadeBy(candidates=names, why=AMBIGUOUS, calls=calls)
        if doubts:
            named = tuple(n for n in names if n != Doer().told)
            return MadeBy(candidates=named, why=doubts[0].doubt, calls=calls)
        chosen = self._nearest() or also._nearest() or (*also._last, *self._last)[-1]
        return makers.made(chosen.doer, basis, confidence, [chosen.id])

    def _nearest(self) -> _Ask | None:
        """The last that no request was given yet."""
        return self._unused.pop() if self._unused else None
