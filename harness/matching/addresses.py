"""Addresses in parts: street, town and postal code in fields of their own. A part says whose address it is where another part of
it stands beside it, and one of them is no place that many live in."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

PART_OF_ADDRESS = "part of the address"
STREET = "street of the address"
NEAR = 160  # bytes between two parts
ENOUGH_TOGETHER = 30.0  # bits of two parts
_CODE = r"\d{5}(?:-\d{4})?|\d{6}|\d{3}-\d{4}|[A-Z]\d[A-Z] ?\d[A-Z]\d|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}"
_CODE_LAST, _CODE_FIRST = re.compile(rf"(.*?)[\s-]+({_CODE})"), re.compile(rf"(?:[A-Z]{{1,2}}-)?(\d{{4}}|{_CODE})\s+(.+)")
_CODE_ALONE = re.compile(_CODE)
_UNIT = re.compile(r"(.{5,}?),? (?:apt|apartment|unit|suite|ste|flat|floor|fl|room|rm|whg|appt|#)\b\.? ?\S.*", re.IGNORECASE)
_STATE_LAST = re.compile(r"(.+?)\s+([A-Z]{2})")
_ABBREVIATED = re.compile(r"^(?:г|гор|ул|д|кв|пр|просп|пер|обл|стр|корп)\.\s*")
_EAST_ASIAN = re.compile(
    r"(?P<province>[^\s\d]{2,7}?(?:省|自治区|特别行政区|都|道|府|県))?(?P<city>[^\s\d]{1,6}?(?:市|州(?!市)))?"
    r"(?P<district>[^\s\d]{1,6}?[区區县縣郡])?(?P<rest>.{3,})"
)
_HANGUL_PLACE = re.compile(r"[\uac00-\ud7a3]{1,6}(?:시|도|구|군|읍|면)")
_EAST, _HANGUL = re.compile(r"[\u3400-\u9fff]"), re.compile(r"[\uac00-\ud7a3]")
_SHORTEST_STREET = 5


@dataclass(frozen=True)
class Part:
    """`street`: whether it is the part that few people share; `code`: whether it is a postal code."""

    text: str
    street: bool = False
    code: bool = False


def parts_of(address: str) -> list[Part]:
    text = address.strip()
    if _HANGUL.search(text):
        found = list(_korean(text))
    elif _EAST.search(text):
        found = list(_east_asian(text))
    else:
        found = list(_western(text))
    once = {part.text: part for part in found if len(part.text) > 1 and part.text != text}
    return list(once.values()) if len(once) > 1 else []


def _western(text: str) -> Iterator[Part]:
    pieces = [piece.strip() for piece in re.split(r"[,;\n]", text) if piece.strip()]
    if len(pieces) < 2:
        return
    streets = []
    for number, piece in enumerate(pieces):
        if number and (found := list(_place(piece))):
            yield from found
        else:
            streets.append(piece)
    for last in range(len(streets), 0, -1):
        whole = ", ".join(streets[:last])
        for form in (whole, " ".join(streets[:last])):
            if _is_street(form):
                yield Part(form, street=True)
    for piece in streets:
        plain = _ABBREVIATED.sub("", piece)
        yield Part(plain, street=_is_street(plain) and any(sign.isdigit() for sign in plain))
        if unit := _UNIT.fullmatch(piece):
            yield Part(unit[1], street=_is_street(unit[1]))
            yield Part(piece[unit.end(1) :].strip(" ,"))


def _place(piece: str) -> Iterator[Part]:
    """A town with its postal code, a state with its: Part of each; nothing where it is no such."""
    if _CODE_ALONE.fullmatch(piece):
        yield Part(piece, code=True)
    elif match := _CODE_LAST.fullmatch(piece):
        yield Part(match[2], code=True)
        yield Part(match[1])
        if state := _STATE_LAST.fullmatch(match[1]):
            yield Part(state[1])
    elif match := _CODE_FIRST.fullmatch(piece):
        yield Part(match[1], code=True)
        yield Part(match[2])
    elif not any(sign.isdigit() for sign in piece) and "." not in piece:
        yield Part(piece)


def _east_asian(text: str) -> Iterator[Part]:
    match = _EAST_ASIAN.fullmatch(text)
    if match is None or not (match["city"] or match["district"]):
        return
    places = [match[name] for name in ("province", "city", "district") if match[name]]
    for place in places:
        yield Part(place)
    for first in range(len(places) + 1):
        rest = "".join(places[first:]) + match["rest"]
        if first and len(match["rest"]) >= _SHORTEST_STREET:
            yield Part(rest, street=True)
    if town := re.match(r"([^\d\s]{2,})(\d[\d-]{2,})$", match["rest"]):
        yield Part(town[1])
        yield Part(town[2])


def _korean(text: str) -> Iterator[Part]:
    words = text.split()
    places = list(itertools.takewhile(_HANGUL_PLACE.fullmatch, words))
    if not places:
        return
    for place in places:
        yield Part(place)
    for first in range(1, len(places) + 1):
        rest = " ".join(words[first:])
        if len(rest) >= _SHORTEST_STREET:
            yield Part(rest, street=True)
    yield Part(" ".join(places))


def _is_street(text: str) -> bool:
    return len(text) >= _SHORTEST_STREET and any(sign.isalpha() for sign in text)
