"""Structures without text of their own, written as JSON: every field with its path, so that one search reads them all.

A structure is made of dict, list, str, int, float, bool, None and bytes. Short bytes stand in the JSON as hexadecimal digits
(an address, a hash, a UUID), all of four and more are layers of their own besides.
"""

from __future__ import annotations

import datetime
import json
import math
import struct
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from harness.decoding.budget import Broken
from harness.decoding.layer import Found, as_key, is_text

SHOWN_BYTES = 64
_LEAST = 4
_DEEPEST = 100
LARGEST_TEXT = 32 << 20  # letters of a structure written out
_MOST_VALUES = 1 << 19
_LETTERS_A_VALUE = LARGEST_TEXT // _MOST_VALUES
_MOST_LEAVES = 10_000  # pieces of bytes; more than a message may have layers
_NAME_SHOWN = 80  # letters of a field's name in a path
_ENOUGH = 256  # letters; more are not counted
_LARGE = 1 << 64
_LONGEST_NUMBER = 1024  # bits; nobody writes a longer one in decimal digits


def written(tree: Any) -> Iterator[Found]:
    """The structure as JSON, then the bytes in it. Raises Broken, in the end, where there is more of it than one message can
    say: in some formats a value stands once and is meant any number of times, itself among them."""
    writer = _Writer()
    shown = writer.shown(tree, "", "", 0)
    yield Found(_json(shown), fields=True, letters=writer.letters)
    yield from writer.leaves
    if writer.left <= 0:
        raise Broken(f"it grows beyond {_MOST_VALUES} values or {LARGEST_TEXT} letters")


def _json(tree: Any) -> bytes:
    """Halves of surrogate pairs have no bytes in UTF-8: they stand as question marks."""
    return json.dumps(tree, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


class _Writer:
    """Makes a structure of what JSON knows; `leaves`: its bytes; `left`: letters that may still be written; `letters`:
    of texts in it that somebody wrote, names of fields among them."""

    def __init__(self) -> None:
        self.leaves: list[Found] = []
        self.left = LARGEST_TEXT
        self.letters = 0

    def shown(self, tree: Any, path: str, key: str, depth: int) -> Any:
        self.left -= _LETTERS_A_VALUE
        if depth > _DEEPEST or self.left <= 0:
            return None
        kind = type(tree)
        if kind is str:
            self.left -= len(tree)
            self._read(tree)
            return tree if self.left > 0 else None
        if kind is int and -_LARGE < tree < _LARGE:
            return tree
        if isinstance(tree, dict):
            fields: dict[str, Any] = {}
            for each, value in tree.items():
                name = each if type(each) is str else _name(each)
                if not name[:1].isdigit():  # the number of a field
                    self._read(name)
                self.left -= len(name)
                if self.left <= 0:
                    break
                place = name if len(name) <= _NAME_SHOWN else name[:_NAME_SHOWN] + "…"
                fields[name] = self.shown(value, f"{path}.{place}" if path else place, name, depth + 1)
            return fields
        if isinstance(tree, list | tuple | set | frozenset):
            items: list[Any] = []
            for i, value in enumerate(tree):
                if self.left <= 0:
                    break
                items.append(self.shown(value, f"{path}[{i}]", key, depth + 1))
            return items
        if isinstance(tree, bytes | bytearray | memoryview):
            return self._bytes(bytes(tree), path, key)
        if isinstance(tree, str):
            self.left -= len(tree)
            return tree if self.left > 0 else None
        if isinstance(tree, float):
            return tree if math.isfinite(tree) else str(tree)
        if isinstance(tree, int):
            return tree if tree.bit_length() <= _LONGEST_NUMBER else hex(tree)
        if tree is None:
            return None
        if isinstance(tree, datetime.datetime | datetime.date):
            return tree.isoformat()
        return str(tree)

    def _read(self, text: str) -> None:
        if len(text) > 2 and self.letters < _ENOUGH and text.isprintable():
            self.letters += len(text)

    def _bytes(self, data: bytes, path: str, key: str) -> str:
        if len(data) >= _LEAST and len(self.leaves) < _MOST_LEAVES:
            self.leaves.append(Found(data, path=path, key=as_key(key.encode("utf-8", "replace"))))
        self.left -= 2 * min(len(data), SHOWN_BYTES)
        return data.hex() if len(data) <= SHOWN_BYTES else f"({len(data)} bytes)"


def _name(key: Any) -> str:
    if isinstance(key, bytes):
        return key.decode("utf-8", "replace") if is_text(key) else key.hex()
    return key if isinstance(key, str) else str(key)


def mapping(pairs: Iterable[tuple[Any, Any]]) -> dict[str, Any] | list[Any]:
    """A map whose keys may be anything: a dict where each is a text or a number, else the pairs as they stood, for a text
    made of a structure, inside a text made of a structure, doubles its backslashes with each step."""
    kept = list(pairs)
    if any(isinstance(key, dict | list) for key, _ in kept):
        return [[key, value] for key, value in kept]
    return {_name(key): value for key, value in kept}


def strings(tree: Any) -> Iterator[str]:
    """The texts of a structure, names of fields included."""
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, dict):
        for key, value in tree.items():
            yield from strings(key)
            yield from strings(value)
    elif isinstance(tree, list | tuple):
        for value in tree:
            yield from strings(value)


def means_something(tree: Any) -> bool:
    """Whether there is a text of two letters, or eight bytes in one piece: short bytes read as some structure by chance."""
    if isinstance(tree, str):
        return len(tree) >= 2
    if isinstance(tree, bytes):
        return len(tree) >= 8
    if isinstance(tree, dict):
        return any(means_something(key) or means_something(value) for key, value in tree.items())
    return isinstance(tree, list | tuple) and any(means_something(value) for value in tree)


def float32(raw: bytes, order: str) -> float:
    """The number that stands for it in the fewest digits: 31.2304, and not 31.230400085449219."""
    return float(str(np.float32(struct.unpack(f"{order}f", raw)[0])))


def plausible(number: float) -> bool:
    """Whether eight or four bytes were meant as a number with a fraction: chance gives sizes that nobody measures."""
    return math.isfinite(number) and (number == 0 or 1e-7 < abs(number) < 1e13)


class Reader:
    """Bytes read from front to back. Raises ValueError where they end too early."""

    __slots__ = ("at", "data", "end")

    def __init__(self, data: bytes, at: int = 0, end: int | None = None) -> None:
        self.data, self.at, self.end = data, at, len(data) if end is None else end

    @property
    def left(self) -> int:
        return self.end - self.at

    def byte(self) -> int:
        if self.at >= self.end:
            raise ValueError("it ends too early")
        self.at += 1
        return self.data[self.at - 1]

    def take(self, count: int) -> bytes:
        if count < 0 or self.at + count > self.end:
            raise ValueError("it ends too early")
        self.at += count
        return self.data[self.at - count : self.at]

    def varint(self) -> int:
        """Little-endian groups of seven bits, 64 bits at most."""
        if self.at < self.end and self.data[self.at] < 0x80:
            self.at += 1
            return self.data[self.at - 1]
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                if shift == 63 and byte > 1:
                    raise ValueError("more than 64 bits")
                return value
            shift += 7
            if shift > 63:
                raise ValueError("more than 64 bits")

    def zigzag(self) -> int:
        value = self.varint()
        return (value >> 1) ^ -(value & 1)

    def number(self, count: int, order: str = "big", *, signed: bool = True) -> int:
        return int.from_bytes(self.take(count), "big" if order == "big" else "little", signed=signed)
