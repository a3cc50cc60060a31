"""A known value is found in every form in which SDKs write it, and a text that only looks like it is not."""

from __future__ import annotations

import base64
import hashlib
import json
import struct
import zlib

import mmh3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.decoding import unwrap
from harness.matching import Hit, Known, Search, field_of

IMEI = "860461037294518"
MAC = "02:1a:7d:da:71:13"
UUID = "7be3d1f8-42c6-4a9e-b05d-96f1ce837a24"


def known(name: str, value: str) -> Known:
    return Known(name=name, value=value, field=field_of(name, value))


def hits(body: bytes | str, *knowns: tuple[str, str], salts: tuple[str, ...] = (), headers: str = "") -> list[Hit]:
    search = Search([known(*one) for one in knowns], salts)
    parts = [("headers", headers.encode()), ("body", body.encode() if isinstance(body, str) else body)]
    return search.hits(unwrap(parts))


def names(found: list[Hit]) -> set[str]:
    return {hit.known.name for hit in found}


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


FORMS: list[tuple[str, str, bytes]] = [
    ("imei", IMEI, f'{{"d":"{IMEI}"}}'.encode()),
    ("imei", IMEI, f"k=v##imei={IMEI}".encode()),
    ("imei", IMEI, f"prefix_{IMEI}@name".encode()),
    ("imei", IMEI, f"a\x01{IMEI}\x02b".encode()),
    ("imei", IMEI, f"[1,\"x\",{IMEI},null]".encode()),
    ("imei", IMEI, b"86-046103-729451-8"),
    ("imei", IMEI, IMEI[::-1].encode()),
    ("imei", IMEI, int(IMEI).to_bytes(8, "little") + b"\x00\x01\x02"),
    ("mac", MAC, b"mac=021a7dda7113"),
    ("mac", MAC, b"02-1A-7D-DA-71-13"),
    ("mac", MAC, str(int(MAC.replace(":", ""), 16)).encode()),
    ("mac", MAC, b"\x04\x06" + bytes.fromhex(MAC.replace(":", "")) + b"\x00\x01"),
    ("gaid", UUID, UUID.upper().encode()),
    ("gaid", UUID, UUID.replace("-", "").encode()),
    ("gaid", UUID, b"\x0a\x10" + bytes.fromhex(UUID.replace("-", "")) + b"\x10\x01"),
    ("phone", "+8617723486195", b"tel=17723486195"),
    ("phone", "17723486195", b'{"m":"+86 177-2348-6195"}'),
    ("tel", "+4915123948876", b"0151/23948876"),
    ("birthday", "1991-08-23", b"23.08.1991"),
    ("birthday", "1991-08-23", b'{"dob":"19910823"}'),
    ("birthday", "1991-08-23", b'{"birthday":"1991/8/23"}'),
    ("ip", "192.168.31.147", str(0xC0A81F93).encode()),
    ("latitude", "29.582947", b'{"lat":29.5829}'),
    ("latitude", "29.582947", b'{"lat":29582947}'),
    ("latitude", "29.582947", b'{"lat":"106498609"}'),
    ("GPS (lat,lon)", "29.582947,106.591382", b"p=106.5914,29.5829"),
    ("latitude", "29.582947", b"\x00\x00" + struct.pack(">d", 29.582947) + b"\x01"),
    ("email", "tan.ruoxi@mail.example", base64.b64encode(b"tan.ruoxi@mail.example")),
    ("name", "谭若溪", b"n=%CC%B7%C8%F4%CF%AA"),
    ("name", "谭若溪", rb'{"n":"\u8c2d\u82e5\u6eaa"}'),
    ("name", "谭若溪", "谭若溪".encode("gb18030").hex().encode()),
    ("iban", "DE07120300001054926713", b"DE07 1203 0000 1054 9267 13"),
    ("bootTime", "1717113427318", b'{"boot":"2024-05-30T23:57:07Z"}'),
    ("totalMemory", "7867432960", b'{"ram_mb":7502,"totalmem":7683040}'),
    ("battery", "67", b'{"batteryLevel":0.67}'),
    ("screenWidth", "1080", b'{"resolution":"1080*2400"}'),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "body"), FORMS, ids=[f"{n}-{i}" for i, (n, _, _) in enumerate(FORMS)])
def test_a_form_is_found(name: str, value: str, body: bytes) -> None:
    assert names(hits(body, (name, value))) == {name}


HASHED = {
    "md5": md5(IMEI),
    "MD5": md5(IMEI).upper(),
    "sha1": hashlib.sha1(IMEI.encode()).hexdigest(),
    "sha256 in base64": base64.b64encode(hashlib.sha256(IMEI.encode()).digest()).decode(),
    "sha512": hashlib.sha512(IMEI.encode()).hexdigest(),
    "sha3-256": hashlib.sha3_256(IMEI.encode()).hexdigest(),
    "md5 of md5": md5(md5(IMEI)),
    "md5 of MD5": md5(md5(IMEI).upper()),
    "half of an md5": md5(IMEI)[8:24],
    "murmur3": f"{mmh3.hash128(IMEI.encode()):032x}",
    "crc32": f"{zlib.crc32(IMEI.encode()):08x}",
    "salted": md5("com.example.shop" + IMEI),
    "two behind each other": md5("x") + md5(IMEI),
}


@pytest.mark.parametrize("form", HASHED)
def test_a_hash_is_found(form: str) -> None:
    found = hits(json.dumps({"h": HASHED[form]}), ("imei", IMEI), salts=("com.example.shop",))
    assert names(found) == {"imei"}
    assert found[0].variant != "raw"


@pytest.mark.parametrize("written", [MAC.upper(), MAC.replace(":", ""), MAC.replace(":", "").upper(), MAC.replace(":", "-")])
def test_a_hash_of_any_spelling_is_found(written: str) -> None:
    assert names(hits(md5(written), ("mac", MAC))) == {"mac"}


def test_identifiers_hashed_together_are_both_found() -> None:
    both = hashlib.sha1(f"{IMEI}:{MAC}".encode()).hexdigest()
    assert names(hits(f"devid=a-{both}", ("imei", IMEI), ("mac", MAC))) == {"imei", "mac"}


LOOK_ALIKES: list[tuple[str, str, str]] = [
    ("imei", IMEI, "1" + IMEI),
    ("imei", IMEI, IMEI + "7"),
    ("imei", IMEI, IMEI[:-1] + "0"),
    ("city", "Shanghai", '{"tz":"Asia/Shanghai"}'),
    ("city", "Shanghai", r'{"tz":"Asia\/Shanghai"}'),
    ("city", "Shanghai", "tz=Asia%2FShanghai"),
    ("osVersion", "10", '{"count":10,"hour":10}'),
    ("osVersion", "10", '{"10":"x"}'),
    ("screenWidth", "1080", '{"price":1080}'),
    ("screenWidth", "1080", '{"media_width":1080,"bitrate":3}'),
    ("appVersion", "5.8.2", '{"sdk":{"version":"5.8.2"}}'),
    ("language", "en", "when the garden is green"),
    ("carrier", "46000", '{"total":1460003}'),
    ("latitude", "29.582947", '{"lat":29.61}'),
    ("latitude", "29.582947", '{"v":129.582947}'),
    ("birthday", "1991-08-23", '{"year":1991}'),
    ("name", "Li Wei", "delivering"),
]


@pytest.mark.parametrize(("name", "value", "body"), LOOK_ALIKES, ids=[f"{n}-{i}" for i, (n, _, _) in enumerate(LOOK_ALIKES)])
def test_a_look_alike_is_not_it(name: str, value: str, body: str) -> None:
    assert hits(body, (name, value)) == []


NAMED: list[tuple[str, str, str]] = [
    ("language", "en", '{"lang":"en"}'),
    ("country", "CN", '{"locale":"zh_CN"}'),
    ("osVersion", "10", '{"os":{"ver":"10"}}'),
    ("carrier", "China Mobile", '{"op":"China Mobile"}'),
    ("city", "Shanghai", "city=Shanghai&x=1"),
    ("postcode", "10115", '["plz_10115","x"]'),
    ("model", "Pixel 6", '{"deviceModel":"Pixel 6"}'),
]


@pytest.mark.parametrize(("name", "value", "body"), NAMED, ids=[n for n, _, _ in NAMED])
def test_a_short_value_counts_under_its_name(name: str, value: str, body: str) -> None:
    assert names(hits(body, (name, value))) == {name}


def test_a_short_value_counts_in_a_row_with_others() -> None:
    row = json.dumps([IMEI, "Pixel 6", "zh", 1080, 2400, "China Mobile"])
    device = (
        ("imei", IMEI),
        ("model", "Pixel 6"),
        ("screenWidth", "1080"),
        ("screenHeight", "2400"),
        ("carrier", "China Mobile"),
    )
    assert names(hits(row, *device)) >= {"imei", "model", "carrier", "screenWidth", "screenHeight"}
    assert hits(json.dumps(["a", "b", 1080, "c"]), *device) == []


def test_a_user_agent_is_read_by_its_words() -> None:
    agent = "User-Agent: Dalvik/2.1.0 (Linux; U; Android 13; Pixel 6 Build/TQ1A.230105.001)"
    assert names(hits("", ("model", "Pixel 6"), ("osVersion", "13"), ("buildId", "TQ1A.230105.001"), headers=agent)) == {
        "model", "osVersion", "buildId",
    }  # fmt: skip


def test_a_hit_says_where_it_is_and_what_it_stands_in() -> None:
    [hit] = hits(json.dumps({"a": [{"dev": base64.b64encode(json.dumps({"id": IMEI}).encode()).decode()}]}), ("imei", IMEI))
    assert hit.where == "body $.a[0].dev > base64 $.id"
    assert hit.encodings == ("base64",)
    assert (hit.key, hit.matched()) == ("id", IMEI)


def test_values_of_another_device_give_nothing() -> None:
    others = [
        (name, value.translate(str.maketrans("0123456789", "3456789012")))
        for name, value, _ in FORMS
        if name in ("imei", "mac", "gaid")
    ]
    for name, value, body in FORMS:
        if name in ("imei", "mac", "gaid"):
            assert hits(body, *others) == [], (name, value)


@settings(max_examples=40)
@given(st.text(st.sampled_from("0123456789abcdef"), min_size=16, max_size=40), st.binary(max_size=60), st.binary(max_size=60))
def test_what_is_said_to_stand_there_does(value: str, before: bytes, after: bytes) -> None:
    for hit in hits(before + b"," + value.encode() + b"," + after, ("android_id", value)):
        if hit.variant == "raw":
            assert hit.layer.data[hit.start : hit.end] == value.encode()


@settings(max_examples=40)
@given(st.text(max_size=80), st.text(max_size=40))
def test_any_value_can_be_known(value: str, name: str) -> None:
    for hit in hits(value.encode("utf-8", "replace"), (name, value)):
        assert 0 <= hit.start < hit.end <= len(hit.layer.data)
