"""A request as the app wrote it, and the same as the proxy received it, in forms that can be compared.

The hooks keep of a head its first characters (hooks/agent/request.js), the proxy keeps all of it. What either of them may
have on its own (a proxy's fields, those of the connection) is left out on both sides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# RFC 9110, 7.6.1: between two ends of one connection only. And those of a proxy.
_OF_THE_CONNECTION = frozenset({
    "connection", "expect", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "http2-settings",
})  # fmt: skip
_PORTS = {"http": "80", "https": "443"}
_WEB_SOCKET = {"ws": "http", "wss": "https"}

Fields = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Head:
    """`target`: path and query. `cut`: only its beginning is known, of the target too where there is no field."""

    method: str
    host: str
    target: str
    fields: Fields
    cut: bool = False

    @property
    def place(self) -> tuple[str, str]:
        """What every head that could be the same has in common, cut or not."""
        return self.method, self.host

    def begins(self, whole: Head) -> bool:
        """Whether this cut head is the beginning of that one."""
        same = self.place == whole.place and self.fields <= whole.fields
        return same and (whole.target == self.target if self.fields else whole.target.startswith(self.target))


def bare_host(text: str) -> str:
    """`API.Shop.example:443` -> `api.shop.example`; an IPv6 address keeps its brackets off."""
    text = text.strip().lower()
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.rpartition(":")[0] if text.count(":") == 1 else text


def split_url(url: str) -> tuple[str, str, str]:
    """Scheme, authority and target of an absolute URL, the target without fragment and never empty."""
    scheme, _, rest = url.partition("#")[0].partition("://")
    cut = min((at for mark in "/?" if (at := rest.find(mark)) >= 0), default=len(rest))
    target = rest[cut:]
    return scheme.lower(), rest[:cut].rpartition("@")[2].lower(), target if target.startswith("/") else f"/{target}"


def same_url(url: str) -> str:
    """One text for all ways to write one URL: no default port, no fragment, WebSocket as what it begins with."""
    scheme, authority, target = split_url(url)
    scheme = _WEB_SOCKET.get(scheme, scheme)
    host, _, port = authority.rpartition(":")
    if host and port == _PORTS.get(scheme):
        authority = host
    return f"{scheme}://{authority.rstrip('.')}{target}"


def written(value: Mapping[str, Any]) -> Head | None:
    """The head that a hooked write told. None where it names no host: whose it is cannot be told by a path alone."""
    lines = str(value.get("head") or "").split("\r\n")
    first, host, cut = lines[0].split(" "), value.get("host"), bool(value.get("cut"))
    if not host or len(first) < 2:
        return None
    target = first[1]
    if not target.startswith("/") and "://" in target:
        target = split_url(target)[2]
    told = lines[1:-1] if cut else lines[1:]    # the last of a cut head may be a part of a line
    return Head(first[0], bare_host(str(host)), target, _fields([line.split(":", 1) for line in told if ":" in line]), cut)


def received(flow: Mapping[str, Any]) -> Head | None:
    """The head of a request that the proxy received as text. None for HTTP/2, which the app packed, and what is no HTTP."""
    if not flow["url"] or not flow["method"] or flow["protocol"] not in ("http", "https"):
        return None
    if not str(flow.get("version") or "HTTP/1").startswith("HTTP/1"):
        return None
    headers: Sequence[Sequence[str]] = flow["request"].headers if flow["request"] else []
    named = next((value for name, value in headers if name.lower() == "host"), flow["host"])
    fields = _fields([[name, _as_latin(value)] for name, value in headers])
    return Head(flow["method"], bare_host(named), split_url(flow["url"])[2], fields)


def _fields(pairs: Sequence[Sequence[str]]) -> Fields:
    names = ((name.strip().lower(), value.strip()) for name, value in pairs)
    return frozenset((n, v) for n, v in names if n not in _OF_THE_CONNECTION and not n.startswith("proxy-"))


def _as_latin(value: str) -> str:
    """The agent tells bytes as one character each; a flow has them as UTF-8, where they are."""
    return value.encode("utf-8", "surrogateescape").decode("latin-1")
