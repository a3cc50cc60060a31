"""What a value is also sent as, by what it is: a carrier's number for its name, an offset for a time zone, a language without
its country."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from harness.matching import (
    addresses,
    birthdays,
    carriers,
    chinese,
    countries,
    genders,
    grids,
    languages,
    masks,
    persons,
    phones,
    shapes,
    time_zones,
)
from harness.matching.background import Background
from harness.matching.known import Known
from harness.matching.normalised import state
from harness.matching.short_values import MNC_BESIDE

_NOTHING = Background()
PART_OF_NAME, PART_OF_CONTACT = "part of the name", "part of the contact's name"
_SHORTEST_INTEGER = 1 << 20  # of five hexadecimal digits and fewer there are words and times
_LONG_NUMBER = 8  # digits of a telephone number that is no one's by chance


@dataclass(frozen=True, slots=True)
class Implied:
    """`known`: the value, as the field that the text would stand in; `named_only`: whether it counts only under a name for it;
    `hashed`: whether it is hashed in the value's place."""

    known: Known
    variant: str
    text: str
    named_only: bool
    hashed: bool = False


def implied(known: Known, background: Background = _NOTHING) -> Iterator[Implied]:
    """`background`: what is known besides."""
    if (of_field := _BY_FIELD.get(known.field)) is not None:
        yield from of_field(known)
    if (in_light := _WITH_BACKGROUND.get(known.field)) is not None:
        yield from in_light(known, background)


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


def _country(known: Known) -> Iterator[Implied]:
    for variant, text in countries.written(known.value):
        yield Implied(replace(known, field="mcc") if variant == "MCC" else known, variant, text, True)


def _city(known: Known) -> Iterator[Implied]:
    for variant, text in chinese.written(known.field, known.value):
        yield Implied(known, variant, text, False)


def _state(known: Known) -> Iterator[Implied]:
    yield from _city(known)
    if code := state(known.value):
        yield Implied(known, "code of the state", code.upper(), True)


def _mac(known: Known) -> Iterator[Implied]:
    """As one number of 48 bits, in either order of its bytes, whichever signs it is known with."""
    plain = _NO_HEX.sub("", known.value)
    if len(plain) == 12 and len(known.value) <= 17:
        raw = bytes.fromhex(plain)
        yield Implied(known, "number", str(int.from_bytes(raw, "big")), False)
        yield Implied(known, "number, turned", str(int.from_bytes(raw, "little")), False)


def _phone(known: Known, background: Background) -> Iterator[Implied]:
    for variant, text in phones.written(known.value, background.home):
        yield Implied(known, variant, text, len(text) < _LONG_NUMBER, hashed=True)


def _birthday(known: Known, background: Background) -> Iterator[Implied]:
    for variant, text, named_only in birthdays.written(known.value, background.zones):
        yield Implied(known, variant, text, named_only)


def _name(known: Known, background: Background) -> Iterator[Implied]:
    yield from _masked(known)
    parts = persons.parts_of(known.value, japanese=background.japanese)
    for field, text in parts:
        yield Implied(replace(known, field=field), PART_OF_NAME, text, False)
    if parts:
        for variant, text in persons.joined(parts[0][1], parts[1][1]):
            yield Implied(known, variant, text, False, hashed=True)


def _part_of_name(known: Known, background: Background) -> Iterator[Implied]:
    for variant, text in persons.wholes(known, background.given, background.family):
        yield Implied(replace(known, field="name"), variant, text, False, hashed=True)


def _contact(known: Known) -> Iterator[Implied]:
    if parts := persons.parts_of(known.value):
        for field, text in parts:
            yield Implied(replace(known, field=field), PART_OF_CONTACT, text, False)
        for variant, text in persons.joined(parts[0][1], parts[1][1]):
            yield Implied(known, variant, text, False, hashed=True)


def _of_contact(known: Known) -> Iterator[Implied]:
    yield from _masked(known)
    yield from _contact(known)


def _place(known: Known, background: Background) -> Iterator[Implied]:
    """What a latitude and its longitude are written as together. Geohashes are measured where they stand: see `Search`."""
    for latitude, longitude in background.places:
        if known in (latitude, longitude):
            at, beside = shapes.coordinate_of(latitude.value), shapes.coordinate_of(longitude.value)
            if at is not None and beside is not None and abs(at) <= 90:
                for text, named_only in grids.plus_codes(at, beside):
                    yield Implied(known, "Plus code", text, named_only)


def _number(known: Known) -> Iterator[Implied]:
    if known.value.isdecimal() and known.value.isascii() and 14 <= len(known.value) <= 16:
        yield Implied(known, "hexadecimal number", f"{int(known.value):x}", False)


def _imei(known: Known) -> Iterator[Implied]:
    yield from _number(known)
    yield from _masked(known)


def _integer(known: Known) -> Iterator[Implied]:
    """A cell or an account that is a number, in base 16: under a name for it only, for of such digits are hashes, too."""
    if known.value.isdecimal() and known.value.isascii() and _SHORTEST_INTEGER <= int(known.value) < 1 << 63:
        yield Implied(known, "hexadecimal number", f"{int(known.value):x}", True)
        yield Implied(known, "hexadecimal number", f"0x{int(known.value):x}", True)


def _os_version(known: Known) -> Iterator[Implied]:
    """As in `Xiaomi-MI8__weibo__13.8.1__android__android9`."""
    yield Implied(known, "behind the system's name", f"android{known.value}", False)


def _gender(known: Known) -> Iterator[Implied]:
    for variant, text, named_only in genders.written(known.value):
        yield Implied(known, variant, text, named_only)


def _address(known: Known) -> Iterator[Implied]:
    for part in addresses.parts_of(known.value):
        variant = addresses.STREET if part.street else addresses.PART_OF_ADDRESS
        yield Implied(known, variant, part.text, False)
        if part.code:
            yield Implied(replace(known, field="postcode"), "postal code of the address", part.text, True)


def _masked(known: Known) -> Iterator[Implied]:
    for text in masks.masked(known.field, known.value):
        yield Implied(known, masks.MASKED, text, not masks.sure(text))


_NO_HEX = re.compile(r"[^0-9A-Fa-f]")
_BY_FIELD = {
    "country": _country,
    "city": _city,
    "province": _state,
    "mac": _mac,
    "bssid": _mac,
    "ssid_bssid": _mac,
    "bluetooth_mac": _mac,
    "language": _language,
    "timezone": _time_zone,
    "carrier": _carrier,
    "mcc_mnc": _mcc_mnc,
    "imei": _imei,
    "imsi": _number,
    "cell": _integer,
    "account": _integer,
    "os_version": _os_version,
    "gender": _gender,
    "address": _address,
    "": _masked,
    "phone": _masked,
    "contact": _of_contact,
    "id_card": _masked,
    "email": _masked,
}
_WITH_BACKGROUND = {
    "phone": _phone,
    "contact": _phone,
    "birthday": _birthday,
    "name": _name,
    "given_name": _part_of_name,
    "family_name": _part_of_name,
    "latitude": _place,
    "longitude": _place,
}
