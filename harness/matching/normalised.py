"""What is hashed of a person for advertisers to be matched by, in the forms that Meta prescribes (em, ph, fn, ln, db, ge, ct, st,
zp, country: "Customer Information Parameters" of its Conversions API), and Google for mail addresses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import partial

from harness.matching import birthdays, countries, genders, persons
from harness.matching.digests import Form, hashed_forms
from harness.matching.known import Known

_MAIL_OF_GOOGLE = frozenset({"gmail.com", "googlemail.com"})
# States of the USA (ANSI INCITS 38) and provinces of Canada.
_ALL = (
    "Alabama AL,Alaska AK,Arizona AZ,Arkansas AR,California CA,Colorado CO,Connecticut CT,Delaware DE,Florida FL,Georgia GA,"
    "Hawaii HI,Idaho ID,Illinois IL,Indiana IN,Iowa IA,Kansas KS,Kentucky KY,Louisiana LA,Maine ME,Maryland MD,"
    "Massachusetts MA,Michigan MI,Minnesota MN,Mississippi MS,Missouri MO,Montana MT,Nebraska NE,Nevada NV,"
    "New Hampshire NH,New Jersey NJ,New Mexico NM,New York NY,North Carolina NC,North Dakota ND,Ohio OH,Oklahoma OK,"
    "Oregon OR,Pennsylvania PA,Rhode Island RI,South Carolina SC,South Dakota SD,Tennessee TN,Texas TX,Utah UT,Vermont VT,"
    "Virginia VA,Washington WA,West Virginia WV,Wisconsin WI,Wyoming WY,District of Columbia DC,Alberta AB,"
    "British Columbia BC,Manitoba MB,New Brunswick NB,Newfoundland and Labrador NL,Nova Scotia NS,Ontario ON,"
    "Prince Edward Island PE,Quebec QC,Saskatchewan SK"
)
_STATES = {
    re.sub("[^a-z]", "", name.lower()): code.lower()
    for name, _, code in (
        row.strip().rpartition(" ")
        for row in _ALL.split(",")
    )
}


def normalised(known: Known, *, japanese: bool = False) -> Iterator[tuple[str, str]]:
    """(variant, text) that is hashed in place of the value. The value itself, its spellings and cases are others' affair."""
    of_field = partial(_name, japanese=japanese) if known.field == "name" else _BY_FIELD.get(known.field)
    if of_field is not None:
        yield from (("normalised", text) for text in of_field(known.value.strip()) if text)


def of_parts_first(forms: list[Form], knowns: Sequence[Known]) -> list[Form]:
    """Without a whole name's forms that are those of a part which is known by itself: the hash of `joao` is the first name's."""
    parts = [known for known in knowns if known.field in persons.PARTS]
    texts = {text for known in parts for _, text in (*hashed_forms(known.value), *normalised(known))}
    return [form for form in forms if form.known.field != "name" or form.text not in texts]


def state(name: str) -> str:
    """The code of a state of the USA or a province of Canada; "" where it is none."""
    return _STATES.get(re.sub("[^a-z]", "", name.lower()), "")


def _name(value: str, *, japanese: bool = False) -> Iterator[str]:
    parts = [part for _, part in persons.parts_of(value, japanese=japanese)]
    for part in dict.fromkeys((value, *parts, *persons.pieces_of(value))):
        plain = persons.normalised(part)
        yield plain
        yield plain.replace(" ", "")
        yield part
        yield part.lower()
        yield _without_accents(plain)


def _part(value: str) -> Iterator[str]:
    for part in dict.fromkeys((value, *persons.pieces_of(value))):
        plain = persons.normalised(part)
        yield from (plain, plain.replace(" ", ""), _without_accents(plain))


def _place(value: str) -> Iterator[str]:
    plain = persons.normalised(value).replace(" ", "")
    yield from (plain, _without_accents(plain), state(value))


def _postcode(value: str) -> Iterator[str]:
    plain = re.sub(r"[\s-]", "", value.lower())
    yield plain
    if re.fullmatch(r"\d{9}", plain):
        yield plain[:5]


def _gender(value: str) -> Iterator[str]:
    if letter := genders.of(value):
        word = genders.english(letter)
        yield from (letter, word, letter.upper(), word.capitalize())


def _birthday(value: str) -> Iterator[str]:
    for day in birthdays.days_of(value):
        yield f"{day:%Y%m%d}"
        yield from (f"{day:%Y-%m-%d}", f"{day:%m/%d/%Y}", f"{day:%d/%m/%Y}", f"{day:%d.%m.%Y}", f"{day:%m%d%Y}", f"{day:%d%m%Y}")


def _country(value: str) -> Iterator[str]:
    if (country := countries.named(value)) is not None:
        yield from (country.iso2.lower(), country.iso2, country.iso3.lower(), country.iso3)


def _email(value: str) -> Iterator[str]:
    user, _, domain = value.lower().rpartition("@")
    plain = user.partition("+")[0]
    yield f"{user}@{domain}"
    yield f"{plain}@{domain}"
    if domain in _MAIL_OF_GOOGLE:
        yield f"{plain.replace('.', '')}@{domain}"
        yield f"{plain.replace('.', '')}@gmail.com"


def _without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


_BY_FIELD = {
    "given_name": _part,
    "family_name": _part,
    "city": _place,
    "province": _place,
    "postcode": _postcode,
    "gender": _gender,
    "birthday": _birthday,
    "country": _country,
    "email": _email,
}
