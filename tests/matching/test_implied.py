"""What a value is also sent as is found where the field's name or form says so, and the same text elsewhere is not."""

from __future__ import annotations

import hashlib

import pytest
from test_search import hits, names

from harness.matching import carriers, time_zones

FIRES: list[tuple[str, str, str]] = [
    ("osVersion", "9", '{"os_version":"9"}'),
    ("osVersion", "9", "x=1&osVersion=9&screen=1"),
    ("osVersion", "9", "Dalvik/2.1.0 (Linux; U; Android 9; MI 8 Build/PKQ1)"),
    ("osVersion", "9", "cordova Android/9 x"),
    ("osVersion", "9", '["Android","9",28]'),
    ("osVersion", "9", r'{"fp":"Xiaomi\/dipper\/dipper:9\/PKQ1.180729.001\/V10:user\/release-keys"}'),
    ("brand", "OPPO", "Build fingerprint: 'OPPO/PACM00/PACM00:8.1.0/O11019/1537325611:user'"),
    ("language", "zh-CN", '{"lang":"zh"}'),
    ("language", "zh-CN", '{"language":"zh_CN"}'),
    ("language", "zh-CN", '{"language":"zh-Hans-CN"}'),
    ("language", "zh-Hans-CN", "locale=zh-CN"),
    ("language", "zh", "&ln=zh-cn&x=1"),
    ("language", "en-SG", '{"localeLanguage":"eng"}'),
    ("timeZone", "Asia/Shanghai", '{"timezone":8}'),
    ("timeZone", "Asia/Shanghai", '{"timezone":"+0800"}'),
    ("timeZone", "Asia/Shanghai", '{"x":"GMT+8","time_zone":"GMT+08:00"}'),
    ("timeZone", "Asia/Shanghai", '{"$timezone_offset":-480}'),
    ("timeZone", "Asia/Shanghai", '{"tz":28800000}'),
    ("timeZone", "Asia/Shanghai", "tz_offset=28800&x=1"),
    ("timeZone", "Asia/Kolkata", '{"timezone":5.5}'),
    ("timeZone", "America/New_York", '{"timezone":-4}'),
    ("timeZone", "GMT+08:00", '{"tz_name":"Asia/Shanghai"}'),
    ("carrier", "中国移动", '{"operator":"46002"}'),
    ("carrier", "中国移动", '{"carrier":"China Mobile"}'),
    ("carrier", "CMCC", "<mcc>460</mcc><mnc>07</mnc>"),
    ("carrier", "中国电信", "cl=460|11|28741|102774531"),
    ("carrier", "Singtel", "mnc=01&mcc=525"),
    ("carrier", "46001", '{"carrier":"中国联通"}'),
    ("imei", "868738034195277", "XIM=3161cd5ee5b4d; a=b"),
    ("phone", "+8613318094627", '{"手机号":"133****4627"}'),
    ("phone", "+6591843207", '{"mobile":"****3207"}'),
    ("idCard", "510124199305223174", '{"idCard":"510124********3174"}'),
    ("email", "zhaoml_1988@163.com", '{"email":"zha***@163.com"}'),
    ("installedApps", "com.icbc", '{"apps":[{"n":"","pkg":"com.icbc","vc":2169}]}'),
    ("country", "CN", '{"rg":"CN"}'),
    ("country", "DE", "X-App-Locale=de_DE"),
    ("language", "en", "d-localization=en_IN&x=1"),
    ("country", "BR", "hl=pt&gl=BR"),
    ("osVersion", "13", "ua=Xiaomi-2211133C__weibo__13.8.1__android__android13"),
    ("cell_id", "112837649", "cid=6b9c411&lat=1"),
    ("cell_id", "26397184", "c-sc=262#01#9527#192ca00#-88"),
    ("cell_id", "133948210", "bts=510,10,9527,133948210,-75"),
    ("userId", "1038827461", '{"uin":"0x3deb3fc5"}'),
    ("userId", "77402918", '[{"type":"profile","profile":{"Identity":"77402918"}}]'),
    ("userId", "77402918", "space_id=0&alias=77402918"),
    ("manufacturer", "Xiaomi", "model=2211133C&board=Xiaomi"),
    ("carrier", "T-Mobile", "c=wifi&cn=T-Mobile"),
    ("city", "Pune", "<Name>x</Name><Place>Pune</Place>"),
    ("city", "Pune", "<city>Pune</city>"),
    ("installedApps", "com.esunbank", '{"apps":["com.esunbank+165","com.x+1"]}'),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "body"), FIRES, ids=[f"{n}-{i}" for i, (n, _, _) in enumerate(FIRES)])
def test_it_is_found_where_its_name_or_form_says_so(name: str, value: str, body: str) -> None:
    assert names(hits(body, (name, value))) == {name}


SILENT: list[tuple[str, str, str]] = [
    ("osVersion", "9", '{"count":9,"page":9}'),
    ("osVersion", "9", '{"version":9}'),
    ("osVersion", "9", '{"sdk_version":"9"}'),
    ("osVersion", "9", '{"os_version":"9.1"}'),
    ("osVersion", "9", "x-umeng-sdk: Android/9.1.0"),
    ("osVersion", "9", '{"7":"Android","9":"8.1.0"}'),
    ("osVersion", "10", "Xiaomi 10"),
    ("language", "zh-CN", '{"state":"zh"}'),
    ("timeZone", "Asia/Shanghai", '{"hour":8,"zone":8,"count":480,"size":28800}'),
    ("timeZone", "Asia/Shanghai", '{"timezone":-5}'),
    ("timeZone", "Asia/Shanghai", '{"timezone":"GMT+09:00"}'),
    ("carrier", "中国移动", '{"operator":"46001"}'),
    ("carrier", "中国移动", '{"price":46002}'),
    ("carrier", "中国移动", '{"text":"中国联通"}'),
    ("carrier", "T-Mobile", "mnc=01&mcc=460"),
    ("carrier", "中国联通", '{"carrier":1}'),
    ("carrier", "T-Mobile", '{"carrier":"Odido"}'),
    ("phone", "+8613318094627", '{"手机号":"133****4628"}'),
    ("phone", "+8613318094627", '{"text":"****4627"}'),
    ("email", "zhaoml_1988@163.com", '{"email":"li***@163.com"}'),
    ("country", "CN", '{"lang":"zh_CN"}'),
    ("country", "CN", '["7.0",1080,"zh_CN"]'),
    ("brand", "OPPO", "img/oppo/banner.png"),
    ("language", "en", "d-localized=en_IN&x=1"),
    ("country", "CN", '{"localeLanguage":"zh_TW"}'),
    ("osVersion", "13", "ua=x__android__android130"),
    ("osVersion", "13", "ua=x__android__android13.1"),
    ("osVersion", "13", '{"title":"What is new in Android13"}'),
    ("cell_id", "112837649", "sig=6b9c411&lat=1"),
    ("cell_id", "112837649", "cid=6b9c4110"),
    ("userId", "1038827461", '{"color":"3deb3fc5"}'),
    ("userId", "77402918", '{"alias":"774029180"}'),
    ("installedApps", "id.dana", '{"text":"id.dana"}'),
    ("city", "Pune", "<Place>Punekar</Place>"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "body"), SILENT, ids=[f"{n}-{i}" for i, (n, _, _) in enumerate(SILENT)])
def test_the_same_text_elsewhere_is_not_it(name: str, value: str, body: str) -> None:
    assert hits(body, (name, value)) == []


def test_one_digit_counts_beside_the_model_and_between_identifiers() -> None:
    device = (("osVersion", "9"), ("model", "MI 8"), ("mac", "7c:03:ab:5e:19:d4"), ("androidId", "7c1f0d93be52a468"))
    assert "osVersion" in names(hits("(DeviceInfo,Xiaomi,MI 8,9,28)", *device))
    assert "osVersion" in names(hits("7c:03:ab:5e:19:d4|9|7c1f0d93be52a468", *device))
    assert "osVersion" not in names(hits("7c:03:ab:5e:19:d4|x|9|y|7c1f0d93be52a468", *device))


def test_coordinates_beside_each_other_count_under_any_name() -> None:
    place = (("latitude", "30.592354"), ("longitude", "114.305426"))
    assert names(hits("g=114.30543_30.59235_30.0_1560131684772", *place)) == {"latitude", "longitude"}
    assert names(hits("g=114.30543_x", *place)) == set()


def test_two_places_that_a_blank_parts_are_found_below_zero_too() -> None:
    place = (("latitude", "-8.053914"), ("longitude", "-34.881027"))
    assert names(hits('{"center":"-8.0539 -34.8810"}', *place)) == {"latitude", "longitude"}
    assert names(hits('{"center":"-8.0539 -35.8810"}', *place)) == set()


def test_short_packages_count_in_a_list_of_those_that_are_installed() -> None:
    apps = (("installedApps", "id.dana"), ("installedApps", "com.kreditpintar"), ("installedApps", "id.co.bri.brimo"))
    row = "325#id.co.bri.brimo,504#com.kreditpintar,653#id.dana,310#com.spotify.music"
    assert {hit.known.value for hit in hits(row, *apps)} == {value for _, value in apps}
    assert hits("325#com.spotify.music,653#id.dana,310#com.x", *apps) == []


def test_the_system_s_version_counts_between_identifiers() -> None:
    device = (("model", "2211133C"), ("imsi", "460029481735506"), ("carrier", "中国移动"), ("osVersion", "13"))
    assert "osVersion" in names(hits("460029481735506|2211133C|android13|中国移动|1", *device))
    assert "osVersion" not in names(hits("460029481735506|2211133C|android14|中国移动|1", *device))


def test_a_brand_before_the_model_is_found() -> None:
    device = (("brand", "HUAWEI"), ("model", "ELE-AL00"))
    assert "brand" in names(hits("", *device, headers="User-Agent: Mozilla/5.0 (Linux; Android 10; Build/HUAWEIELE-AL00; wv)"))


def test_headers_keep_their_names_when_their_escapes_are_undone() -> None:
    headers = "user-agent: MTOPSDK%2F3.1%20%28Android%3B9%3BXiaomi%3BMI%208%29\nx-bx-version: 6.4"
    assert names(hits("", ("model", "MI 8"), headers=headers)) == {"model"}


def test_the_cuid_of_baidu_is_its_two_identifiers() -> None:
    cuid = hashlib.md5(b"com.baidu868738034195277" + b"7c1f0d93be52a468").hexdigest().upper()
    assert names(hits(f"cu={cuid}", ("imei", "868738034195277"), ("androidId", "7c1f0d93be52a468"))) == {"imei", "androidId"}


def test_bytes_beyond_ascii_are_no_letters_where_nothing_is_text() -> None:
    assert names(hits(b"\x00\xf7\xff\x01\x0e\xe9ChinaNet-6xKq\xe8%\x80\x81\xff\x00\xfe", ("ssid", '"ChinaNet-6xKq"'))) == {"ssid"}


def test_no_network_belongs_to_two_carriers() -> None:
    numbers = [carrier.mcc + mnc for carrier in carriers.carriers() for mnc in carrier.mnc]
    assert len(numbers) == len(set(numbers))
    assert all(len(number) in (5, 6) and number.isdecimal() for number in numbers)
    assert all(isinstance(name, str) for carrier in carriers.carriers() for name in carrier.names)


@pytest.mark.parametrize(("zone", "seconds"), [
    ("Asia/Shanghai", (28800,)), ("America/New_York", (-18000, -14400)), ("GMT+08:00", (28800,)), ("UTC-3", (-10800,)),
    ("+0530", (19800,)), ("Asia/Nowhere", ()), ("+99:00", ()), ("home", ()), ("../etc/passwd", ()),
])  # fmt: skip
def test_a_zone_has_its_distances_from_utc(zone: str, seconds: tuple[int, ...]) -> None:
    assert time_zones.offsets(zone) == seconds
