"""Messages that are full of what is looked for, or wrapped in many layers, are searched within bounds and say so."""

from __future__ import annotations

import struct
import zlib

from harness.decoding import Layer, Tree, unwrap
from harness.decoding.layer import Found
from harness.matching import Known, Search
from harness.matching.names import key_of
from harness.matching.patterns import MOST_MATCHES, MOST_WEIGHED, WINDOW

PLACE = Known(name="lat", value="31.2304", field="latitude")
IMEI = Known(name="imei", value="490154203237518", field="imei")


def test_a_number_that_stands_in_each_four_bytes() -> None:
    """Each was compared with every other."""
    tree = Tree(layers=[Layer(b"\xff" + struct.pack("<f", 31.2304) * 60_000, "body")])
    Search([PLACE]).hits(tree)
    assert tree.spent == ""


def test_a_checksum_that_stands_everywhere() -> None:
    tree = Tree(layers=[Layer(f"{zlib.crc32(IMEI.value.encode()):08x} ".encode() * 100_000, "body")])
    Search([IMEI]).hits(tree)
    assert tree.spent == ""


def test_a_message_full_of_short_values_is_not_searched_to_its_end() -> None:
    data = b"11" * (MOST_MATCHES // 2 + 1000)
    tree = Tree(layers=[Layer(data, "body"), Layer(b"imei=" + IMEI.value.encode(), "headers")])
    assert Search([Known(name="n", value="11"), IMEI]).hits(tree) == []
    assert tree.spent == "matches"


def test_as_few_are_looked_at_closely() -> None:
    """Each is weighed with what stands beside it, which takes longer than to find it."""
    tree = Tree(layers=[Layer(b"11,22," * MOST_WEIGHED, "body")])
    Search([Known(name="n", value="11"), Known(name="m", value="22")]).hits(tree)
    assert tree.spent == "matches"


def test_what_stands_across_two_windows_is_found_once() -> None:
    step = WINDOW
    for at in (step - 8, step - 15, step - 16, step, step - 1, 2 * step - 3):
        data = b" " * at + IMEI.value.encode() + b" " * step
        [hit] = Search([IMEI]).hits(unwrap([("body", data)]))
        assert (hit.start, hit.end) == (at, at + len(IMEI.value))


def test_the_name_of_the_field_of_a_deep_layer_is_asked_for_once_a_layer() -> None:
    """It was asked for 2^60 times."""
    layer = Layer(b"x", "body")
    for depth in range(60):
        layer = Layer(b"x" * 20, "body", layer, "grpc", Found(b"x" * 20, 5, 20), depth)
    assert key_of(layer, 3) == ""
    named = Layer(b'{"imei":"', "body")
    assert key_of(Layer(b"x", "body", Layer(b"x", "body", named, "base64", Found(b"x", 9, 12)), "gzip"), 0) == "imei"
