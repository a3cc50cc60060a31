"""Values with signs in place of their middle: 133****4627. Part of the value is disclosed, and mostly whose it is."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Digits or letters that stay at both ends. Fewer than four of them could be anybody's.
_PHONE = ((3, 4), (3, 3), (4, 4), (3, 2), (2, 4), (0, 4))
_CARD = ((6, 4), (3, 4), (4, 4), (6, 2), (3, 3), (0, 4))
_SIGNS = "*xX•＊"
_DEVICE = ((6, 4), (4, 4), (3, 4), (6, 2), (8, 3), (6, 3), (5, 4), (0, 4))
_NUMBER = re.compile(r"\d{12,20}")
_EAST_ASIAN_NAME = re.compile(r"[\u3400-\u9fff\u3005\uac00-\ud7a3]{2,5}")
MASKED = "masked"
_SURE = 7  # digits that are left of a number: no one else's by chance
BITS = 3.3  # of such a digit
_CHINESE_PHONE = re.compile(r"(?:\+?86|0086)?[ -]?(1[3-9]\d{9})")


def masked(field: str, value: str) -> Iterator[str]:
    if field in ("phone", "contact"):
        digits = re.sub(r"[ ()-]", "", value)
        if (chinese := _CHINESE_PHONE.fullmatch(digits)) is not None:
            digits = chinese[1]
        if re.fullmatch(r"\+?\d{8,15}", digits):
            digits = digits.lstrip("+")
            yield from _without_middle(digits, _PHONE)
            if chinese is not None:
                yield f"{digits[:3]} **** {digits[-4:]}"
                yield f"{digits[:3]}-****-{digits[-4:]}"
            elif value.startswith("+"):
                for code in (1, 2, 3):
                    yield from _without_middle(digits[code:], _PHONE)
    elif field == "imei" and re.fullmatch(r"\d{14,16}", value):
        yield from _without_middle(value, _DEVICE)
    elif field == "" and _NUMBER.fullmatch(value):
        yield from _without_middle(value, _CARD)
    elif field == "name" and _EAST_ASIAN_NAME.fullmatch(value):
        size = len(value)
        for head, tail in ((1, 0), (0, 1), (1, 1), (0, size - 1), (size - 1, 0)):
            if head + tail < size:
                for sign in "*＊xX○某":
                    yield value[:head] + sign * (size - head - tail) + value[size - tail :]
                yield f"{value[:head]}**{value[size - tail :]}"
    elif field == "id_card" and re.fullmatch(r"[0-9A-Za-z]{14,20}", value):
        yield from _without_middle(value, _CARD)
    elif field == "email" and value.count("@") == 1:
        user, _, domain = value.partition("@")
        for head, tail in ((1, 1), (2, 2), (3, 0), (2, 0), (1, 0), (3, 2), (3, 1), (2, 1)):
            if len(user) > head + tail:
                for stars in dict.fromkeys((3, 4, 5, len(user) - head - tail)):
                    yield f"{user[:head]}{'*' * stars}{user[len(user) - tail :]}@{domain}"


def sure(text: str) -> bool:
    """Whether so much is left of a number, with stars in its middle, that its owner is nobody else."""
    return sum(sign.isdecimal() for sign in text) >= _SURE and text[:1].isdecimal() and "*" in text and text.isascii()


def bits(text: str) -> float:
    """What is left of it, counted: at a number's ends nothing is round or common."""
    if text.isascii() and any(sign.isdigit() for sign in text):
        return BITS * sum(sign.isdigit() for sign in text) + 2.2 * sum(sign.isalpha() for sign in text.replace("x", ""))
    return 8.0 * sum(sign.isalpha() for sign in text.replace("X", "").replace("x", "").replace("某", ""))


def _without_middle(text: str, kept: tuple[tuple[int, int], ...]) -> Iterator[str]:
    for head, tail in kept:
        hidden = len(text) - head - tail
        if hidden >= 2:
            for sign in _SIGNS:
                yield text[:head] + sign * hidden + text[len(text) - tail :]
            yield f"{text[:head]}****{text[len(text) - tail :]}"
