"""Many byte strings looked for at once: what each stands for, and where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

import ahocorasick_rs
import numpy as np
import numpy.typing as npt

MOST_MATCHES = 500_000  # in one message
MOST_WEIGHED = 50_000  # of them that a look at what stands beside them does not rule out
WINDOW = 1 << 18  # bytes searched at once, so that what is found of one letter repeated is not held all together
_LARGE = 1 << 16  # bytes from which on the larger and quicker automaton pays
_FEW = 1024  # bytes in which an automaton is as quick as numpy
_FIRST = 4  # bytes

Form = TypeVar("Form")


@dataclass(slots=True)
class Quota:
    """How many more places of one message are looked at, and looked at closely; below 0 where there were more."""

    left: int = MOST_MATCHES
    weighed: int = MOST_WEIGHED

    @property
    def spent(self) -> bool:
        return self.left < 0 or self.weighed < 0


class Patterns(Generic[Form]):
    """Strings of any length, found by an automaton."""

    def __init__(self) -> None:
        self._forms: dict[bytes, list[Form]] = {}
        self._small: ahocorasick_rs.BytesAhoCorasick | None = None
        self._large: ahocorasick_rs.BytesAhoCorasick | None = None
        self._by_index: list[list[Form]] = []
        self._longest = 1

    def under(self, pattern: bytes) -> list[Form]:
        """What the pattern stands for, to be added to."""
        return self._forms.setdefault(pattern, [])

    def close(self) -> None:
        if self._forms:
            self._small = ahocorasick_rs.BytesAhoCorasick(list(self._forms))
            self._by_index = list(self._forms.values())
            self._longest = max(map(len, self._forms))

    def _automaton(self, size: int) -> ahocorasick_rs.BytesAhoCorasick | None:
        """A table of all states takes a third less time a byte, and so much room that short layers meet it uncached."""
        if size < _LARGE or self._small is None:
            return self._small
        if self._large is None:
            self._large = ahocorasick_rs.BytesAhoCorasick(list(self._forms), implementation=ahocorasick_rs.Implementation.DFA)
        return self._large

    def matches(self, data: bytes, quota: Quota) -> Iterator[tuple[Form, int, int]]:
        automaton = self._automaton(len(data))
        if automaton is None:
            return
        for window in range(0, len(data), WINDOW):
            begun = max(0, window - self._longest + 1)  # what ends in this window may begin before it
            for index, start, end in automaton.find_matches_as_indexes(data[begun : window + WINDOW], overlapping=True):
                if begun + end <= window:
                    continue
                quota.left -= 1
                if quota.left < 0:
                    return
                for form in self._by_index[index]:
                    yield form, begun + start, begun + end


class LongPatterns(Generic[Form]):
    """Strings of four bytes and more, found by their first four: in binary data nearly no place has those of any."""

    def __init__(self) -> None:
        self._forms: dict[bytes, dict[bytes, list[Form]]] = {}
        self._pairs = (np.zeros(1 << 16, np.bool_), np.zeros(1 << 16, np.bool_))
        self._numbers: npt.NDArray[np.uint32] = np.empty(0, np.uint32)
        self._firsts: ahocorasick_rs.BytesAhoCorasick | None = None

    def under(self, pattern: bytes) -> list[Form]:
        """What the pattern stands for, to be added to."""
        return self._forms.setdefault(pattern[:_FIRST], {}).setdefault(pattern, [])

    def close(self) -> None:
        self._numbers = np.array(sorted(int.from_bytes(first, "big") for first in self._forms), np.uint32)
        for pairs, shift in zip(self._pairs, (16, 0), strict=True):
            pairs[self._numbers >> shift & 0xFFFF] = True
        self._firsts = ahocorasick_rs.BytesAhoCorasick(list(self._forms)) if self._forms else None
        self._forms = {first: dict(sorted(of.items(), key=lambda item: len(item[0]))) for first, of in self._forms.items()}

    def matches(self, data: bytes, quota: Quota) -> Iterator[tuple[Form, int, int]]:
        for start in self._places(data):
            for pattern, forms in self._forms.get(data[start : start + _FIRST], {}).items():
                if data.startswith(pattern, start):
                    quota.left -= 1
                    if quota.left < 0:
                        return
                    for form in forms:
                        yield form, start, start + len(pattern)

    def _places(self, data: bytes) -> Iterator[int]:
        """Where the first four bytes of a pattern stand."""
        if self._firsts is None:
            return
        if len(data) <= _FEW:
            yield from (start for _, start, _ in self._firsts.find_matches_as_indexes(data, overlapping=True))
            return
        first, second = self._pairs
        for window in range(0, len(data) - _FIRST + 1, WINDOW):
            part = np.frombuffer(data, np.uint8, min(WINDOW + _FIRST - 1, len(data) - window), window)
            pairs = part[:-1].astype(np.uint16) << 8 | part[1:]
            places = np.flatnonzero(first[pairs[:-2]])
            places = places[second[pairs[places + 2]]]
            numbers = pairs[places].astype(np.uint32) << 16 | pairs[places + 2]
            near = np.minimum(np.searchsorted(self._numbers, numbers), len(self._numbers) - 1)
            yield from (window + places[self._numbers[near] == numbers]).tolist()
