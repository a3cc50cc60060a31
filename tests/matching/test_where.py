"""A hit's place is told in the words of the message, once, and at a cost that does not grow with the other hits."""

from __future__ import annotations

import json
import random

import pytest
from test_search import hits, known, names

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
