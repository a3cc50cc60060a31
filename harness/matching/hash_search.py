"""Looks for hashes of known values: tokens of hexadecimal digits, bytes that decoding left, and sums written as numbers."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from harness.decoding import Layer
from harness.decoding.rows import (
    DIGIT,
    DOT,
    UNDERSCORE,
    WORD,
    Places,
    before,
    behind,
    hex_rows,
    matches,
    number_begins,
    only,
    sorts_of,
    sorts_within,
)
from harness.decoding.six_bits import FEW, four_bytes
from harness.decoding.spans import Spans, hex_spans, number_begin
from harness.matching.digest_table import DigestTable
from harness.matching.digests import SHORT, Digest, Form
from harness.matching.evidence import BY_NAME, ENOUGH, checksum_bits
from harness.matching.hit import Hit
from harness.matching.known import Known
from harness.matching.lexicon import Agreement, agreement
from harness.matching.names import key_of

# Both begin with a sort of bytes, and look back afterwards: see decoders/hex.py.
_HASH = re.compile(rb"[0-9a-f](?<![0-9a-z].)(?:(?<=0)x([0-9a-f]{8}|[0-9a-f]{16,128})|[0-9a-f]{7}|[0-9a-f]{15,127})(?![0-9a-z])")
_SUM = re.compile(rb"[0-9](?<![\w.].)[0-9]{6,9}(?![\w.])")
# In URLs a letter or two may say which hash it is, with nothing between: /0c<MD5>,n<MD5>
_BEHIND_A_LETTER = re.compile(rb"(?<![0-9a-z%])[0-9a-z]{1,2}([0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})(?![0-9a-z])")
_SIGNED = re.compile(rb"(?<![\w.])-")
_POWERS = np.array([1 << 24, 1 << 16, 1 << 8, 1], np.uint32)
_ALL_BITS = 0xFFFFFFFF
_LONGEST = 128  # hexadecimal digits
_SEVERAL = 32  # hexadecimal digits of hashes that stand one behind another
_SURE = 64.0
_NOT_NAMED = -1.0  # of a hash that many people share
_NEAR = 128  # bytes
_MOST = 10_000  # hashes in one layer
_IN_COMPANY = 10.0  # of a sum beside a hash of another value
_AS_NUMBER = -6.0  # a number is as often a time or a count
_AS_DIGITS = 2.0  # eight hexadecimal digits are seldom anything else


@lru_cache(maxsize=1)
def _hex_spans(lowered: bytes) -> Spans:
    """Kept for the layer that was asked about last: hashes and sums both are looked for there."""
    return hex_spans(lowered)


class HashSearch:
    def __init__(self, knowns: Sequence[Known], salts: Sequence[str] = (), forms: Sequence[Form] = ()) -> None:
        self._digests = DigestTable([k for k in knowns if len(k.value) > 1], salts, forms)
        self._others: dict[int, tuple[Known, ...]] = {}  # of hits that are being looked at: the values hashed with theirs

    def hits(self, layer: Layer, lowered: bytes, *, rows: bool = True) -> Iterator[Hit]:
        """`lowered`: the layer's data in small letters; `rows`: whether seven hexadecimal digits may stand in a row there."""
        found = list(itertools.islice(self._found(layer, lowered, rows), _MOST))
        if not found:
            return
        sure = sorted((hit.start, hit.known.value) for hit in found if hit.weight >= _SURE)
        for hit in found:
            if 0 < hit.weight < ENOUGH:
                beside = sure[bisect_left(sure, (hit.start - _NEAR, "")) : bisect_left(sure, (hit.start + _NEAR + 1, ""))]
                if any(value != hit.known.value for _, value in beside):
                    hit.weight += _IN_COMPANY
            if hit.weight >= ENOUGH:
                yield hit
                for other in self._others.get(id(hit), ()):
                    yield replace(hit, known=other)
        self._others.clear()

    def _may_begin(self, data: bytes) -> bool:
        return self._digests.may_begin_one(int.from_bytes(data[:SHORT], "big"))

    def _found(self, layer: Layer, lowered: bytes, rows: bool) -> Iterator[Hit]:
        data = layer.data
        if layer.parent is not None and SHORT < len(data) <= 64 and self._may_begin(data):
            for digest in self._digests.get(data):
                key = key_of(layer, 0)
                if not digest.named_only or self._fits(digest, key) >= Agreement.LIKELY:
                    yield Hit(digest.known, digest.variant, layer, 0, len(data), key, _SURE)
        if not rows:
            return
        for match in matches(_HASH, lowered, self._hash_places, self._few_hash_places):
            at, end = match.span(1) if match[1] else match.span()
            text = lowered[at:end]
            if len(text) & 1:
                continue
            if whole := self._digests.get(bytes.fromhex(text.decode())):
                for digest in whole:
                    yield self._hit(layer, digest, at, at + len(text))
            elif len(text) > _SEVERAL and len(text) % _SEVERAL == 0:
                for piece in range(0, len(text), _SEVERAL):
                    for digest in self._digests.get(bytes.fromhex(text[piece : piece + _SEVERAL].decode())):
                        yield self._hit(layer, digest, at + piece, at + piece + _SEVERAL)
        for match in _BEHIND_A_LETTER.finditer(lowered) if layer.root == "url" else ():
            for digest in self._digests.get(bytes.fromhex(match[1].decode())):
                yield self._hit(layer, digest, *match.span(1))
        for match in matches(_SUM, lowered, self._sum_places, self._few_sum_places) if self._digests.sums else ():
            start = match.start() - (match.start() > 0 and _SIGNED.match(lowered, match.start() - 1) is not None)
            number = int(lowered[start : match.end()])
            if -(1 << 31) <= number < 1 << 32:
                for digest in self._digests.get((number & _ALL_BITS).to_bytes(SHORT, "big")):
                    yield self._hit(layer, digest, start, match.end(), decimal=True)

    def _hit(self, layer: Layer, digest: Digest, start: int, end: int, *, decimal: bool = False) -> Hit:
        text = layer.data[start:end]
        upper = not decimal and text != text.lower()
        key = key_of(layer, start)
        weight = _SURE
        if decimal or len(text) <= 2 * SHORT:
            fits = self._fits(digest, key)
            weight = checksum_bits(self._digests.sums) + BY_NAME[fits] + (_AS_NUMBER if decimal else _AS_DIGITS)
        elif digest.named_only and self._fits(digest, key) < Agreement.LIKELY:
            weight = _NOT_NAMED
        hit = Hit(digest.known, digest.variant + ("-upper" if upper else ""), layer, start, end, key, weight)
        if digest.others:
            self._others[id(hit)] = digest.others
        return hit

    @staticmethod
    def _fits(digest: Digest, key: str) -> Agreement:
        return agreement(digest.known.field, digest.known.name, key.partition("~")[0])

    def _few_hash_places(self, lowered: bytes) -> Iterator[int]:
        """As `_hash_places`, one by one."""
        for start, end in _hex_spans(lowered):
            size = end - start
            if not 2 * SHORT <= size <= _LONGEST or size & 1:
                continue
            if size > _SEVERAL or self._digests.may_begin_one(int(lowered[start : start + 2 * SHORT], 16)):
                yield number_begin(lowered, start)

    def _few_sum_places(self, lowered: bytes) -> Iterator[int]:
        """As `_sum_places`, one by one."""
        for start, end in _hex_spans(lowered):
            if end - start <= 10 and (digits := lowered[start:end]).isdigit():
                number = int(digits)
                if self._digests.may_begin_one(number & _ALL_BITS) or self._digests.may_begin_one(-number & _ALL_BITS):
                    yield start

    def _hash_places(self, lowered: bytes) -> Places:
        starts, ends = hex_rows(lowered)
        sizes = ends - starts
        wanted = (sizes >= 2 * SHORT) & (sizes % 2 == 0) & (sizes <= _LONGEST)
        starts, sizes = starts[wanted], sizes[wanted]
        if len(starts) > FEW:
            begun = four_bytes(lowered, starts).astype(np.uint32) @ _POWERS
            starts = starts[self._digests.may_begin(begun) | (sizes > _SEVERAL)]
        return number_begins(lowered, starts)

    def _sum_places(self, lowered: bytes) -> Places:
        """Where a number stands that is a checksum, or is one below zero."""
        sorts = sorts_of(lowered)
        starts, ends = hex_rows(lowered)
        alone = (behind(sorts, ends) & (UNDERSCORE | DOT) == 0) & (before(sorts, starts) & (WORD | DOT) == 0)
        wanted = alone & (ends - starts <= 10) & (sorts_within(sorts.tobytes(), starts, ends) == DIGIT)
        starts, ends = only(starts, wanted), only(ends, wanted)
        if len(starts) <= FEW:
            return starts
        numbers = np.zeros(len(starts), np.uint64)
        data = np.frombuffer(lowered, np.uint8)
        for place in range(10):
            inside = starts + place < ends
            numbers[inside] = numbers[inside] * 10 + (data[starts[inside] + place] - ord("0"))
        sums = numbers.astype(np.uint32)
        return only(starts, self._digests.may_begin(sums) | self._digests.may_begin(-sums))
