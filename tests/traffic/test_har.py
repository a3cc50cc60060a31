"""A HAR is read as it is found: in other encodings, with comments, damaged, incomplete. What it lacks is told, what is none is
refused with what, why and what to do, and nothing hangs."""

from __future__ import annotations

import base64
import gzip
import io
import json
import zipfile
import zlib
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.decoding import Budget
from harness.errors import UsageError
from harness.matching import Known
from harness.traffic.findings import blind_spots, search_for
from harness.traffic.limits import Limits
from harness.traffic.reading import read_exchanges
from tests.decoding.mutations import mutated
from tests.traffic.messages import IMEI, URL, entry, har, looked, read, told, written

BODY = {"mimeType": "application/json", "text": json.dumps({"imei": IMEI})}
WHOLE = har(entry(postData=BODY), entry(f"{URL}?city=%E4%B8%8A%E6%B5%B7"))
COMMENTED = "// made by hand\n/* twice */ " + WHOLE.replace('"version"', '/* "old": */ "version"')


@pytest.mark.parametrize(
    "content",
    [
        WHOLE.encode(),
        b"\xef\xbb\xbf" + WHOLE.encode(),
        b" \r\n\t" + WHOLE.encode(),
        WHOLE.encode("utf-16"),
        b"\xfe\xff" + WHOLE.encode("utf-16-be"),
        COMMENTED.encode(),
        WHOLE.replace("]}}", ", ]\n,},}").encode(),
        b"\xef\xbb\xbf" + COMMENTED.replace("]}}", ",]},}").encode(),
        WHOLE.replace('"version"', '"a": "line\none, /* no comment, */ // nor this", "version"').encode(),
        WHOLE.encode().replace(b"1.2", b"1.2\xff"),
        WHOLE.encode("utf-16-le"),
        (" " + WHOLE).encode("utf-16-be"),
        gzip.compress(WHOLE.encode()),
    ],
    ids=[
        "plain", "BOM", "blanks first", "UTF-16", "UTF-16 BE", "comments", "trailing commas", "all", "raw line end", "no UTF-8",
        "UTF-16 without BOM", "UTF-16 BE without BOM", "gzip",
    ],
)
def test_a_har_in_many_hands(tmp_path: Path, content: bytes) -> None:
    first, second = looked(list(read_exchanges(written(tmp_path, content))), imei=IMEI, city="上海")
    assert [hit.where for hit in first.hits] == ["body $.imei"]
    assert [hit.where for hit in second.hits] == ["url > percent city"]
    assert told(first) + told(second) == []


CITIES = {
    "gb18030": "上海", "big5": "台北功", "cp949": "서울", "shift-jis": "東京ソ", "latin-1": "Zürich", "cp1252": "Malmö",
    "cp1251": "Москва",
}  # fmt: skip


@pytest.mark.parametrize("charset", CITIES)
def test_a_file_in_another_charset(tmp_path: Path, charset: str) -> None:
    """Each body in the charsets that make words of it; in some of them half a letter is a backslash."""
    city = CITIES[charset]
    body = json.dumps({"city": city}, ensure_ascii=False)
    path = written(tmp_path, har(entry(f"{URL}?id=1", postData={"text": body})).encode(charset))
    [one] = looked(list(read_exchanges(path)), city=city)
    assert {hit.matched() for hit in one.hits} == {city}
    assert one.blind == []


MISSING: dict[str, tuple[Any, list[str]]] = {
    "an entry that is no object": (5, ["the entry has no request"]),
    "an entry that is null": (None, ["the entry has no request"]),
    "no request": ({"startedDateTime": "x"}, ["the entry has no request"]),
    "a request that is a text": ({"request": "GET /"}, ["the entry has no request"]),
    "no URL": ({"request": {"method": "GET"}}, ["the request has no URL"]),
    "a URL that is a number": ({"request": {"url": 5}}, ["the request has no URL"]),
    "only a URL": ({"request": {"url": URL}}, []),
    "a header without a name": (entry(headers=[{"value": "x"}, {"name": "A", "value": "1"}]), ["a header has no name"]),
    "headers that are an object": (entry(headers={"A": "1"}), []),
    "no body, though it had one": (entry(bodySize=4711), ["its body of 4711 bytes is not in the file"]),
    "no body, and it had none": (entry(bodySize=-1), []),
    "a body that is a bare text": (entry(postData="imei=1"), ["its body stands in no form that HAR has"]),
    "a body that is a number": (entry(postData={"text": 5}), ["its body is no text"]),
    "an empty body": (entry(postData={"text": ""}), []),
    "base64 that is none": (
        entry(postData={"text": "abcde", "encoding": "base64"}), ["its body says that it is base64 and is not"]
    ),
    "a URL that is none": (entry("https://[::1/x"), []),
    "a body that was cut": (entry(bodySize=5000, postData={"text": "a=1&b=2"}), ["of its body of 5000 bytes the file has 7"]),
    "a body whose line ends were": (entry(bodySize=2000, postData={"text": "ab\n" * 500}), []),
    "a body that was UTF-16": (entry(bodySize=2002, postData={"text": "a" * 1000}), []),
    "a body that was packed": (entry(bodySize=50, postData={"text": "a" * 1000}), []),
    "bytes that are lost": (
        entry(headers=[{"name": "Content-Encoding", "value": "gzip"}], postData={"text": "\x1f\ufffd\x08 abc"}),
        ["its body was no text; whoever wrote the file put U+FFFD for bytes of it, now lost (1 times)"],
    ),
    "a name with one sign lost": (entry(postData={"text": '{"nick": "Anna \ufffd", "more": "abcdefg"}'}), []),
    "a message of nobody": (
        {**entry(), "_webSocketMessages": [{"data": "x"}, {"type": "receive", "data": "y"}]},
        ["message 1 does not say who sent it"],
    ),
    "a message without data": ({**entry(), "_webSocketMessages": [{"type": "send"}]}, ["message 1 has no text"]),
}  # fmt: skip


@pytest.mark.parametrize("name", MISSING)
def test_what_is_missing_is_told(tmp_path: Path, name: str) -> None:
    one, notes = MISSING[name]
    examined = looked(read(tmp_path, one, entry(postData=BODY)))
    assert [spot.why for e in examined[:-1] for spot in e.blind] == notes
    assert sorted({e.exchange.index for e in examined}) == [0, 1]
    assert len(examined[-1].hits) == 1, "the entry behind it is read"


BODIES: dict[str, dict[str, Any]] = {
    "text": {"postData": BODY},
    "params": {"postData": {"params": [{"name": "imei", "value": IMEI}, "x", {"value": None}]}},
    "params that are encoded": {"postData": {"params": [{"name": "d", "value": f"%7B%22imei%22%3A%22{IMEI}%22%7D"}]}},
    "params with a percent sign": {"postData": {"params": [{"name": "a", "value": "5%"}, {"name": "q", "value": f"i={IMEI}&z"}]}},
    "a list of parameters only": {"queryString": [{"name": "imei", "value": IMEI}]},
    "base64": {"postData": {"text": base64.b64encode(gzip.compress(IMEI.encode())).decode(), "encoding": "base64"}},
    "Latin-1": {"postData": {"text": gzip.compress(f"imei={IMEI}".encode()).decode("latin-1")}},
    "another charset than it says": {
        "postData": {"mimeType": "text/plain; charset=utf-8", "text": f"上海 imei={IMEI}".encode("gb18030").decode("latin-1")}
    },
    "half a surrogate pair": {"postData": {"text": f"\ud83d imei={IMEI}"}},
    "a header": {"headers": [{"name": "X-Imei", "value": IMEI}]},
    "a header with half a pair": {"headers": [{"name": "X-Imei", "value": f"\udfff {IMEI}"}]},
    "a cookie in the list only": {"cookies": [{"name": "imei", "value": IMEI}, 5]},
}


@pytest.mark.parametrize("name", BODIES)
def test_a_value_is_found_however_the_body_is_kept(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, json.dumps({"log": {"entries": [entry(**BODIES[name])]}}).encode())
    [one] = looked(list(read_exchanges(path)))
    assert {hit.known.name for hit in one.hits} == {"imei"}
    assert one.blind == []


@pytest.mark.parametrize(
    ("url", "listed", "read_as"),
    [
        ("https://a.example/x", [("imei", "1 2")], "https://a.example/x?imei=1+2"),
        ("https://a.example/x?b=1#f", [("b", "1"), ("imei", "2")], "https://a.example/x?b=1&imei=2#f"),
        ("https://a.example/x?a%5B%5D=1&b=", [("a[]", "1"), ("b", "")], "https://a.example/x?a%5B%5D=1&b="),
        ("https://a.example/x?a%5B%5D=1", [("a%5B%5D", "1")], "https://a.example/x?a%5B%5D=1"),
    ],
)
def test_parameters_count_once(tmp_path: Path, url: str, listed: list[tuple[str, str]], read_as: str) -> None:
    [one] = read(tmp_path, entry(url, queryString=[{"name": name, "value": value} for name, value in listed]))
    assert one.url == read_as


@pytest.mark.parametrize(
    ("message", "body"),
    [
        ({"opcode": 1, "data": f'{{"imei":"{IMEI}"}}'}, f'{{"imei":"{IMEI}"}}'.encode()),
        ({"opcode": 2, "data": base64.b64encode(b"\xffimei=" + IMEI.encode()).decode()}, b"\xffimei=" + IMEI.encode()),
        ({"opcode": 2, "data": f"imei={IMEI}"}, f"imei={IMEI}".encode()),
        ({"opcode": 1, "data": "aGVsbG8="}, b"aGVsbG8="),
    ],
    ids=["text", "bytes", "bytes as text", "text like base64"],
)
def test_messages_of_a_websocket(tmp_path: Path, message: dict[str, Any], body: bytes) -> None:
    sent, came = message | {"type": "send"}, {"type": "receive", "opcode": 1, "data": f"imei={IMEI}"}
    exchanges = read(tmp_path, {**entry("wss://w.example/x"), "_webSocketMessages": [came, sent]}, entry())
    assert [(e.index, e.method, e.host) for e in exchanges[:2]] == [(0, "POST", "w.example"), (0, "WEBSOCKET", "w.example")]
    assert (exchanges[1].body, exchanges[2].index, len(exchanges)) == (body, 1, 3)
    assert {hit.where.split(" ")[0] for one in looked(exchanges) for hit in one.hits} <= {"message"}
    assert bool(looked(exchanges)[1].hits) == (IMEI.encode() in body)


def test_a_cookie_counts_once(tmp_path: Path) -> None:
    [both] = read(tmp_path, entry(headers=[{"name": "cookie", "value": "a=1"}], cookies=[{"name": "a", "value": "1"}]))
    assert both.headers == [("cookie", "a=1")]


# -- bodies that cannot be read ------------------------------------------------------------------------------------------


def bomb(levels: int) -> bytes:
    """Zeros, squeezed and squeezed again."""
    data = bytes(3 << 20)
    for _ in range(levels):
        data = zlib.compress(data, 9)
    return data


def zipped(data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", data)
    return file.getvalue()


DARK = {
    "a bomb": (bomb(1), "body: zlib: it grows beyond"),
    "a bomb in a bomb": (bomb(2), "body > zlib: zlib: it grows beyond"),
    "a bomb in an archive": (zipped(bytes(3 << 20)), "body: zip: 'a.txt' grows beyond"),
    "a bomb without a mark": (zlib.compress(b"a" * (40 << 20))[2:-4], "body: deflate: it grows beyond"),
    "gzip that is cut": (gzip.compress(bytes(range(256)) * 8)[:-20], "body: gzip: truncated"),
    "bytes of no form": (Random(4).randbytes(660), "body: 660 bytes of no known form"),
}  # fmt: skip


@pytest.mark.parametrize("name", DARK)
def test_a_body_that_stays_dark_is_told_by_its_layer(tmp_path: Path, name: str) -> None:
    data, why = DARK[name]
    post = {"text": base64.b64encode(data).decode(), "encoding": "base64"}
    [exchange] = read(tmp_path, entry(f"{URL}?imei={IMEI}", postData=post))
    tree = exchange.taken_apart(Budget(bytes=2 << 20))
    spots = [f"{spot.where}: {spot.why}" for spot in blind_spots(exchange, tree)]
    assert any(line.startswith(why) for line in spots), spots
    hits = search_for([Known(name="imei", value=IMEI, field="imei")]).hits(tree)
    assert [hit.where for hit in hits] == ["url imei"], "the rest of the request is searched"


# -- files that are none ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["is empty"]),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), ["is neither a HAR nor a file of mitmproxy's", "PNG"]),
        (b"[1, 2]", ["is neither a HAR nor a file of mitmproxy's"]),
        (b"{}", ["is no HAR", "no list log.entries"]),
        (b'{"log": []}', ["is no HAR", "no list log.entries"]),
        (b'{"log": {"entries": {}}}', ["is no HAR", "no list log.entries"]),
        (b'{"log": {"entries": [', ["is no HAR", "no JSON", "line 1, column"]),
        (b'{"log": {"entries": [{"a": "' + b'\\"' * 200_000, ["is no HAR", "no JSON"]),
        (b'{"a": 1}' + b"/*" * 300_000, ["is no HAR", "no JSON"]),
        (b'{"a": ' + b", " * 300_000, ["is no HAR", "no JSON"]),
        (b'{"log": {"entries": ' + b"[" * 10_000 + b"]" * 10_000 + b"}}", ["is no HAR", "depth"]),
        (b"\xff\xfe\x00\xd8{}", ["is no HAR"]),
        (b"// nothing but a comment", ["is no HAR"]),
        (WHOLE.encode()[: len(WHOLE) // 2], ["is no HAR", "no JSON"]),
        (b"12:not a tnetstring", ["cannot be read", "no file of mitmproxy's, or damaged"]),
        (b"999999999999:x", ["cannot be read", "no file of mitmproxy's, or damaged"]),
        (b"5:hello;", ["cannot be read", "no file of mitmproxy's, or damaged"]),
    ],
    ids=lambda value: repr(value[:24]) if isinstance(value, bytes) else "",
)  # fmt: skip
def test_a_file_that_is_no_traffic_is_refused(tmp_path: Path, content: bytes, words: list[str]) -> None:
    path = written(tmp_path, content)
    with pytest.raises(UsageError) as caught:
        list(read_exchanges(path))
    assert str(path) in caught.value.what
    assert caught.value.fix
    for word in words:
        assert word in f"{caught.value.what} {caught.value.why}"
    assert len(str(caught.value)) < 600 + len(str(path))


def test_a_file_that_breaks_off_gives_what_stands_before(tmp_path: Path) -> None:
    ends = [WHOLE.index("}, {") + 1, WHOLE.rindex("]")]
    for cut in range(ends[0], len(WHOLE)):
        *whole, last = read_exchanges(written(tmp_path, WHOLE[:cut].encode()))
        assert len(whole) == sum(end <= cut for end in ends)
        assert (last.index, last.url) == (len(whole), "")
        assert "broken from here on" in last.notes[0]
    assert [hit.key for hit in looked([whole[0]])[0].hits] == ["imei"]


def test_a_place_is_that_in_the_file(tmp_path: Path) -> None:
    """Also where comments and commas before it were taken out."""
    text = '// made by\n{"log": {/* a\nb */ "entries": [\n{"request": {"url": "https://a.example/"}},\n/*你*/{"request": x'
    *_, last = read_exchanges(written(tmp_path, text))
    assert "(line 5, column 18)" in last.notes[0]
    with pytest.raises(UsageError, match="line 2, column 14"):
        read_exchanges(written(tmp_path, '// {\n{"log": /**/ x'))


def test_a_packed_file_that_is_cut(tmp_path: Path) -> None:
    text = har(*[entry(f"https://a.example/{number}", postData={"text": str(number) * 99}) for number in range(400)])
    data = gzip.compress(text.encode())
    *whole, last = read_exchanges(written(tmp_path, data[: len(data) // 2]))
    assert len(whole) > 50
    assert last.notes == ("the packed file is cut off; requests behind that are lost",)


def test_a_packed_file_may_not_grow_without_end(tmp_path: Path) -> None:
    path = written(tmp_path, gzip.compress(b'{"log":' + b" " * (40 << 20)))
    with pytest.raises(UsageError, match="unpacks to more than"):
        read_exchanges(path, Limits(memory=400 << 20))


def test_what_is_packed_otherwise_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a ZIP archive"):
        read_exchanges(written(tmp_path, zipped(WHOLE.encode())))
    with pytest.raises(UsageError, match="once it is unpacked"):
        read_exchanges(written(tmp_path, gzip.compress(b"\x89PNG")))


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    for path, why in ((tmp_path, "directory"), (tmp_path / "gone.har", "No such file")):
        with pytest.raises(UsageError, match=why):
            read_exchanges(path)


def test_a_deep_body_is_no_deep_file(tmp_path: Path) -> None:
    [one] = looked(read(tmp_path, entry(postData={"text": "[" * 10_000 + f'"{IMEI}"'})))
    assert [hit.key for hit in one.hits] == [""]


def test_a_large_line(tmp_path: Path) -> None:
    """8 MB on one line, with a comma too many and a comment: read to its end, and searched."""
    text = json.dumps({"a": "x" * 90, "b": [1, 2, {"c": "d, ] e"}]}) * 60_000
    large = har(entry(postData={"text": text + f"imei={IMEI}"}))[:-3] + ",/**/]}}"
    assert len(large) > 8_000_000
    [one] = looked(list(read_exchanges(written(tmp_path, large))))
    assert {hit.known.name for hit in one.hits} == {"imei"}


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(random=st.randoms(use_true_random=False))
def test_a_damaged_har_is_read_or_refused(tmp_path: Path, random: Random) -> None:
    path = written(tmp_path, mutated(COMMENTED.encode(), random))
    try:
        exchanges = list(read_exchanges(path))
    except UsageError:
        return
    looked(exchanges)
