"""Names of persons are found whole and in parts where something says that they are names, and their words elsewhere are not."""

from __future__ import annotations

import hashlib
import json

import pytest
from test_search import hits, names

from harness.matching import persons

Pairs = tuple[tuple[str, str], ...]
PRIYA: Pairs = (("name", "Priya Iyer"),)
WILL: Pairs = (("name", "Will Price"),)
IN_PARTS: Pairs = (("firstName", "Will"), ("lastName", "Price"))
MAX: Pairs = (("firstName", "Max"), ("lastName", "Groß"))
MING: Pairs = (("姓名", "王小明"),)

FIRES: list[tuple[Pairs, str]] = [
    (PRIYA, '{"first_name":"Priya"}'), (PRIYA, '{"last_name":"Iyer"}'), (PRIYA, "fn=priya&x=1"), (PRIYA, '{"surname":"IYER"}'),
    (PRIYA, '{"user":{"name":"Priya"}}'), (PRIYA, '{"contact":{"first":"Priya","last":"Iyer"}}'), (PRIYA, '["Priya","Iyer"]'),
    (PRIYA, '{"a":"Priya","b":"Iyer"}'), (PRIYA, '{"nickname":"Priya"}'), (PRIYA, "Iyer, Priya"), (PRIYA, '{"q":"Iyer Priya"}'),
    (PRIYA, '{"contact":"Priya"}'), (PRIYA, "<givenName>Priya</givenName>"), (PRIYA, '{"display_name":"Priya I."}'),
    (WILL, '{"firstName":"Will","lastName":"Price"}'), (WILL, "Will|Price|1"), (WILL, '{"x":"Price, Will"}'),
    (IN_PARTS, '{"title":"Will Price"}'), (IN_PARTS, '{"x":"Price Will"}'), (IN_PARTS, '{"n":"will.price"}'),
    (IN_PARTS, '["Will","Price"]'), (IN_PARTS, "hello Will Price, welcome"),
    (IN_PARTS, '{"givenName":"Will","familyName":"Price"}'),
    (MAX, '{"recipient":"Max Groß"}'), (MAX, "fn=Max&ln=Gro%C3%9F"), (MAX, r'{"x":"Max Gro\u00df"}'),
    (MING, '{"姓":"王","名":"小明"}'), (MING, '{"nickname":"小明"}'), ((("姓", "王"), ("名", "小明")), '{"x":"王小明"}'),
    ((("contacts", "Max Groß"),), '{"first":"Max","last":"Groß"}'), ((("contacts", "Max Groß"),), '{"n":"Groß, Max"}'),
]  # fmt: skip


@pytest.mark.parametrize(("person", "body"), FIRES, ids=range(len(FIRES)))
def test_a_name_is_found_in_its_parts_and_whole(person: Pairs, body: str) -> None:
    assert names(hits(body, *person)) & {name for name, _ in person}


SILENT: list[tuple[Pairs, str]] = [
    (WILL, '{"items":[{"name":"Price","value":3}]}'), (WILL, '{"price":3,"sort":"price"}'),
    (WILL, "the will of the people, the price"),
    (WILL, '{"label":"Price"}'), (WILL, '{"a":"will","b":"price"}'), (WILL, "what will price changes do"),
    (WILL, '{"Price":"Will"}'),
    (IN_PARTS, '{"product_name":"Price"}'), (IN_PARTS, '{"event_name":"Price"}'), (IN_PARTS, "it will price them in"),
    (IN_PARTS, '{"user":"will.price@example.com"}'), (WILL, '{"email":"will.price@example.com"}'),
    (WILL, "u=will.price%40mail.example"),
    (PRIYA, '{"city":"Priya"}'), (PRIYA, '{"first_name":"Priyanka"}'), (PRIYA, '["Priya","x","y","Iyer"]'),
    (MAX, '{"max":"Max","level":"max"}'), (MAX, '{"mode":"Max"}'), (MING, '{"x":"小明"}'), (MING, '{"text":"王者"}'),
    ((("contacts", "Max Groß"),), '{"first_name":"Max"}'),
    ((("contacts", "Max Groß"), ("contacts", "Eva Blum")), '{"first":"Max","last":"Blum"}'),
]  # fmt: skip


@pytest.mark.parametrize(("person", "body"), SILENT, ids=range(len(SILENT)))
def test_the_same_words_elsewhere_are_no_name(person: Pairs, body: str) -> None:
    assert hits(body, *person) == []


def test_inside_their_mail_address_only_the_address_is_found() -> None:
    person = (*WILL, ("email", "will.price@example.com"))
    assert names(hits('{"login":"will.price@example.com"}', *person)) == {"email"}
    assert names(hits('{"email":"will.price@example.com","first_name":"Will"}', *person)) == {"email", "name"}


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(("person", "text"), [
    (PRIYA, "priya"), (PRIYA, "iyer"), (PRIYA, "Iyer"), (PRIYA, "priya iyer"), (PRIYA, "priyaiyer"), (IN_PARTS, "will price"),
    (MAX, "max groß"), (MAX, "Max Groß"), ((("lastName", "O'Neill-Smith"),), "oneillsmith"), ((("name", "José Núñez"),), "nunez"),
    ((("lastName", "van der Berg"),), "vanderberg"), (MING, "小明"),
])  # fmt: skip
def test_parts_are_found_hashed(person: Pairs, text: str) -> None:
    assert names(hits(f"fn={_sha256(text)}", *person)) & {name for name, _ in person}


def test_the_hash_of_a_few_letters_counts_only_under_its_name() -> None:
    assert names(hits(f'{{"fn":"{_sha256("max")}"}}', ("name", "Max Groß"))) == {"name"}
    assert hits(f'{{"mode":"{_sha256("max")}"}}', ("name", "Max Groß")) == []


@pytest.mark.parametrize(("full", "parts"), [
    ("Will Price", {"Will", "Price"}), ("Price, Will", {"Will", "Price"}), ("Dr. Max Groß", {"Max", "Groß"}),
    ("王小明", {"王", "小明"}),
    ("欧阳小明", {"欧阳", "小明"}), ("Ludwig van Beethoven", {"Ludwig", "Ludwig van", "Beethoven", "van Beethoven"}),
    ("com.example.shop", set()), ("user123 x", set()), ("Price", set()), ("", set()), ("a@b.c d", set()),
])  # fmt: skip
def test_a_full_name_is_taken_apart(full: str, parts: set[str]) -> None:
    assert {text for _, text in persons.parts_of(full)} == parts


def test_the_hash_of_a_part_is_the_part_s_where_it_is_known_by_itself() -> None:
    whole, parts = ("full_name", "João Vasconcelos"), (("first_name", "João"), ("last_name", "Vasconcelos"))
    for text, name in (("joao", "first_name"), ("joão", "first_name"), ("vasconcelos", "last_name")):
        body = json.dumps({"fn": hashlib.sha256(text.encode()).hexdigest()})
        assert [hit.known.name for hit in hits(body, whole, *parts)] == [name]
        assert {hit.known.name for hit in hits(body, whole)} == {"full_name"}
    raw = b"\x01" + hashlib.sha256(b"vasconcelos").digest() + b"\x02"
    assert {hit.known.name for hit in hits(raw, whole, *parts)} == {"last_name"}
    body = json.dumps({"n": hashlib.sha256(b"joao vasconcelos").hexdigest()})
    assert "full_name" in {hit.known.name for hit in hits(body, whole, *parts)}
