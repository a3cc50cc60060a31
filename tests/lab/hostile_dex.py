"""Changes a dex file as no compiler writes it: classes in a circle, code of any shape that many methods share, bytes that lie.

Format: source.android.com, "Dalvik executable format". dexlib2 checks neither checksum nor signature, so they stay as they were.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

NO_INDEX = 0xFFFFFFFF
_CLASS_DEF, _METHOD_ID = 32, 8


@dataclass
class HostileDex:
    """The bytes of a dex file that is being spoilt. Classes are named by descriptor, "Lvictim/Victim;"."""

    data: bytearray

    def __post_init__(self) -> None:
        self.data = bytearray(self.data)

    def word(self, at: int) -> int:
        return int(struct.unpack_from("<I", self.data, at)[0])

    def put(self, at: int, value: int) -> None:
        struct.pack_into("<I", self.data, at, value)

    def uleb(self, at: int) -> tuple[int, int]:
        """The number at `at`, and where the next begins."""
        value = shift = 0
        while True:
            byte = self.data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return value, at

    def string(self, index: int) -> tuple[str, int]:
        """An ASCII string, and where its bytes begin."""
        size, at = self.uleb(self.word(self.word(0x3C) + 4 * index))
        return self.data[at : at + size].decode("latin-1"), at

    def type_name(self, index: int) -> str:
        return self.string(self.word(self.word(0x44) + 4 * index))[0]

    def type_index(self, name: str) -> int:
        return next(i for i in range(self.word(0x40)) if self.type_name(i) == name)

    def class_def(self, name: str) -> int:
        """Where the class's definition begins."""
        start = self.word(0x64)
        places = (start + _CLASS_DEF * i for i in range(self.word(0x60)))
        return next(at for at in places if self.type_name(self.word(at)) == name)

    def set_superclass(self, name: str, parent: str) -> None:
        self.put(self.class_def(name) + 8, self.type_index(parent))

    def set_interfaces(self, name: str, interfaces: Sequence[str]) -> None:
        content = struct.pack("<I", len(interfaces)) + b"".join(struct.pack("<H", self.type_index(one)) for one in interfaces)
        self.put(self.class_def(name) + 12, self.append(content))

    def append(self, content: bytes) -> int:
        """Where it now lies, on a bound of four bytes."""
        self.data += bytes(-len(self.data) % 4)
        at = len(self.data)
        self.data += content
        self.put(0x20, len(self.data))
        return at

    def code(
        self,
        registers: int,
        units: Sequence[int] | bytes,
        tries: Sequence[tuple[int, int]] = (),
        handler: int = 0,
        debug: int = 0,
    ) -> int:
        """A code item of static methods without parameters. `tries`: (start, count) of units; all have one catch-all handler."""
        content = units if isinstance(units, bytes) else struct.pack(f"<{len(units)}H", *units)
        size = len(content) // 2
        item = struct.pack("<HHHHII", registers, 0, 0, len(tries), debug, size) + content
        if tries:
            item += bytes(2 * (size % 2))
            item += b"".join(struct.pack("<IHH", start, count, 1) for start, count in tries)
            item += b"\x01\x00" + _uleb(handler)  # one list of handlers, of which none is typed: a catch-all
        return self.append(item)

    def point(self, name: str, codes: dict[str, int]) -> None:
        """Gives methods of the class other code: method name -> where it lies. "*": every method that has code."""
        at = self.word(self.class_def(name) + 24)
        counts = []
        for _ in range(4):
            value, at = self.uleb(at)
            counts.append(value)
        out = b"".join(_uleb(one) for one in counts)
        for count in counts[:2]:
            for _ in range(2 * count):
                value, at = self.uleb(at)
                out += _uleb(value)
        for count in counts[2:]:
            index = 0
            for _ in range(count):
                step, at = self.uleb(at)
                flags, at = self.uleb(at)
                code, at = self.uleb(at)
                index += step
                method = self.string(self.word(self.word(0x5C) + _METHOD_ID * index + 4))[0]
                code = codes.get(method, codes.get("*", code) if code else 0)
                out += _uleb(step) + _uleb(flags) + _uleb(code)
        self.put(self.class_def(name) + 24, self.append(out))

    def set_text(self, old: str, new: bytes) -> None:
        """Other bytes for a string, of the same length: MUTF-8 or not."""
        places = (self.string(i) for i in range(self.word(0x38)))
        at = next(at for text, at in places if text == old)
        assert len(new) == len(old)
        self.data[at : at + len(new)] = new


def _uleb(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
