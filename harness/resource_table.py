"""Reads resources.arsc of an APK as far as installing and naming an app need it: what a resource id says in one language.

Format: AOSP frameworks/base libs/androidfw ResourceTypes.h. A malformed table raises ValueError;
nothing here trusts a length it has not checked against the file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field

_STRING_POOL, _TABLE, _PACKAGE, _TYPE = 0x0001, 0x0002, 0x0200, 0x0201
_UTF8 = 1 << 8
_SPARSE, _OFFSET16 = 0x01, 0x02  # ResTable_type.flags
_COMPLEX, _COMPACT = 0x0001, 0x0008  # ResTable_entry.flags
_NO_ENTRY = 0xFFFFFFFF
TYPE_REFERENCE, TYPE_STRING, TYPE_BOOLEAN = 0x01, 0x03, 0x12
_MAX_REFERENCES = 8
_MAX_ENTRIES = 1_000_000  # of all types and configurations
_MAX_REPEATED = 4  # how often over a pool's strings may make up its bytes, where they lie over each other


class DamagedTable(ValueError):
    """The chunks do not lie within each other and the file. A phone installs no such APK (LoadedArsc, ChunkIterator)."""


@dataclass(frozen=True)
class Value:
    """A Res_value: `kind` is its dataType, `data` the 32 bits, `text` the string of a TYPE_STRING."""

    kind: int
    data: int
    text: str = ""


@dataclass(frozen=True)
class Entry:
    """One value of a resource in one configuration. `locale` is "zh", "zh-CN" or "" for the default."""

    locale: str
    density: int
    value: Value


@dataclass
class ResourceTable:
    """Simple (not complex) values by resource id."""

    entries: dict[int, list[Entry]] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    count: int = 0

    def lookup(self, resource: int, locale: str = "") -> Value | None:
        """The value for `locale` ("zh-CN"), references followed; None when there is none."""
        for _ in range(_MAX_REFERENCES):
            choices = self.entries.get(resource)
            if not choices:
                return None
            value = max(choices, key=lambda entry: _fitness(entry, locale)).value
            if value.kind != TYPE_REFERENCE or value.data == resource:
                return value
            resource = value.data
        return None

    def string(self, resource: int, locale: str = "") -> str | None:
        """The text of a string resource, or None."""
        value = self.lookup(resource, locale)
        return value.text if value is not None and value.kind == TYPE_STRING else None


def merge_tables(tables: Iterable[ResourceTable]) -> ResourceTable:
    """What a base and its splits say together: they share ids, each with configurations of its own."""
    merged = ResourceTable()
    for table in tables:
        for resource, entries in table.entries.items():
            merged.entries.setdefault(resource, []).extend(entries)
        merged.names.update(table.names)
    return merged


def _fitness(entry: Entry, locale: str) -> tuple[int, int]:
    """Exact locale, then language, then default, then any other; ties go to the higher density."""
    if entry.locale == locale:
        return (3, entry.density)
    if entry.locale and entry.locale == locale.partition("-")[0]:
        return (2, entry.density)
    return (1 if not entry.locale else 0, entry.density)


def read_table(data: bytes) -> ResourceTable:
    """The whole table; ValueError where it is not one."""
    try:
        return _read(data)
    except (struct.error, IndexError, UnicodeDecodeError) as fault:
        raise ValueError(f"resources.arsc is damaged: {fault}") from fault


def _read(data: bytes) -> ResourceTable:
    kind, header, size = struct.unpack_from("<HHI", data, 0)
    if kind != _TABLE:
        raise ValueError("resources.arsc is no resource table")
    if size > len(data):
        raise DamagedTable(f"resources.arsc: {size} bytes are said to be in {len(data)}")
    table = ResourceTable()
    values: list[str] = []
    at = header
    while at + 8 <= size:
        chunk, _, length = struct.unpack_from("<HHI", data, at)
        if length < 8 or at + length > len(data):
            raise DamagedTable(f"resources.arsc: chunk of {length} bytes at {at}")
        if chunk == _STRING_POOL and not values:
            values = read_string_pool(data, at)
        elif chunk == _PACKAGE:
            _read_package(data, at, length, values, table)
        at += length
    return table


def read_string_pool(data: bytes, at: int) -> list[str]:
    """All strings of the ResStringPool chunk at `at`, styles left out."""
    _, header, length, count, _, flags, start, _ = struct.unpack_from("<HHIIIIII", data, at)
    end = at + length
    if count * 4 + header > length:
        raise ValueError("string pool: more strings than bytes")
    read: dict[int, str] = {}
    room = _MAX_REPEATED * length
    offsets = struct.unpack_from(f"<{count}I", data, at + header)
    for offset in offsets:
        if offset not in read:
            where = at + start + offset
            read[offset] = _utf8(data, where, end) if flags & _UTF8 else _utf16(data, where, end)
            room -= len(read[offset])
            if room < 0:
                raise ValueError("string pool: the strings are more than its bytes")
    return [read[offset] for offset in offsets]


def _utf8(data: bytes, at: int, end: int) -> str:
    at += 2 if data[at] & 0x80 else 1
    size = data[at]
    at += 1
    if size & 0x80:
        size = (size & 0x7F) << 8 | data[at]
        at += 1
    if at + size > end:
        raise ValueError("string pool: a string ends outside")
    return data[at : at + size].decode("utf-8", "replace")


def _utf16(data: bytes, at: int, end: int) -> str:
    (size,) = struct.unpack_from("<H", data, at)
    at += 2
    if size & 0x8000:
        (low,) = struct.unpack_from("<H", data, at)
        size = (size & 0x7FFF) << 16 | low
        at += 2
    if at + 2 * size > end:
        raise ValueError("string pool: a string ends outside")
    return data[at : at + 2 * size].decode("utf-16-le", "replace")


def _read_package(data: bytes, at: int, length: int, values: list[str], table: ResourceTable) -> None:
    # ResTable_package was 284 bytes before typeIdOffset was added; headerSize tells where it ends
    _, header, _, package = struct.unpack_from("<HHII", data, at)
    type_names_at, _, key_names_at, _ = struct.unpack_from("<IIII", data, at + 12 + 256)
    type_names = read_string_pool(data, at + type_names_at) if type_names_at else []
    key_names = read_string_pool(data, at + key_names_at) if key_names_at else []
    end = at + length
    here = at + header
    while here + 8 <= end:
        chunk, _, size = struct.unpack_from("<HHI", data, here)
        if size < 8 or here + size > end:
            raise DamagedTable(f"resources.arsc: chunk of {size} bytes in a package")
        if chunk == _TYPE:
            _read_type(data, here, package, values, type_names, key_names, table)
        here += size


def _read_type(
    data: bytes,
    at: int,
    package: int,
    values: list[str],
    type_names: list[str],
    key_names: list[str],
    table: ResourceTable,
) -> None:
    _, header, size = struct.unpack_from("<HHI", data, at)
    type_id, flags, _, count, entries_at = struct.unpack_from("<BBHII", data, at + 8)
    locale, density = _configuration(data, at + 20)
    for index, offset in _offsets(data, at + header, flags, count):
        where = at + entries_at + offset
        if where + 8 > at + size:
            raise ValueError("resources.arsc: an entry lies outside its chunk")
        entry = _read_entry(data, where, values)
        if entry is None:
            continue
        key, value = entry
        table.count += 1
        if table.count > _MAX_ENTRIES:
            raise ValueError(f"resources.arsc: more than {_MAX_ENTRIES} entries")
        resource = package << 24 | type_id << 16 | index
        table.entries.setdefault(resource, []).append(Entry(locale, density, value))
        if type_id <= len(type_names) and key < len(key_names):
            table.names[resource] = f"{type_names[type_id - 1]}/{key_names[key]}"


def _offsets(data: bytes, at: int, flags: int, count: int) -> list[tuple[int, int]]:
    """(entry index, offset) of every entry that is there."""
    if flags & _SPARSE:
        pairs = struct.unpack_from(f"<{2 * count}H", data, at)
        return [(pairs[i], pairs[i + 1] * 4) for i in range(0, 2 * count, 2)]
    if flags & _OFFSET16:
        halves = struct.unpack_from(f"<{count}H", data, at)
        return [(index, half * 4) for index, half in enumerate(halves) if half != 0xFFFF]
    words = struct.unpack_from(f"<{count}I", data, at)
    return [(index, word) for index, word in enumerate(words) if word != _NO_ENTRY]


def _read_entry(data: bytes, at: int, values: list[str]) -> tuple[int, Value] | None:
    size, flags, key = struct.unpack_from("<HHI", data, at)
    if flags & _COMPACT:
        return size, _value(flags >> 8, key, values)
    if flags & _COMPLEX:
        return None
    _, _, kind, word = struct.unpack_from("<HBBI", data, at + size)
    return key, _value(kind, word, values)


def _value(kind: int, word: int, values: list[str]) -> Value:
    text = values[word] if kind == TYPE_STRING and word < len(values) else ""
    return Value(kind, word, text)


def _configuration(data: bytes, at: int) -> tuple[str, int]:
    """Language tag and density of a ResTable_config."""
    (size,) = struct.unpack_from("<I", data, at)
    language = _language(data[at + 8 : at + 10], ord("a"))
    region = _language(data[at + 10 : at + 12], ord("0"))
    density = struct.unpack_from("<H", data, at + 14)[0] if size >= 16 else 0
    return (f"{language}-{region}" if region else language), density


def _language(packed: bytes, first: int) -> str:
    """Two ASCII letters, or three packed into five bits each (ResTable_config.unpackLanguageOrRegion)."""
    if len(packed) < 2 or not packed[0]:
        return ""
    if packed[0] & 0x80:
        codes = (packed[1] & 0x1F, (packed[1] & 0xE0) >> 5 | (packed[0] & 0x03) << 3, (packed[0] & 0x7C) >> 2)
        return "".join(chr(first + code) for code in codes)
    return packed.decode("ascii", "replace")
