"""Telephone numbers: as they are dialled inside their country, and from abroad (E.164)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from harness.matching import countries
from harness.matching.countries import Country

_MOST_GUESSED = 12  # countries that a national number may be of, where nothing says which
_MORE_GUESSED = 3  # beside those that it can be of by its length
_SHORTEST = 7  # digits of a national number
_LONGEST = 15  # digits of E.164
_WRITTEN = re.compile(r"[+(]{0,2}\d[\d ()./\-\u00a0]{4,24}\d")
# Where nothing else is known: the countries with the most phones first.
_FIRST_GUESSED = (
    "CN", "IN", "US", "DE", "GB", "FR", "IT", "ES", "BR", "JP", "ID", "RU", "TR", "MX", "NG", "PK", "BD", "VN", "PH", "TH",
    "KR", "EG", "ZA", "PL", "NL", "UA", "AR", "CO", "MY", "SA", "AU", "TW", "HK", "SG", "AE", "CH", "AT", "SE", "BE", "PT",
)  # fmt: skip


def international(value: str) -> str:
    """The digits of E.164, where the text is written with its country's code and a sign for that; else ""."""
    text = value.strip()
    digits = re.sub(r"\D", "", re.sub(r"\(0\)", "", text))
    if text.startswith("+"):
        found = digits
    else:
        found = digits[2:] if text.startswith("00") else ""
    return found if _SHORTEST <= len(found) <= _LONGEST and countries.of_number(found) else ""


def home_of(value: str) -> Sequence[Country]:
    """The countries that an international number is of."""
    digits = international(value)
    if not digits:
        return ()
    found = countries.of_number(digits)
    national = digits[len(found[0].code) :]
    return [one for one in found if one.has_mobile(national)] or found[:1]


def written(value: str, home: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(variant, text): the number's other forms. `home`: alpha-2 codes of the countries that it may be of, the likeliest
    first; where none fits, those are tried in which a mobile can have such a number."""
    if not _WRITTEN.fullmatch(value.strip()):
        return
    digits = international(value)
    if digits:
        found = countries.of_number(digits)
        yield from _forms(found[0].code, digits[len(found[0].code) :], found[0].trunk)
        return
    digits = re.sub(r"\D", "", value)
    if not _SHORTEST <= len(digits) <= _LONGEST:
        return
    seen: set[tuple[str, str]] = set()
    for country, national in _candidates(digits, home):
        if (country.code, national) not in seen:
            seen.add((country.code, national))
            yield from _forms(country.code, national, country.trunk)


def _candidates(digits: str, home: Sequence[str]) -> Iterator[tuple[Country, str]]:
    known = countries.countries()
    fitting = [pair for iso2 in home if iso2 in known for pair in _of_country(digits, known[iso2], mobile=False)]
    yield from fitting
    if any(_is_mobile(*pair) for pair in fitting):
        return
    yield from islice(_guessed(digits), _MORE_GUESSED if fitting else _MOST_GUESSED)


def _guessed(digits: str) -> Iterator[tuple[Country, str]]:
    known = countries.countries()
    for country in countries.of_number(digits):    # it may have lost its sign
        if len(digits) > 10 and _is_mobile(country, digits[len(country.code) :]):
            yield country, digits[len(country.code) :]
    for iso2 in dict.fromkeys((*_FIRST_GUESSED, *known)):
        yield from _of_country(digits, known[iso2], mobile=True)


def _of_country(digits: str, country: Country, *, mobile: bool) -> Iterator[tuple[Country, str]]:
    """The national number without its trunk prefix, where the country can have it."""
    if not country.code:
        return
    trunk = country.trunk
    for national in (digits.removeprefix(trunk), digits) if trunk and digits.startswith(trunk) else (digits,):
        if _is_mobile(country, national) or (not mobile and country.code != "1" and len(national) in country.lengths):
            yield country, national
            return
    if not mobile and digits.startswith(country.code) and _is_mobile(country, digits[len(country.code) :]):
        yield country, digits[len(country.code) :]


def _is_mobile(country: Country, national: str) -> bool:
    """In North America, where mobile numbers are like all others, the exchange's number does not begin with 0 or 1."""
    return country.has_mobile(national) and (country.code != "1" or national[3:4] > "1")


def _forms(code: str, national: str, trunk: str) -> Iterator[tuple[str, str]]:
    if len(national) < _SHORTEST - 1:
        return
    yield "E.164", f"+{code}{national}"
    yield "E.164 without +", f"{code}{national}"
    yield "E.164 with 00", f"00{code}{national}"
    if code == "1":
        yield "E.164 with 011", f"011{code}{national}"
    yield "national, without trunk prefix", national
    if trunk and trunk != code:
        yield "national", f"{trunk}{national}"
        yield "E.164 with trunk prefix", f"{code}{trunk}{national}"
    yield "with country code", f"+{code} {national}"
    yield "with country code", f"{code}-{national}"
    yield "with country code", f"+{code}-{national}"
    if code == "1" and len(national) == 10:
        area, office, line = national[:3], national[3:6], national[6:]
        yield "grouped", f"({area}) {office}-{line}"
        yield "grouped", f"{area}-{office}-{line}"
        yield "grouped", f"({area}){office}-{line}"
