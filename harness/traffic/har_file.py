"""The JSON of a HAR file as it is found: in other charsets, packed, with comments and commas too many, broken off."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.errors import UsageError

GZIP = b"\x1f\x8b"
# A string or a comment that is cut off goes to the file's end: each sign in it would be tried as the beginning of another.
# All of these read bytes: one emoji makes a text of four bytes for each of its characters.
_QUOTED = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)'
_COMMENT = re.compile(_QUOTED + rb"|//[^\n]*+|/\*.*?(?:\*/|\Z)", re.DOTALL)
_TRAILING = re.compile(_QUOTED + rb"|,(?=\s*+[\]}])", re.DOTALL)
_LATER_BYTES = bytes(range(0x80, 0xC0))  # of a character in UTF-8
_BLANKS = bytes(byte if byte == ord("\n") else ord(" ") for byte in range(256))
_ENTRIES = re.compile(r'"entries"\s*+:\s*+\[')
_BETWEEN = re.compile(r"[\s,]*+")
# Letters of GB 18030, Big5 and EUC, and of Shift-JIS: where the second byte is a backslash's, none is meant.
_PAIRS = (
    re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]"),
    re.compile(rb"[\x81-\x9f\xe0-\xfc][\x40-\x7e\x80-\xfc]|[\xa1-\xdf]"),
)


def is_har(head: bytes) -> bool:
    """Whether a file that begins with this may be one."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return True
    return head.removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").lstrip(b" \t\r\n")[:1] in (b"{", b"/")


def load(path: Path, largest: int) -> tuple[Any, str]:
    """What the file holds, and where it breaks off ("" where it does not). Raises UsageError where it is no HAR, or larger than
    `largest` bytes."""
    raw, broken = _bytes(path, largest)
    first: UsageError | tuple[Any, str] | None = None
    for data in _readings(raw):
        try:
            read = _parsed(path, data)
        except UsageError as bad:
            first = first or bad
            continue
        if not read[1]:
            return read[0], broken
        first = read if not isinstance(first, tuple) else first
    if isinstance(first, tuple):
        return first[0], broken or first[1]
    assert first is not None
    raise first


def _bytes(path: Path, largest: int) -> tuple[bytes, str]:
    """The file unpacked, and what was wrong with that."""
    with path.open("rb") as file:
        if file.read(2) != GZIP:
            size = path.stat().st_size
            if size > largest:
                raise _too_large(path, f"has {size} bytes", largest)
            file.seek(0)
            return file.read(), ""
        file.seek(0)
        found: list[bytes] = []
        size, unpacking = 0, zlib.decompressobj(31)
        try:
            while piece := unpacking.unconsumed_tail or file.read(1 << 20):
                found.append(unpacking.decompress(piece, 4 << 20))
                size += len(found[-1])
                if size > largest:
                    raise _too_large(path, f"unpacks to more than {largest} bytes", largest)
                if unpacking.eof:
                    break
        except zlib.error as bad:
            return b"".join(found), f"the file cannot be unpacked to its end ({bad}); requests behind that are lost"
    return b"".join(found), "" if unpacking.eof else "the packed file is cut off; requests behind that are lost"


def _too_large(path: Path, has: str, largest: int) -> UsageError:
    return UsageError(
        f"{path} {has}.",
        f"A HAR is read as a whole: with this memory up to {largest} bytes.",
        "Give more with --memory, or split it.",
    )


def _readings(raw: bytes) -> Iterator[bytes]:
    """The file in UTF-8, in several ways where it is in something else; the first that is JSON to its end counts. A byte that is
    no UTF-8 stays that byte: which charset a body is in is asked body by body."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        yield raw.decode("utf-16", "replace").encode()
        return
    if raw[:1] == b"\0" or raw[1:2] == b"\0":
        yield raw.decode("utf-16-be" if raw[:1] == b"\0" else "utf-16-le", "replace").encode()
        return
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    if _in_another_charset(raw):
        for pairs in _PAIRS:
            yield pairs.sub(lambda m: m[0] + b"\\" if m[0][1:] == b"\\" else m[0], raw)
    yield raw


def _in_another_charset(raw: bytes) -> bool:
    """Whether more of what is beyond ASCII is no UTF-8 than is."""
    try:
        raw.decode()
    except UnicodeDecodeError:
        beyond = [sign for sign in raw.decode("utf-8", "surrogateescape") if sign > "\x7f"]
        return sum("\udc80" <= sign <= "\udcff" for sign in beyond) * 2 > len(beyond)
    return False


def _parsed(path: Path, data: bytes) -> tuple[Any, str]:
    """Raises UsageError where it is no JSON."""
    try:
        return json.loads(data.decode("utf-8", "surrogateescape")), ""
    except json.JSONDecodeError:
        pass
    except RecursionError as deep:
        why = "Its JSON is nested to a depth that nobody writes."
        raise UsageError(f"{path} is no HAR.", why, "Export the traffic as HAR 1.2.") from deep
    # Blanks for what is taken out, so that an error's place is that in the file.
    data = _COMMENT.sub(lambda m: m[0] if m[0].startswith(b'"') else m[0].translate(_BLANKS, _LATER_BYTES), data)
    data = _TRAILING.sub(lambda m: m[0] if m[0].startswith(b'"') else b" ", data)
    text = data.decode("utf-8", "surrogateescape")
    try:
        return json.loads(text, strict=False), ""
    except RecursionError as deep:
        what, cause = "nested to a depth that nobody writes", ValueError(str(deep))
    except json.JSONDecodeError as bad:
        what, cause = f"{bad.msg} (line {bad.lineno}, column {bad.colno})", bad
    if whole := _whole_entries(text):
        return {"log": {"entries": whole}}, f"the file is broken from here on: {what}; requests behind that are lost"
    raise UsageError(f"{path} is no HAR.", f"It is no JSON: {what}.", "Export the traffic as HAR 1.2.") from cause


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
