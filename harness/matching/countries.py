"""Countries: by codes, names and the numbers of their mobile networks, and how their telephone numbers are dialled
(hooks/countries.yaml)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import yaml

from harness.resources import resource

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NO_NAME = re.compile(r"[\W_]+")
_ALIASES = {"uk": "GB"}


@dataclass(frozen=True)
class Country:
    """`code`: of E.164, "" where the country has no numbers of its own; `trunk`: dialled before a national number inside the
    country; `lengths`: digits of national numbers; `mobile`: length -> what mobile numbers of it begin with."""

    iso2: str
    iso3: str
    names: tuple[str, ...]
    mcc: tuple[str, ...] = ()
    code: str = ""
    trunk: str = ""
    lengths: frozenset[int] = frozenset()
    mobile: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    def has_mobile(self, national: str) -> bool:
        """Whether the national number, without its trunk prefix, can be that of a mobile."""
        return national.startswith(self.mobile.get(len(national), ()))


@cache
def countries() -> Mapping[str, Country]:
    """By ISO 3166-1 alpha-2."""
    told = yaml.load(resource("hooks", "countries.yaml").read_text("utf-8"), _LOADER)
    return {
        iso2: Country(
            iso2,
            row["iso3"],
            tuple(row["names"]),
            tuple(row.get("mcc", ())),
            row.get("code", ""),
            row.get("trunk", ""),
            frozenset(row.get("lengths", ())),
            {size: tuple(begins.split()) for size, begins in row.get("mobile", {}).items()},
        )
        for iso2, row in told.items()
    }


@cache
def _by_text() -> Mapping[str, Country]:
    found: dict[str, Country] = {}
    for country in countries().values():
        for text in (country.iso2, country.iso3, *country.names):
            found.setdefault(_bare(text), country)
    return found | {alias: countries()[iso2] for alias, iso2 in _ALIASES.items()}


@cache
def _by_mcc() -> Mapping[str, Country]:
    return {mcc: country for country in countries().values() for mcc in country.mcc}


@cache
def _by_code() -> Mapping[str, Sequence[Country]]:
    found: dict[str, list[Country]] = {}
    for country in countries().values():
        if country.code:
            found.setdefault(country.code, []).append(country)
    return found


def named(text: str) -> Country | None:
    """The country of an alpha-2 or alpha-3 code, a name, or the three digits that its mobile networks begin with."""
    return _by_text().get(_bare(text)) or of_mcc(text)


def of_mcc(mcc: str) -> Country | None:
    return _by_mcc().get(mcc)


def of_number(digits: str) -> Sequence[Country]:
    """The countries whose code an international number begins with: several share +1 and +7."""
    for size in (1, 2, 3):
        if found := _by_code().get(digits[:size]):
            return found
    return ()


def written(text: str) -> Iterator[tuple[str, str]]:
    """(variant, text): what else the country is called."""
    country = named(text)
    if country is None:
        return
    yield "alpha-2", country.iso2
    yield "alpha-3", country.iso3
    for name in country.names:
        yield "by name", name
    for mcc in country.mcc:
        yield "MCC", mcc


def _bare(text: str) -> str:
    return _NO_NAME.sub("", text).lower()
