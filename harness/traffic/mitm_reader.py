"""Requests of a file that mitmproxy or mitmdump wrote, and what else it holds that an app sent."""

from __future__ import annotations

import gzip
import ipaddress
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from harness.errors import UsageError
from harness.traffic.exchange import Exchange
from harness.traffic.limits import Limits

# Of what a damaged file holds mitmproxy makes its own objects, and says little where that cannot be done.
_DAMAGE = (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError, MemoryError, EOFError, OSError)


def is_mitm(head: bytes) -> bool:
    """Whether a file begins as mitmproxy's do: a tnetstring, its length in digits and a colon."""
    length, colon, _ = head.partition(b":")
    return bool(colon) and length.isdigit() and len(length) <= 12


def read_mitm(path: Path, limits: Limits | None = None, *, packed: bool = False) -> Iterator[Exchange]:
    """WebSocket messages of the app are requests of their own, behind their handshake; so is what it sent over TCP or UDP, all
    of a connection together, and each name that it asked DNS for. A damaged end is told in a last, empty one. `packed`: gzip.

    Raises UsageError where not even the first flow can be read.
    """
    from mitmproxy.exceptions import FlowReadException
    from mitmproxy.io import FlowReader

    limits = limits or Limits()
    index = 0
    with gzip.open(path) if packed else path.open("rb") as file:
        try:
            for flow in FlowReader(_Bounded(file, limits.file)).stream():  # type: ignore[arg-type]
                for exchange in _of(flow):
                    yield replace(exchange, index=index)
                    index += 1
        except (FlowReadException, *_DAMAGE) as bad:
            why = str(bad.__cause__ or bad) or type(bad).__name__
            if index == 0:
                raise UsageError(
                    f"{path} cannot be read.",
                    f"It is no file of mitmproxy's, or damaged: {why}",
                    "Give a HAR, or mitmdump's -w file.",
                ) from bad
            yield Exchange(index=index, notes=(f"the file ends inside a flow: {why}",))


class _Bounded:
    """A file of which no piece is read that is larger than the memory allows."""

    def __init__(self, file: IO[bytes], most: int) -> None:
        self._file = file
        self._most = most

    def read(self, size: int) -> bytes:
        if size > self._most:
            raise ValueError(f"a flow of {size} bytes, more than the memory allows ({self._most}; --memory)")
        return self._file.read(size)

    def peek(self, size: int) -> bytes:
        return self._file.peek(size)  # type: ignore[attr-defined,no-any-return]


def _of(flow: Any) -> Iterator[Exchange]:
    from mitmproxy import dns, http, tcp, udp

    if isinstance(flow, http.HTTPFlow):
        yield from _of_http(flow)
    elif isinstance(flow, tcp.TCPFlow | udp.UDPFlow):
        yield _of_bytes(flow)
    elif isinstance(flow, dns.DNSFlow):
        yield from _of_dns(flow)
    else:
        yield Exchange(index=0, notes=(f"a flow of the kind {flow.type}, which is not read here",))


def _of_http(flow: Any) -> Iterator[Exchange]:
    request = flow.request
    headers = [(n.decode("utf-8", "surrogateescape"), v.decode("utf-8", "surrogateescape")) for n, v in request.headers.fields]
    host = named_host(flow)
    notes = [] if request.raw_content is not None else ["the body is not in the file"]
    if (claimed := request.pretty_host) and claimed.lower() != host.lower():
        notes.append(f"its Host header names {claimed}; the connection went to {host}")
    url = request.url if host == request.host and ":" not in host else _url(request, host)
    yield Exchange(
        index=0, method=request.method, url=url, headers=headers, body=request.raw_content or b"", to=host, notes=tuple(notes)
    )
    for message in flow.websocket.messages if flow.websocket else ():
        if message.from_client:
            yield Exchange(index=0, method="WEBSOCKET", url=url, body=message.content, to=host)


def named_host(flow: Any) -> str:
    """Where the request went. A Host header is the app's word, and counts only where all else is an address."""
    request = flow.request
    if not _is_address(request.host):
        return str(request.host)
    named = str(request.pretty_host)
    return str(flow.client_conn.sni or named) if _is_address(named) else named


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _url(request: Any, host: str) -> str:
    port = "" if request.port == {"http": 80, "https": 443}.get(request.scheme) else f":{request.port}"
    return f"{request.scheme}://{f'[{host}]' if ':' in host else host}{port}{request.path}"


def _of_bytes(flow: Any) -> Exchange:
    """All that the app sent over a connection: where one message ends and the next begins means nothing in TCP."""
    kind = flow.type.upper()
    address = flow.server_conn.address or flow.server_conn.peername or ("", 0)
    host = str(flow.client_conn.sni or address[0])
    body = b"".join(message.content for message in flow.messages if message.from_client)
    note = f"{kind}, no HTTP: its bytes were searched, what they mean is not known"
    shown = f"[{host}]" if ":" in host else host
    url = f"{flow.type}://{shown}:{address[1]}" if host else ""
    return Exchange(index=0, method=kind, url=url, body=body, to=host, notes=(note,) if body else ())


def _of_dns(flow: Any) -> Iterator[Exchange]:
    """The name that was asked for: in front of a domain of its owner's it carries whatever an app puts there."""
    from mitmproxy.net.dns import types

    for question in flow.request.questions:
        name = question.name or "."
        yield Exchange(index=0, method="DNS", url=f"dns:{name}?type={types.to_str(question.type)}", to=name)
