"""No message makes decoding or searching raise, outgrow its budget or take steps without end: any bytes, and each encoding with
damage done to it.

Steps are calls of functions, which the interpreter counts; no clock decides here.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.decoding import Broken, Budget, Decoder, Found, Layer, Spent, all_decoders, as_bytes, key_at, places, unwrap
from harness.decoding.places import JsonPlaces, json_path
from harness.matching import Known, Search, field_of
from harness.matching.digests import joined, of_known
from harness.matching.evidence import rarity
from harness.matching.lexicon import agreement
from harness.matching.raw_forms import raw_forms
from harness.matching.spellings import of_field, short_base64, spellings
from tests.decoding.campaign import KNOWNS, taken_apart
from tests.decoding.encoders import ALL, OF_TEXT
from tests.decoding.mutations import mutated
from tests.decoding.test_canaries import PAYLOAD

DECODERS = {decoder.id: decoder for decoder in all_decoders()}
SALTED = "é上 ".encode() * 9 + bytes(range(128, 160))  # what Latin-1 and UTF-8 tell apart
randoms = st.randoms(use_true_random=False)
any_text = st.text(st.characters(exclude_categories=()))


def steps_of(work: Callable[[], Any]) -> int:
    """How many functions are called, in C as well."""
    count = 0

    def seen(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def asked(decoder: Decoder, data: bytes) -> Iterator[Found]:
    """What a decoder makes of the data, until it or the budget ends; nothing where it would not be asked."""
    layer, budget = Layer(data, "body"), Budget(layers=60, bytes=1 << 18)
    if decoder.of not in ("any", "text" if layer.text else "binary"):
        return
    try:
        for found in decoder.find(layer, budget):
            assert type(found.data) is bytes
            assert 0 <= found.start <= found.end <= len(data)
            assert isinstance(found.path + found.key, str)
            budget.take(len(found.data))
            yield found
    except (Broken, Spent):
        return
    finally:
        assert budget.used_layers <= budget.layers and budget.used_bytes <= budget.bytes


@cache
def samples(identity: str) -> tuple[bytes, ...]:
    """Data of which a decoder makes something: what the encoders give, and what is inside of it."""
    wrapped = [encode(PAYLOAD) for encode in (ALL | OF_TEXT).values()]
    wrapped.append(ALL["gzip"](SALTED).decode("latin-1").encode())
    wrapped.append(ALL["base64 other signs"](PAYLOAD + b" " * ((1 - len(PAYLOAD)) % 3)))
    wrapped.append(b'{"name": "\xe1\x8c\xb1\xa9\x83\xe7\xb0\xa5\xf2\xc8\xa8", "more": %s}' % PAYLOAD)
    layers = {layer.data for data in wrapped for layer in unwrap([("body", data)]).layers}
    return tuple(sorted((data for data in layers if any(asked(DECODERS[identity], data))), key=lambda data: (len(data), data)))[
        :12
    ]


@pytest.mark.parametrize("identity", DECODERS)
def test_there_is_something_to_damage_for_every_decoder(identity: str) -> None:
    assert samples(identity)


@pytest.mark.parametrize("identity", DECODERS)
@settings(max_examples=60)
@given(data=st.binary(max_size=400) | any_text.map(as_bytes))
def test_any_bytes(identity: str, data: bytes) -> None:
    steps = steps_of(lambda: list(asked(DECODERS[identity], data)))
    assert steps <= bound(data)


@pytest.mark.parametrize("identity", DECODERS)
@settings(max_examples=100)
@given(random=randoms)
def test_damaged_encodings(identity: str, random: Random) -> None:
    data = mutated(random.choice(samples(identity)), random)
    steps = steps_of(lambda: list(asked(DECODERS[identity], data)))
    assert steps <= bound(data)


def bound(data: bytes) -> int:
    """More calls than any decoder needs: a few hundred, and some for each byte that it reads or makes."""
    return 200_000 + 100 * len(data)


@settings(max_examples=150)
@given(random=randoms)
def test_encodings_in_damaged_encodings(random: Random) -> None:
    """All that is checked of a case is in `taken_apart`."""
    data = random.choice((PAYLOAD, SALTED))
    for name in random.choices([*ALL], k=random.randint(1, 4)):
        data = mutated(ALL[name](data), random) if random.randint(0, 1) else ALL[name](data)
    taken_apart(data, search())


@settings(max_examples=150)
@given(st.lists(st.tuples(st.sampled_from(["url", "headers", "body"]), st.binary(max_size=300)), max_size=4), any_text)
def test_a_small_budget_is_kept(parts: list[tuple[str, bytes]], codings: str) -> None:
    budget = Budget(depth=2, layers=5, bytes=500)
    tree = unwrap(parts, codings=codings, budget=budget)
    assert sum(layer.parent is not None for layer in tree.layers) <= 5
    assert sum(len(layer.data) for layer in tree.layers) <= 500
    assert all(layer.depth <= 2 for layer in tree.layers)
    if sum(len(data) for _, data in parts) > 500:
        assert tree.spent


@pytest.mark.parametrize("name", ALL)
def test_each_limit_is_told(name: str) -> None:
    data = ALL[name](PAYLOAD * 50)
    for limit, budget in (("depth", Budget(depth=0)), ("layers", Budget(layers=0)), ("time", Budget(seconds=-1))):
        assert unwrap([("body", data)], budget=budget).spent == limit
    tree = unwrap([("body", data)], budget=Budget(bytes=len(data)))
    assert tree.spent == "bytes" or any("grows beyond" in trouble.why for trouble in tree.troubles)


# -- places ------------------------------------------------------------------------------------------------------------

SIGNS = (b",", b'"', b" ", b"[", b"{", b":", b"=", b"'", b"<", b">", b"\\", b"&", b"a", b"\n", b"\t", b"1", b"%")
PATTERNS = [b"".join(signs) for count in (1, 2, 3) for signs in itertools.product(SIGNS, repeat=count)]


@pytest.mark.parametrize("first", SIGNS, ids=repr)
def test_no_pattern_of_signs_is_read_back_and_forth(first: bytes) -> None:
    """Each sequence of three signs, for 400 bytes: a form that gives back what it took would never end."""
    for pattern in PATTERNS:
        if pattern.startswith(first):
            text = pattern * (400 // len(pattern))
            key_at(text, len(text))
            json_path(b'{"a":[' + text, 400)
            json_path(b"[" + text, 200)


@settings(max_examples=300)
@given(
    st.lists(st.sampled_from([*SIGNS, b'":"', b'","', b'", "', b'":[', b"ab", b'"k":', b"\xff"]), max_size=300),
    st.integers(0, 400),
)
def test_places_in_any_signs(signs: list[bytes], at: int) -> None:
    text = b"".join(signs)
    at = min(at, len(text))
    assert isinstance(key_at(text, at), str)
    assert isinstance(json_path(text, at), str | None)
    assert isinstance(json_path(b"{" + text, at), str | None)


@settings(max_examples=200)
@given(
    st.lists(st.sampled_from([*SIGNS, b'":"', b'","', b'":[', b"ab", b'"k":']), max_size=60),
    st.lists(st.integers(0, 120), max_size=8),
)
def test_places_are_the_same_in_whichever_order_they_are_asked_for(signs: list[bytes], asked_for: list[int]) -> None:
    text = b"{" + b"".join(signs)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(places, "_MARKED", 4)
        kept = JsonPlaces(text)
        assert [kept.path(at) for at in asked_for] == [json_path(text, at) for at in asked_for]


# -- searching ---------------------------------------------------------------------------------------------------------


@cache
def search() -> Search:
    return Search(KNOWNS, ("com.example.shop",))


WRITTEN = [
    *(as_bytes(text) for known in KNOWNS for text in spellings(known.value)),
    *(raw for k in KNOWNS for _, raw in raw_forms(k.value)),
]
glue = st.sampled_from(
    [b"", b"=", b'":"', b",", b" ", b"&lat=", b"&imei=", b"%22", b"\x00", b"-", b"1", b"a", b"\xff", b"/", b"x", b"\n"]
)
pieces = st.lists(st.sampled_from(WRITTEN) | glue | st.binary(max_size=20), max_size=30).map(b"".join)


@settings(max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(["url", "headers", "body"]), pieces), min_size=1, max_size=3))
def test_hits_lie_where_they_say(parts: list[tuple[str, bytes]]) -> None:
    tree = unwrap(parts, budget=Budget(depth=4, layers=100, bytes=1 << 20))
    for hit in search().hits(tree):
        assert hit.layer in tree.layers
        assert 0 <= hit.start < hit.end <= len(hit.layer.data)
        assert hit.weight >= 0
        assert isinstance(hit.where + hit.key + hit.matched() + "".join(hit.around()), str)
        if hit.variant in ("raw", "upper", "lower", "other case"):
            assert hit.layer.data[hit.start : hit.end].lower() == as_bytes(hit.known.value).lower()


@given(
    st.lists(
        st.builds(Known, name=any_text, value=any_text, field=any_text | st.sampled_from(["latitude", "imei", "memory_total"])),
        max_size=4,
    ),
    st.binary(max_size=200),
)
def test_any_text_may_be_known(knowns: list[Known], data: bytes) -> None:
    tree = unwrap([("body", data), ("headers", b" ".join(as_bytes(k.value) for k in knowns))])
    assert isinstance(Search(knowns, ("é", "")).hits(tree), list)


ODD = (
    "inf", "nan", "1e999", "-inf%", "9" * 5000, "0." + "1" * 5000, "1900-02-29", "2000-1-1", "9999-12-31", "::", "1.2.3.4%",
    "fe80::1%eth0", "٠١٢٣٤٥٦٧٨٩", "²²²²²²²²", "1٢.٣4", "\ud800" * 6, "{" + "0" * 8 + "-0000-0000-0000-" + "0" * 12,
)  # fmt: skip
SHAPED = st.one_of(
    any_text,
    st.text("0123456789:.-+/ xX*×年月日T%", max_size=40),
    st.text("0123456789abcdefABCDEF-:{}", max_size=40),
    st.text(st.characters(categories=("Nd", "No", "Zs", "Pd")), max_size=20),
    st.sampled_from(ODD),
)
FIELDS = (
    "",
    "imei",
    "latitude",
    "longitude",
    "memory_total",
    "disk_total",
    "battery",
    "mcc_mnc",
    "language",
    "province",
    "country",
)


@settings(max_examples=400)
@given(SHAPED, any_text, st.sampled_from(FIELDS) | any_text)
def test_any_text_can_be_spelt_and_weighed(value: str, name: str, field: str) -> None:
    for text in (value, name):
        assert rarity(text) >= 0
    assert spellings(value)[value] == "raw"
    assert all(isinstance(text, str) for text in spellings(value))
    assert all(text.isascii() for _, text in short_base64(value))
    assert all(len(raw) >= 0 for _, raw in raw_forms(value))
    assert all(isinstance(text, str) for _, text, _ in of_field(field, value))
    assert isinstance(field_of(name, value), str)
    assert -2 <= agreement(field, name, value) <= 2
    assert agreement(field, value, name) in range(-2, 3)


@settings(max_examples=40)
@given(SHAPED, any_text, st.sampled_from(FIELDS))
def test_any_text_has_hashes(value: str, salt: str, field: str) -> None:
    known = Known(name=field, value=value, field=field)
    other = Known(name="mac", value="02:00:00:00:00:01", field="mac")
    found = dict([*of_known(known, (salt,)), *joined([known, other])])
    assert found and all(isinstance(digest, bytes) and len(digest) >= 4 for digest in found)
