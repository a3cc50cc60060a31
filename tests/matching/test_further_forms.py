"""Forms in which SDKs of several regions write what is known: pairs of a name and a value, lists in which a letter says what
follows, agents of their own, screens in one word; and what only looks like one of them."""

from __future__ import annotations

import hashlib

import pytest
from test_search import hits, names

from harness.decoding import unwrap
from harness.matching import Known, Search, field_of
from harness.traffic.exchange import parts

SIZE = (("screenWidth", "1644"), ("screenHeight", "3840"), ("density", "420"))
FIRES: list[tuple[str, tuple[tuple[str, str], ...]]] = [
    ('{"k":"gender","v":"female"}', (("gender", "female"),)),
    ('{"v":"female","k":"gender"}', (("gender", "female"),)),
    ('[{"key":"sex","value":"f"},{"key":"lang","value":"en"}]', (("gender", "female"), ("language", "en"))),
    ('{"name":"os_version","value":14}', (("osVersion", "14"),)),
    ('{"key":"gender","value":{"string_value":"female"}}', (("gender", "female"),)),
    ('{"nick":"Lerato"}', (("firstName", "Lerato"),)),
    ("nick=lerato&x=1", (("name", "Lerato Mokoena"),)),
    ("x=a1,f10.0.0.108,h3", (("ip", "10.0.0.108"),)),
    ('{"d":"1,f10.0.0.108,hSM-A536E,k2"}', (("ip", "10.0.0.108"), ("model", "SM-A536E"))),
    ('{"platform":"moto g32"}', (("model", "moto g32"),)),
    ("hwid=Redmi+12&x=1", (("model", "Redmi 12"),)),
    ('{"x":"Android OS 14 / API-34 (UP1A.231005.007)"}', (("osVersion", "14"), ("apiLevel", "34"))),
    ("os=Android OS 9 / API-28", (("osVersion", "9"), ("apiLevel", "28"))),
    ('{"#zone_offset":8}', (("timeZone", "Asia/Shanghai"),)),
    ('{"zone_offset":"-3"}', (("timeZone", "America/Sao_Paulo"),)),
    ("gmtMinutesOffset=330", (("timeZone", "Asia/Kolkata"),)),
    ('{"utc_offset_minutes":-180}', (("timeZone", "America/Sao_Paulo"),)),
    ('{"s":"1644w_3840h_420dpi"}', SIZE),
    ("screen=1644w_3840h_420dpi", (("screen", "1644x3840"),)),
]
SILENT: list[tuple[str, tuple[tuple[str, str], ...]]] = [
    ('{"k":"section","v":"female"}', (("gender", "female"),)),
    ('{"k":"gender_filter","v":"female"}', (("gender", "female"),)),
    ('[{"k":"gender"},{"v":"female"}]', (("gender", "female"),)),
    ('{"k":"sdk_version","v":"9"}', (("osVersion", "9"),)),
    ('{"k":"gender","v":"male"}', (("gender", "female"),)),
    ("x=a1,f10.0.0.1081,h3", (("ip", "10.0.0.108"),)),
    ("x=a1,ff10.0.0.108.example", (("ip", "10.0.0.108"),)),
    ("x=a1,v14,h3", (("osVersion", "14"),)),
    ('{"x":"Windows 14 / API-34"}', (("osVersion", "14"), ("apiLevel", "34"))),
    ('{"offset":8,"minutes_offset":480}', (("timeZone", "Asia/Shanghai"),)),
    ('{"bandwidth":"420d","x":"w1644h"}', SIZE),
]


@pytest.mark.parametrize(("body", "values"), FIRES, ids=range(len(FIRES)))
def test_it_is_found(body: str, values: tuple[tuple[str, str], ...]) -> None:
    assert names(hits(body, *values)) == {name for name, _ in values}


@pytest.mark.parametrize(("body", "values"), SILENT, ids=range(len(SILENT)))
def test_what_only_looks_like_it_is_not(body: str, values: tuple[tuple[str, str], ...]) -> None:
    assert hits(body, *values) == []


HEADERS: list[tuple[str, tuple[str, str], bool]] = [
    ("X-App-Agent: shop/5.2.1 (Android 14; moto g32) pt-BR", ("language", "pt-BR"), True),
    ("X-Client: com.shop/5.2.1/android/14/moto g32/pt_BR", ("language", "pt-BR"), True),
    ("X-Shop-Agent: Shop/5.2.1 (Android; 14; en)", ("language", "en"), True),
    ("X-Client-Info: Shop/5.2.1;Android;14;SM-A536E;en-US\nX-Next: 1", ("language", "en-US"), True),
    ("X-Firebase-Client: device-name/devon fire-core/20.3.1", ("model", "devon"), True),
    ("X-Shop-Agent: Shop/5.2.1 (Android; 14; en; 2)", ("language", "en"), False),
    ("X-Device-Path: files/2/android/de", ("language", "de"), False),
    ("X-Shop-Agent: Shop/5.2.1 (14; en)", ("language", "en"), False),
    ("X-Mode: Shop/5.2.1 (Android; 14; en)", ("language", "en"), False),
]


@pytest.mark.parametrize(("header", "value", "found"), HEADERS, ids=range(len(HEADERS)))
def test_headers_that_tell_of_the_app_as_an_agent_does(header: str, value: tuple[str, str], *, found: bool) -> None:
    assert names(hits("", value, headers=header)) == ({value[0]} if found else set())


def test_the_version_of_the_web_socket_protocol_is_not_the_system_s() -> None:
    version = "13"
    search = Search([Known(name="osVersion", value=version, field=field_of("osVersion", version))])
    head = [("Sec-WebSocket-Version", version), ("Sec-WebSocket-Key", "x"), ("User-Agent", "Dalvik (Android 14)")]
    assert search.hits(unwrap(parts("https://push.example/", head, b""))) == []
    assert search.hits(unwrap(parts("https://push.example/", [("X-OS-Version", version)], b"")))


NAME = "Maria Fernanda Souza Lima"


@pytest.mark.parametrize(
    "part",
    ["maria", "fernanda", "souza", "lima", "maria fernanda", "fernanda souza", "souza lima", "maria fernanda souza",
     "fernanda souza lima", "mariafernanda", "souzalima", "maria souza", "maria lima"],
)  # fmt: skip
def test_a_long_name_is_hashed_however_it_is_split(part: str) -> None:
    digest = hashlib.sha256(part.encode()).hexdigest()
    assert names(hits(f'{{"fn":"{digest}"}}', ("name", NAME))) == {"name"}


def test_of_a_name_known_in_parts_each_word_is_hashed_and_no_particle() -> None:
    for value, said, found in (
        ("Souza Lima", "souza", True), ("Souza Lima", "lima", True), ("dos Santos", "santos", True), ("dos Santos", "dos", False),
    ):  # fmt: skip
        digest = hashlib.sha256(said.encode()).hexdigest()
        assert bool(hits(f'{{"ln":"{digest}"}}', ("lastName", value))) is found
