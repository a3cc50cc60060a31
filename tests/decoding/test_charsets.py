"""A name is read in the charset that it was sent in, also where the same bytes are letters of another language."""

from __future__ import annotations

import gzip
import json
from urllib.parse import quote

import pytest

from harness.decoding import unwrap

NAMES = {
    "latin-1": ["Jürgen Müller", "François Lefèvre", "José Muñoz", "Åsa Öberg", "João Gonçalões"],
    "cp1252": ["Zoë Šimková", "Jürgen Müller – €5"],
    "cp1250": ["Lech Wałęsa", "Božena Němcová"],
    "cp1254": ["İbrahim Çalışkan"],
    "cp1251": ["Иван Петров", "Юрий", "Олена Шевченко", "Киевская улица 5, Москва"],
    "cp1253": ["Γιώργος Παπαδόπουλος"],
    "shift-jis": ["山田太郎", "さくら", "東京都千代田区", "ヤマダ タロウ"],
    "cp949": ["김철수", "서울특별시"],
    "gb18030": ["李小龙", "上海市浦东新区", "王芳", "张伟"],
    "big5": ["王小明", "台北市"],
}
CASES = [(charset, name) for charset, names in NAMES.items() for name in names]


@pytest.mark.parametrize(("charset", "name"), CASES)
def test_a_name_is_read_in_its_charset(charset: str, name: str) -> None:
    for body in (f"name={name}&city=Muenchen", f'{{"name": "{name}", "lang": "x"}}'):
        tree = unwrap([("body", body.encode(charset))])
        assert any(name in layer.data.decode() for layer in tree.layers if layer.text), body
        assert tree.troubles == []


@pytest.mark.parametrize(("charset", "name"), CASES)
def test_and_percent_encoded(charset: str, name: str) -> None:
    tree = unwrap([("url", b"https://a.example/x?id=7&name=" + quote(name, encoding=charset).encode())])
    assert any(name in layer.data.decode() for layer in tree.layers if layer.text)
    assert tree.troubles == []


@pytest.mark.parametrize(
    ("data", "most"),
    [
        ("城市=上海市浦东新区世纪大道100号&姓名=李小龙&运营商=中国移动".encode("gb18030"), 2),
        ("n=Jürgen Müller".encode("latin-1"), 2),
        ("имя=Иван Сергеевич Петров&город=Санкт-Петербург&x=1".encode("cp1251"), 3),
    ],
)
def test_no_more_readings_than_are_plausible(data: bytes, most: int) -> None:
    layers = unwrap([("body", data)]).layers
    assert 1 <= sum(layer.decoder == "charset" for layer in layers) <= most


def test_bytes_inside_a_text_stay_what_they_are() -> None:
    """Some programs write bytes into JSON as they are; what else they may be read as does not hide them."""
    inside = gzip.compress(b"imei=860461037294518 and more of it", mtime=0x0A0A0A0A).decode("latin-1")
    text = json.dumps({"city": "München", "data": inside, "more": "München " * 300}, ensure_ascii=False)
    body = text.encode("latin-1")
    assert any(b"imei=860461037294518" in layer.data for layer in unwrap([("body", body)]).layers)


UNTRIED = {"cp874": "สมชาย ใจดี", "cp1256": "محمد علي", "cp866": "Иван Петров"}


@pytest.mark.parametrize("charset", UNTRIED)
def test_a_charset_that_is_not_tried_is_told(charset: str) -> None:
    name = UNTRIED[charset]
    for part, data in (
        ("body", f"name={name}&x=1".encode(charset)),
        ("body", f'{{"name": "{name}"}}'.encode(charset)),
        ("headers", f"X-Name: {name}\nX-More: 1".encode(charset)),
        ("url", b"https://a.example/x?name=" + quote(name, encoding=charset).encode()),
    ):
        assert "charset-unknown" in {t.decoder for t in unwrap([(part, data)]).troubles}, data


DARK = [b'{"name": "\xe1\x8c\xb1\xa9\x83\xe7\xb0\xa5\xf2\xc8\xa8"}', b"name=\xbd\x81\xa2\xd4\xa0\x8d\xbc\x9f&x=1"]


@pytest.mark.parametrize("data", DARK)
def test_text_that_no_charset_explains_is_told(data: bytes) -> None:
    assert [(t.where, t.decoder) for t in unwrap([("body", data)]).troubles] == [("body", "charset-unknown")]


@pytest.mark.parametrize(
    "data", [DARK[0][2:-1], b"\xbd=\x81\xa2\xd4\xa0\x8d\xbc\x9f", b"name=M\xfcller&x=1", b'{"a": "\x00\xe1\x8c"}']
)
def test_bytes_that_are_no_text_are_not_told_as_such(data: bytes) -> None:
    assert unwrap([("body", data)]).troubles == []
