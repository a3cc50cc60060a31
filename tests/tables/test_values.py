"""Each form in which a value can leave is found, and what is not the value is not."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import zlib
from urllib.parse import quote

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.tables.decode import MAX_DEPTH, MAX_TEXTS, unwrap
from harness.tables.values import Search, Sighting, haystacks, needles

IMEI = "860000000000017"
MAC = "02:1a:7d:da:71:13"
URL = "https://track.adnimbus.example/e"


def found(
    body: bytes, value: object = IMEI, kind: str = "imei", headers: list[list[str]] | None = None
) -> list[Sighting]:
    search = Search(needles([{"event_id": "c1", "kind": kind, "value": value}]))
    return search.sightings("f1", haystacks(URL, headers or [], body))


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


CANARIES = {
    "plain": IMEI.encode(),
    "json": json.dumps({"d": {"i": IMEI}}).encode(),
    "json in json": json.dumps({"d": json.dumps({"i": json.dumps([IMEI])})}).encode(),
    "percent": quote(json.dumps({"i": IMEI})).encode(),
    "base64": b64(IMEI.encode()).encode(),
    "base64 of json": b64(json.dumps({"i": IMEI}).encode()).encode(),
    "base64 url-safe without padding": base64.urlsafe_b64encode(b'>>?{"i":"' + IMEI.encode() + b'"}').rstrip(b"="),
    "base64 twice": b64(b64(IMEI.encode()).encode()).encode(),
    "base64 of gzip": b64(gzip.compress(json.dumps({"i": IMEI}).encode())).encode(),
    "base64 of zlib": b64(zlib.compress(json.dumps({"i": IMEI}).encode())).encode(),
    "hex": IMEI.encode().hex().encode(),
    "md5": hashlib.md5(IMEI.encode()).hexdigest().encode(),
    "MD5": hashlib.md5(IMEI.encode()).hexdigest().upper().encode(),
    "sha1": hashlib.sha1(IMEI.encode()).hexdigest().encode(),
    "sha256": hashlib.sha256(IMEI.encode()).hexdigest().encode(),
    "md5 in base64 of json": b64(json.dumps({"h": hashlib.md5(IMEI.encode()).hexdigest()}).encode()).encode(),
    "inside binary": b"\x08\x96\x01\x12\x0f" + IMEI.encode() + b"\x18\xff\xfe",
}


@pytest.mark.parametrize("body", CANARIES.values(), ids=list(CANARIES))
def test_canary_is_found(body: bytes) -> None:
    assert [(s.kind, s.value, s.calls) for s in found(body)] == [("imei", IMEI, ("c1",))]


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("gzip", gzip.compress(IMEI.encode())),
        ("deflate", zlib.compress(IMEI.encode())),
        ("br", brotli.compress(IMEI.encode())),
        ("zstd", zstandard.ZstdCompressor().compress(IMEI.encode())),
        ("gzip, br", brotli.compress(gzip.compress(IMEI.encode()))),
    ],
    ids=["gzip", "deflate", "br", "zstd", "gzip, br"],
)
def test_content_encodings_are_undone(encoding: str, data: bytes) -> None:
    hit = found(data, headers=[["Content-Encoding", encoding]])
    assert [s.value for s in hit] == [IMEI]
    assert hit[0].encodings


@pytest.mark.parametrize(
    "written",
    [
        MAC,
        MAC.upper(),
        MAC.replace(":", ""),
        MAC.replace(":", "-"),
        hashlib.md5(MAC.upper().encode()).hexdigest(),
        hashlib.sha256(MAC.replace(":", "").encode()).hexdigest(),
    ],
)
def test_spellings_of_a_mac(written: str) -> None:
    assert [s.value for s in found(json.dumps({"m": written}).encode(), MAC, "mac")] == [MAC]


def test_where_and_how_are_said() -> None:
    search = Search(needles([{"event_id": "c1", "kind": "imei", "value": IMEI}]))
    hits = search.sightings(
        "f1",
        haystacks(URL + "?i=" + IMEI, [["X-Id", b64(IMEI.encode())]], hashlib.md5(IMEI.encode()).hexdigest().encode()),
    )
    assert {(h.where, h.variant, h.encodings) for h in hits} == {
        ("url", "raw", ()),
        ("header X-Id", "raw", ("base64",)),
        ("body", "md5", ()),
    }


@pytest.mark.parametrize(
    "body",
    [b"8600000000000179", b"1860000000000017", b"860000000000018", b"a" + IMEI.encode(), b"", b"{}", b"\x1f\x8bbroken"],
)
def test_other_numbers_are_not_the_value(body: bytes) -> None:
    assert found(body) == []


@pytest.mark.parametrize("value", ["wifi", "", None, True, 12, "46000", {"a": [None, "x"]}])
def test_what_says_nothing_is_not_searched(value: object) -> None:
    assert needles([{"event_id": "c1", "kind": "imei", "value": value}]) == []


def test_values_inside_lists_and_objects_are_followed() -> None:
    value = {"columns": ["name", "number"], "rows": [["林一", "+8617000000001"], ["王二", "+8617000000002"]]}
    assert [s.value for s in found(b"n=17000000002", value, "contacts")] == ["+8617000000002"]


@pytest.mark.parametrize("body", [b'{"lat":22.5431,"lng":114.0579}', b"22.543112,114.057901", b"114.05790 22.54310"])
def test_a_place_is_found_at_any_precision_of_100_m(body: bytes) -> None:
    assert [s.variant for s in found(body, {"latitude": 22.5431, "longitude": 114.0579}, "location_precise")] == [
        "coordinates"
    ]


@pytest.mark.parametrize("body", [b'{"lat":22.5431}', b'{"lat":22.5431,"lng":113.0579}', b"122.5431,114.0579"])
def test_half_a_place_is_none(body: bytes) -> None:
    assert found(body, {"latitude": 22.5431, "longitude": 114.0579}, "location_precise") == []


WRAPPERS = {
    "base64": lambda t: b64(t.encode()),
    "json": lambda t: json.dumps({"v": t}),
    "percent": lambda t: quote(t, safe=""),
    "hex": lambda t: t.encode().hex(),
}


@settings(max_examples=150)
@given(
    value=st.text(st.sampled_from("0123456789abcdef"), min_size=12, max_size=40),
    chain=st.lists(st.sampled_from(sorted(WRAPPERS)), max_size=3),
)
def test_any_chain_of_wrappers_is_unwrapped(value: str, chain: list[str]) -> None:
    text = f"id={value};"
    for name in chain:
        text = WRAPPERS[name](text)
    assert value in [s.value for s in found(text.encode(), value)]


@settings(max_examples=200)
@given(st.binary(max_size=400))
def test_no_body_breaks_the_search(body: bytes) -> None:
    for encoding in ("gzip", "br", "zstd", "deflate", "nonsense"):
        found(body, headers=[["content-encoding", encoding]])


def test_a_bomb_is_bounded() -> None:
    bomb = gzip.compress(b"A" * (64 << 20))
    assert len(list(unwrap(b64(bomb)))) <= MAX_TEXTS + MAX_DEPTH
