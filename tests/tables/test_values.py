"""A value that a call of this run gave is followed to the request that carried it, and what is not the value is not."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import random
from base64 import b64encode

import pytest

from harness.matching import Known
from harness.model import GapKind
from harness.tables.darkness import Darkness
from harness.tables.values import Dark, Follower, Sighting, home, knowns

IMEI = "860000000000017"
MAC = "02:1a:7d:da:71:13"
URL = "https://track.adnimbus.example/e"
PLACE = {"latitude": 22.5431, "longitude": 114.0579}


def looked(
    body: bytes, value: object = IMEI, kind: str = "imei", headers: list[list[str]] | None = None, url: str = URL
) -> tuple[list[Sighting], Dark]:
    follower = Follower(knowns([{"event_id": "c1", "kind": kind, "value": value}]))
    return follower.sightings("f1", url, headers or [], body)


def found(body: bytes, value: object = IMEI, kind: str = "imei", headers: list[list[str]] | None = None) -> list[Sighting]:
    return looked(body, value, kind, headers)[0]


def test_a_value_is_found_with_the_call_that_gave_it() -> None:
    [hit] = found(json.dumps({"d": {"i": IMEI}}).encode())
    assert (hit.kind, hit.value, hit.calls, hit.where, hit.key) == ("imei", IMEI, ("c1",), "body $.d.i", "i")


def test_calls_that_gave_the_same_value_are_joined() -> None:
    reads = [{"event_id": f"c{n}", "kind": "imei", "value": IMEI} for n in range(3)]
    assert [k.calls for k in knowns(reads)] == [("c0", "c1", "c2")]


def test_where_and_how_are_said() -> None:
    hits, _ = looked(
        hashlib.md5(IMEI.encode()).hexdigest().encode(),
        headers=[["X-Id", b64encode(IMEI.encode()).decode()]],
        url=f"{URL}?i={IMEI}",
    )
    assert {(h.where, h.variant, h.encodings) for h in hits} == {
        ("url i", "raw", ()),
        ("headers X-Id > base64", "raw", ("base64",)),
        ("body", "md5", ()),
    }


def test_a_content_coding_is_undone() -> None:
    [hit] = found(gzip.compress(IMEI.encode()), headers=[["Content-Encoding", "gzip"]])
    assert hit.encodings == ("gzip",)


@pytest.mark.parametrize("body", [b"8600000000000179", b"1860000000000017", b"860000000000018", b"", b"{}", b"\x1f\x8bbroken"])
def test_other_numbers_are_not_the_value(body: bytes) -> None:
    assert found(body) == []


@pytest.mark.parametrize("value", ["ab", "", None, True, 12, 46000, {"a": [None, "x"]}])
def test_what_says_nothing_is_not_searched(value: object) -> None:
    assert knowns([{"event_id": "c1", "kind": "imei", "value": value}]) == []


def test_the_app_s_own_package_is_no_value() -> None:
    reads = [
        {"event_id": "c1", "kind": "running_apps", "value": ["com.example.shop", "com.example.shop:push", "com.example.other"]}
    ]
    assert [k.value for k in knowns(reads, "com.example.shop")] == ["com.example.other"]


def test_values_inside_lists_and_objects_are_followed_by_their_names() -> None:
    value = {"columns": ["name", "number"], "rows": [["林一", "+8617000000001"], ["王二", "+8617000000002"]]}
    assert [s.value for s in found(b"n=17000000002", value, "contacts")] == ["+8617000000002"]
    [ssid] = knowns([{"event_id": "c1", "kind": "ssid_bssid", "value": {"ssid": "Nordwind-5G"}}])
    assert ssid == Known(name="ssid_bssid", value="Nordwind-5G", field="ssid_bssid", kind="ssid_bssid", calls=("c1",))


@pytest.mark.parametrize(
    "body", [b'{"lat":22.5431,"lng":114.0579}', b"22.543112,114.057901", b"114.05790 22.54310", b"loc=22543100,114057900"]
)
def test_a_place_is_found_at_any_precision_of_100_m(body: bytes) -> None:
    assert [s.variant for s in found(body, PLACE, "location_precise")] == ["coordinates"]


@pytest.mark.parametrize("body", [b'{"lat":22.5431}', b'{"lat":22.5431,"lng":113.0579}', b"122.5431,114.0579"])
def test_half_a_place_is_none(body: bytes) -> None:
    assert found(body, PLACE, "location_precise") == []


def test_what_stays_dark_is_a_gap_of_its_recipient() -> None:
    secret = os.urandom(400)
    hits, dark = looked(json.dumps({"d": b64encode(secret).decode()}).encode())
    assert hits == []
    assert [(o.size, o.where) for o in dark.opaque] == [(400, "body $.d > base64")]
    darkness = Darkness()
    for number in range(8):
        darkness.add({"host": "track.adnimbus.example", "event_id": f"f{number}", "t": 5 + number}, dark)
    [gap] = darkness.gaps()
    assert (gap.kind, gap.subject, gap.count, gap.from_ns, gap.to_ns) == (
        GapKind.TRAFFIC_NOT_READ,
        "track.adnimbus.example",
        8,
        5,
        12,
    )
    assert "f0, f1, f2, f3, f4, +3" in gap.detail
    assert gap.detail_zh


def test_a_piece_between_two_escapes_is_not_dark() -> None:
    """What the escapes stand for is undone beside it, and holds the value."""
    for seed in range(60):
        others = random.Random(seed).choices(range(256), k=600)
        packed = b64encode(gzip.compress(json.dumps({"i": IMEI, "x": others}).encode(), mtime=0))    # as Java writes it
        hits, dark = looked(b"d=" + packed.replace(b"+", b"%2B").replace(b"/", b"%2F").replace(b"=", b"%3D"))
        assert [h.value for h in hits] == [IMEI]
        assert dark == Dark(), seed


@pytest.mark.parametrize("value", ["02:00:00:00:00:00", "9774d56d682e549c", "<unknown ssid>", "000000000000000"])
def test_what_systems_say_in_place_of_a_value_is_none(value: str) -> None:
    assert knowns([{"event_id": "c1", "kind": "mac", "value": value}]) == []


def test_content_that_breaks_off_is_a_gap() -> None:
    whole = gzip.compress(os.urandom(2000))
    _, dark = looked(whole[:900], headers=[["Content-Encoding", "gzip"]])
    assert [(t.decoder, t.why) for t in dark.troubles] == [("gzip", "truncated")]


@pytest.mark.parametrize(
    "body", [b"", b"hello", json.dumps({"id": "0c6e9b17d3f842a58b6174e1a95d20cf"}).encode(), b"\x89PNG\r\n" + os.urandom(500)]
)
def test_what_is_no_secret_is_no_gap(body: bytes) -> None:
    assert looked(body)[1] == Dark()


def test_the_country_of_the_device_says_how_its_numbers_are_dialled() -> None:
    reads = [
        {"event_id": "c1", "kind": "phone", "value": "030 12345678"},
        {"event_id": "c2", "kind": "region", "value": "de"},
        {"event_id": "c3", "kind": "carrier", "value": "26201"},
    ]
    assert {(one.field, one.value) for one in home(reads)} == {("country", "de"), ("mcc_mnc", "26201")}
    for known, sent in ((home(reads), True), ([], False)):
        seen, _ = Follower(knowns(reads), home=known).sightings("f", "https://a.example/", [], b'{"x":"493012345678","cc":"de"}')
        assert [one.kind for one in seen] == ["phone"] * sent
