"""What the place of a hit is called: its field, and the object around it."""

from __future__ import annotations

import re

from harness.decoding import Layer, key_at
from harness.decoding.places import segment_key

_LOOKED_BACK = 2000
_BRACES = 100  # that are passed on the way back
_LONGEST = 200  # bytes of a header's name
_PAIR = 120  # bytes
_OF_NAME = rb'"(?:k|key|n|name|field|fieldname|attr|attribute|property|propertyname|param|id|code|type)"\s?:\s?"([^"\\]{1,64})"'
_OF_VALUE = (
    rb'"(?:v|val|value|fieldvalue|data|string_?value)"\s?:\s?(?:\{\s?"(?:string|int|double)?_?value"\s?:\s?)?"?'
)
# Names of fields that hold any value.
VALUES = frozenset({"v", "val", "value", "fieldvalue", "data", "stringvalue", "intvalue", "doublevalue"})
_NAME_FIRST = re.compile(rb"[{,]\s?" + _OF_NAME + rb"\s?,\s?" + _OF_VALUE + rb"\Z", re.IGNORECASE)
_VALUE_FIRST = re.compile(rb"\{\s?" + _OF_VALUE + rb"\Z", re.IGNORECASE)
_NAME_BEHIND = re.compile(rb'[^"\\{}\[\],]{1,64}"?\s?,\s?' + _OF_NAME + rb"\s?[,}]", re.IGNORECASE)
_OPENED = re.compile(rb'"([^"\\]{1,64})"\s*:\s*\[?\s*$')


def key_of(layer: Layer, start: int) -> str:
    """The name of the field at a place; where nothing in the layer names it, the name of the field that the layer was the
    value of."""
    if layer.root == "headers" and _still_lines(layer):
        return _header(layer.data, start)
    if (named := segment_key(layer, start)) is not None:
        return named
    return key_at(layer.data, start) or inherited(layer)


def paired(data: bytes, start: int) -> str:
    """The name that stands in a field of its own beside the value's, in one object: `gender` of {"k":"gender","v":"female"}, in
    either order; "" where there is none. `start`: where the value begins."""
    if (match := _NAME_FIRST.search(data, max(0, start - _PAIR), start)) is None:
        if _VALUE_FIRST.search(data, max(0, start - 24), start) is None:
            return ""
        match = _NAME_BEHIND.match(data, start)
    return match[1].decode("utf-8", "replace") if match else ""


def is_segment(layer: Layer, start: int, end: int) -> bool:
    """Whether it is a whole segment of the path of the message's URL."""
    data = layer.data
    if layer.root != "url" or data[start - 1 : start] != b"/" or data[end : end + 1] not in (b"", b"/", b"?", b"#"):
        return False
    return b"/" not in data[start:end] and segment_key(layer, start) is not None


def _still_lines(layer: Layer) -> bool:
    """Whether the layer is the headers as they are, or with the escapes inside them undone."""
    return layer.parent is None or (layer.encodings == ("percent",) and layer.parent.parent is None)


def _header(data: bytes, start: int) -> str:
    """The header's name, or the name inside it where it is a list of such, as cookies are."""
    begun = data.rfind(b"\n", 0, start) + 1
    name = data[begun : min(start, begun + _LONGEST)].partition(b":")[0].decode("utf-8", "replace")
    if b"=" in data[begun:start] or b'":' in data[begun:start]:
        return key_at(data[begun:], start - begun) or name
    return name


def inherited(layer: Layer) -> str:
    """The name of the field that the layer, or one that it is inside of, was the value of."""
    if layer.parent is None:
        return ""
    if layer.found.key:
        return layer.found.key
    return key_of(layer.parent, layer.found.start) if layer.found.end else inherited(layer.parent)


def object_of(layer: Layer, start: int) -> str:
    """The name of the JSON object that holds the field at a place; "" where there is none, or none in sight."""
    data = layer.data
    depth, at = 0, start
    least = max(0, start - _LOOKED_BACK)
    for _ in range(_BRACES):
        if at <= least:
            break
        at = max(data.rfind(b"{", least, at), data.rfind(b"}", least, at))
        if at < 0:
            return ""
        if data[at] == 125:
            depth += 1
        elif depth:
            depth -= 1
        else:
            match = _OPENED.search(data[max(0, at - 80) : at])
            return match[1].decode("utf-8", "replace") if match else ""
    return ""
