"""What nobody can read is told as dark, and what was read is not."""

from __future__ import annotations

import base64
import json
import random
import struct
import zlib
from collections.abc import Callable
from urllib.parse import quote

import cbor2
import msgpack
import pytest

from harness.decoding import unwrap
from harness.decoding.opacity import known_media
from tests.decoding.encoders import varint

SECRET = random.Random(3).randbytes(900)
LIST = ["session", "network", "launch", "banner", "video", "order"]
TEXT = json.dumps(
    {"imei": "861234567890127", "oaid": "3f7d2c1b-9a8e-4f6d-b5c4-a3b2c1d0e9f8", "model": "M2102K1C", "list": LIST * 4}
).encode()
HEAD = b'{"v":1,"app":"com.example.shop","channel":"one","enc":"aes"}\n'
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def under(key: bytes, data: bytes) -> bytes:
    return bytes(byte ^ key[i % len(key)] for i, byte in enumerate(data))


def base62(data: bytes) -> bytes:
    number, digits = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 62)
        digits += DIGITS[digit]
    return digits.encode()


def dark(body: bytes) -> list[str]:
    return [opaque.where for opaque in unwrap([("body", body)]).opaque()]


TOLD: dict[str, bytes] = {
    "encrypted": SECRET,
    "under a short key": under(b"s3cr3tK3", TEXT),
    "under a key of any bytes": under(b"\x9a\x03\xf1\x5c", TEXT),
    "under a short key, in base64": base64.b64encode(under(b"s3cr3tK3", TEXT)),
    "encrypted behind a head": HEAD + SECRET[:120],
    "encrypted behind zeros": bytes(64) + SECRET[:200],
    "in blocks of one key": b"".join(SECRET[16 * i % 160 : 16 * i % 160 + 16] for i in range(60)),
    "as if a bitmap": b"BM" + SECRET[2:],
    "as if a program": b"MZ" + SECRET[2:],
    "as if bzip2": b"BZh" + SECRET[3:],
    "as if gzip": b"\x1f\x8b" + SECRET[2:],
    "as if a film": SECRET[:4] + b"ftyp" + SECRET[8:],
    "as if sound": b"\xff\xfb" + SECRET[2:],
    "a body of base64": base64.b64encode(SECRET[:48]),
    "a body of digits": SECRET[:48].hex().encode(),
    "base32": base64.b32encode(SECRET),
    "base62": base62(SECRET[:700]),  # so many digits as base64 never has
    "base85": base64.b85encode(SECRET),
    "ascii85": base64.a85encode(SECRET),
    "an alphabet of its own": base64.b64encode(SECRET).translate(bytes.maketrans(b"ABCDEFGHIJ+/", b"JIHGFEDCBA*!")),
}


@pytest.mark.parametrize("name", TOLD)
def test_a_body_that_cannot_be_read_is_told(name: str) -> None:
    assert dark(TOLD[name]) != []


def field(number: int, value: int | float | str) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, float):
        return varint(number << 3 | 1) + struct.pack("<d", value)
    return varint(number << 3 | 2) + varint(len(value)) + value.encode()


def structures() -> list[tuple[str, bytes]]:
    """Small ones, whose few numbers and names are nearly as even as chance."""
    r = random.Random(11)
    made: list[tuple[str, bytes]] = []
    for size in (4, 6, 8, 40) * 12:
        values: list[int | float | str] = ["wifi4g"]
        while len(values) < size:
            number, moment = r.randrange(1 << 20), 1700000000000 + r.randrange(10**9)
            values.append(r.choice((number, moment, r.random() * 180, f"{r.getrandbits(64):016x}")))
        named = {f"{r.choice(LIST)}{i}": value for i, value in enumerate(values)}
        made.append(("protobuf", b"".join(field(i + 1, value) for i, value in enumerate(values))))
        made += [("msgpack", msgpack.packb(named)), ("cbor", cbor2.dumps(named))]
    return made


def test_a_structure_that_was_read_is_not_told() -> None:
    assert [name for name, data in structures() if dark(data)] == []


def test_but_what_lies_encrypted_in_it_is() -> None:
    assert dark(msgpack.packb({"event": "launch", "body": SECRET})) == ["body body > msgpack"]


def bitmap() -> bytes:
    about = struct.pack("<IiiHHIIiiII", 40, 15, 20, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + len(SECRET), 0, 0, 54) + about + SECRET


def sound() -> bytes:
    frame = b"\xff\xfb\x90\x64" + SECRET[:413]
    return frame + frame


PLAIN: dict[str, bytes] = {
    "JSON": TEXT,
    "text of other letters": "name=J\xfcrgen M\xfcller, K\xf6ln, Stra\xdfe 5".encode("latin-1"),
    "GBK": "city=上海&operator=中国移动&colour=红色手机订单支付".encode("gb18030"),
    "Big5": "city=臺北&operator=中華電信&colour=紅色手機訂單支付".encode("big5"),
    "UTF-16": TEXT.decode().encode("utf-16-le"),
    "compressed": zlib.compress(TEXT),
    "a bitmap": bitmap(),
    "sound": sound(),
    "a film": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + SECRET,
    "a picture in a form": b"--X\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\n\x89PNG\r\n" + SECRET + b"\r\n--X--\r\n",
    "a session's name": json.dumps({"token": base64.b64encode(SECRET[:48]).decode()}).encode(),
    "a hash": SECRET[:32].hex().encode(),
    "filling": bytes(500),
    "base64 in a form, in pieces": b"a=" + quote(base64.b64encode(zlib.compress(TEXT)), safe="").encode(),
}


@pytest.mark.parametrize("name", PLAIN)
def test_what_can_be_read_or_shown_is_not_told(name: str) -> None:
    assert dark(PLAIN[name]) == []


@pytest.mark.parametrize("make", [bitmap, sound])
def test_a_mark_of_two_bytes_needs_what_belongs_to_it(make: Callable[[], bytes]) -> None:
    assert known_media(make())
    assert not known_media(make()[:2] + SECRET)


def test_json_under_one_byte_is_read() -> None:
    """It may be all text still, and then nothing would show that it is none."""
    body = under(b"\x5a", TEXT)
    tree = unwrap([("body", body)])
    assert [layer.decoder for layer in tree.layers if layer.data == TEXT] == ["xor"]
    assert not any(layer.decoder == "xor" for layer in unwrap([("body", TEXT)]).layers)


@pytest.mark.parametrize(
    ("decoder", "body"),
    [
        ("base32", b'{"id":"ANDROIDXIAOMIREDMINOTE11","session":"ABCDEFGHIJKLMNOPQ234"}'),
        ("base85", b'{"url":"https://shop.example/a?b=c&d=(e);f=#g","agent":"Mozilla/5.0_(Linux;_Android_14;_K)"}'),
        ("quoted-printable", b"a=12&b=41&c=DE&d=3Dx&e=1"),
        ("percent-u", b"100%used, 50%u"),
    ],
)
def test_what_only_looks_like_it_is_left_alone(decoder: str, body: bytes) -> None:
    assert not any(layer.decoder == decoder for layer in unwrap([("body", body)]).layers)


@pytest.mark.parametrize("form", ['{"anon_id":"%s"}', "anon_id=%s&event=open", "%s"])
@pytest.mark.parametrize("own", ["XZd7d6b811-1be1-4bf5-92ff-df3962fc6df4", "XZf3532fb7e5b2421593f3b25a9f46c9b1"])
def test_an_app_s_own_random_id_is_not_dark_because_its_bytes_are_letters_of_some_charset(form: str, own: str) -> None:
    assert dark((form % own).encode()) == []
