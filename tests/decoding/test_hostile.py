"""Messages of a few bytes that were made to take for ever, to grow without end or to crash what reads them: each ends.

What is here hung, raised or filled the memory once. There is no clock in these tests: without the mend they do not come to
their end.
"""

from __future__ import annotations

import io
import json
import lzma
import zipfile

import pytest

from harness.decoding import Broken, Budget, Found, Layer, key_at, unwrap
from harness.decoding.decoder import named
from harness.decoding.places import json_path
from harness.decoding.structure import LARGEST_TEXT
from tests.decoding.encoders import ALL, varint


def asked(decoder: str, data: bytes) -> tuple[list[Found], str]:
    """What a decoder makes of the data, and what it says is wrong with it."""
    chosen = named(decoder)
    assert chosen is not None
    found: list[Found] = []
    try:
        for one in chosen.find(Layer(data, "body"), Budget()):
            found.append(one)
    except Broken as broken:
        return found, str(broken)
    return found, ""


# -- what is found again and again from its middle on ------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [b'",' * 200, b", " * 200, b'", ' * 133, b'{"a":[' + b'" ,' * 130, b"," * 400, b'"' * 400, b'["' * 200, b"a=:" * 130,
     b"' :" * 130, b"> a" * 130, b"<" * 400, b'" , "' * 80, b"=" * 400, b":" * 400, b" " * 400, b"\n" * 400, b"[{" * 200],
    ids=lambda text: repr(text[:8]),
)  # fmt: skip
def test_the_name_of_a_field_is_looked_for_once(text: bytes) -> None:
    for end in (len(text), len(text) - 1):
        assert isinstance(key_at(text, end), str)


def test_what_stands_before_a_value_names_it() -> None:
    for text, name in (
        (b'{"key": "a, b, ', "key"),
        (b'{"key":["p,q", "r", 12, ', "key"),
        (b'{"key":[1,"a",3, ', "key"),
        (b'{"a":"x","key" : ', "key"),
        (b'{"key": 12:', "key"),
        (b"{'key' : '", "key"),
        (b"a=1&key=", "key"),
        (b"<a>1</a><key>", "key"),
    ):
        assert key_at(text, len(text)) == name, text


def test_a_json_text_that_is_cut_off_is_read_once() -> None:
    text = b'{"a":"' + b'\\"' * 500_000
    assert json_path(text, 900_000) == "$.a"
    found, fault = asked("json", text)
    assert fault == ""
    assert len(found) == 1


def test_a_path_is_no_longer_than_a_person_reads() -> None:
    assert json_path(b"[" * 500_000, 400_000) is None
    path = json_path(b'{"' + b"k" * 100_000 + b'":1}', 100_005)
    assert path is not None and len(path) < 100


def test_tokens_begun_and_never_ended() -> None:
    assert asked("jwt", b"eyJ" * 300_000) == ([], "")


def test_a_token_is_found_wherever_its_run_of_letters_begins() -> None:
    token = b"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI4NjA0NjEifQ.c2ln"
    for before in (b"", b"Bearer ", b"token-", b"com.example.", b'{"t":"', b"eyJ."):
        found, _ = asked("jwt", before + token)
        assert [one.data for one in found] == [b'{"alg":"HS256"}', b'{"sub":"860461"}'], before


# -- what takes twice as long with each step ---------------------------------------------------------------------------


def test_a_text_that_reads_as_a_message_in_a_message() -> None:
    data = b"A" * 33
    for _ in range(32):
        data = b"\n" + bytes([len(data)]) + data
    found, _ = asked("protobuf", b"\x08\x96\x01\x12" + varint(len(data)) + data)
    assert b"AAA" in found[0].data


def thrift_map(depth: int) -> bytes:
    """A map whose key is a map, and on."""
    one = (1).to_bytes(4, "big")
    if not depth:
        return b"\x0b\x0b" + one + (3).to_bytes(4, "big") + b"a'\"" + (3).to_bytes(4, "big") + b"xyz"
    return b"\x0d\x0b" + one + thrift_map(depth - 1) + one + b"v"


def test_maps_whose_keys_are_maps() -> None:
    found, _ = asked("thrift-binary", b"\x0d\x00\x01" + thrift_map(30) + b"\x00")
    assert len(found[0].data) < 1000
    assert b"xyz" in found[0].data


def bplist(*objects: bytes, size: int = 1) -> bytes:
    """A binary property list of objects as they stand there; the first is its top."""
    out = bytearray(b"bplist00")
    places = []
    for one in objects:
        places.append(len(out))
        out += one
    table = len(out)
    out += b"".join(place.to_bytes(4, "big") for place in places)
    out += bytes(6) + bytes([4, size]) + len(objects).to_bytes(8, "big") + bytes(8) + table.to_bytes(8, "big")
    return bytes(out)


DOUBLED = bplist(*(b"\xa2" + bytes([i + 1, i + 1]) for i in range(40)), b"\x09")
ITSELF = bplist(b"\xa2\x00\x00")
LONG_TEXT_OFTEN = bplist(
    b"\xaf\x12" + (20_000).to_bytes(4, "big") + b"\x01" * 20_000, b"\x5f\x12" + (1_000_000).to_bytes(4, "big") + b"a" * 1_000_000
)


@pytest.mark.parametrize("data", [DOUBLED, ITSELF, LONG_TEXT_OFTEN], ids=["each twice", "itself", "one text often"])
def test_values_that_stand_once_and_are_meant_often(data: bytes) -> None:
    found, fault = asked("plist", data)
    assert "it grows beyond" in fault
    assert len(found[0].data) < 2 * LARGEST_TEXT


def test_a_number_of_thousands_of_digits() -> None:
    found, fault = asked("plist", bplist(b"\xa1\x01", b"\x1b" + b"\x7f" * 2048))
    assert fault == ""
    assert found[0].data.startswith(b'["0x7f7f')


def test_long_names_make_no_long_paths() -> None:
    name = b"n" * 60_000
    items = b"\xdc" + (3000).to_bytes(2, "big") + b"\xc4\x04\x00\x01\x02\x03" * 3000
    data = b"\x81\xda" + len(name).to_bytes(2, "big") + name + items
    found, _ = asked("msgpack", data)
    assert len(found) == 3001
    assert max(len(one.path) for one in found) < 200


# -- what is made of nothing -------------------------------------------------------------------------------------------


def zigzag(number: int) -> bytes:
    return varint((number << 1) ^ (number >> 63))


def avro(schema: object, block: bytes, count: int = 1) -> bytes:
    """A container with one block."""
    text, sync = json.dumps(schema).encode(), b"S" * 16
    head = b"Obj\x01" + zigzag(1) + zigzag(11) + b"avro.schema" + zigzag(len(text)) + text + zigzag(0) + sync
    return head + zigzag(count) + zigzag(len(block)) + block + sync


def records_of_two(depth: int) -> object:
    """A record of two records, each of two records, and on to nothing."""
    schema: object = "null"
    for i in range(depth):
        second = f"r{i - 1}" if i else "null"
        schema = {"type": "record", "name": f"r{i}", "fields": [{"name": "a", "type": schema}, {"name": "b", "type": second}]}
    return schema


AVRO_BOMBS = {
    "nothing, 2^36 times": avro({"type": "array", "items": "null"}, zigzag(1 << 36) + zigzag(0)),
    "nothing, 2^20 deep": avro(records_of_two(24), b""),
    "itself": avro({"type": "record", "name": "r", "fields": [{"name": "a", "type": "r"}]}, b""),
    "an endless file": avro("null", b"", 1 << 40),
}


@pytest.mark.parametrize("name", AVRO_BOMBS)
def test_an_avro_file_of_nothing(name: str) -> None:
    _, fault = asked("avro", AVRO_BOMBS[name])
    assert fault.startswith(("it has more than", "it nests more than"))


@pytest.mark.parametrize(
    "schema",
    [{}, [], None, 5, "no-such", {"type": "fixed"}, {"type": "fixed", "size": "4"}, {"type": "enum", "symbols": 5},
     {"type": "array"}, {"type": {"type": {"type": []}}},
     {"type": "record", "fields": [5]}, {"type": "record", "fields": [{"name": "x"}]},
     {"type": "map", "values": {"type": ["null"]}}],
    ids=str,
)  # fmt: skip
def test_an_avro_schema_that_is_none(schema: object) -> None:
    assert asked("avro", avro(schema, b"\x02\x02\x02\x02\x02\x02"))[1].startswith("damaged: ")


def test_zeros_are_not_records_without_end() -> None:
    budget = Budget(layers=50)
    assert unwrap([("body", bytes(4 << 20))], budget=budget).spent == ""


# -- what crashed ------------------------------------------------------------------------------------------------------


def test_a_count_that_is_a_count_of_a_count() -> None:
    assert asked("jce", b"\x0d\x00" * 5000) == ([], "")


@pytest.mark.parametrize(
    ("decoder", "data"),
    [("thrift-compact", b"\x19" * 4000), ("thrift-binary", b"\x0f\x00\x01" + b"\x0f\x00\x00\x00\x01" * 4000)],
)
def test_lists_of_lists_of_lists(decoder: str, data: bytes) -> None:
    assert asked(decoder, data) == ([], "")


def test_a_character_reference_of_thousands_of_digits() -> None:
    found, _ = asked("entities", b"&amp;&#" + b"1" * 5000 + b";")
    assert found[0].data.startswith(b"&&#111")


def test_a_property_list_in_a_charset_that_nobody_knows() -> None:
    data = b'<?xml version="1.0" encoding="UTF-%d"?><plist version="1.0"><dict><key>a</key><string>b</string></dict></plist>'
    assert asked("plist", data % 9)[1] == "damaged: LookupError"
    assert asked("plist", data % 8)[0][0].data == b'{"a":"b"}'


def test_a_field_is_no_character_reference() -> None:
    [found], _ = asked("entities", b"a=1&amp;copy=2&copy=3&lt=4&nbsp;")
    assert found.data == "a=1&copy=2&copy=3&lt=4\u00a0".encode()


def test_a_damaged_archive_by_another_method() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a", b"abcdefgh" * 100)
    data = bytearray(file.getvalue())
    data[40:60] = b"\xff" * 20
    with pytest.raises(lzma.LZMAError), zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.read("a")
    assert asked("zip", bytes(data))[1].startswith("damaged or locked: ")


# -- what is cut ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["gzip", "zlib", "zstd", "lz4 frame"])
def test_a_stream_inside_other_bytes_that_is_cut_is_read_as_far_as_it_goes(name: str) -> None:
    text = b"".join(b'{"imei":"86046103729%04d","at":%d}' % (i, i * i) for i in range(9999))
    squeezed = ALL[name](text)
    tree = unwrap([("body", b"\x81\x00HEAD\x90" + squeezed[: len(squeezed) * 3 // 4])])
    assert any(b'"860461037290001"' in layer.data for layer in tree.layers)
    assert [trouble.why.partition(":")[0] for trouble in tree.troubles] in (["truncated"], ["damaged"])


def test_content_codings_are_undone_within_the_budget() -> None:
    data = b"x" * 100
    for _ in range(9):
        data = ALL["gzip"](data)
    tree = unwrap([("body", data)], codings=", ".join(["gzip"] * 9), budget=Budget(depth=4))
    assert (max(layer.depth for layer in tree.layers), tree.spent) == (4, "depth")


def test_a_body_beyond_the_budget_is_told() -> None:
    tree = unwrap([("url", b"https://a.example/"), ("body", b"0" * 5000)], budget=Budget(bytes=1000))
    assert tree.spent == "bytes"
    assert sum(len(layer.data) for layer in tree.layers) <= 1000
    assert unwrap([("body", b"a b " * 250)], budget=Budget(bytes=1000)).spent == ""
