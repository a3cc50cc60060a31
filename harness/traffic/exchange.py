"""A request from anywhere: a bundle, a HAR, a file of mitmproxy's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from harness.decoding import Budget, Tree, as_bytes, unwrap


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One request, or what else an app sent: a WebSocket message, bytes over TCP, a question to DNS. `index`: its place in the
    file, from 0. `body`: as sent, content codings not undone, as far as the file has it so; `named`: what it is called in the
    places of hits. `to`: whom it went to, where its URL does not say it. `notes`: what the file does not say of it."""

    index: int
    method: str = ""
    url: str = ""
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = b""
    named: str = "body"
    to: str = ""
    notes: tuple[str, ...] = field(default=())

    @property
    def host(self) -> str:
        if self.to:
            return self.to.lower()
        try:
            return (urlsplit(self.url).hostname or "").lower()
        except ValueError:
            return ""

    def header(self, name: str) -> str:
        return next((v for n, v in self.headers if n.lower() == name), "")

    def taken_apart(self, budget: Budget | None = None) -> Tree:
        of_request = parts(self.url, self.headers, self.body, self.named)
        return unwrap(of_request, codings=self.header("content-encoding"), budget=budget)


def parts(url: str, headers: Sequence[Sequence[str]], body: bytes, named: str = "body") -> list[tuple[str, bytes]]:
    """A request's parts as decoding wants them. Headers stand one a line; those that only steer the connection are left out."""
    lines = "\n".join(f"{name}: {value}" for name, value, *_ in headers if name.lower() not in _STEERING)
    return [
        ("url", as_bytes(url)),
        ("headers", as_bytes(lines)),
        (named, body),
    ]


_STEERING = frozenset({
    ":method", ":scheme", ":authority", ":path", "host", "connection", "content-length", "content-type", "content-encoding",
    "transfer-encoding", "accept", "accept-encoding", "te", "trailer", "upgrade", "upgrade-insecure-requests",
    "proxy-connection", "keep-alive", "cache-control", "pragma", "sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest",
    "sec-fetch-user", "expect", "range", "if-range", "sec-websocket-version", "sec-websocket-key", "sec-websocket-extensions",
})  # fmt: skip
