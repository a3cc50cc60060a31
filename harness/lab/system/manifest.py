"""Decodes a binary AndroidManifest.xml (or any compiled XML) into elements.

apkInspector reads the chunks, since it copes with the tampering seen in the wild. What it prints as text
is not used: an attribute is known by its resource id, as in Android, because obfuscators blank or
change the names.
"""

from __future__ import annotations

import io
import logging
import struct

from apkInspector.axml import ManifestStruct, XmlEndElement, XmlStartElement

from harness.lab.system.facts import Element
from harness.resource_table import TYPE_BOOLEAN, TYPE_REFERENCE, TYPE_STRING, ResourceTable, Value

# It speaks to the root logger, once for each odd chunk: half a million lines, where a manifest is made for it.
logging.getLogger().addFilter(lambda record: "apkInspector" not in record.pathname)

# frameworks/base core/res/res/values/public.xml, the attributes a manifest uses
ATTRIBUTES = {
    0x01010000: "theme",
    0x01010001: "label",
    0x01010002: "icon",
    0x01010003: "name",
    0x01010006: "permission",
    0x01010007: "readPermission",
    0x01010008: "writePermission",
    0x01010009: "protectionLevel",
    0x0101000A: "permissionGroup",
    0x0101000B: "sharedUserId",
    0x0101000C: "hasCode",
    0x0101000E: "enabled",
    0x0101000F: "debuggable",
    0x01010010: "exported",
    0x01010011: "process",
    0x01010012: "taskAffinity",
    0x01010017: "excludeFromRecents",
    0x01010018: "authorities",
    0x0101001A: "initOrder",
    0x0101001B: "grantUriPermissions",
    0x0101001C: "priority",
    0x0101001D: "launchMode",
    0x0101001E: "screenOrientation",
    0x01010024: "value",
    0x01010025: "resource",
    0x01010026: "mimeType",
    0x01010027: "scheme",
    0x01010028: "host",
    0x01010029: "port",
    0x0101002A: "path",
    0x0101002B: "pathPrefix",
    0x0101002C: "pathPattern",
    0x01010202: "targetActivity",
    0x0101020C: "minSdkVersion",
    0x0101021B: "versionCode",
    0x0101021C: "versionName",
    0x0101022D: "noHistory",
    0x01010270: "targetSdkVersion",
    0x01010271: "maxSdkVersion",
    0x01010272: "testOnly",
    0x0101028E: "required",
    0x010103A9: "isolatedProcess",
    0x010104EC: "usesCleartextTraffic",
    0x01010527: "networkSecurityConfig",
    0x01010576: "versionCodeMajor",
    0x01010599: "foregroundServiceType",
    0x0101057A: "appComponentFactory",
    0x01010591: "isSplitRequired",
    0x0101064E: "requiredSplitTypes",
    0x0101064F: "splitTypes",
}
_BY_NAME = frozenset(("package", "split", "configForSplit"))
_FLOAT = 0x04
_MAX_STRINGS = 16 << 20  # characters of all strings together, which may lie over each other in the file


class BadManifest(ValueError):
    """The XML cannot be decoded."""


def decode_xml(data: bytes) -> Element:
    """The root element. Raises BadManifest."""
    try:
        _check_strings(data)
        document = ManifestStruct.parse(io.BytesIO(data))
        return _build(document)
    except (struct.error, LookupError, TypeError, AttributeError, ValueError, ArithmeticError, NotImplementedError) as fault:
        # the kinds of fault that apkInspector's struct reading lets through on damaged input
        raise BadManifest(f"the binary XML cannot be read: {fault}") from fault


def _check_strings(data: bytes) -> None:
    """apkInspector makes a text of each string, also where a million of them share the same bytes. Raises BadManifest."""
    flags, start = struct.unpack_from("<II", data, 24)
    count = min(start - 28, len(data)) // 4
    if count <= 0 or 36 + 4 * count > len(data):
        return  # it will say so itself
    total = 0
    for offset in struct.unpack_from(f"<{count}I", data, 36):
        at = start + offset + 8
        if flags & 1 << 8:
            total += data[at] if at < len(data) else 0
        elif at + 4 <= len(data):
            high, low = struct.unpack_from("<HH", data, at)
            size = (high & 0x7FFF) << 16 | low if high & 0x8000 else high
            total += min(size, (len(data) - at) // 2)
        if total > _MAX_STRINGS:
            raise BadManifest(f"its strings have more than {_MAX_STRINGS} characters")


def _build(document: ManifestStruct) -> Element:
    strings = document.string_pool.string_list
    ids = list(document.resource_map.resids) if document.resource_map else []
    top = Element("")
    open_elements = [top]
    for node in document.elements:
        if isinstance(node, XmlStartElement):
            element = Element(strings[node.attrext[1]], _attributes(node, strings, ids))
            open_elements[-1].children.append(element)
            open_elements.append(element)
        elif isinstance(node, XmlEndElement) and len(open_elements) > 1:
            open_elements.pop()
    if not top.children:
        raise BadManifest("the binary XML has no element")
    return top.children[0]


def _attributes(node: XmlStartElement, strings: list[str], ids: list[int]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for one in node.attributes:
        index = one.name_index
        written = strings[index] if index < len(strings) else ""
        name = ATTRIBUTES.get(ids[index]) if index < len(ids) else None
        if name is None:
            if index < len(ids) and ids[index] and written not in _BY_NAME:
                name = written or f"0x{ids[index]:08x}"
            else:
                name = written
        found.setdefault(name, _value(one, strings))
    return found


def _value(one: object, strings: list[str]) -> Value:
    kind: int = one.typed_value_datatype  # type: ignore[attr-defined]
    data = one.typed_value_data  # type: ignore[attr-defined]
    raw: int = one.raw_value_index  # type: ignore[attr-defined]
    if kind == TYPE_STRING:
        return Value(kind, data, strings[data] if data < len(strings) else "")
    text = strings[raw] if raw < len(strings) else ""
    return Value(kind, int(data) & 0xFFFFFFFF if kind != _FLOAT else 0, text)


class Reader:
    """Attribute values as Android would see them: references looked up, in one locale."""

    def __init__(self, table: ResourceTable | None, locale: str) -> None:
        self._table = table
        self._locale = locale

    def _resolve(self, element: Element, name: str) -> Value | None:
        value = element.attributes.get(name)
        if value is None or value.kind != TYPE_REFERENCE:
            return value
        return self._table.lookup(value.data, self._locale) if self._table else None

    def text(self, element: Element, name: str, default: str = "") -> str:
        """A string; numbers as decimal text. A reference that leads nowhere is the default."""
        value = self._resolve(element, name)
        if value is None:
            return default
        if value.kind == TYPE_STRING or value.text:
            return value.text
        if value.kind == TYPE_BOOLEAN:
            return "true" if value.data else "false"
        return str(_signed(value.data))

    def number(self, element: Element, name: str, default: int = 0) -> int:
        """An integer, also one that was written as a string."""
        value = self._resolve(element, name)
        if value is None:
            return default
        if value.kind == TYPE_STRING:
            digits = value.text.strip()
            return int(digits) if digits.lstrip("-").isdigit() else default
        return _signed(value.data)

    def flag(self, element: Element, name: str, default: bool = False) -> bool:
        """A boolean; "false" and "0" as strings are false."""
        value = self._resolve(element, name)
        if value is None:
            return default
        if value.kind == TYPE_STRING:
            return value.text.strip().lower() not in ("false", "0", "")
        return value.data != 0

    def has(self, element: Element, name: str) -> bool:
        """Whether the attribute is written at all."""
        return name in element.attributes

    def reference(self, element: Element, name: str) -> int:
        """The resource id that the attribute points to; 0 if it is no reference."""
        value = element.attributes.get(name)
        return value.data if value is not None and value.kind == TYPE_REFERENCE else 0


def _signed(word: int) -> int:
    return word - (1 << 32) if word & 0x80000000 else word
