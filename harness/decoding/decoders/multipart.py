"""multipart bodies: each part, its transfer encoding undone."""

from __future__ import annotations

import binascii
import quopri
import re
from base64 import b64decode
from collections.abc import Iterable

from harness.decoding.budget import Budget
from harness.decoding.decoder import Decoder
from harness.decoding.layer import Found, Layer

_OPENING = re.compile(rb"(?:\r?\n)?--([\w'()+,./:=? -]{1,70})\r?\n(?=[\w-]+:)")
_NAME = re.compile(rb'(?i)\bname="?([^";\r\n]*)')
_ENCODING = re.compile(rb"(?im)^content-transfer-encoding:[ \t]*(\S+)")
_MOST_PARTS = 500


def find(layer: Layer, budget: Budget) -> Iterable[Found]:
    data = layer.data
    opening = _OPENING.match(data)
    if not opening:
        return
    line = b"--" + opening[1]
    at = opening.end()
    for number in range(_MOST_PARTS):
        end = data.find(b"\n" + line, at)
        whole = data[at : end if end >= 0 else len(data)].removesuffix(b"\r")
        headers, blank, body = whole.partition(b"\r\n\r\n")
        if not blank:
            headers, _, body = whole.partition(b"\n\n")
        start = at + len(whole) - len(body)
        name = _NAME.search(headers)
        key = name[1].decode("utf-8", "replace") if name else f"part{number}"
        if body:
            yield Found(_plain(headers, body), start, start + len(body), key=key)
        budget.check_time()
        if end < 0:
            return
        at = end + 1 + len(line)
        if data[at : at + 2] == b"--":
            return
        at = data.find(b"\n", at) + 1
        if at == 0:
            return


def _plain(headers: bytes, body: bytes) -> bytes:
    said = _ENCODING.search(headers)
    encoding = said[1].lower() if said else b""
    if encoding == b"base64":
        try:
            return b64decode(body, validate=False)
        except binascii.Error:
            return body
    return quopri.decodestring(body) if encoding == b"quoted-printable" else body


decoder = Decoder(
    id="multipart",
    title="multipart body",
    title_zh="multipart 表单",
    of="any",
    find=find,
    begins=(b"--", b"\n--", b"\r\n--"),
    source="RFC 2046; RFC 7578",
    order=5,
    explains=True,
)
