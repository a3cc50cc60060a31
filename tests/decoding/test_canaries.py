"""Each encoding, and each pair of them one inside the other, is undone: the canary that was wrapped comes out."""

from __future__ import annotations

import base64
import itertools
import json

import pytest

from harness.decoding import all_decoders, unwrap
from tests.decoding.encoders import ALL, OF_TEXT, TEXT

CANARY = b"860461037294518"
OTHER = b"351756051523999"
PAYLOAD = json.dumps({"device": {"id": CANARY.decode(), "name": "canary", "list": [1, 2, {"a b": "c&d"}]}}).encode()
PAIRS = list(itertools.product(ALL, ALL))
# base64 in an alphabet of the sender's own is only known by the text that comes out of it
TEXT_ONLY = {"base64 own alphabet"}
OTHER_SIGNS = ("*-_", "._-", "~-=", "*_=", "*._", "-_.", "-_~")
# and what is no text is no layer inside one, nor what raw Snappy is known by
NOT_OF = {"utf": TEXT_ONLY, "xor": TEXT_ONLY | {"json", "snappy"}}


def holds(data: bytes, canary: bytes = CANARY) -> bool:
    return any(canary in layer.data for layer in unwrap([("body", data)]).layers)


@pytest.mark.parametrize("name", [*ALL, *OF_TEXT])
def test_the_canary_comes_out(name: str) -> None:
    assert holds((ALL | OF_TEXT)[name](PAYLOAD))


@pytest.mark.parametrize("signs", OTHER_SIGNS)
@pytest.mark.parametrize("text", ["取件码 8-2-3016 丰巢柜 徐汇店～?>?>", "??>>~~"])
def test_base64_with_other_signs(signs: str, text: str) -> None:
    plain = json.dumps({"d": CANARY.decode(), "t": text}, ensure_ascii=False).encode()
    token = base64.b64encode(plain).translate(bytes.maketrans(b"+/=", signs.encode()))
    assert holds(b"rd=" + token + b"&uin=1")
    assert not holds(b"rd=" + token + b"&uin=1", OTHER)


@pytest.mark.parametrize(
    "text",
    [b"Mozilla-5.0_Linux-Android~13.Build*SP1A.210812.016", b"com.Example.Shop2.main.activity.Name", b"a1" * 20 + b"*b1"],
)
def test_names_with_such_signs_are_no_base64(text: bytes) -> None:
    assert [layer.decoder for layer in unwrap([("body", b"x=" + text)]).layers if layer.decoder == "base64-other-signs"] == []


@pytest.mark.parametrize(("inner", "outer"), [pair for pair in PAIRS if pair[1] not in TEXT_ONLY or pair[0] in TEXT])
def test_the_canary_comes_out_of_two(inner: str, outer: str) -> None:
    assert holds(ALL[outer](ALL[inner](PAYLOAD)))


@pytest.mark.parametrize(
    ("inner", "outer"), [(i, o) for i, o in itertools.product(OF_TEXT, ALL) if o not in NOT_OF.get(i[:3], ())]
)
def test_the_canary_comes_out_of_text_in_anything(inner: str, outer: str) -> None:
    assert holds(ALL[outer](OF_TEXT[inner](PAYLOAD)))


def test_there_are_300_pairs_and_more() -> None:
    assert len(PAIRS) + len(OF_TEXT) * len(ALL) > 600


@pytest.mark.parametrize(("inner", "outer"), PAIRS[::7])
def test_another_s_canary_is_not_there(inner: str, outer: str) -> None:
    assert not holds(ALL[outer](ALL[inner](PAYLOAD.replace(CANARY, OTHER))))


def test_every_decoder_has_a_title_and_a_source() -> None:
    for decoder in all_decoders():
        assert decoder.title and decoder.title_zh and decoder.source and decoder.of in {"text", "binary", "any"}


@pytest.mark.parametrize("depth", [5, 6, 8])
def test_many_one_inside_another_come_out(depth: int) -> None:
    """thrift in zlib in JSON in base64 in thrift, and on."""
    data = PAYLOAD
    for name in itertools.islice(itertools.cycle(["thrift compact", "zlib", "base64", "json", "thrift binary", "gzip"]), depth):
        data = ALL[name](data)
    assert holds(data)


@pytest.mark.parametrize(
    ("codings", "data"),
    [
        ("gzip", ALL["gzip"](PAYLOAD)),
        ("deflate", ALL["zlib"](PAYLOAD)),
        ("deflate", ALL["deflate"](PAYLOAD)),
        ("br", ALL["brotli"](PAYLOAD)),
        ("zstd", ALL["zstd"](PAYLOAD)),
        ("gzip, br", ALL["brotli"](ALL["gzip"](PAYLOAD))),
        ("identity", PAYLOAD),
        ("gzip", PAYLOAD),
    ],
    ids=["gzip", "deflate as zlib", "raw deflate", "br", "zstd", "two", "identity", "already undone"],
)
def test_content_codings_are_undone(codings: str, data: bytes) -> None:
    tree = unwrap([("body", data)], codings=codings)
    assert any(CANARY in layer.data for layer in tree.layers)
    assert tree.troubles == []


def test_an_unknown_content_coding_is_told() -> None:
    tree = unwrap([("body", b"\x81\x02\xff\xfe" * 20)], codings="x-secret")
    assert [t.why for t in tree.troubles] == ["this content coding is not known here"]
