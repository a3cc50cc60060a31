"""The traffic of a bundle as HAR 1.2, which browsers' developer tools and many others open."""

from __future__ import annotations

import base64
import datetime
import json
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from harness import __version__
from harness.bundle import BundleReader
from harness.errors import UsageError
from harness.model import Flow, Message

_WEB = ("http", "https")
_TEXT, _BINARY = 1, 2  # opcodes of WebSocket messages, RFC 6455, 11.8
_NO_UTF8 = re.compile("[\udc80-\udcff]+")  # bytes that were none (PEP 383)


def har(source: BundleReader) -> dict[str, Any]:
    """The document. Exchanges that are no HTTP (TLS that failed, raw TCP, DNS, UDP) have no place in a HAR: the comment counts
    them.

    A body of a request that the bundle has is in it as it was on the wire; one that is no UTF-8 text, in base64. Content
    codings of answers are left as they were sent, as in the bundle. WebSocket messages of bytes are in base64, as Chrome and
    mitmproxy write them. Bytes beyond UTF-8 are Latin-1 in a header, as HTTP has them (its `_charset` says so), and
    percent-encoded in a URL.
    """
    flows = list(source.flows())
    messages: dict[str, list[Flow]] = defaultdict(list)
    for flow in flows:
        if flow.protocol == "websocket" and flow.of:
            messages[flow.of].append(flow)
    entries = [_entry(source, flow, messages[flow.id]) for flow in flows if flow.protocol in _WEB]
    others = sum(flow.protocol not in (*_WEB, "websocket") for flow in flows)
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "privacy-harness", "version": __version__},
            "entries": sorted(entries, key=lambda e: str(e["startedDateTime"])),
            "comment": f"{others} exchanges that are no HTTP are left out; the bundle has them." if others else "",
        }
    }


def write(source: BundleReader, path: Path) -> None:
    """Raises UsageError where the file cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Half a surrogate pair that is left is an escape, as JSON has it.
        path.write_text(json.dumps(har(source), ensure_ascii=False, indent=1), "utf-8", errors="backslashreplace")
    except OSError as error:
        raise UsageError(f"The HAR cannot be written to {path}.", str(error.strerror), "Name another file with --to.") from error


def _entry(source: BundleReader, flow: Flow, messages: Iterable[Flow]) -> dict[str, Any]:
    end = flow.end_ns or flow.host_ns
    took = max(0.0, (end - flow.host_ns) / 1e6)
    entry: dict[str, Any] = {
        "startedDateTime": _moment(flow.host_ns),
        "time": took,
        "request": _request(source, flow),
        "response": _response(source, flow),
        "cache": {},
        "timings": {"send": 0, "wait": took, "receive": 0},
        "_id": flow.id,
    }
    if flow.address:
        entry["serverIPAddress"] = flow.address.rpartition(":")[0].strip("[]")
    if flow.error:
        entry["comment"] = flow.error
    told = [_message(source, one) for one in messages]
    if told:
        entry |= {"_resourceType": "websocket", "_webSocketMessages": told}
    return entry


def _moment(ns: int) -> str:
    at = datetime.datetime.fromtimestamp(ns // 10**9, datetime.UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%S") + f".{ns % 10**9 // 10**6:03}Z"


def _headers(message: Message | None) -> list[dict[str, str]]:
    return [_named(name, value) for name, value, *_ in (message.headers if message else [])]


def _named(name: str, value: str) -> dict[str, str]:
    plain = {"name": _latin1(name), "value": _latin1(value)}
    return plain if plain["value"] == value else plain | {"_charset": "latin-1"}


def _latin1(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("latin-1") if _NO_UTF8.search(text) else text


def _url(url: str) -> str:
    return _NO_UTF8.sub(lambda m: "".join(f"%{byte:02X}" for byte in m[0].encode("utf-8", "surrogateescape")), url)


def _request(source: BundleReader, flow: Flow) -> dict[str, Any]:
    message, url = flow.request, _url(flow.url or "")
    request: dict[str, Any] = {
        "method": flow.method or "",
        "url": url,
        "httpVersion": flow.version or "",
        "cookies": [],
        "headers": _headers(message),
        "queryString": [{"name": n, "value": v} for n, v in parse_qsl(urlsplit(url).query, keep_blank_values=True)],
        "headersSize": -1,
        "bodySize": message.size if message else -1,
    }
    body = _body(source, message)
    if body:
        request["postData"] = {"mimeType": _header(message, "content-type"), **_text(body)}
    return request


def _response(source: BundleReader, flow: Flow) -> dict[str, Any]:
    message = flow.response
    content: dict[str, Any] = {"size": message.size if message else 0, "mimeType": _header(message, "content-type")}
    if body := _body(source, message):
        content |= _text(body)
    elif message and message.size:
        content["comment"] = "The body was not kept."
    return {
        "status": flow.status or 0,
        "statusText": "",
        "httpVersion": flow.version or "",
        "cookies": [],
        "headers": _headers(message),
        "content": content,
        "redirectURL": _url(_header(message, "location")),
        "headersSize": -1,
        "bodySize": message.size if message else -1,
    }


def _message(source: BundleReader, flow: Flow) -> dict[str, Any]:
    sent = flow.request is not None
    body = _body(source, flow.request or flow.response)
    told: dict[str, Any] = {"type": "send" if sent else "receive", "time": flow.host_ns / 1e9}
    if flow.method == "text" and "encoding" not in (text := _text(body)):
        return told | {"opcode": _TEXT, "data": text["text"]}
    return told | {"opcode": _BINARY, "data": base64.b64encode(body).decode()}


def _body(source: BundleReader, message: Message | None) -> bytes:
    if message is None or message.body is None or not source.has_object(message.body):
        return b""
    return source.object(message.body)


def _text(body: bytes) -> dict[str, str]:
    try:
        return {"text": body.decode("utf-8")}
    except UnicodeDecodeError:
        return {"text": base64.b64encode(body).decode(), "encoding": "base64"}


def _header(message: Message | None, name: str) -> str:
    return next((h[1] for h in (message.headers if message else []) if h[0].lower() == name), "")
