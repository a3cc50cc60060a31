"""All hashes of all known values, in little room: of each its first bytes and whose it is. What is found is made once more,
to say which it was."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from harness.matching.digests import SHORT, Digest, Form, joined, of_forms, of_known
from harness.matching.known import Known

_KEPT = 8  # bytes of a hash: chance gives eight once in 2^46 hashes that are looked up among 2^18
_REMEMBERED = 1024  # hashes that were found, and whose they are


class DigestTable:
    """Made at the first question: 1 ms a value. `salts`: see `digests.of_known`; `forms`: what is hashed besides."""

    def __init__(self, knowns: Sequence[Known], salts: Sequence[str] = (), forms: Sequence[Form] = ()) -> None:
        self._knowns, self._salts, self._forms = knowns, salts, forms
        self._whose = lru_cache(maxsize=_REMEMBERED)(self._made_again)

    def _pairs(self, owner: int) -> Iterator[tuple[bytes, Digest]]:
        """The hashes of one value; behind the last value's, those of values joined, and of each other form."""
        if owner > len(self._knowns):
            return of_forms([self._forms[owner - len(self._knowns) - 1]])
        return joined(self._knowns) if owner == len(self._knowns) else of_known(self._knowns[owner], self._salts)

    def _made_again(self, digest: bytes, owner: int) -> Digest | None:
        """The first spelling of the owner's that gives this hash."""
        return next((of for made, of in self._pairs(owner) if made == digest), None)

    @cached_property
    def _tables(self) -> dict[int, tuple[array[int], array[int]]]:
        """By length of the hash in bytes: the first bytes as numbers, ascending, and whose hash each is, the first first."""
        keys: dict[int, array[int]] = {}
        owners: dict[int, array[int]] = {}
        for owner in range(len(self._knowns) + 1 + len(self._forms)):
            for digest, _ in self._pairs(owner):
                keys.setdefault(len(digest), array("Q")).append(_key(digest))
                owners.setdefault(len(digest), array("I")).append(owner)
        return {size: _sorted(keys[size], owners[size]) for size in keys}

    @cached_property
    def sums(self) -> int:
        """How many checksums there are: hashes of four bytes."""
        return len(set(self._tables[SHORT][0])) if SHORT in self._tables else 0

    def get(self, digest: bytes) -> Sequence[Digest]:
        """Of each value that has this hash, however it is called; the form that is hashed in a value's place counts where no
        value has it itself, and where an equal one has."""
        if len(digest) not in self._tables:
            return ()
        keys, owners = self._tables[len(digest)]
        key = _key(digest)
        at = bisect_left(keys, key)
        whose: dict[Known, Digest] = {}
        asked = -1
        while at < len(keys) and keys[at] == key:
            if owners[at] != asked:
                asked = owners[at]
                of = self._whose(digest, asked)
                if of is not None and (not whose or asked < len(self._knowns) or _equal(of.known, whose)):
                    whose.setdefault(of.known, of)
            at += 1
        return tuple(whose.values())

    def may_begin(self, numbers: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
        """For each number, whether a hash begins with these four bytes."""
        beginnings = self._beginnings
        near: npt.NDArray[np.uint32] = beginnings[np.minimum(np.searchsorted(beginnings, numbers), len(beginnings) - 1)]
        may: npt.NDArray[np.bool_] = near == numbers
        return may

    def may_begin_one(self, number: int) -> bool:
        """The same of one number; of a few in a hundred that no hash begins with it is said as well."""
        return bool(self._bits[number >> 11] >> (number >> 8 & 7) & 1)

    @cached_property
    def _bits(self) -> bytes:
        """One bit for each three bytes that a hash may begin with."""
        bits = np.zeros(1 << 24, np.uint8)
        bits[self._beginnings >> 8] = 1
        return np.packbits(bits, bitorder="little").tobytes()

    @cached_property
    def _beginnings(self) -> npt.NDArray[np.uint32]:
        numbers = [np.zeros(1, np.uint64)]
        for size, (keys, _) in self._tables.items():
            numbers.append(np.frombuffer(keys, np.uint64) >> np.uint64(0 if size == SHORT else 32))
        return np.unique(np.concatenate(numbers).astype(np.uint32))


def _equal(known: Known, others: Iterable[Known]) -> bool:
    return any(known.value.lower() == other.value.lower() for other in others)


def _key(digest: bytes) -> int:
    return int.from_bytes(digest[:_KEPT], "big")


def _sorted(keys: array[int], owners: array[int]) -> tuple[array[int], array[int]]:
    numbers, whose = np.frombuffer(keys, np.uint64), np.frombuffer(owners, np.uint32)
    order = np.argsort(numbers, kind="stable")
    return array("Q", numbers[order].tobytes()), array("I", whose[order].tobytes())
