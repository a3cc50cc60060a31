"""What is found by rows of bytes, in a layer of any size, is what a pattern finds that is tried everywhere."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from random import Random
from urllib.parse import unquote_to_bytes

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.decoding import Layer, is_text, rows
from harness.decoding.budget import Budget
from harness.decoding.decoders import base64, base64_alphabets, hex, json_escapes, percent
from harness.decoding.six_bits import may_begin_text, table
from harness.decoding.spans import HEX_TEXT_BEGINS, STANDARD, text_begins
from harness.matching import Known, hash_search, search
from harness.matching.digest_table import DigestTable
from harness.matching.digests import joined, of_known

KNOWNS = [Known(name="imei", value="490154203237518", field="imei"), Known(name="mac", value="02:00:00:11:22:33", field="mac")]
ALPHABETS = (
    b"0123456789abcdef", b"0123456789ABCDEFabcdefx", b"abcXYZ019+/-_=", b"0123456789 -/().", b'{}":,&\n=', bytes(range(256)),
    b"%4aF",
)  # fmt: skip
PIECES = (
    b"0x12345678", b"deadbeef", b"-1234567", b"a.1234567", b"490154-203237-518", b"eyJhIjogMX0", b"YWJjZGVmZ2hpamtsbW5v=",
    b"abcdef==g", b"0123-4567-89ab-cdef-01=",
    b"YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXphYmNkZWZnaGlqa2xtbm9w\n" * 3, "上海".encode(), b"success_detail_page_view",
)  # fmt: skip


def mixed(seed: int, size: int) -> bytes:
    r, out = Random(seed), bytearray()
    while len(out) < size:
        out += r.choice(PIECES) if r.random() < 0.3 else bytes(r.choices(r.choice(ALPHABETS), k=r.randrange(1, 40)))
    return bytes(out)


def found(decoder: object, data: bytes) -> list[tuple[bytes, int, int]]:
    return [(f.data, f.start, f.end) for f in decoder.find(Layer(data, "body"), Budget(seconds=600))]  # type: ignore[attr-defined]


@pytest.mark.parametrize("window", [64, 1 << 17])
@pytest.mark.parametrize("seed", range(60))
def test_a_layer_gives_what_the_patterns_alone_give(seed: int, window: int, monkeypatch: pytest.MonkeyPatch) -> None:
    data = mixed(seed, 400 if seed % 2 else 6000)
    decoders = (base64.decoder, base64_alphabets.decoder, hex.decoder)
    layer, numbers = Layer(data, "body"), search.Search(KNOWNS)
    hashes = hash_search.HashSearch(KNOWNS)

    def all_found() -> list[object]:
        hits = [*hashes.hits(layer, data.lower()), *numbers._grouped(layer)]
        return [*(found(one, data) for one in decoders), [(h.known.name, h.variant, h.start, h.end, h.weight) for h in hits]]

    with monkeypatch.context() as everywhere:
        for module in (base64, base64_alphabets, hex, hash_search, search):
            everywhere.setattr(module, "matches", lambda pattern, data, places, few: pattern.finditer(data))
        alone = all_found()
    monkeypatch.setattr(rows, "SMALL", 1 << 30)
    assert all_found() == alone
    monkeypatch.setattr(rows, "SMALL", 0)
    monkeypatch.setattr(rows, "WINDOW", window)
    rows.sorts_of.cache_clear()
    rows.hex_rows.cache_clear()
    assert all_found() == alone


@settings(max_examples=300)
@given(st.lists(st.sampled_from([*ALPHABETS[:5], b"g"]), max_size=60), st.integers(1, 40), st.randoms(use_true_random=False))
def test_rows_are_the_runs_of_a_pattern(parts: list[bytes], least: int, r: Random) -> None:
    data = b"".join(bytes(r.choices(part, k=r.randrange(1, 30))) for part in parts)
    starts, ends = rows.rows(rows.sorts_of(data), rows.ALNUM | rows.PLUS, least)
    wanted = [match.span() for match in re.finditer(rb"[A-Za-z0-9+/]{%d,}" % least, data)]
    assert list(zip(starts.tolist(), ends.tolist(), strict=True)) == wanted


@given(st.text(min_size=9, max_size=40))
def test_a_text_may_always_be_one(text: str) -> None:
    raw = text.encode("utf-8", "ignore")
    letters = b64encode(raw)
    values = np.frombuffer(letters.translate(table(STANDARD)), np.uint8)
    if is_text(raw) and len(raw) >= 9:
        assert may_begin_text(values, np.zeros(1, np.intp), 3).tolist() == [True]
        assert re.match(text_begins(STANDARD), letters)
        assert HEX_TEXT_BEGINS.match(raw.hex().encode())
        other = STANDARD[::-1]
        assert re.match(text_begins(other, skipped=rb"\.*+"), b"." + letters.translate(bytes.maketrans(STANDARD, other)))


@pytest.mark.parametrize("window", [3, 16, 1 << 17])
@given(st.text("%%%4aFg", max_size=80))
def test_escapes_are_undone_as_the_library_does(window: int, text: str) -> None:
    data = text.encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(percent, "SMALL", 0)
        patch.setattr(percent, "WINDOW", window)
        assert percent.unquoted(data) == unquote_to_bytes(data)


def test_the_table_knows_each_hash_and_no_other() -> None:
    hashes = DigestTable(KNOWNS, ("com.example.shop",))
    made = [*of_known(KNOWNS[0], ("com.example.shop",)), *of_known(KNOWNS[1], ("com.example.shop",)), *joined(KNOWNS)]
    first: dict[bytes, object] = {}
    for digest, of in made:
        first.setdefault(digest, of)
    assert {digest: hashes.get(digest) for digest in first} == {digest: (of,) for digest, of in first.items()}
    r = Random(4)
    assert not any(hashes.get(r.randbytes(size)) for size in (5, 8, 16, 20, 32, 64) for _ in range(200))
    assert not hashes.get(next(iter(first))[:-1] + b"\0")


ESCAPES = (r"\u4e0a", r"\u6d77", r"\ud83d", r"\ude00", r"\u0022", r"\u005c", r"\u000A", r"\/", "\\", "u", "a")


@given(st.lists(st.sampled_from(ESCAPES)))
def test_escapes_in_a_row_are_undone_as_each_alone(parts: list[str]) -> None:
    """A pair of surrogates is one letter, and what is special stays as it is, whatever stands beside it."""
    text = "".join(parts)

    def alone(match: re.Match[str]) -> str:
        if match[0] == r"\/":
            return "/"
        code = int(match[0][2:6], 16)
        if len(match[0]) == 12:
            return json.loads(f'"{match[0]}"')  # type: ignore[no-any-return]
        return match[0] if code < 32 or code in (34, 92) or 0xD800 <= code < 0xE000 else chr(code)

    wanted = re.sub(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u[0-9A-Fa-f]{4}|\\/", alone, text)
    assert json_escapes._letters(text.encode()).decode() == wanted
