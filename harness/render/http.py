"""Headers, addresses and bodies of recorded exchanges for other programs: as they were on the wire, or masked. `mask`: None for
as they were; one that is given masks."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from urllib.parse import quote

from harness.bundle import BundleReader
from harness.model import Message
from harness.render.masking import WHOLE, Masker, masked

MASKED_MOST = 1 << 18
"""Characters of a masked body; what is beyond is cut off, and said to be."""
_NO_UTF8 = re.compile("[\udc80-\udcff]+")  # bytes that were none (PEP 383)
_HALVES = re.compile("[\ud800-\udc7f\udd00-\udfff]")  # no proxy writes them, but a bundle may have been made by others
_PLAIN = frozenset({
    "accept", "accept-charset", "accept-encoding", "accept-language", "accept-ranges", "age", "allow", "cache-control",
    "connection", "content-disposition", "content-encoding", "content-language", "content-length", "content-range",
    "content-type", "date", "expect", "expires", "host", "keep-alive", "last-modified", "origin", "pragma", "range",
    "retry-after", "sec-websocket-extensions", "sec-websocket-protocol", "sec-websocket-version", "server", "te", "trailer",
    "transfer-encoding", "upgrade", "user-agent", "vary", "via",
})  # fmt: skip
"""Headers that say how, not who. The value of any other one is masked whole: only the app knows what it holds."""
_ADDRESSES = frozenset({"location", "content-location", "referer"})


@dataclass(frozen=True)
class Body:
    """`encoding`: "" for text, or base64. `note`: what is not as it was."""

    text: str = ""
    encoding: str = ""
    note: str = ""


def headers(message: Message | None, mask: Masker | None = None) -> list[dict[str, str]]:
    """In their order, each with `name` and `value`. Bytes beyond UTF-8 are Latin-1, as HTTP has them: `_charset` says so."""
    found = []
    for name, value, *_ in message.headers if message else []:
        if mask is not None:
            found.append({"name": mask.text(_latin1(name), WHOLE), "value": _masked_header(name.lower(), _latin1(value), mask)})
            continue
        plain = {"name": _latin1(name), "value": _latin1(value)}
        found.append(plain if plain["value"] == value else plain | {"_charset": "latin-1"})
    return found


def header(message: Message | None, name: str) -> str:
    """The first of this name, "" where there is none."""
    return next((h[1] for h in (message.headers if message else []) if h[0].lower() == name), "")


def masked_header(message: Message | None, name: str, mask: Masker | None) -> str:
    """The same as `headers` shows it."""
    value = _latin1(header(message, name))
    return value if mask is None else _masked_header(name, value, mask)


def url(text: str, mask: Masker | None = None) -> str:
    """An address; bytes beyond UTF-8 percent-encoded. Masked it stays one that can be parsed."""
    text = _NO_UTF8.sub(lambda m: "".join(f"%{byte:02X}" for byte in m[0].encode("utf-8", "surrogateescape")), text)
    if mask is None:
        return text
    return quote(mask.url(text, WHOLE), safe="%/:?#[]@!$&'()*+,;=~", errors="replace")


def raw(source: BundleReader, message: Message | None) -> bytes:
    """The bytes of a body, b"" where there are none or they were not kept."""
    if message is None or message.body is None or not source.has_object(message.body):
        return b""
    return source.object(message.body)


def body(source: BundleReader, message: Message | None, mask: Masker | None = None) -> Body | None:
    """What was sent, content codings not undone; None where there is nothing. Masked, a text keeps the names of its fields, and
    what is no text is left out: nobody can tell what is in it."""
    data = raw(source, message)
    if not data:
        return Body(note="The body was not kept.") if message and message.size else None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        if mask is not None:
            return Body(note=f"Left out: {len(data)} bytes that are no text, and so cannot be masked.")
        return Body(base64.b64encode(data).decode(), "base64")
    if mask is None:
        return Body(text)
    long = f"; cut off after {MASKED_MOST} of {len(text)} characters" if len(text) > MASKED_MOST else ""
    return Body(mask.wire(text, MASKED_MOST), note=f"Values are masked{long}.")


def _masked_header(name: str, value: str, mask: Masker) -> str:
    if name in _PLAIN:
        return mask.text(value, WHOLE)
    return url(value, mask) if name in _ADDRESSES else masked(value)


def _latin1(text: str) -> str:
    if not _NO_UTF8.search(text):
        return text
    return _HALVES.sub("?", text).encode("utf-8", "surrogateescape").decode("latin-1")
