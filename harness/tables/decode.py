"""Unwraps what left the device: content encodings, percent and JSON escapes, base64, hex, gzip, one inside another.

Each decoder gives texts; `unwrap` applies them again to what they give, to a depth of 4 and within a
budget, so that a hostile body cannot make it run for ever. A body cut by the budget says so.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote_plus

import brotli
import zstandard

MAX_DEPTH = 4
MAX_TEXTS = 400  # texts made from one message
MAX_BYTES = 16 << 20  # bytes of one message looked at, decoded or not

_B64 = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
_HEX = re.compile(r"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{2}){8,}(?![0-9A-Fa-f])")
_ESCAPE = re.compile(r"\\[u\"\\/bfnrt]")


@dataclass(frozen=True)
class Text:
    """A readable text and the decoders that led to it, outermost first."""

    text: str
    encodings: tuple[str, ...]


def content(data: bytes, header: str | None) -> tuple[bytes, tuple[str, ...]]:
    """Undo a Content-Encoding header; the second part names what was undone. Broken data stays as it is."""
    names: list[str] = []
    for name in reversed([n.strip().lower() for n in (header or "").split(",") if n.strip()]):
        undo = _CONTENT.get(name)
        if undo is None:
            break
        try:
            data = undo(data)
        except (OSError, zlib.error, EOFError, brotli.error, zstandard.ZstdError, MemoryError):
            break
        names.append(name)
    return data, tuple(names)


def _bounded_zlib(data: bytes, wbits: int) -> bytes:
    machine = zlib.decompressobj(wbits)
    return machine.decompress(data, MAX_BYTES)


def _deflate(data: bytes) -> bytes:
    try:
        return _bounded_zlib(data, 15)
    except zlib.error:
        return _bounded_zlib(data, -15)


def _brotli(data: bytes) -> bytes:
    machine = brotli.Decompressor()
    out = bytearray()
    for at in range(0, len(data), 4096):
        out += machine.process(data[at : at + 4096])
        if len(out) > MAX_BYTES:
            break
    return bytes(out[:MAX_BYTES])


_CONTENT: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda d: _bounded_zlib(d, 31),
    "x-gzip": lambda d: _bounded_zlib(d, 31),
    "deflate": _deflate,
    "br": _brotli,
    "zstd": lambda d: zstandard.ZstdDecompressor().stream_reader(d).read(MAX_BYTES),
    "identity": lambda d: d,
}


def _readable(data: bytes) -> str | None:
    """Text, if the bytes are mostly that; else None."""
    if not data:
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    strange = sum(1 for c in text if c < " " and c not in "\t\r\n")
    return text if strange * 10 <= len(text) else None


def as_text(data: bytes) -> str:
    """Bytes as text: UTF-8 if they are, else Latin-1, so that an ASCII value inside binary data is still found."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _percent(text: str) -> Iterator[tuple[str, str]]:
    if "%" in text or "+" in text:
        plain = unquote_plus(text, errors="replace")
        if plain != text:
            yield "percent", plain


def _json(text: str) -> Iterator[tuple[str, str]]:
    if not _ESCAPE.search(text):
        return
    try:
        plain = json.dumps(json.loads(text), ensure_ascii=False)
        inner = [plain] + [v for v in _strings(json.loads(text)) if v[:1] in "{["]
    except (ValueError, RecursionError):
        inner = [_ESCAPE_TEXT.sub(_unescape, text)]
    for found in inner:
        if found != text:
            yield "json", found


_ESCAPE_TEXT = re.compile(r"\\u([0-9A-Fa-f]{4})|\\([\"\\/bfnrt])")


def _unescape(match: re.Match[str]) -> str:
    if match[1]:
        return chr(int(match[1], 16))
    return {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}.get(match[2], match[2])


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def _bytes_to_text(name: str, data: bytes) -> Iterator[tuple[str, str]]:
    if data[:2] == b"\x1f\x8b":
        try:
            data, name = _bounded_zlib(data, 31), name + "+gzip"
        except (OSError, EOFError, zlib.error):
            return
    elif data[:1] == b"\x78":
        try:
            data, name = _bounded_zlib(data, 15), name + "+deflate"
        except zlib.error:
            return
    text = _readable(data)
    if text is not None:
        yield name, text


def _base64(text: str) -> Iterator[tuple[str, str]]:
    for match in _B64.finditer(text):
        token = match[0].rstrip("=").replace("-", "+").replace("_", "/")
        if len(token) % 4 == 1:
            continue
        try:
            data = base64.b64decode(token + "=" * (-len(token) % 4), validate=True)
        except (binascii.Error, ValueError):
            continue
        yield from _bytes_to_text("base64", data)


def _hex(text: str) -> Iterator[tuple[str, str]]:
    for match in _HEX.finditer(text):
        yield from _bytes_to_text("hex", bytes.fromhex(match[0]))


_DECODERS = (_percent, _json, _base64, _hex)


def unwrap(text: str, encodings: tuple[str, ...] = ()) -> Iterator[Text]:
    """The text itself, then all that the decoders find in it, breadth first, each once."""
    seen = {text}
    layer = [Text(text[:MAX_BYTES], encodings)]
    made = 0
    for _ in range(MAX_DEPTH + 1):
        following: list[Text] = []
        for item in layer:
            yield item
            for decoder in _DECODERS:
                for name, plain in decoder(item.text):
                    if plain in seen or made >= MAX_TEXTS:
                        continue
                    made += 1
                    seen.add(plain)
                    following.append(Text(plain, (*item.encodings, *name.split("+"))))
        layer = following
        if not layer:
            return
