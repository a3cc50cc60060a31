"""Requests of a file that mitmproxy or mitmdump wrote."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.errors import UsageError
from harness.traffic.exchange import Exchange

# Of what a damaged file holds mitmproxy makes its own objects, and says little where that cannot be done.
_DAMAGE = (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError, MemoryError)


def is_mitm(head: bytes) -> bool:
    """Whether a file begins as mitmproxy's do: a tnetstring, its length in digits and a colon."""
    length, colon, _ = head.partition(b":")
    return bool(colon) and length.isdigit() and len(length) <= 12


def read_mitm(path: Path) -> Iterator[Exchange]:
    """WebSocket messages of the app are requests of their own, behind their handshake. A damaged end is told in a last, empty
    one.

    Raises UsageError where not even the first flow can be read.
    """
    from mitmproxy import http
    from mitmproxy.exceptions import FlowReadException
    from mitmproxy.io import FlowReader

    index = 0
    with path.open("rb") as file:
        try:
            for flow in FlowReader(file).stream():
                if not isinstance(flow, http.HTTPFlow):
                    continue
                for exchange in _of(flow, index):
                    yield exchange
                    index += 1
        except (FlowReadException, *_DAMAGE) as bad:
            if index == 0:
                raise UsageError(
                    f"{path} cannot be read.",
                    f"It is no file of mitmproxy's, or damaged: {str(bad) or type(bad).__name__}",
                    "Give a HAR, or mitmdump's -w file.",
                ) from bad
            yield Exchange(index=index, notes=(f"the file ends inside a flow: {str(bad) or type(bad).__name__}",))


def _of(flow: Any, index: int) -> Iterator[Exchange]:
    request = flow.request
    headers = [(n.decode("utf-8", "surrogateescape"), v.decode("utf-8", "surrogateescape")) for n, v in request.headers.fields]
    yield Exchange(
        index=index,
        method=request.method,
        url=request.pretty_url,
        headers=headers,
        body=request.raw_content or b"",
        notes=() if request.raw_content is not None else ("the body is not in the file",),
    )
    sent = [m for m in flow.websocket.messages if m.from_client] if flow.websocket else []
    for number, message in enumerate(sent, start=1):
        yield Exchange(index=index + number, method="WEBSOCKET", url=request.pretty_url, body=message.content)
