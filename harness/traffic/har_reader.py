"""Requests of a HAR file (HAR 1.2), as browsers, mitmproxy and others write it: what is missing is missing, and told."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, unquote_plus, urlsplit

from harness.decoding import as_bytes
from harness.decoding.layer import has_controls
from harness.decoding.tree import CONTENT_CODINGS
from harness.errors import UsageError
from harness.traffic.exchange import Exchange
from harness.traffic.har_file import load
from harness.traffic.limits import Limits

_LOST = "\ufffd"  # what stands for bytes that are no text
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_BINARY = 2  # RFC 6455, 11.8: the opcode of a message of bytes, which a HAR has in base64


def read_har(path: Path, limits: Limits | None = None) -> list[Exchange]:
    """WebSocket messages of the app are requests of their own behind their handshake, under its index. Of a file that breaks
    off the requests before that place, and one more that tells of it. Raises UsageError where the file is no HAR."""
    tree, cut = load(path, (limits or Limits()).file)
    log = tree.get("log") if isinstance(tree, dict) else None
    entries = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(entries, list):
        raise UsageError(
            f"{path} is no HAR.",
            "It is JSON, but has no list log.entries.",
            "Export the traffic as HAR 1.2, or give a file of mitmproxy's.",
        )
    found = list(_exchanges(entries))
    return [*found, Exchange(index=len(entries), notes=(cut,))] if cut else found


def _exchanges(entries: list[Any]) -> Iterator[Exchange]:
    for index, entry in enumerate(entries):
        request = entry.get("request") if isinstance(entry, dict) else None
        if not isinstance(request, dict):
            yield Exchange(index=index, notes=("the entry has no request",))
            continue
        notes: list[str] = []
        url = request.get("url")
        if not isinstance(url, str):
            url = ""
            notes.append("the request has no URL")
        url = _with_parameters(url, request.get("queryString"))
        headers = _headers(request, notes)
        yield Exchange(
            index=index,
            method=str(request.get("method") or ""),
            url=url,
            headers=headers,
            body=_sent(request, headers, notes),
            notes=tuple(notes),
        )
        yield from _messages(index, url, entry.get("_webSocketMessages"))


def _with_parameters(url: str, listed: Any) -> str:
    """The URL, with the parameters that stand in their list only."""
    if not isinstance(listed, list) or not listed:
        return url
    try:
        query = urlsplit(url).query
    except ValueError:
        query = url
    there = {name for pair in query.split("&") for name in (pair.partition("=")[0], unquote_plus(pair.partition("=")[0]))}
    pairs = [p for p in listed if isinstance(p, dict) and str(p.get("name")) not in there]
    if not pairs:
        return url
    front, sign, fragment = url.partition("#")
    more = "&".join(f"{_quoted(p.get('name'))}={_quoted(p.get('value'))}" for p in pairs)
    return f"{front}{'&' if '?' in front else '?'}{more}{sign}{fragment}"


def _messages(index: int, url: str, listed: Any) -> Iterator[Exchange]:
    """What the app sent over a WebSocket; what it received is left, as answers are."""
    for number, message in enumerate(listed if isinstance(listed, list) else [], start=1):
        kind = message.get("type") if isinstance(message, dict) else None
        if kind in ("receive", "error"):
            continue
        notes: list[str] = []
        data = message.get("data") if isinstance(message, dict) else None
        if kind != "send":
            notes.append(f"message {number} does not say who sent it")
        if not isinstance(data, str):
            notes.append(f"message {number} has no text")
            data = ""
        yield Exchange(
            index=index, method="WEBSOCKET", url=url, named=f"message {number}", body=_message(message, data), notes=tuple(notes)
        )


def _message(message: Any, data: str) -> bytes:
    if data and (message.get("opcode") == _BINARY or message.get("encoding") == "base64"):
        try:
            return base64.b64decode(data, validate=True)
        except (binascii.Error, ValueError):
            pass  # some write bytes that are text as they are
    return as_bytes(data)


def _headers(request: dict[str, Any], notes: list[str]) -> list[tuple[str, str]]:
    """The headers, and cookies that stand only in the list of cookies."""
    found: list[tuple[str, str]] = []
    listed = request.get("headers")
    for header in listed if isinstance(listed, list) else []:
        if isinstance(header, dict) and isinstance(header.get("name"), str):
            found.append((header["name"], _value(header)))
        else:
            notes.append("a header has no name")
    cookies = request.get("cookies")
    if isinstance(cookies, list) and cookies and not any(name.lower() == "cookie" for name, _ in found):
        told = [c for c in cookies if isinstance(c, dict)]
        found.append(("Cookie", "; ".join(f"{c.get('name', '')}={c.get('value', '')}" for c in told)))
    return found


def _value(header: dict[str, Any]) -> str:
    """Our own export marks values whose bytes are no UTF-8 and stand as Latin-1."""
    value = str(header.get("value") or "")
    if header.get("_charset") != "latin-1":
        return value
    return value.encode("latin-1", "replace").decode("utf-8", "surrogateescape")


def _sent(request: dict[str, Any], headers: list[tuple[str, str]], notes: list[str]) -> bytes:
    """The body. Where the file says that there was one and does not have it, as for large ones, that is told."""
    post = request.get("postData")
    body = _body(post, notes)
    size = request.get("bodySize")
    if isinstance(size, int) and size > 0:
        if not body:
            notes.append(f"its body of {size} bytes is not in the file")
        elif _cut(body, size):
            notes.append(f"of its body of {size} bytes the file has {len(body)}")
    if isinstance(post, dict) and isinstance(post.get("text"), str):
        lost = post["text"].count(_LOST)
        coding = next((value for name, value in headers if name.lower() == "content-encoding"), "")
        coded = any(one.strip().lower() in CONTENT_CODINGS for one in coding.split(","))
        if lost and (coded or lost * 20 > len(post["text"]) or has_controls(body)):
            notes.append(f"its body was no text; whoever wrote the file put U+FFFD for bytes of it, now lost ({lost} times)")
    return body


def _cut(body: bytes, size: int) -> bool:
    """Whether so much is missing that neither line ends nor another charset explain it: UTF-16 has two bytes for one."""
    lines = body.count(b"\n")
    return size > 1.1 * (len(body) + lines) + 64 and not 2 * len(body) <= size <= 2 * (len(body) + lines) + 2


def _body(post: Any, notes: list[str]) -> bytes:
    if not isinstance(post, dict):
        if post is not None:
            notes.append("its body stands in no form that HAR has")
        return b""
    text = post.get("text")
    if text is not None and not isinstance(text, str):
        notes.append("its body is no text")
    if isinstance(text, str) and text:
        if str(post.get("encoding") or post.get("_encoding") or "").lower() == "base64" or post.get("_isBase64") is True:
            try:
                return base64.b64decode(text, validate=False)
            except (binascii.Error, ValueError):
                notes.append("its body says that it is base64 and is not")
        return as_bytes(text)
    params = post.get("params")
    if isinstance(params, list):
        pairs = [p for p in params if isinstance(p, dict)]
        return b"&".join(_pair(str(p.get("name") or ""), p.get("value")) for p in pairs)
    return b""


def _pair(name: str, value: Any) -> bytes:
    """A field as it was sent: some files have its value encoded still."""
    if _ESCAPE.search(str(value)):
        return as_bytes(f"{name}={value}")
    return f"{_quoted(name)}={_quoted(value)}".encode()


def _quoted(value: Any) -> str:
    return quote_plus(b"" if value is None else as_bytes(str(value)))
