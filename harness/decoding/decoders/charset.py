"""Text in another charset than UTF-8: UTF-16 by its mark or its zeros, and the encodings of Asian, Cyrillic and western text.

No byte tells GB 18030 from windows-1252 or EUC-KR in a short text, so each reading that is plausible is a layer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from harness.decoding.budget import Budget
from harness.decoding.decoder import Decoder
from harness.decoding.layer import Found, Layer

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_FIRST = bytes(mark[0] for mark, _ in _MARKS[1:])
_CONTROLS = bytes(c for c in range(32) if c not in b"\t\n\r")
_SAMPLE = 4096  # bytes or characters by which a reading is judged
_HIGH = re.compile(rb"[\x80-\xff]+")
_ASCII = bytes(range(128))
_ENOUGH = 8  # letters of Japanese or Korean that chance does not make in a row


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
    elif without_controls(data) and not _is_utf8(data):
        for text, letters in _judged(data):
            yield Found(text.encode(), letters=letters)
        if _mostly_ascii(data):
            yield Found(data.decode("latin-1").encode(), letters=len(data))  # of bytes inside a text each stays what it is


def without_controls(data: bytes) -> bool:
    return len(data.translate(None, _CONTROLS)) == len(data)


def readings(data: bytes) -> Iterator[str]:
    """What it may say, of bytes that are no UTF-8 and hold no control characters: likely ones first, none twice."""
    return (text for text, _ in _judged(data))


def _judged(data: bytes) -> Iterator[tuple[str, int]]:
    """The readings, and how many letters of each cannot be chance: all, or none where most of them are rare ones."""
    told: set[str] = set()
    for text, letters in (*_of_two_bytes(data), *((one, len(one)) for one in _of_one_byte(data))):
        if text not in told:
            told.add(text)
            yield text, letters


def _as(data: bytes, name: str) -> Iterable[Found]:
    try:
        yield Found(data[: len(data) & ~1].decode(name).encode(), letters=len(data) // 2)
    except (UnicodeDecodeError, UnicodeEncodeError):
        return


def _is_utf8(data: bytes) -> bool:
    """Such as what this made of other bytes already, where a deleting character keeps it from being text."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _mostly_ascii(data: bytes) -> bool:
    sample = data[:_SAMPLE]
    return len(sample.translate(None, _ASCII)) * 6 <= len(sample)


# -- two bytes a character -------------------------------------------------------------------------------------------------


def _chinese(sign: str) -> bool:
    """One of the letters and signs that are used, and not those which a charset has for completeness."""
    return "\u4e00" <= sign < "\u9fa6" or _japanese_sign(sign)


def _japanese_sign(sign: str) -> bool:
    return "\u3000" <= sign < "\u3100" or "\uff00" <= sign < "\uff61" or "\uffe0" <= sign < "\ufff0"


def _japanese(sign: str) -> bool:
    """Kana, signs, and the 2965 letters of JIS X 0208's first level. Half-width kana are what Chinese bytes become."""
    return _japanese_sign(sign) or ("\u4e00" <= sign < "\u9fa6" and sign.encode("cp932", "replace")[0] <= 0x98)


def _korean(sign: str) -> bool:
    return "\uac00" <= sign <= "\ud7a3" or "\u3131" <= sign <= "\u318e" or "\u3000" <= sign < "\u3040"


_TWO_BYTES: tuple[tuple[str, Callable[[str], bool], float], ...] = (
    ("gb18030", _chinese, 0.8),
    ("big5", _chinese, 0.8),
    ("cp932", _japanese, 0.9),
    ("cp949", _korean, 0.9),
)  # charset, which signs are those of its language, and their least share


def _of_two_bytes(data: bytes) -> list[tuple[str, int]]:
    found: list[tuple[float, str, int]] = []
    for name, usual, least in _TWO_BYTES:
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        beyond = [sign for sign in text[:_SAMPLE] if sign > "\x7f"]
        share = sum(map(usual, beyond)) / len(beyond) if beyond else 0
        if share > least:
            found.append((share, text, len(text) if _everyday(beyond, name) else 0))
    return [(text, letters) for _, text, letters in sorted(found, key=lambda one: -one[0])]


def _everyday(beyond: list[str], name: str) -> bool:
    """Whether two thirds of what is not ASCII are of the more common half: the first level of Big5, GB 2312; of the others
    whether there are enough of them that their share says so."""
    if name == "big5":
        common = sum(b"\xa1" <= sign.encode(name)[:1] <= b"\xc6" for sign in beyond)
    elif name == "gb18030":
        common = len("".join(beyond).encode("gb2312", "ignore")) // 2
    else:
        common = len(beyond) if len(beyond) >= _ENOUGH else 0
    return common * 3 >= len(beyond) * 2


# -- one byte a letter -----------------------------------------------------------------------------------------------------

# Letters beyond ASCII stand alone or in small groups among those of ASCII; signs such as the euro's stand alone.
_LETTER = rb"[\x8a-\x9f\xa3\xa5\xaa\xaf\xb3\xb9\xba\xbc\xbe\xbf\xc0-\xff]"
_AMONG_ASCII = re.compile(
    rb"(?<![\x80-\xff])(?:[\x80-\xff](?![\x80-\xff])"
    rb"|(?<=[A-Za-z])%(letter)s{2,3}(?![\x80-\xff])|%(letter)s{2,3}(?=[A-Za-z]))" % {b"letter": _LETTER}
)
# Words of an alphabet of their own: in capitals, in small letters, or with one capital before.
_WORD = rb"(?<![A-Za-z\x80-\xff])(?:[%(up)s]?[%(low)s]+|[%(up)s]+)(?![A-Za-z\x80-\xff])"
_SIGNS = bytes.maketrans(b"\x84\x85\x91\x92\x93\x94\x96\x97\xa0\xab\xbb", b" " * 11)
_CYRILLIC = re.compile(
    _WORD % {b"up": rb"\xa1\xa5\xa8\xaa\xaf\xb2\xc0-\xdf", b"low": rb"\xa2\xb3\xb4\xb8\xba\xbf\xe0-\xff"}
)
_GREEK = re.compile(_WORD % {b"up": rb"\xa2\xb8-\xba\xbc\xbe\xbf\xc1-\xdb", b"low": rb"\xc0\xdc-\xfe"})


def _of_one_byte(data: bytes) -> Iterator[str]:
    sample = data[:_SAMPLE]
    high = len(sample.translate(None, _ASCII))
    if high * 3 <= len(sample) and _share(_AMONG_ASCII, sample, high) > 0.9:
        for name in ("cp1252", "cp1250", "cp1254"):
            yield _decoded(data, name)
    plain = sample.translate(_SIGNS)
    high = len(plain.translate(None, _ASCII))
    for name, words in (("cp1251", _CYRILLIC), ("cp1253", _GREEK)):
        longer = max((len(run) for run in _HIGH.findall(plain)), default=0)
        if longer > 1 and _share(words, plain, high) > 0.9:
            yield _decoded(data, name)


def _share(pattern: re.Pattern[bytes], data: bytes, high: int) -> float:
    return sum(len(found.group()) for found in pattern.finditer(data)) / high if high else 0


def _decoded(data: bytes, name: str) -> str:
    """A byte that a code page leaves free is what it is in Latin-1, as the WHATWG has it."""
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        return "".join(bytes([byte]).decode(name, "ignore") or chr(byte) for byte in data)


decoder = Decoder(
    id="charset",
    title="another charset than UTF-8",
    title_zh="非 UTF-8 字符集",
    of="binary",
    find=find,
    source="WHATWG Encoding; GB 18030-2022; JIS X 0208; KS X 1001",
    order=20,
)
