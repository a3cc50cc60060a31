"""Requests of a HAR file (HAR 1.2), as browsers, mitmproxy and others write it: what is missing is missing, and told."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

from harness.errors import UsageError
from harness.traffic.exchange import Exchange

LARGEST = 1 << 30  # bytes of a file that is read as a whole
# A string or a comment that is cut off goes to the file's end: each sign in it would be tried as the beginning of another.
_QUOTED = r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)'
_COMMENT = re.compile(_QUOTED + r"|//[^\n]*+|/\*.*?(?:\*/|\Z)", re.DOTALL)
_ENTRIES = re.compile(r'"entries"\s*+:\s*+\[')
_BETWEEN = re.compile(r"[\s,]*+")
_TRAILING = re.compile(_QUOTED + r"|,(?=\s*+[\]}])", re.DOTALL)


def is_har(head: bytes) -> bool:
    """Whether a file that begins with this may be one."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"/")


def read_har(path: Path) -> list[Exchange]:
    """Of a file that breaks off the requests before that place, and one more that tells of it. Raises UsageError where the
    file is no HAR."""
    size = path.stat().st_size
    if size > LARGEST:
        raise UsageError(f"{path} has {size} bytes.", f"A HAR is read as a whole, up to {LARGEST} bytes.", "Split it.")
    tree, cut = _loaded(path)
    log = tree.get("log") if isinstance(tree, dict) else None
    entries = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(entries, list):
        raise UsageError(
            f"{path} is no HAR.",
            "It is JSON, but has no list log.entries.",
            "Export the traffic as HAR 1.2, or give a file of mitmproxy's.",
        )
    found = list(_exchanges(entries))
    return [*found, Exchange(index=len(found), notes=(cut,))] if cut else found


def _loaded(path: Path) -> tuple[Any, str]:
    """What the file holds, and where it breaks off ("" where it does not)."""
    raw = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    text = _text(raw)
    try:
        return json.loads(text), ""
    except json.JSONDecodeError as bad:
        first = bad
    except RecursionError as deep:
        why = "Its JSON is nested to a depth that nobody writes."
        raise UsageError(f"{path} is no HAR.", why, "Export the traffic as HAR 1.2.") from deep
    try:
        plain = _COMMENT.sub(lambda m: m[0] if m[0].startswith('"') else " ", text)
        plain = _TRAILING.sub(lambda m: m[0] if m[0].startswith('"') else "", plain)
        return json.loads(plain, strict=False), ""
    except (ValueError, RecursionError):
        place = f"line {first.lineno}, column {first.colno}"
        if whole := _whole_entries(plain):
            cut = f"the file is broken from here on: {first.msg} ({place}); requests behind that are lost"
            return {"log": {"entries": whole}}, cut
        raise UsageError(
            f"{path} is no HAR.", f"It is no JSON: {first.msg} ({place}).", "Export the traffic as HAR 1.2."
        ) from first


def _whole_entries(text: str) -> list[Any]:
    """The entries before the place where the text is no JSON any more."""
    begin = _ENTRIES.search(text)
    decoder = json.JSONDecoder(strict=False)
    found: list[Any] = []
    at = begin.end() if begin else len(text)
    while at < len(text):
        between = _BETWEEN.match(text, at)
        try:
            entry, at = decoder.raw_decode(text, between.end() if between else at)
        except (ValueError, RecursionError):
            break
        found.append(entry)
    return found


def _text(raw: bytes) -> str:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", "replace")
    return raw.decode("utf-8", "replace")


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
        yield Exchange(
            index=index,
            method=str(request.get("method") or ""),
            url=url,
            headers=_headers(request, notes),
            body=_sent(request, notes),
            started=str(entry.get("startedDateTime") or ""),
            notes=tuple(notes),
        )


def _headers(request: dict[str, Any], notes: list[str]) -> list[tuple[str, str]]:
    """The headers, and cookies that stand only in the list of cookies."""
    found: list[tuple[str, str]] = []
    listed = request.get("headers")
    for header in listed if isinstance(listed, list) else []:
        if isinstance(header, dict) and isinstance(header.get("name"), str):
            found.append((header["name"], str(header.get("value") or "")))
        else:
            notes.append("a header has no name")
    cookies = request.get("cookies")
    if isinstance(cookies, list) and cookies and not any(name.lower() == "cookie" for name, _ in found):
        told = [c for c in cookies if isinstance(c, dict)]
        found.append(("Cookie", "; ".join(f"{c.get('name', '')}={c.get('value', '')}" for c in told)))
    return found


def _sent(request: dict[str, Any], notes: list[str]) -> bytes:
    """The body. Where the file says that there was one and does not have it, as for large ones, that is told."""
    body = _body(request.get("postData"), notes)
    size = request.get("bodySize")
    if not body and isinstance(size, int) and size > 0:
        notes.append(f"its body of {size} bytes is not in the file")
    return body


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
        return text.encode("utf-8", "surrogatepass")
    params = post.get("params")
    if isinstance(params, list):
        pairs = [p for p in params if isinstance(p, dict)]
        if any("%" in str(p.get("value", "")) for p in pairs):
            return "&".join(f"{p.get('name', '')}={p.get('value', '')}" for p in pairs).encode("utf-8", "surrogatepass")
        return "&".join(f"{_quoted(p.get('name'))}={_quoted(p.get('value'))}" for p in pairs).encode()
    return b""


def _quoted(value: Any) -> str:
    return quote_plus("" if value is None else str(value), errors="replace")
