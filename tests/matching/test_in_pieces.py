"""Values in pieces, in codes and with stars: each form in which apps send them, and what looks alike and is not it."""

from __future__ import annotations

import hashlib

import pytest
from test_search import hits, known, names

from harness.decoding import unwrap
from harness.matching import Search, addresses, genders, persons

Pairs = tuple[tuple[str, str], ...]
SEXES: Pairs = (("gender", "female"),)
MALE: Pairs = (("sex", "мужской"),)
HOME_US: Pairs = (("address", "77 Alder Creek Rd Unit 4, Boise, ID 83702"),)
HOME_DE: Pairs = (("address", "Lindenallee 12, 04277 Leipzig"),)
HOME_CN: Pairs = (("address", "四川省成都市武侯区桐梓林北路9号3单元"),)
HOME_KR: Pairs = (("address", "대구광역시 수성구 달구벌대로 2450"),)
BORN: Pairs = (("birthday", "1991-03-27"),)
JAPANESE: Pairs = (("name", "高橋美咲"), ("country", "JP"))
PHONE_JP: Pairs = (("phone", "090-2618-7345"),)
PLACE: Pairs = (("latitude", "43.061771"), ("longitude", "141.354506"))
IMEI: Pairs = (("imei", "863912045527183"),)

FIRES: list[tuple[str, Pairs, str]] = [
    ("gender", SEXES, '{"gender":"f"}'), ("gender", SEXES, '{"user":{"gender":2}}'), ("gender", SEXES, "u-gender=F&x=1"),
    ("gender", SEXES, "<Geschlecht>w</Geschlecht>"), ("gender", SEXES, '{"sex":"女"}'), ("gender", SEXES, '{"sexo":"femenino"}'),
    ("gender", SEXES, "g=F&yob=1991"), ("gender", SEXES, '{"xb":2,"phone":"x"}'), ("gender", SEXES, '{"app:gender":2}'),
    ("gender", SEXES, r'{"pol":"\u0436","tel":"8917"}'), ("gender", SEXES, 'data={\\"gender\\":\\"F\\"}'),
    ("sex", MALE, '{"gender":"M"}'), ("sex", MALE, "gn=1&email=x"), ("sex", MALE, '{"gender":"male"}'),
    ("sex", MALE, '{"ge":"' + hashlib.sha256(b"m").hexdigest() + '"}'),
    ("gender", (("gender", "女"), ("phone", "+8613318094627")), '{"1":"x","2":"13318094627","3":"女"}'),
    ("address", HOME_US, "a[line1]=77 Alder Creek Rd Unit 4&a[city]=Boise&a[postal_code]=83702"),
    ("address", HOME_US, '{"street":"77 Alder Creek Rd","unit":"Unit 4","city":"Boise","state":"ID","zip":"83702"}'),
    ("address", HOME_DE, "<Kunde><Strasse>Lindenallee 12</Strasse><PLZ>04277</PLZ><Ort>Leipzig</Ort></Kunde>"),
    ("address", HOME_DE, "plz=04277&x=1"),
    ("address", HOME_CN, '{"province":"四川省","city":"成都市","area":"武侯区","more":"桐梓林北路9号3单元"}'),
    ("address", HOME_KR, '{"sido":"대구광역시","gugun":"수성구","rest":"달구벌대로 2450"}'),
    ("birthday", BORN, "birth=910327&x=1"), ("birthday", BORN, '{"dob":"270391"}'),
    ("birthday", BORN, '{"dateOfBirth":{"month":3,"day":27,"year":1991}}'), ("birthday", BORN, "dob_y=1991&dob_m=03&dob_d=27"),
    ("birthday", (*BORN, ("idCard", "510107199103274425")), '{"certNo":"510107199103274425"}'),
    ("name", JAPANESE, "sei=%E9%AB%98%E6%A9%8B&mei=%E7%BE%8E%E5%92%B2"), ("name", JAPANESE, '{"firstName":"美咲"}'),
    ("name", (("name", "林美咲"), ("country", "Japan")), '{"lastName":"林","firstName":"美咲"}'),
    ("name", (("name", "小林葵"), ("country", "Japan")), '{"lastName":"小林"}'),
    ("name", (("name", "程雨菲"),), '{"realName":"**菲"}'), ("name", (("name", "程雨菲"),), "xingming=程*菲"),
    ("phone", PHONE_JP, "tel1=090&tel2=2618&tel3=7345"), ("phone", PHONE_JP, '{"telA":"090","telB":"2618","telC":"7345"}'),
    ("phone", (("phone", "(206) 555-0187"),), '{"area":"206","exchange":"555","line":"0187"}'),
    ("phone", (("phone", "13318094627"),), "log: login of 133****4627 failed"),
    ("phone", (("phone", "13318094627"),), '{"m":"133****4627"}'),
    ("imei", IMEI, '{"x":"863912*****7183"}'), ("imei", IMEI, '{"imei":"8639*******7183"}'),
    ("bank_card", (("bank_card", "6228481234598760126"),), '{"card":"622848*********0126"}'),
    ("latitude", PLACE, "ido=155022.376&keido=508876.222"), ("latitude", PLACE, "$GPGGA,1,4303.7063,N,14121.2704,E"),
    ("latitude", PLACE, "https://x.example/i/a1,l43.061x141.354,h"), ("longitude", PLACE, "geoloc=43.0,141.3"),
    ("longitude", PLACE, '{"lat":43.1,"lon":141.4}'),
    ("longitude", (("latitude", "38.722252"), ("longitude", "-9.139337")), '{"lat":38.7,"lon":-9.1}'),
    ("userId", (("userId", "60417283"),), '{"distinct_id":"60417283"}'),
    ("city", (("city", "福州"),), '{"addr":"福建省福州市鼓楼区东街8号"}'),
    ("city", (("city", "대구"),), "addr=대구광역시 수성구 달구벌대로"),
    ("city", (("city", "札幌市"),), "北海道札幌市中央区大通西4-1\t08012345678"),
    ("timezone", (("timezone", "Asia/Shanghai"),), '{"installed":"2025-02-10_181133+0800"}'),
    ("timezone", (("timezone", "Asia/Shanghai"),), "created=2025-07-02T11:16:03.207Z+0800&x=1"),
    ("timezone", (("timezone", "Asia/Shanghai"),), "osv=10&z=+0800&o=p"),
    ("timezone", (("timezone", "Asia/Shanghai"),), '{"8":"android","11":"zh-cn","12":480,"13":"x"}'),
    ("osVersion", (("osVersion", "11"), ("model", "KX-310T"), ("screen", "1080x2310")),
     '{"B1":"KX-310T","B2":"11","B3":"1080*2310"}'),
    ("osVersion", (("osVersion", "11"), ("model", "KX-310T")), '{"dev":["KX-310T","11"]}'),
    ("brand", (("brand", "nubia"), ("model", "KX-310T")), '{"device":"nubia KX-310T"}'),
]  # fmt: skip


@pytest.mark.parametrize(("name", "pairs", "body"), FIRES, ids=[f"{n}-{i}" for i, (n, _, _) in enumerate(FIRES)])
def test_it_is_found(name: str, pairs: Pairs, body: str) -> None:
    assert name in names(hits(body, *pairs))


SILENT: list[tuple[Pairs, str]] = [
    (SEXES, '{"gender":"m"}'), (SEXES, '{"gender":1}'), (SEXES, '{"size":"F","type":2}'), (SEXES, '{"filter":{"gender":"f"}}'),
    (SEXES, '{"targetGender":"F"}'), (SEXES, '{"partner":{"gender":"female"}}'), (SEXES, "g=F&page=2"), (SEXES, '{"pol":2}'),
    (SEXES, '{"gender":"unknown","f":2}'), (SEXES, '{"genders":["男","女"],"tab":2}'), (SEXES, '{"genderFilter":2}'),
    (SEXES, '{"preferences":{"gender":"f"}}'),
    (SEXES, '{"essex":"f","sexagesimal":"2"}'), (SEXES, '{"gender":"f2"}'), (SEXES, '{"title":"女装"}'),
    (SEXES, hashlib.sha256(b"f").hexdigest()), (MALE, '{"gender":"female"}'), (MALE, '{"gender":"f","n":1}'),
    (HOME_US, '{"city":"Boise","zip":"x"}'), (HOME_US, '{"street":"99 Other Rd","city":"Boise","state":"ID"}'),
    (HOME_US, '{"t":"Unit 4","u":"Boise"}'), (HOME_US, '{"count":83702}'),
    (HOME_DE, "<Ort>Leipzig</Ort><Strasse>Lindenallee 120</Strasse>"), (HOME_DE, '{"n":"04277","city":"Halle"}'),
    (HOME_CN, '{"province":"四川省","city":"成都市","area":"武侯区"}'), (HOME_KR, '{"sido":"대구광역시","gugun":"수성구"}'),
    (BORN, "order=910327&x=1"), (BORN, '{"expiry":{"month":3,"day":27,"year":1991}}'),
    (BORN, '{"birth":{"month":3,"day":27,"year":1992}}'),
    ((*BORN, ("idCard", "510107199003274425")), '{"certNo":"510107199103274425"}'),
    (JAPANESE, '{"title":"美咲"}'), (JAPANESE, '{"lastName":"高"}'), (JAPANESE, "mei=%E7%BE%8E%E9%A2%A8"),
    ((("name", "程雨菲"),), '{"realName":"**非"}'), ((("name", "程雨菲"),), '{"rating":"**菲"}'),
    (PHONE_JP, "a1=090&b=x&a2=2618"), (PHONE_JP, "tel1=090&tel2=2618&tel3=7346"), (PHONE_JP, '[090,2618]'),
    ((("phone", "13318094627"),), "log: 133****4628"), ((("phone", "13318094627"),), '{"m":"****4627"}'),
    (IMEI, '{"x":"863912*****7184"}'), (IMEI, '{"x":"*******7183"}'),
    (PLACE, "ido=155122.376&keido=508976.222"), (PLACE, '{"price":43.0,"tax":141.3}'), (PLACE, "geoloc=43.0&x=9"),
    (PLACE, '{"lat":43.3,"lon":141.6}'), (PLACE, "size=43.1x90"), (PLACE, "$GPGGA,1,4304.9063,N,14122.2704,E"),
    ((("city", "福州"),), "福州路12号"), ((("city", "대구"),), "대구탕 맛집"),
    ((("timezone", "Asia/Shanghai"),), '{"x":"+0800"}'), ((("timezone", "Asia/Shanghai"),), '{"8":"android","12":480,"13":"x"}'),
    ((("timezone", "Asia/Shanghai"),), '{"installed":"2025-02-10_181133+0900"}'),
    ((("osVersion", "11"), ("model", "KX-310T")), '{"B1":"x","B2":"11","B3":"y"}'),
]  # fmt: skip


@pytest.mark.parametrize(("pairs", "body"), SILENT, ids=[f"{p[0][0]}-{i}" for i, (p, _) in enumerate(SILENT)])
def test_what_looks_alike_is_not_it(pairs: Pairs, body: str) -> None:
    assert names(hits(body, *pairs)) & {pairs[0][0], "longitude"} == set()


def test_a_hash_stands_behind_a_letter_in_a_url_only() -> None:
    search = Search([known(*IMEI[0])])
    text = f"/i/c1,0c{hashlib.md5(IMEI[0][1].encode()).hexdigest()},t17"
    assert [hit.known.name for hit in search.hits(unwrap([("url", b"https://a.example" + text.encode())]))] == ["imei"]
    assert search.hits(unwrap([("body", text.encode())])) == []
    other = f"https://a.example/n{hashlib.md5(b'863912045527184').hexdigest()}"
    assert search.hits(unwrap([("url", other.encode())])) == []


@pytest.mark.parametrize(("text", "letter"), [
    ("Female", "f"), ("m", "m"), ("weiblich", "f"), ("Мужской", "m"), ("女性", "f"), ("여자", "f"), ("x", ""), ("", ""),
])  # fmt: skip
def test_a_gender_is_one_of_two_words(text: str, letter: str) -> None:
    assert genders.of(text) == letter


@pytest.mark.parametrize(("text", "parts", "street"), [
    ("77 Alder Creek Rd Unit 4, Boise, ID 83702", {"83702", "ID", "Boise", "Unit 4"}, "77 Alder Creek Rd"),
    ("Lindenallee 12, 04277 Leipzig", {"04277", "Leipzig"}, "Lindenallee 12"),
    ("四川省成都市武侯区桐梓林北路9号3单元", {"四川省", "成都市", "武侯区"}, "桐梓林北路9号3单元"),
    ("浙江省杭州市西湖区文三路9号", {"浙江省", "杭州市", "西湖区"}, "文三路9号"),
    ("북구", set(), ""), ("Boise", set(), ""), ("", set(), ""),
])  # fmt: skip
def test_an_address_has_parts(text: str, parts: set[str], street: str) -> None:
    found = addresses.parts_of(text)
    assert parts <= {part.text for part in found if not part.street}
    assert street == "" or street in {part.text for part in found if part.street}
    assert bool(found) == bool(parts)


def test_a_japanese_name_of_three_letters_may_part_in_two_ways() -> None:
    assert {text for _, text in persons.parts_of("小林葵", japanese=True)} == {"小林", "葵", "小", "林葵"}
    assert {text for _, text in persons.parts_of("王小明")} == {"王", "小明"}
