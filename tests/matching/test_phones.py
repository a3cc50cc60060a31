"""A telephone number is found inside and outside its country's dialling, plain and hashed, and a like number is not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_search import hits, names

from harness.matching import countries, phones

Pairs = tuple[tuple[str, str], ...]

GERMAN: Pairs = (("phone", "0171 2345678"), ("country", "DE"))
AMERICAN: Pairs = (("phone", "(415) 555-0132"), ("mcc_mnc", "310260"))
CHINESE: Pairs = (("phone", "138 0013 8000"), ("language", "zh-CN"))
INDIAN: Pairs = (("phone", "9876543210"), ("carrier", "Airtel"), ("contacts", "+919812345678"))

SENT: list[tuple[Pairs, str]] = [
    (GERMAN, "+491712345678"), (GERMAN, "491712345678"), (GERMAN, "00491712345678"), (GERMAN, "01712345678"),
    (GERMAN, "1712345678"), (GERMAN, "+49 171 2345678"), (GERMAN, "+49 (0)171 2345678"), (GERMAN, "0171/2345678"),
    (AMERICAN, "+14155550132"), (AMERICAN, "14155550132"), (AMERICAN, "4155550132"), (AMERICAN, "0014155550132"),
    (AMERICAN, "415-555-0132"), (AMERICAN, "+1 415 555 0132"), (AMERICAN, "01114155550132"),
    (CHINESE, "+8613800138000"), (CHINESE, "8613800138000"), (CHINESE, "008613800138000"), (CHINESE, "13800138000"),
    (INDIAN, "+919876543210"), (INDIAN, "919876543210"), (INDIAN, "09876543210"), (INDIAN, "00919876543210"),
    ((("phone", "+491712345678"),), "01712345678"), ((("phone", "+491712345678"),), "1712345678"),
    ((("phone", "+14155550132"),), "(415) 555-0132"), ((("phone", "+33612345678"),), "0612345678"),
    ((("phone", "0033 6 12 34 56 78"),), "612345678"), ((("phone", "+79123456789"),), "89123456789"),
    ((("phone", "+358401234567"),), "0401234567"), ((("phone", "+85261234567"),), "61234567"),
]  # fmt: skip


@pytest.mark.parametrize(("device", "text"), SENT)
def test_a_number_is_found_as_it_is_dialled_elsewhere(device: Pairs, text: str) -> None:
    for body in (f'{{"x":"{text}"}}', f"a=1&tel={text.replace('+', '%2B').replace(' ', '%20')}&b=2"):
        assert "phone" in names(hits(body, *device)), body


HASHES: list[Callable[[bytes], str]] = [lambda raw: hashlib.sha256(raw).hexdigest(), lambda raw: hashlib.md5(raw).hexdigest()]


@pytest.mark.parametrize("hashed", HASHES, ids=["sha256", "md5"])
@pytest.mark.parametrize(("device", "text"), [(device, text) for device, text in SENT if text.lstrip("+").isdigit()])
def test_each_of_these_is_found_hashed(device: Pairs, text: str, hashed: Callable[[bytes], str]) -> None:
    assert "phone" in names(hits(f'{{"h":"{hashed(text.encode())}"}}', *device))


def test_where_nothing_says_the_country_the_number_does() -> None:
    for value, sent in (("0171 2345678", "+491712345678"), ("(415) 555-0132", "+14155550132"), ("138 0013 8000", "8613800138000"),
                        ("9876543210", "919876543210"), ("07400 123456", "+447400123456")):  # fmt: skip
        assert names(hits(sent, ("phone", value))) == {"phone"}
        assert names(hits(hashlib.sha256(sent.encode()).hexdigest(), ("phone", value))) == {"phone"}


def test_the_numbers_of_contacts_are_of_the_same_country() -> None:
    device = (("phone", "+491712345678"), ("contacts", "030 12345678"), ("contacts", "0160 9876543"))
    found = hits("+493012345678 491609876543", *device)
    assert {hit.known.value for hit in found} == {"030 12345678", "0160 9876543"}


@pytest.mark.parametrize("text", [
    "+491712345679", "491712345677", "4917123456780", "34917123456780", "+4317123456780", "17123456",
    "171234567890123", "+49171234567",
])  # fmt: skip
def test_a_like_number_is_not_it(text: str) -> None:
    assert hits(f'{{"phone":"{text}"}}', *GERMAN) == []


def test_another_country_is_not_guessed_where_one_is_known() -> None:
    assert hits(hashlib.sha256(b"+551712345678").hexdigest(), *GERMAN) == []
    assert not [text for _, text in phones.written("13800138000", ["US"]) if text == "+13800138000"]


@pytest.mark.parametrize("value", ["Will Price", "12345", "1.2.3.4", "2024-01-02T03:04:05", "", "+", "1234567890123456789"])
def test_what_is_no_number_has_no_other_forms(value: str) -> None:
    assert list(phones.written(value, ["DE", "US"])) == []


@given(st.sampled_from(sorted(countries.countries())), st.data())
def test_national_and_international_lead_to_each_other(iso2: str, data: st.DataObject) -> None:
    country = countries.countries()[iso2]
    if not country.code or not country.mobile:
        return
    size = data.draw(st.sampled_from(sorted(country.mobile)))
    begin = data.draw(st.sampled_from(country.mobile[size]))
    tail = size - len(begin)
    national = begin + data.draw(st.text("23456789", min_size=tail, max_size=tail))
    if size < 7:
        return
    abroad = f"+{country.code}{national}"
    assert abroad in {text for _, text in phones.written(country.trunk + national, [iso2])}
    assert national in {text for _, text in phones.written(abroad, [])}


def test_every_country_has_its_codes_once() -> None:
    found = countries.countries()
    assert len({one.iso3 for one in found.values()}) == len(found)
    assert all(len(iso2) == 2 and len(one.iso3) == 3 and one.names for iso2, one in found.items())
    numbers = [mcc for one in found.values() for mcc in one.mcc]
    assert len(numbers) == len(set(numbers)) and all(len(mcc) == 3 for mcc in numbers)


@pytest.mark.parametrize(("text", "iso2"), [
    ("DE", "DE"), ("deu", "DE"), ("Germany", "DE"), ("德国", "DE"), ("262", "DE"), ("UK", "GB"), ("United States", "US"),
    ("中国", "CN"),
    ("NO", "NO"), ("Atlantis", None), ("", None),
])  # fmt: skip
def test_a_country_goes_by_many_names(text: str, iso2: str | None) -> None:
    country = countries.named(text)
    assert (country.iso2 if country else None) == iso2
