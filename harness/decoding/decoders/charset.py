"""Text in another charset than UTF-8: UTF-16 by its mark or its zeros, and the encodings of Chinese and western text."""

from __future__ import annotations

from collections.abc import Iterable

from harness.decoding.budget import Budget
from harness.decoding.decoder import Decoder
from harness.decoding.layer import Found, Layer

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_FIRST = bytes(mark[0] for mark, _ in _MARKS[1:])
_CONTROLS = bytes(c for c in range(32) if c not in b"\t\n\r")
# Of two readings of the same bytes the one with more of the letters that are used is right.
_COMMON = range(0x4E00, 0x9FA6)


def find(layer: Layer, budget: Budget) -> Iterable[Found]:
    data = layer.data
    if len(data) < 4:
        return
    if data[0] in _FIRST:
        for mark, name in _MARKS[1:]:
            if data.startswith(mark):
                yield from _as(data[len(mark) :], name)
                return
    zeros = data.count(0)
    if zeros * 5 >= len(data) * 2:
        even, odd = data[::2].count(0), data[1::2].count(0)
        if odd >= 9 * even:
            yield from _as(data, "utf-16-le")
        elif even >= 9 * odd:
            yield from _as(data, "utf-16-be")
    elif len(data.translate(None, _CONTROLS)) == len(data):
        text = _multibyte(data)
        if text is not None:
            yield Found(text[0].encode(), letters=text[1])


def _as(data: bytes, name: str) -> Iterable[Found]:
    try:
        yield Found(data[: len(data) & ~1].decode(name).encode(), letters=len(data) // 2)
    except (UnicodeDecodeError, UnicodeEncodeError):
        return


def _multibyte(data: bytes) -> tuple[str, int] | None:
    """The reading in GB 18030 or Big5 that is nearly all common characters; else Latin-1 where most is ASCII. And how many
    letters of it cannot be chance: all, or none where most Chinese ones are of the rare half."""
    best: tuple[float, str, str] | None = None
    for name in ("gb18030", "big5"):
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        beyond = [ord(c) for c in text if ord(c) > 127]
        share = sum(c in _COMMON or 0x3000 <= c < 0x3100 or 0xFF00 <= c < 0xFFF0 for c in beyond) / len(beyond) if beyond else 0
        if share > 0.8 and (best is None or share > best[0]):
            best = (share, text, name)
    if best:
        return best[1], len(best[1]) if _everyday(best[1], best[2]) else 0
    high = sum(byte > 127 for byte in data[:4096])
    return (data.decode("latin-1"), len(data)) if high * 6 <= min(len(data), 4096) else None


def _everyday(text: str, name: str) -> bool:
    """Whether two thirds of what is not ASCII are of the more common half: the first level of Big5, or GB 2312."""
    beyond = [c for c in text if c > "\x7f"]
    if name == "big5":
        common = sum(b"\xa1" <= c.encode(name)[:1] <= b"\xc6" for c in beyond)
    else:
        common = len("".join(beyond).encode("gb2312", "ignore")) // 2
    return common * 3 >= len(beyond) * 2


decoder = Decoder(
    id="charset",
    title="another charset than UTF-8",
    title_zh="非 UTF-8 字符集",
    of="binary",
    find=find,
    source="WHATWG Encoding; GB 18030-2022",
    order=20,
)
