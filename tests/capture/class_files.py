"""Class files made by hand: as little of the format as declares methods (JVM specification, chapter 4)."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

PUBLIC, PRIVATE, STATIC, ABSTRACT, BRIDGE, SYNTHETIC = 0x0001, 0x0002, 0x0008, 0x0400, 0x0040, 0x1000

Declared = tuple[int, str, str]


def class_bytes(name: str, methods: list[Declared], fields: list[Declared] | None = None) -> bytes:
    """A class of that name, with (access flags, name, descriptor) for each method and field."""
    pool: list[bytes] = []

    def text(value: str) -> int:
        encoded = value.encode()
        pool.append(struct.pack(">BH", 1, len(encoded)) + encoded)
        return len(pool)

    def add(entry: bytes, places: int = 1) -> int:
        pool.append(entry)
        pool.extend([b""] * (places - 1))
        return len(pool) - places + 1

    def members(declared: list[Declared]) -> bytes:
        made = struct.pack(">H", len(declared))
        for access, member, descriptor in declared:
            made += struct.pack(">HHHH", access, text(member), text(descriptor), 1)
            made += struct.pack(">HI", text("Deprecated"), 0)
        return made

    add(struct.pack(">Bq", 5, 1 << 40), places=2)  # a long takes two places
    this = add(struct.pack(">BH", 7, text(name.replace(".", "/"))))
    parent = add(struct.pack(">BH", 7, text("java/lang/Object")))
    body = struct.pack(">HHHHH", PUBLIC, this, parent, 1, parent) + members(fields or []) + members(methods)
    body += struct.pack(">H", 0)
    return struct.pack(">IHHH", 0xCAFEBABE, 0, 52, len(pool) + 1) + b"".join(pool) + body


def jar(path: Path, classes: dict[str, list[Declared]]) -> Path:
    """A jar of such classes."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, methods in classes.items():
            archive.writestr(f"{name.replace('.', '/')}.class", class_bytes(name, methods))
    return path
