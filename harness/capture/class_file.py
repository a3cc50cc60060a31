"""The methods that a class file declares, read from its bytes (JVM specification, chapter 4)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

MAGIC = 0xCAFEBABE
PUBLIC, PROTECTED = 0x0001, 0x0004
ABSTRACT = 0x0400
BRIDGE = 0x0040
SYNTHETIC = 0x1000

# Bytes that follow the tag of a constant; a long or double takes two places of the pool.
_FIXED = {3: 4, 4: 4, 5: 8, 6: 8, 7: 2, 8: 2, 9: 4, 10: 4, 11: 4, 12: 4, 15: 3, 16: 2, 17: 4, 18: 4, 19: 2, 20: 2}
_WIDE = {5, 6}
_UTF8, _CLASS = 1, 7
_PRIMITIVES = {
    "B": "byte", "C": "char", "D": "double", "F": "float", "I": "int", "J": "long", "S": "short", "Z": "boolean",
}  # fmt: skip


class BadClassFile(ValueError):
    """These bytes are no class file."""


@dataclass(frozen=True)
class Method:
    """`signature`: parameter types as the agent writes them, `(int, java.lang.String, [B)`.

    `is_api`: public or protected, so that code outside its package may call it. `is_void`: it gives nothing back;
    so does a constructor.
    """

    name: str
    signature: str
    is_abstract: bool
    is_api: bool
    is_void: bool


def read_methods(data: bytes) -> list[Method]:
    """The methods that the class itself declares, compiler-made bridges left out. Raises BadClassFile."""
    try:
        return _read(data)
    except (struct.error, IndexError, KeyError, ValueError) as bad:
        raise BadClassFile(f"{type(bad).__name__}: {bad}") from bad


def _read(data: bytes) -> list[Method]:
    magic, _, _, count = struct.unpack_from(">IHHH", data)
    if magic != MAGIC:
        raise BadClassFile("it does not begin with 0xCAFEBABE")
    texts: dict[int, str] = {}
    at, number = 10, 1
    while number < count:
        tag = data[at]
        at += 1
        if tag == _UTF8:
            (size,) = struct.unpack_from(">H", data, at)
            texts[number] = data[at + 2 : at + 2 + size].decode("utf-8", "replace")  # "modified" UTF-8: only odd constants differ
            at += 2 + size
        else:
            at += _FIXED[tag]
        number += 2 if tag in _WIDE else 1
    (interfaces,) = struct.unpack_from(">H", data, at + 6)
    at = _members(data, at + 8 + 2 * interfaces, texts)[1]     # fields
    members, _ = _members(data, at, texts)
    return [
        Method(
            name,
            signature_of(descriptor),
            is_abstract=bool(access & ABSTRACT),
            is_api=bool(access & (PUBLIC | PROTECTED)),
            is_void=descriptor.endswith(")V"),
        )
        for access, name, descriptor in members
        if not access & (BRIDGE | SYNTHETIC)
    ]


def _members(data: bytes, at: int, texts: dict[int, str]) -> tuple[list[tuple[int, str, str]], int]:
    (count,) = struct.unpack_from(">H", data, at)
    at += 2
    found = []
    for _ in range(count):
        access, name, descriptor, attributes = struct.unpack_from(">HHHH", data, at)
        found.append((access, texts[name], texts[descriptor]))
        at += 8
        for _ in range(attributes):
            (size,) = struct.unpack_from(">I", data, at + 2)
            at += 6 + size
    return found, at


def signature_of(descriptor: str) -> str:
    """`(I[BLjava/lang/String;)V` -> `(int, [B, java.lang.String)`."""
    parts, at = [], 1
    while descriptor[at] != ")":
        begun = at
        while descriptor[at] == "[":
            at += 1
        at = descriptor.index(";", at) + 1 if descriptor[at] == "L" else at + 1
        word = descriptor[begun:at]
        if word.startswith("["):
            parts.append(word.replace("/", "."))
        else:
            parts.append(word[1:-1].replace("/", ".") if word.startswith("L") else _PRIMITIVES[word])
    return f"({', '.join(parts)})"
