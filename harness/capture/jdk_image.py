"""Class files out of a JDK's `lib/modules`, the image that `jlink` makes (jdk.internal.jimage in the JDK's own source).

The image is a header, a perfect hash table over the names of its resources, their attributes, their names, and the
resources themselves, plain or packed with zlib. Numbers are in the order of the machine the JDK was made for.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from mmap import ACCESS_READ, mmap
from pathlib import Path

from harness.errors import HarnessError

_MAGIC = 0xCAFEDADA
_HEADER = 28
_PACKED_MAGIC = 0xCAFEFAFA
_PACKED_HEADER = 29  # magic, packed size, size, place of the packer's name, place of its settings, whether it is the last
_HASH_SEED = 0x01000193
_END, _MODULE, _PARENT, _BASE, _EXTENSION, _OFFSET, _PACKED, _SIZE = range(8)


class BadImage(HarnessError):
    """`lib/modules` is not what this reader knows."""

    def __init__(self, why: str) -> None:
        super().__init__("The Java runtime's image of classes cannot be read.", why, "Install the harness again.")


class JdkImage:
    """The classes of module java.base, by name (`java.io.File`). Use `opened`."""

    def __init__(self, data: mmap) -> None:
        self._data = data
        self._order = "<" if struct.unpack_from("<I", data)[0] == _MAGIC else ">"
        magic, _, _, _, self._length, locations, strings = self._numbers("IIIIIII", 0)
        if magic != _MAGIC:
            raise BadImage("It does not begin with 0xCAFEDADA.")
        self._redirects = _HEADER
        self._offsets = self._redirects + 4 * self._length
        self._locations = self._offsets + 4 * self._length
        self._strings = self._locations + locations
        self._resources = self._strings + strings

    def class_file(self, name: str) -> bytes | None:
        """The bytes of a class of java.base; None where there is none of that name."""
        path = f"/java.base/{name.replace('.', '/')}.class"
        (redirect,) = self._numbers("i", self._redirects + 4 * (_hash(path) % self._length))
        if redirect == 0:
            return None
        place = -1 - redirect if redirect < 0 else _hash(path, redirect) % self._length
        (at,) = self._numbers("I", self._offsets + 4 * place)
        found = self._attributes(self._locations + at)
        if self._path(found) != path:
            return None
        return self._content(found)

    def _attributes(self, at: int) -> dict[int, int]:
        """Each attribute is a byte with its kind and length, then its value, the highest byte first."""
        found: dict[int, int] = {}
        while (kind := self._data[at] >> 3) != _END:
            size = (self._data[at] & 7) + 1
            found[kind] = int.from_bytes(self._data[at + 1 : at + 1 + size], "big")
            at += 1 + size
        return found

    def _path(self, found: Mapping[int, int]) -> str:
        module, parent, base, extension = (self._string(found.get(k, 0)) for k in (_MODULE, _PARENT, _BASE, _EXTENSION))
        return f"/{module}/{parent}/{base}.{extension}"

    def _string(self, place: int) -> str:
        begun = self._strings + place
        return self._data[begun : self._data.find(b"\0", begun)].decode("utf-8")

    def _content(self, found: Mapping[int, int]) -> bytes:
        at = self._resources + found.get(_OFFSET, 0)
        packed = found.get(_PACKED, 0)
        if not packed:
            return self._data[at : at + found[_SIZE]]
        magic, size = self._numbers("IQ", at)
        packer = self._string(self._numbers("IQQI", at)[3])
        if magic != _PACKED_MAGIC or packer != "zip":
            raise BadImage(f"A class is packed with {packer!r}, which this reader does not know.")
        return zlib.decompress(self._data[at + _PACKED_HEADER : at + _PACKED_HEADER + size])

    def _numbers(self, form: str, at: int) -> tuple[int, ...]:
        return struct.unpack_from(self._order + form, self._data, at)


@contextmanager
def opened(java_home: Path) -> Iterator[JdkImage]:
    """The image of the JDK in that folder."""
    with (java_home / "lib" / "modules").open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        yield JdkImage(data)


def _hash(text: str, seed: int = _HASH_SEED) -> int:
    """ImageStringsReader.hashCode of the JDK."""
    for byte in text.encode("utf-8"):
        seed = ((seed * _HASH_SEED) & 0xFFFFFFFF) ^ byte
    return seed & 0x7FFFFFFF
