"""Base85 of a text or a compressed stream, as RFC 1924, ZeroMQ and Adobe write it: a whole layer, a string of JSON, or
a value of a form."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Iterator

from harness.decoding.budget import Budget
from harness.decoding.decoder import Decoder
from harness.decoding.layer import Found, Layer, has_controls, is_text

_LEAST = 20
_RFC_1924 = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"
_ZEROMQ = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"
_TO_RFC_1924 = bytes.maketrans(_ZEROMQ, _RFC_1924)
_STREAMS = (b"\x1f\x8b\x08", b"\x78\x01", b"\x78\x9c", b"\x78\xda", b"\x28\xb5\x2f\xfd")
_STRING = re.compile(rb'"([!#-\[\]-~]{20,}+)"')
_VALUE = re.compile(rb"(?<=[\w\]])=([!-~]{20,}+)(?:\n|\Z)")
_NO_BASE64 = re.compile(rb"[^A-Za-z0-9+/=_.,:-]")  # a word, number, address or token is no base85
_ONE = 5


def _rfc_1924(token: bytes) -> bytes:
    return base64.b85decode(token)


def _zeromq(token: bytes) -> bytes:
    if token.translate(None, _ZEROMQ):
        raise ValueError("a letter of another alphabet")
    return base64.b85decode(token.translate(_TO_RFC_1924))


_KINDS: tuple[Callable[[bytes], bytes], ...] = (_rfc_1924, _zeromq, base64.a85decode)


def find(layer: Layer, budget: Budget) -> Iterable[Found]:
    data = layer.data
    whole = data.strip()
    if b'"' not in whole or whole.startswith(b"<~"):
        yield from _undone(whole, 0, 0)
    for pattern in (_STRING, _VALUE):
        for match in pattern.finditer(data):
            budget.check_time()
            yield from _undone(match[1], *match.span(1))


def _undone(token: bytes, start: int, end: int) -> Iterator[Found]:
    if token.startswith(b"<~") and token.endswith(b"~>"):
        token = token[2:-2]
    if len(token) < _LEAST or not _NO_BASE64.search(token):
        return
    for kind in _KINDS:
        try:
            begun = kind(token[: 2 * _ONE])
            if not has_controls(begun) or begun.startswith(_STREAMS):
                plain = kind(token)
                if is_text(plain) or plain.startswith(_STREAMS):
                    yield Found(plain, start, end)
                    return
        except ValueError:
            continue


decoder = Decoder(
    id="base85",
    title="Base85",
    title_zh="Base85 编码",
    of="text",
    find=find,
    source="RFC 1924; ZeroMQ RFC 32; Adobe, PostScript Language Reference, ASCII85",
    order=43,
)
