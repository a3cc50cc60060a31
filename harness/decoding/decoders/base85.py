"""Base85 of a text or a compressed stream, as RFC 1924, ZeroMQ and Adobe write it: a whole layer, a string of JSON, or
a value of a form."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Iterator

from harness.decoding.budget import Budget
from harness.decoding.decoder import Decoder
from harness.decoding.layer import Found, Layer, has_controls, is_text
from harness.decoding.spans import Spans, marked

_LEAST = 20
_RFC_1924 = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"
_ZEROMQ = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"
_TO_RFC_1924 = bytes.maketrans(_ZEROMQ, _RFC_1924)
_STREAMS = (b"\x1f\x8b\x08", b"\x78\x01", b"\x78\x9c", b"\x78\xda", b"\x28\xb5\x2f\xfd")
_TOKEN_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_.,:-"
_SIGNS = 10  # of so many letters one is none of words, numbers, addresses and tokens; it is nearly three in truth
_RARE = b"!#$()*;<>?@^`|~"  # what other texts have few of: one in six letters of random bytes, in any of the alphabets
_SORTS = marked((b"a", bytes(byte for byte in range(0x21, 0x7F) if byte not in b'"\\,')), (b"s", _RARE))
_DENSE = re.compile(rb"sa{0,9}sa{0,19}s")
_MARKED = re.compile(rb"<~([!-uz\s]{10,}+)~>")
_NAME = re.compile(rb"[\w.\-\[\]%$:]{1,64}=")
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
    for match in _MARKED.finditer(data):
        budget.check_time()
        yield from _undone(match[1], *match.span())
    for start, end in _dense(data):
        budget.check_time()
        if _may_be(data[start:end]):
            yield from _undone(data[start:end], start, end)
            name = _NAME.match(data, start, end)
            if name is not None and end - name.end() >= _LEAST:
                yield from _undone(data[name.end() : end], name.end(), end)


def _dense(data: bytes) -> Spans:
    """Rows of letters and signs, without quotation marks, commas, backslashes and blanks, that have signs near each other."""
    sorts, past, found = data.translate(_SORTS), 0, []
    while match := _DENSE.search(sorts, past):
        start, end = sorts.rfind(b" ", 0, match.start()) + 1, sorts.find(b" ", match.end())
        past = len(data) if end < 0 else end
        found.append((start, past))
    return found


def _may_be(token: bytes) -> bool:
    return len(token.translate(None, _TOKEN_LETTERS)) * _SIGNS >= len(token) >= _LEAST


def _undone(token: bytes, start: int, end: int) -> Iterator[Found]:
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
