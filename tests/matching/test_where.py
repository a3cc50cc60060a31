"""A hit's place is told in the words of the message, once, and at a cost that does not grow with the other hits."""

from __future__ import annotations

import json
import random
import struct

import cbor2
import msgpack
import pytest
from test_search import hits, known, md5, names

from harness.decoding import unwrap
from harness.decoding.places import JsonPlaces
from harness.matching import Hit, Search

IMEI = "861234567890127"


def in_url(url: str, *knowns: tuple[str, str]) -> list[tuple[str, str]]:
    found: list[Hit] = Search([known(*one) for one in knowns]).hits(unwrap([("url", url.encode())]))
    return [(hit.known.name, hit.where) for hit in found]


@pytest.mark.parametrize("order", ["sorted", "turned", "mixed"])
def test_places_of_many_hits_cost_about_one_reading_together(order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens are counted, and the letters in them: seconds say nothing on a machine that others use."""
    rows = [{"id": f"{number:016x}", "pad": "x y z " * 20, "e": {"n": number}} for number in range(2000)]
    data = json.dumps({"rows": rows}).encode()
    offsets = [data.index(str(row["id"]).encode()) for row in rows]
    wanted = dict(zip(offsets, range(2000), strict=True))
    tokens = letters = 0
    read = JsonPlaces._read

    def counted(self: JsonPlaces, token: bytes) -> None:
        nonlocal tokens, letters
        tokens, letters = tokens + 1, letters + len(token)
        read(self, token)

    monkeypatch.setattr(JsonPlaces, "_read", counted)
    list(map(JsonPlaces(data).path, offsets[-1:]))
    once, once_letters = tokens, letters
    tokens = letters = 0
    asked = {"sorted": offsets, "turned": offsets[::-1], "mixed": random.Random(1).sample(offsets, len(offsets))}[order]
    places = JsonPlaces(data)
    assert all(places.path(at) == f"$.rows[{wanted[at]}].id" for at in asked)
    most = once + len(asked) * 4096 // 8
    assert tokens <= most and letters <= once_letters + len(asked) * 4096


def test_a_long_text_is_read_once_for_all_places_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    data = b'{"a":1,"text":"' + b"word " * 100_000 + b'","b":2}'
    places = JsonPlaces(data)
    assert places.path(len(data) - 2) == "$.b"
    read: list[bytes] = []
    monkeypatch.setattr(JsonPlaces, "_read", lambda _, token: read.append(token))
    assert {places.path(at) for at in (400_000, 300_000, 499_999, 20)} == {"$.text"}
    assert sum(map(len, read)) < 100


@pytest.mark.parametrize(("url", "value", "where"), [
    ("https://a.cn/d/AB12CD", ("serial", "AB12CD"), "url d"),
    ("https://a.cn/d/AB12CD?x=1", ("serial", "AB12CD"), "url d"),
    ("https://a.cn/user_id/837261", ("user_id", "837261"), "url user_id"),
    ("https://a.cn/v1/users/837261/profile", ("user_id", "837261"), "url users"),
    ("https://a.cn/%75ser_id/837261", ("user_id", "837261"), "url > percent user_id"),
    ("https://a.cn/weather/city/%E4%B8%8A%E6%B5%B7/x", ("city", "\u4e0a\u6d77"), "url > percent city"),
    (f"https://a.cn/{IMEI}", ("imei", IMEI), "url"),
    (f"https://a.cn/x/?a=1&d={IMEI}", ("imei", IMEI), "url d"),
])  # fmt: skip
def test_a_segment_of_a_path_is_a_value_whose_name_is_the_segment_before(url: str, value: tuple[str, str], where: str) -> None:
    assert in_url(url, value) == [(value[0], where)]


@pytest.mark.parametrize(("url", "value"), [
    ("https://a.cn/d/AB12CD-x.png", ("serial", "AB12CD")), ("https://a.cn/d/xAB12CD", ("serial", "AB12CD")),
    ("https://a.cn/837/1", ("user_id", "837")), ("https://a.cn/nice/weather", ("city", "Nice")),
    ("https://a.cn/v1/2.1.0/sdk.js", ("app_version", "2.1.0")), ("https://a.cn/api/13/x", ("os_version", "13")),
    ("https://a.cn/img/1080/2400/1", ("screen", "1080x2400")), ("https://a.cn/en-us/home", ("language", "en-US")),
])  # fmt: skip
def test_words_and_small_numbers_of_paths_are_nobodys(url: str, value: tuple[str, str]) -> None:
    assert in_url(url, value) == []


def test_an_address_inside_a_text_is_named_by_its_field_and_not_by_its_scheme() -> None:
    for body in ('{"ref":"https://b.cn/x/%s"}', '{"ref":"https:\\/\\/b.cn\\/x\\/%s"}'):
        assert {hit.key for hit in hits(body % IMEI, ("imei", IMEI))} == {"ref"}
    assert names(hits(f"note: {IMEI}", ("imei", IMEI))) == {"imei"}
    assert [hit.key for hit in hits(f"note: {IMEI}", ("imei", IMEI))] == ["note"]


def protobuf(*fields: tuple[int, bytes]) -> bytes:
    return b"".join(bytes((number << 3 | 2, len(data))) + data for number, data in fields)


MAC = "02:1a:7d:da:71:13"
RAW_MAC = bytes.fromhex(MAC.replace(":", ""))
MESSAGE = protobuf((1, protobuf((2, IMEI.encode()), (3, b"x" * 5))), (5, RAW_MAC))


@pytest.mark.parametrize(("body", "imei", "mac"), [
    (MESSAGE, "body > protobuf $.1.2", "body > protobuf $.5"),
    (b"\0" + struct.pack(">I", len(MESSAGE)) + MESSAGE, "body > grpc > protobuf $.1.2", "body > grpc > protobuf $.5"),
    (msgpack.packb({"d": {"i": IMEI}, "m": RAW_MAC}), "body > msgpack $.d.i", "body > msgpack $.m"),
    (cbor2.dumps({"d": {"i": int(IMEI)}, "name": "some", "m": RAW_MAC}), "body > cbor $.d.i", "body > cbor $.m"),
    (json.dumps({"d": {"i": IMEI}, "m": MAC}).encode("utf-16-le"), "body > charset $.d.i", "body > charset $.m"),
    (json.dumps({"d": {"i": IMEI}, "m": MAC}).encode("utf-16-be"), "body > charset $.d.i", "body > charset $.m"),
], ids=["protobuf", "grpc", "msgpack", "cbor", "utf-16le", "utf-16be"])  # fmt: skip
def test_a_value_is_told_once_and_where_it_has_a_name(body: bytes, imei: str, mac: str) -> None:
    found = hits(body, ("imei", IMEI), ("mac", MAC))
    assert sorted((hit.known.name, hit.where) for hit in found) == [("imei", imei), ("mac", mac)]


def test_the_lowest_depth_counts_where_no_place_or_each_has_a_name() -> None:
    assert [hit.where for hit in hits(f"\0\x01{IMEI}\0", ("imei", IMEI))] == ["body"]
    text = json.dumps({"a": IMEI, "b": json.dumps({"c": IMEI})})
    assert [hit.where for hit in hits(text, ("imei", IMEI))] == ["body $.a"]


@pytest.mark.parametrize(("order", "around"), [
    ("UTF-16le", (b"\x07\x09\xfe", b"\x08")), ("UTF-16be", (b"\x07\x09\xfe", b"\x08")),
    ("UTF-16le", (b"\x1e\0\0\0", b"\x01\x02\0\0")),
])  # fmt: skip
def test_a_text_in_utf_16_is_of_one_order_of_bytes(order: str, around: tuple[bytes, bytes]) -> None:
    """Also with letters around it, and where no charset can be read of the whole."""
    junk = bytes(range(128, 256))
    for text in (IMEI, f"id={IMEI};x"):
        found = hits(junk + around[0] + text.encode(order) + around[1] + junk, ("imei", IMEI))
        assert [hit.variant for hit in found] == [order], text


def test_a_hash_and_the_value_in_one_message_are_two() -> None:
    found = hits(protobuf((1, b"\x0a" + IMEI.encode()), (2, bytes.fromhex(md5(IMEI)))), ("imei", IMEI))
    assert {hit.variant for hit in found} == {"raw", "md5"}
