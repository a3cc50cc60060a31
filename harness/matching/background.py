"""What all known values together say of the person and the device: where they are at home, whose names belong together."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.matching import carriers, countries, phones, shapes
from harness.matching.known import Known

_REGION = re.compile(r"[A-Za-z]{2,3}(?:[-_]#?[A-Za-z]{4})?[-_]([A-Za-z]{2})(?:[-_]#?[A-Za-z]{4})?")
_MOST_NAMES = 4  # of each sort, of which any two may belong together
_MOST_PLACES = 64


@dataclass(frozen=True)
class Background:
    """`home`: alpha-2 codes of countries, the surest first. `zones`: time zones. `given`, `family`: names that are known in
    parts. `places`: each latitude with the longitude that belongs to it."""

    home: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    given: tuple[Known, ...] = ()
    family: tuple[Known, ...] = ()
    places: tuple[tuple[Known, Known], ...] = ()


    @property
    def japanese(self) -> bool:
        return self.home[:1] == ("JP",)


def background_of(knowns: Sequence[Known]) -> Background:
    by_field: dict[str, list[Known]] = {}
    for known in knowns:
        by_field.setdefault(known.field, []).append(known)
    return Background(
        tuple(dict.fromkeys(_home(by_field))),
        tuple(dict.fromkeys(known.value.strip() for known in by_field.get("timezone", ()))),
        tuple(by_field.get("given_name", ()))[:_MOST_NAMES],
        tuple(by_field.get("family_name", ()))[:_MOST_NAMES],
        tuple(itertools.islice(_places(by_field.get("latitude", []), by_field.get("longitude", [])), _MOST_PLACES)),
    )


def _home(by_field: dict[str, list[Known]]) -> Iterator[str]:
    for known in by_field.get("country", ()):
        if (country := countries.named(known.value)) is not None:
            yield country.iso2
    for known in by_field.get("phone", ()):
        yield from (country.iso2 for country in phones.home_of(known.value))
    numbers = [known.value[:3] for field in ("mcc_mnc", "imsi") for known in by_field.get(field, ())]
    for known in by_field.get("carrier", ()):
        of_name = {carrier.mcc for carrier in carriers.named(known.value)}
        numbers += of_name if len(of_name) == 1 else ()
    for number in numbers:
        if (country := countries.of_mcc(number)) is not None:
            yield country.iso2
    for known in by_field.get("language", ()):
        if match := _REGION.fullmatch(known.value):
            yield match[1].upper()
    for known in by_field.get("contact", ()):
        yield from (country.iso2 for country in phones.home_of(known.value))


def _places(latitudes: list[Known], longitudes: list[Known]) -> Iterator[tuple[Known, Known]]:
    """Those that one call gave; of values that no call gave, those in the same place of their lists."""
    for latitude in latitudes:
        for longitude in longitudes:
            if set(latitude.calls) & set(longitude.calls):
                yield latitude, longitude
    pairs = zip(*([one for one in ones if not one.calls] for ones in (latitudes, longitudes)), strict=False)
    for latitude, longitude in pairs:
        if shapes.coordinate_of(latitude.value) is not None and shapes.coordinate_of(longitude.value) is not None:
            yield latitude, longitude
