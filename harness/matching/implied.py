"""What a value is also sent as, by what it is: a carrier's number for its name, an offset for a time zone, a language without
its country."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from harness.matching import carriers, languages, masks, time_zones
from harness.matching.known import Known
from harness.matching.short_values import MNC_BESIDE


@dataclass(frozen=True, slots=True)
class Implied:
    """`known`: the value, as the field that the text would stand in; `named_only`: whether it counts only under a name for it."""

    known: Known
    variant: str
    text: str
    named_only: bool


def implied(known: Known) -> Iterator[Implied]:
    of_field = _BY_FIELD.get(known.field)
    if of_field is not None:
        yield from of_field(known)


def _language(known: Known) -> Iterator[Implied]:
    for variant, text, named_only in languages.written(known.value):
        yield Implied(known, variant, text, named_only)


def _time_zone(known: Known) -> Iterator[Implied]:
    found = time_zones.offsets(known.value)
    for seconds in found:
        for variant, text, named_only in time_zones.written(seconds):
            yield Implied(known, variant, text, named_only)
    if found and "/" not in known.value:
        for zone in time_zones.zones_at(found[0]):
            yield Implied(known, "a zone with this offset", zone, True)


def _carrier(known: Known) -> Iterator[Implied]:
    """Of a name that carriers of several countries have, only the numbers: what else each is called is not its name."""
    found = carriers.named(known.value)
    for carrier in found:
        if len({one.mcc for one in found}) == 1:
            yield from _names(known, carrier)
        yield from _numbers(known, carrier.mcc, carrier.mnc)


def _mcc_mnc(known: Known) -> Iterator[Implied]:
    if known.value.isdecimal() and len(known.value) in (5, 6):
        yield from _numbers(known, known.value[:3], (known.value[3:],))
        for carrier in carriers.numbered(known.value):
            yield from _names(replace(known, field="carrier"), carrier)


def _names(known: Known, carrier: carriers.Carrier) -> Iterator[Implied]:
    for name in carrier.names:
        yield Implied(known, "another name", name, True)


def _numbers(known: Known, mcc: str, mncs: tuple[str, ...]) -> Iterator[Implied]:
    whole, alone = replace(known, field="mcc_mnc"), replace(known, field="mnc")
    for mnc in mncs:
        yield Implied(whole, "MCC and MNC", mcc + mnc, True)
        for sign in "-_ ,|:.":
            for number in dict.fromkeys((mnc, str(int(mnc)))):
                yield Implied(whole, "MCC and MNC", f"{mcc}{sign}{number}", True)
        for number in dict.fromkeys((mnc, mnc.lstrip("0") or "0")):
            yield Implied(alone, f"{MNC_BESIDE}{mcc}", number, True)


def _number(known: Known) -> Iterator[Implied]:
    if known.value.isdecimal() and known.value.isascii() and 14 <= len(known.value) <= 16:
        yield Implied(known, "hexadecimal number", f"{int(known.value):x}", False)


def _masked(known: Known) -> Iterator[Implied]:
    for text in masks.masked(known.field, known.value):
        yield Implied(known, "masked", text, True)


_BY_FIELD = {
    "language": _language,
    "timezone": _time_zone,
    "carrier": _carrier,
    "mcc_mnc": _mcc_mnc,
    "imei": _number,
    "imsi": _number,
    "phone": _masked,
    "contact": _masked,
    "id_card": _masked,
    "email": _masked,
}
