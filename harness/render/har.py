"""The traffic of a bundle as HAR 1.2, which browsers' developer tools and many others open."""

from __future__ import annotations

import base64
import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from harness import __version__
from harness.bundle import BundleReader
from harness.model import Flow
from harness.render import http
from harness.render.forms import iso
from harness.render.masking import Masker

_WEB = ("http", "https")
_NO_TIME = "1970-01-01T00:00:00.000Z"  # HAR wants a time
_TEXT, _BINARY = 1, 2  # opcodes of WebSocket messages, RFC 6455, 11.8


def har(source: BundleReader, mask: Masker | None = None) -> dict[str, Any]:
    """The document. Exchanges that are no HTTP (TLS that failed, raw TCP, DNS, UDP) have no place in a HAR: the comment counts
    them.

    A body of a request that the bundle has is in it as it was on the wire; one that is no UTF-8 text, in base64. Content
    codings of answers are left as they were sent, as in the bundle. WebSocket messages of bytes are in base64, as Chrome and
    mitmproxy write them. Bytes beyond UTF-8 are Latin-1 in a header, as HTTP has them (its `_charset` says so), and
    percent-encoded in a URL. With `mask` the values are masked, and bodies that are no text are left out.
    """
    flows = list(source.flows())
    messages: dict[str, list[Flow]] = defaultdict(list)
    for flow in flows:
        if flow.protocol == "websocket" and flow.of:
            messages[flow.of].append(flow)
    entries = [_entry(source, flow, messages[flow.id], mask) for flow in flows if flow.protocol in _WEB]
    others = sum(flow.protocol not in (*_WEB, "websocket") for flow in flows)
    said = [f"{others} exchanges that are no HTTP are left out; the bundle has them."] if others else []
    said += ["Values are masked; bodies that are no text are left out." if mask is not None else "Nothing is masked."]
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "privacy-harness", "version": __version__},
            "entries": sorted(entries, key=lambda e: str(e["startedDateTime"])),
            "comment": " ".join(said),
        }
    }


def encoded(document: dict[str, Any]) -> bytes:
    """UTF-8 JSON. Half a surrogate pair that is left is an escape, as JSON has it."""
    return json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8", errors="backslashreplace")


def _entry(source: BundleReader, flow: Flow, messages: Iterable[Flow], mask: Masker | None) -> dict[str, Any]:
    end = flow.end_ns or flow.host_ns
    took = max(0.0, (end - flow.host_ns) / 1e6)
    entry: dict[str, Any] = {
        "startedDateTime": iso(flow.host_ns, 3) or _NO_TIME,
        "time": took,
        "request": _request(source, flow, mask),
        "response": _response(source, flow, mask),
        "cache": {},
        "timings": {"send": 0, "wait": took, "receive": 0},
        "_id": flow.id,
    }
    if flow.address:
        entry["serverIPAddress"] = flow.address.rpartition(":")[0].strip("[]")
    if flow.error:
        entry["comment"] = flow.error if mask is None else mask.text(flow.error)
    told = [_message(source, one, mask) for one in messages]
    if told:
        entry |= {"_resourceType": "websocket", "_webSocketMessages": told}
    return entry


def _request(source: BundleReader, flow: Flow, mask: Masker | None) -> dict[str, Any]:
    message, address = flow.request, http.url(flow.url or "", mask)
    request: dict[str, Any] = {
        "method": (flow.method or "") if mask is None else mask.text(flow.method or ""),
        "url": address,
        "httpVersion": flow.version or "",
        "cookies": [],
        "headers": http.headers(message, mask),
        "queryString": [{"name": n, "value": v} for n, v in parse_qsl(urlsplit(address).query, keep_blank_values=True)],
        "headersSize": -1,
        "bodySize": message.size if message else -1,
    }
    body = http.body(source, message, mask)
    if body is not None and (body.text or mask is not None):
        request["postData"] = {"mimeType": http.masked_header(message, "content-type", mask), **_told(body)}
    return request


def _response(source: BundleReader, flow: Flow, mask: Masker | None) -> dict[str, Any]:
    message = flow.response
    kind = http.masked_header(message, "content-type", mask)
    content: dict[str, Any] = {"size": message.size if message else 0, "mimeType": kind}
    if body := http.body(source, message, mask):
        content |= _told(body) if body.text or mask is not None else {"comment": body.note}
    return {
        "status": flow.status or 0,
        "statusText": "",
        "httpVersion": flow.version or "",
        "cookies": [],
        "headers": http.headers(message, mask),
        "content": content,
        "redirectURL": http.url(http.header(message, "location"), mask),
        "headersSize": -1,
        "bodySize": message.size if message else -1,
    }


def _message(source: BundleReader, flow: Flow, mask: Masker | None) -> dict[str, Any]:
    sent = flow.request is not None
    told: dict[str, Any] = {"type": "send" if sent else "receive", "time": flow.host_ns / 1e9}
    message = flow.request or flow.response
    body = http.body(source, message, mask) or http.Body()
    if flow.method == "text" and not body.encoding:
        return told | {"opcode": _TEXT, "data": body.text}
    if mask is not None:
        size = message.size if message else 0
        return told | {"opcode": _BINARY, "data": "", "_comment": f"Left out: {size} bytes that are no text."}
    return told | {"opcode": _BINARY, "data": base64.b64encode(http.raw(source, message)).decode()}


def _told(body: http.Body) -> dict[str, str]:
    found = {"text": body.text}
    if body.encoding:
        found["encoding"] = body.encoding
    return found | ({"comment": body.note} if body.note else {})
