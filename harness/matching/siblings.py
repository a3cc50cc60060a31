"""Values that are sent in pieces, each in a field of its own beside the others: the groups of a telephone number, a birthday's
year, month and day."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from functools import partial

from harness.matching.candidates import Measure

_GAP = rb"[^0-9a-z]{1,6}[a-z][\w.\[\]-]{0,30}[^0-9a-z]{1,6}"  # the end of a field, the next one's name, its beginning
_WINDOW = 140  # bytes
_SURE = 26.0  # bits
_BITS = 3.3  # of a digit
_IS = rb"\]?[\"'\\]{0,2}\s?[:=>]\s?[\"'\\]{0,2}"
_YEAR_KEY = re.compile(rb"(?:year|yyyy|y|jahr|annee|ano|anio|anno|nen)" + _IS + rb"$")
_MONTH_KEY, _DAY_KEY = rb"(?:month|mon|mm|m|monat|mois|mes|mese)", rb"(?:day|dd|d|tag|jour|dia|giorno|date)"
_BIRTH = re.compile(rb"birth|dob|bday|geburt|naiss|nascim|nacim|seinen|\xe7\x94\x9f\xe6\x97\xa5|\xe5\x87\xba\xe7\x94\x9f")


def groups_of_phone(written: str, value: str) -> Iterator[tuple[str, ...]]:
    """The groups in which a number is written in forms: those of the value itself, and the usual ones of ten and eleven digits.
    `written`: the number as it is dialled inside the country."""
    own = tuple(re.findall(r"\d+", value))
    if 2 <= len(own) <= 4 and all(len(group) >= 2 for group in own):
        yield own
    if written.isdecimal() and len(written) in (10, 11):
        yield written[:3], written[3:-4], written[-4:]


def phone_in(groups: Sequence[str]) -> tuple[str, Measure]:
    """(what to look for, what says whether the other groups stand in the fields beside it)."""
    form = re.compile(rb"(?<![0-9a-z])" + _GAP.join(b"(" + group.encode() + b")" for group in groups) + rb"(?![0-9a-z])")
    anchor = max(range(len(groups)), key=lambda at: len(groups[at]))
    return groups[anchor], partial(_phone_at, form=form, group=anchor + 1, bits=_BITS * sum(map(len, groups)))


def _phone_at(data: bytes, start: int, form: re.Pattern[bytes], group: int, bits: float) -> tuple[int, float, str] | None:
    begun = max(0, start - _WINDOW)
    for match in form.finditer(data[begun : start + _WINDOW].lower()):
        if match.start(group) == start - begun:
            return begun + match.end(group), min(_SURE, bits), "in several fields"
    return None


def birthday_in(day: datetime.date) -> tuple[str, Measure]:
    """The same of a day of birth, by its year."""
    month, number = (
        re.compile(rb"(?<![a-z])[a-z0-9_.\[-]{0,24}?" + key + _IS + b"0?%d(?![0-9.])" % count)
        for key, count in ((_MONTH_KEY, day.month), (_DAY_KEY, day.day))
    )
    return str(day.year), partial(_birthday_at, month=month, number=number)


def _birthday_at(
    data: bytes, start: int, month: re.Pattern[bytes], number: re.Pattern[bytes]
) -> tuple[int, float, str] | None:
    end = start + 4
    if data[end : end + 1].isalnum() or not _YEAR_KEY.search(data[max(0, start - 24) : start].lower()):
        return None
    around = data[max(0, start - _WINDOW) : end + _WINDOW // 2].lower()
    if _BIRTH.search(around) and month.search(around) and number.search(around):
        return end, _SURE, "year, month and day in fields of their own"
    return None
