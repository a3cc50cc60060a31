"""How a text stands in what is around it: the whole of a field, a piece of it, or glued to other letters and digits."""

from __future__ import annotations

import re

from harness.matching.evidence import GLUED, IN_NUMBER, IN_WORD, PART, WHOLE

_BEFORE = frozenset(b"\"'=>\n\r\t[({:,;|#@\x00&?") | frozenset(range(32))
_AFTER = frozenset(b"\"'<\n\r\t])},;|#@\x00&=:") | frozenset(range(32))
_WIDE_SIGNS = frozenset(sign.encode() for sign in "：，。、；！？（）【】《》「」『』“”‘’—…　｜／")
_DIMENSION = frozenset(b"x*,X")
_LANGUAGE_AND_COUNTRY = re.compile(rb"[a-z]{2,3}(?:[-_][a-z]{4})?[-_][a-z]{2}|[a-z]{2,3}[-_][a-z]{4}")
_ZONE = re.compile(rb"(?:asia|europe|america|africa|australia|pacific|atlantic|indian)(?:\\?/|(?:%(?:25)*5c)?%(?:25)*2f)$")
_LOOKED_AT = frozenset({"os_name", "screen", "screen_width", "screen_height"})
_OF_SIZE = frozenset({"screen_width", "screen_height", "density"})
_LISTS = frozenset(b",;|")
_SIZE = re.compile(rb"(?<![0-9a-z])([0-9]{3,4})w[_x,; -]{1,2}([0-9]{3,4})h(?:[_x,; -]{1,2}([0-9]{2,3})dpi)?(?![0-9a-z])")
_PLACES = frozenset({"city", "province", "country", "address"})


def standing(lowered: bytes, start: int, end: int, field: str, *, word: bool) -> float:
    """Bits for or against. `lowered`: the layer in small letters. `word`: whether the text is letters of a language only."""
    before = lowered[start - 1] if start else 10
    after = lowered[end] if end < len(lowered) else 10
    if before == 32 and start > 1 and lowered[start - 2] in b":=,":
        before = 34
    if not word and after in _LISTS and start > 1 and _letter(before) and lowered[start - 2] in _LISTS and end - start >= 7:
        before = 44  # a letter says which of a list it is: `,f10.0.0.108,h`
    if before == 92 or (start > 1 and lowered[start - 2] == 92 and before in b"nrt"):
        before = 34  # an escape
    if after == 92:
        after = 34
    if before > 127 and lowered[start - 3 : start] in _WIDE_SIGNS:
        before = 34
    if after > 127 and lowered[end : end + 3] in _WIDE_SIGNS:
        after = 34
    if after == 34 and end + 1 < len(lowered) and lowered[end : end + 2] == b'":':
        return IN_WORD  # it is a field's name
    if field in _PLACES and before in b"/f" and _ZONE.search(lowered[max(0, start - 24) : start]):
        return IN_WORD  # a time zone is named by it
    if field.startswith("screen"):
        left, right = lowered[max(0, start - 4) : start].rstrip(b" "), lowered[end : end + 4].lstrip(b" ")
        if len(left) > 1 and left[-1] in _DIMENSION and _digit(left[:-1].rstrip(b" ")[-1:] or b" "):
            before = 34
        if len(right) > 1 and right[0] in _DIMENSION and _digit(right[1:].lstrip(b" ")[:1] or b" "):
            after = 34
    elif field in ("language", "country") and before + after and in_locale(lowered, start, end):
        return WHOLE
    if field in _OF_SIZE and in_size(lowered, start, end):
        return WHOLE
    first, last = lowered[start], lowered[end - 1]
    glued = 0.0
    for beside, own in ((before, first), (after, last)):
        if not (_alnum(beside) and _alnum(own)):
            continue
        if beside == before and start > 2 and lowered[start - 3] == 37:
            continue  # the end of a percent escape
        if _digit(beside) and _digit(own):
            glued += IN_NUMBER
        elif word and not _digit(beside):
            glued += IN_WORD
        else:
            glued += GLUED
    if glued:
        return glued + PART
    if (before in b".-" and _digit(first) and start > 1 and _digit(lowered[start - 2])) or (
        after == 46 and _digit(last) and end + 1 < len(lowered) and _digit(lowered[end + 1])
    ):
        return PART * 2  # a piece of a version, an address or a fraction
    return WHOLE if before in _BEFORE and after in _AFTER else PART


def in_size(lowered: bytes, start: int, end: int) -> bool:
    """Whether it is a number of a screen's size that is written as `1644w_3840h_420dpi`."""
    if lowered[end : end + 1] not in (b"w", b"h", b"d"):
        return False
    begun = max(0, start - 14)
    found = _SIZE.finditer(lowered, begun, end + 14)
    return any(match.span(group) == (start, end) for match in found for group in (1, 2, 3))


_NO_LETTERS = bytes(byte if byte < 128 else 10 for byte in range(256))


def in_binary(lowered: bytes, start: int, end: int, field: str, *, word: bool) -> float:
    """The same among bytes that are no text: those beyond ASCII are no letters there, but lengths and tags."""
    begun = max(0, start - 8)
    beside = lowered[begun:start].translate(_NO_LETTERS) + lowered[start:end] + lowered[end : end + 8].translate(_NO_LETTERS)
    return standing(beside, start - begun, end - begun, field, word=word)


def surely_glued(lowered: bytes, start: int, end: int, field: str) -> bool:
    """Whether a letter or digit stands right beside it, so that nothing speaks for it any more. Where that takes a closer look
    (escapes, dimensions, locales, the versions of User-Agents) it is left to `standing`."""
    if field in _LOOKED_AT or (start > 2 and lowered[start - 3] == 37):
        return False
    if field == "density" and lowered[end : end + 3] == b"dpi":
        return False
    if field in ("language", "country"):
        left, right = lowered[start - 1] if start else 10, lowered[end] if end < len(lowered) else 10
        return (_ALNUM[left] and _ALNUM[right]) or _ALNUM[left] > _letter(left) or _ALNUM[right] > _letter(right)
    if start and _ALNUM[lowered[start - 1]] and _ALNUM[lowered[start]] and (start < 2 or lowered[start - 2] != 92):
        return lowered[start - 1] < 128 or lowered[start - 3 : start] not in _WIDE_SIGNS
    if field == "os_version" or end >= len(lowered) or not _ALNUM[lowered[end]] or not _ALNUM[lowered[end - 1]]:
        return False
    return lowered[end] < 128 or lowered[end : end + 3] not in _WIDE_SIGNS


def in_locale(lowered: bytes, start: int, end: int) -> bool:
    """Whether it is the language or the country of something like zh_CN, which stands for itself."""
    left = start
    while left > 0 and start - left < 9 and (97 <= lowered[left - 1] <= 122 or lowered[left - 1] in b"-_"):
        left -= 1
    right = end
    while right < len(lowered) and right - end < 9 and (97 <= lowered[right] <= 122 or lowered[right] in b"-_"):
        right += 1
    if (left and _alnum(lowered[left - 1])) or (right < len(lowered) and _alnum(lowered[right])):
        return False
    return _LANGUAGE_AND_COUNTRY.fullmatch(lowered[left:right]) is not None and (left == start or right == end)


_WORD_BEFORE = re.compile(rb"(?:^|[^a-z])([a-z]{2,20})[_:/=-] ?$")
_JOINS = (b"_", b":", b"/", b"=", b"-")
_SEPARATES = frozenset(b" -_;:/(+")


def before_value(lowered: bytes, start: int) -> str:
    """The word that stands before a value and a sign, inside the same field: `plz` of plz_10115."""
    behind = start - 1 if lowered[start - 1 : start] == b" " else start
    if lowered[behind - 1 : behind] not in _JOINS or not lowered[behind - 2 : behind - 1].isalpha():
        return ""  # as of nearly all
    match = _WORD_BEFORE.search(lowered[max(0, start - 24) : start])
    return match[1].decode() if match else ""


def leads(lowered: bytes, start: int, end: int) -> bool:
    """Whether the field begins with it, and more follows: 12-SP1A.210812."""
    before = lowered[start - 1] if start else 10
    return before in _BEFORE and end < len(lowered) and lowered[end] in _SEPARATES


_PARTS_AGENTS = frozenset(b" ;(/),\n\"'=")


def in_user_agent(lowered: bytes, start: int, end: int) -> bool:
    """Whether it is one of the words of a User-Agent, which blanks, semicolons, slashes and brackets part."""
    return (not start or lowered[start - 1] in _PARTS_AGENTS) and (end >= len(lowered) or lowered[end] in _PARTS_AGENTS)


_AGENT = re.compile(rb"[a-z0-9-]*(?:agent|client|device)[a-z0-9-]*:[^\n]*/[0-9][^\n]*[;,|/( ] ?$")
_LONGEST_AGENT, _LOCALE = 400, 5


def ends_agent(lowered: bytes, start: int, end: int) -> bool:
    """Whether a header that tells of the app and Android, as a User-Agent does, ends with it: `shop/5.2 (Android 14; pt-BR)`."""
    if lowered[end : end + 2].rstrip(b") ") not in (b"", b"\n", b"\r") and lowered[end : end + 1] not in (b"\n", b"\r"):
        return False
    begun = lowered.rfind(b"\n", max(0, start - _LONGEST_AGENT), start) + 1
    before = lowered[begun:start]
    if end - start < _LOCALE and before.rstrip(b" ").endswith(b"/"):
        return False  # of a path: `files/2/android/de`
    return b"android" in before and _AGENT.match(before) is not None


def _letter(byte: int) -> bool:
    return 97 <= byte <= 122


def _alnum(byte: int) -> bool:
    return _ALNUM[byte]


_ALNUM = tuple(48 <= byte <= 57 or 97 <= byte <= 122 or byte > 127 for byte in range(256))


def _digit(byte: int | bytes) -> bool:
    return 48 <= (byte if isinstance(byte, int) else byte[0]) <= 57
