"""A place in degrees, minutes and seconds, as a geohash, a Plus code or scaled; countries, zones, and cities in labels."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_search import hits, names

from harness.matching import coordinates, grids

PLACE = (("latitude", "52.520336"), ("longitude", "13.404722"))
SYDNEY = (("latitude", "-33.856784"), ("longitude", "151.215297"))
BOTH = {"latitude", "longitude"}

FOUND: list[tuple[tuple[tuple[str, str], ...], str]] = [
    (PLACE, '{"loc":"52\u00b031\'13.2\\"N 13\u00b024\'17.0\\"E"}'), (PLACE, '{"p":"52\\u00b031\'13\\"N, 13\\u00b024\'17\\"E"}'),
    (PLACE, "pos=52%C2%B031%2713.2%22N%2013%C2%B024%2717%22E"),
    (PLACE, '{"gps":"52\u00b0 31.220\u2032 N 13\u00b0 24.283\u2032 E"}'),
    (PLACE, '{"lat":"52:31:13.21","lon":"13:24:17.0"}'), (PLACE, '{"lat":"52:31.22016","lon":"13:24.28332"}'),
    (PLACE, '{"GPSLatitude":"52/1,31/1,1321/100","GPSLongitude":"13/1,24/1,1700/100"}'),
    (PLACE, '{"l":"N52\u00b031\'13.2\\" E13\u00b024\'17\\""}'),
    (SYDNEY, '{"loc":"33\u00b051\'24.4\\"S 151\u00b012\'55.1\\"E"}'), (PLACE, '{"x":"052°31\'13.2\\"N,013°24\'17\\"E"}'),
    (SYDNEY, '{"lat":-33856784,"lon":151215297}'),
    (PLACE, '{"a":52520336,"b":13404722}'), (PLACE, '{"latE7":525203360,"lngE7":134047220}'), (PLACE, '{"x":"u33dc111"}'),
    (PLACE, "gh=u33dc1110sjp&x=1"), (PLACE, '{"geohash":"u33dc"}'), (PLACE, '{"geo":"u33dc1"}'), (SYDNEY, '{"g":"r3gx2ux9e"}'),
    (PLACE, '{"x":"9F4MGCC3+4V"}'), (PLACE, "c=9F4MGCC3%2B4VQ"), ((("location", "52.520336,13.404722"),), '{"x":"u33dc1110"}'),
]  # fmt: skip


@pytest.mark.parametrize(("place", "body"), FOUND, ids=range(len(FOUND)))
def test_a_place_is_found_in_other_units(place: tuple[tuple[str, str], ...], body: str) -> None:
    assert names(hits(body, *place)) == {name for name, _ in place}


@pytest.mark.parametrize("body", [
    '{"loc":"52\u00b031\'13\\"S 13\u00b024\'17\\"W"}', '{"loc":"52\u00b035\'13\\"N 13\u00b029\'17\\"E"}',
    '{"t":"2024-01-01 13:24:17"}',
    '{"start":"13:24:17","end":"13:24:18"}', '{"x":"u33dc"}', '{"x":"u33e111"}', '{"id":"au33dc1110"}',
    '{"id":"u33dc1110ABCDEFGHIJ"}',
    '{"x":"9F4MGCC4+4V"}', '{"geohash":"u33e1"}', '{"a":52620336,"b":13504722}', '{"temp":"52\u00b0","x":"13\u00b0"}',
    '{"h":"u33dc1aal"}',
])  # fmt: skip
def test_another_place_is_not_it(body: str) -> None:
    assert hits(body, *PLACE) == []


@given(st.floats(-89, 89), st.floats(-179.9, 179.9), st.integers(5, 12))
def test_a_geohash_holds_its_place(latitude: float, longitude: float, size: int) -> None:
    text = grids.geohash(latitude, longitude, size)
    at, beside, half = grids.centre(text)
    assert abs(at - latitude) <= half * 1.001 and abs(beside - longitude) <= half * 1.001
    found = grids.geohash_at(f'"{text}"'.encode(), 1, latitude, longitude)
    assert found is not None and found[0] == 1 + size


@pytest.mark.parametrize(("latitude", "longitude", "code"), [
    (47.365590, 8.524997, "8FVC9G8F+6XQ"), (-41.2730625, 174.7859375, "4VCPPQGP+Q9G"), (20.3701135, 2.78223535, "7FG49QCJ+2VX"),
])  # fmt: skip
def test_a_plus_code_is_that_of_the_public_reference(latitude: float, longitude: float, code: str) -> None:
    assert grids.plus_code(latitude, longitude) == code


@given(st.floats(-89.9, 89.9).filter(lambda d: abs(d) > 0.01))
def test_arcs_are_read_as_the_degrees_that_they_are(degrees: float) -> None:
    size = abs(degrees)
    minutes, whole = (size - int(size)) * 60, int(size)
    seconds = (minutes - int(minutes)) * 60
    text = f"{whole}\u00b0{int(minutes):02}'{min(seconds, 59.99):05.2f}\"{'S' if degrees < 0 else 'N'}".encode()
    assert coordinates.measured(text, 0, degrees) is not None
    assert any(text.startswith(prefix.encode()) for prefix in coordinates.prefixes(degrees))
    assert coordinates.measured(text, 0, -degrees) is None


SOFT: list[tuple[str, str, str]] = [
    ("bssid", "a4:2b:b0:c1:d2:e3", '{"b":180507556041443}'), ("bssid", "A42BB0C1D2E3", '{"b":180507556041443}'),
    ("mac", "02-11-22-33-44-55", '{"x":2272550544469}'.replace("2272550544469", str(0x021122334455))),
    ("androidId", "7c1f0d93be52a468", "data=%7B%22aid%22%3A%227c1f0d93be52a468%22%7D"),
    ("androidId", "7c1f0d93be52a468", "d=%257B%2522aid%2522%253A%25227c1f0d93be52a468%2522%257D"),
    ("androidId", "9876543210123456", '{"e":"%7B%22aid%22%3A%229876543210123456%22%7D"}'),
    ("city", "Berlin", '{"action":"change_city","label":"Berlin"}'), ("city", "Berlin", "ec=x&ea=selectCity&el=Berlin"),
    ("city", "Berlin", '{"event_label":"home|city|Berlin"}'), ("city", "Berlin", '{"x":"City changed to Berlin"}'),
    ("city", "北京市", '{"label":"城市：北京市"}'), ("city", "北京", '{"label":"定位城市_北京"}'),
    ("city", "Berlin", '{"label":"city: Berlin"}'),
    ("country", "DE", '{"country":"DEU"}'), ("country", "DE", '{"country":"Germany"}'), ("country", "Germany", "cc=de"),
    ("country", "DE", '{"mcc":262}'), ("country", "中国", '{"countryCode":"CN"}'), ("country", "CHN", '{"country":"中国"}'),
    ("country", "US", '{"mcc":"310"}'), ("timezone", "Asia/Shanghai", '{"zone":"GMT+8"}'),
    ("timezone", "Asia/Shanghai", "tz=%2B0800"),
    ("timezone", "Asia/Shanghai", '{"at":"2024-05-30T23:57:07.123+08:00"}'),
    ("timezone", "Asia/Shanghai", '{"t":"2024-05-30 23:57:07 +0800"}'),
    ("timezone", "Asia/Shanghai", '{"tzOffset":-28800}'), ("timezone", "Asia/Shanghai", '{"timezone_offset":480}'),
    ("state", "California", '{"state":"CA"}'), ("timezone", "America/New_York", '{"utcOffset":"-05:00"}'),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "body"), SOFT, ids=[f"{n}-{i}" for i, (n, _, _) in enumerate(SOFT)])
def test_it_is_found_by_its_other_names(name: str, value: str, body: str) -> None:
    assert names(hits(body, (name, value))) == {name}


SILENT: list[tuple[str, str, str]] = [
    ("bssid", "a4:2b:b0:c1:d2:e3", '{"b":1805075560414431}'), ("bssid", "a4:2b:b0:c1:d2:e3", '{"b":180507556041444}'),
    ("city", "Berlin", '{"city":"Paris","label":"Berlin"}'), ("city", "Berlin", "city=Paris&el=Berlin"),
    ("city", "Berlin", '{"label":"Berlin"}'),
    ("city", "Berlin", '{"action":"capacity","label":"Berlin"}'), ("city", "Berlin", '{"a":{"x":"city"},"label":"Berlin"}'),
    ("city", "北京", '{"label":"商品：北京烤鸭"}'), ("country", "DE", '{"currency":262}'),
    ("country", "DE", '{"title":"Germany"}'),
    ("country", "IN", '{"country":"Indiana"}'), ("country", "DE", '{"mcc":228}'), ("country", "DE", '{"x":"DEU"}'),
    ("timezone", "Asia/Shanghai", '{"at":"2024-05-30T23:57:07+09:00"}'), ("timezone", "Asia/Shanghai", '{"x":"+0800"}'),
    ("timezone", "Asia/Shanghai", '{"zone":8}'), ("timezone", "Asia/Shanghai", '{"price":28800,"size":480}'),
    ("state", "California", '{"x":"CA"}'), ("timezone", "Europe/London", '{"at":"2024-05-30T23:57:07+00:00"}'),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "body"), SILENT, ids=[f"{n}-{i}" for i, (n, _, _) in enumerate(SILENT)])
def test_what_looks_alike_is_not_it(name: str, value: str, body: str) -> None:
    assert hits(body, (name, value)) == []


META: list[tuple[str, str, str, str]] = [
    ("em", "email", " Will.Price@Example.com", "will.price@example.com"), ("em", "email", "a.b+shop@gmail.com", "ab@gmail.com"),
    ("ph", "phone", "+1 (415) 555-0132", "14155550132"), ("fn", "firstName", "Will", "will"),
    ("ln", "lastName", "O'Neill", "oneill"),
    ("ct", "city", "New York", "newyork"), ("ct", "city", "Saint-Étienne", "saintétienne"), ("st", "state", "California", "ca"),
    ("zp", "zip", "94105-1234", "94105"), ("zp", "postcode", "SW1A 1AA", "sw1a1aa"), ("db", "birthday", "2/16/1997", "19970216"),
    ("ge", "gender", "Female", "f"), ("ge", "gender", "男", "m"), ("country", "country", "United States", "us"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "name", "value", "text"), META, ids=[f"{m[0]}-{i}" for i, m in enumerate(META)])
def test_it_is_found_hashed_as_for_advertisers(key: str, name: str, value: str, text: str) -> None:
    digest = hashlib.sha256(text.encode()).hexdigest()
    assert names(hits(f'{{"user_data":{{"{key}":"{digest}"}}}}', (name, value))) == {name}
    assert names(hits(f"ud%5B{key}%5D={digest}&v=1", (name, value))) == {name}
    other = hashlib.sha256(text[::-1].encode() + b"x").hexdigest()
    assert hits(f'{{"user_data":{{"{key}":"{other}"}}}}', (name, value)) == []


def test_the_hash_of_one_letter_is_everybodys() -> None:
    assert hits(hashlib.sha256(b"f").hexdigest(), ("gender", "female")) == []
    assert hits(f'{{"x":"{hashlib.sha256(b"us").hexdigest()}"}}', ("country", "United States")) == []


SHANGHAI = (("latitude", "31.230416"), ("longitude", "121.473701"))


@pytest.mark.parametrize(("place", "body"), [
    (SHANGHAI, '{"lat":"31.23","lng":"121.47"}'), (SHANGHAI, '{"x":[31.23,121.47]}'),
    (SHANGHAI, '{"lat":31.2304,"lng":121.4737}'),
    (SHANGHAI, '{"p":31.23041,"q":121.47370}'), (SHANGHAI, '{"p":31.23042,"q":121.473701000}'),
    (SYDNEY, '{"lat":-33.8568,"lng":151.2153}'), (SYDNEY, '{"at":"33.8568S 151.2153E"}'), (SYDNEY, '{"at":"S33.8568,E151.2153"}'),
    (SYDNEY, '{"at":"33.8568° S, 151.2153° E"}'),
    ((("latitude", "31.2304"), ("longitude", "121.4737")), '{"lat":31.230416,"lng":121.473701}'),
])  # fmt: skip
def test_a_coordinate_is_found_as_exactly_as_it_is_written_or_known(place: tuple[tuple[str, str], ...], body: str) -> None:
    assert names(hits(body, *place)) == BOTH


@pytest.mark.parametrize(("place", "body"), [
    (SHANGHAI, '{"price":"31.23","old":"121.47"}'), (SHANGHAI, '{"old":"121.47"}'), (SHANGHAI, '{"a":31.23,"b":1,"c":121.47}'),
    (SHANGHAI, '{"poi":{"lat":31.2308,"lng":121.4741}}'), (SHANGHAI, '{"lat":31.230428,"lng":121.473715}'),
    (SHANGHAI, '{"lat":31230516,"lng":121473801}'), (SHANGHAI, '{"lat":-31.2304,"lng":-121.4737}'),
    (SHANGHAI, '{"at":"31.2304S,121.4737W"}'), ((("latitude", "-33.856784"),), '{"lat":33.8568}'),
    ((("latitude", "-33.856784"),), '{"lat":33856784}'), ((("latitude", "31.2304"),), '{"lat":31.2308}'),
])  # fmt: skip
def test_prices_places_near_by_and_the_other_half_of_the_earth_are_not_it(place: tuple[tuple[str, str], ...], body: str) -> None:
    assert hits(body, *place) == []
