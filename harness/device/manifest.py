"""A compiled AndroidManifest.xml, read as Android reads it.

Attributes are named by resource id, not by the text in the string pool, because the system goes by the id and packers
change the text. apkInspector splits the chunks (it copes with the packers' tricks); its own XML is not used, as
it goes by the texts. Ids: android.R.attr of the platform (frameworks/base public-final.xml).
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass, field

from apkInspector.axml import ManifestStruct, XmlEndElement, XmlStartElement

_NAMES = {
    0x01010003: "name",
    0x01010006: "permission",
    0x0101000E: "enabled",
    0x0101000F: "debuggable",
    0x01010010: "exported",
    0x01010011: "process",
    0x01010018: "authorities",
    0x01010202: "targetActivity",
    0x0101020C: "minSdkVersion",
    0x0101021B: "versionCode",
    0x0101021C: "versionName",
    0x01010270: "targetSdkVersion",
    0x01010271: "maxSdkVersion",
    0x010104EC: "usesCleartextTraffic",
    0x01010527: "networkSecurityConfig",
    0x01010576: "versionCodeMajor",
}
_REFERENCE, _STRING, _BOOLEAN = 0x01, 0x03, 0x12
_DEPTH = 64


class BadManifest(Exception):
    """The manifest cannot be read; the message says why."""


@dataclass
class Element:
    tag: str
    attributes: dict[str, str | int | bool] = field(default_factory=dict)
    children: list[Element] = field(default_factory=list)

    def all(self, *tags: str) -> list[Element]:
        return [child for child in self.children if child.tag in tags]

    def text(self, name: str, default: str = "") -> str:
        value = self.attributes.get(name, default)
        return value if isinstance(value, str) else str(value)

    def number(self, name: str, default: int = 0) -> int:
        """A whole number, also where it was written as text; a codename of a preview counts as the default."""
        value = self.attributes.get(name, default)
        if isinstance(value, str):
            return int(value) if value.lstrip("-").isdigit() else default
        return int(value)


def parse_manifest(data: bytes) -> Element:
    """The `manifest` element, or BadManifest."""
    try:
        parsed = ManifestStruct.parse(io.BytesIO(data))
    except (struct.error, ValueError, IndexError, KeyError, TypeError, AttributeError, NotImplementedError) as error:
        raise BadManifest(f"its AndroidManifest.xml cannot be read ({type(error).__name__}: {error})") from error
    return _tree(parsed)


def _tree(parsed: ManifestStruct) -> Element:
    strings: list[str] = parsed.string_pool.string_list
    ids: list[int] = list(getattr(parsed.resource_map, "resids", None) or [])
    root = Element("")
    path = [root]
    for node in parsed.elements:
        if isinstance(node, XmlStartElement):
            element = Element(_string(strings, node.attrext[1]), _attributes(node, strings, ids))
            path[-1].children.append(element)
            path.append(element)
            if len(path) > _DEPTH:
                raise BadManifest(f"its AndroidManifest.xml is nested more than {_DEPTH} deep")
        elif isinstance(node, XmlEndElement) and len(path) > 1:
            path.pop()
    if not root.children or root.children[0].tag != "manifest":
        raise BadManifest("its AndroidManifest.xml has no manifest element")
    return root.children[0]


def _string(strings: list[str], index: int) -> str:
    return strings[index] if 0 <= index < len(strings) else ""


def _attributes(node: XmlStartElement, strings: list[str], ids: list[int]) -> dict[str, str | int | bool]:
    found: dict[str, str | int | bool] = {}
    for attribute in node.attributes:
        index = attribute.name_index
        known = _NAMES.get(ids[index]) if 0 <= index < len(ids) else None
        name = known or _string(strings, index)
        kind, value = attribute.typed_value_datatype, attribute.typed_value_data
        if kind == _STRING:
            found[name] = _string(strings, value)
        elif kind == _BOOLEAN:
            found[name] = value != 0
        elif kind == _REFERENCE:
            found[name] = f"@0x{value:08x}"
        else:
            found[name] = value if isinstance(value, int) else str(value)
    return found
