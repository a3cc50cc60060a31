"""Where in a message something stands, in words: `body.events[0].props > base64 > json.device.imei`."""

from __future__ import annotations

import re

from harness.decoding.layer import Layer, as_key

_LOOKED_BACK = 400
_PATH_LIMIT = 1 << 20  # bytes of a text within which a path is worked out; beyond it the place is told in bytes
_DEEPEST = 100  # objects and lists one inside another; a path through more tells nobody anything
_KEY_SHOWN = 80  # letters of a key

# What stands before a value, read backwards from it, so that each form is tried at one place only. A piece of the value, its
# quote, earlier items of a list, then the sign and the name:  "key":  'key':  key=  <key>  key:
# What repeats in these gives nothing back once it is taken: commas, quotes and blanks can be shared out in 2^40 ways.
_ITEMS = rb"(?:[ \t]*+,[ \t]*+\"?+[^\"{}\[\]:=&<>,\n]{0,120}+\"?+){0,40}+(?:\s*[\[{]){0,4}\s*:\s*\"([^\"\\]{1,64})\""
_FORMS = tuple(
    re.compile(form)
    for form in (
        rb"[^\"{}\[\]&<>,\n]{0,200}+(?:,[^\"{}\[\]&<>,\n]{0,200}+){0,40}+\"" + _ITEMS,
        rb"(?:[^\":{}\[\]&<>,\n]|:(?!\s*\")){0,200}+" + _ITEMS,
        rb"[^'{}\[\]&<>\n]{0,200}'?\s*:\s*'([^'\\]{1,64})'",
        rb"[^=&\n\"'<>{}\x00-\x08]{0,200}[\"']?=([\w.\-\[\]%$:]{1,64}?)(?=[?&;,\n\s{(\x00-\x1f\"|\#@=]|$)",
        rb"[^<>]{0,200}>(?:[^<>]{0,200}\s)??([\w.:-]{1,64})<",
        rb"[^\n{}:=&<>,;|]{0,200}:[ \t]?([\w.-]{1,64})(?=[\s]*[\n{,;|\x00-\x1f]|$)",
    )
)


_IN_JSON = re.compile(rb"\"?[ \t]?:[ \t]?\"([^\"\\]{1,64})\"")  # what most values stand behind, also turned round


def key_at(data: bytes, start: int) -> str:
    """The name of the field whose value begins at or holds `start`, by what stands before it; "" where nothing does.

    It reads at most 400 bytes back, and knows the forms of JSON, forms and cookies, XML, and headers. The nearest counts.
    """
    if (match := _IN_JSON.match(data[max(0, start - 70) : start][::-1])) is not None:
        return _named(match[1])
    before = data[max(0, start - _LOOKED_BACK) : start][::-1]
    name, nearest = b"", _LOOKED_BACK + 1
    for form in _FORMS:
        match = form.match(before)
        if match is not None and match.start(1) < nearest:
            name, nearest = match[1], match.start(1)
    return _named(name)


def _named(turned: bytes) -> str:
    name = turned[::-1].strip()
    if name.startswith(b"/") or not name:
        return ""
    return as_key(name) or name.decode("utf-8", "replace")


_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[\]{},:]|[^\s\[\]{},:"]+', re.DOTALL)  # a text may be cut off


class JsonPlaces:
    """Where things stand in a JSON text. Places that are asked for one behind another cost one reading of it together."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._begin()

    def _begin(self) -> None:
        self._asked = 0
        self._tokens = _TOKEN.finditer(self._data)
        self._next = next(self._tokens, None)
        self._stack: list[list[object]] = []  # [kind, key or index, whether a key comes next]
        self._pending = ""
        self._broken = False

    def path(self, offset: int) -> str | None:
        """`$.a.b[2]`: where the byte stands; None where the text is no JSON up to there, or nests too deep."""
        if self._data[:1] not in (b"{", b"[") or offset > _PATH_LIMIT:
            return None
        if offset < self._asked:
            self._begin()
        self._asked = offset
        while self._next is not None and not self._broken and self._next.start() <= offset:
            token = self._next[0]
            if self._next.end() > offset and token[:1] not in b"{[,:":
                break
            self._read(token)
            self._next = next(self._tokens, None)
        if self._broken or len(self._stack) > _DEEPEST:
            return None
        path = "$"
        for kind, key, _ in self._stack:
            path += f"[{key}]" if kind == "[" else f".{key}" if re.fullmatch(r"[\w~-]+", str(key)) else f"[{str(key)!r}]"
        return path

    def _read(self, token: bytes) -> None:
        first, stack = token[:1], self._stack
        if first == b"{":
            stack.append(["{", "", True])
        elif first == b"[":
            stack.append(["[", 0, False])
        elif first in (b"}", b"]"):
            if stack:
                stack.pop()
            else:
                self._broken = True
        elif first == b"," and stack:
            top = stack[-1]
            if top[0] == "[":
                top[1] = int(str(top[1])) + 1
            else:
                top[2] = True
        elif first == b":" and stack and stack[-1][0] == "{":
            stack[-1][1], stack[-1][2] = self._pending, False
        elif stack and stack[-1][2]:
            self._pending = token.strip(b'"').decode("utf-8", "replace")[:_KEY_SHOWN]


def json_path(data: bytes, offset: int) -> str | None:
    return JsonPlaces(data).path(offset)


def place_in(layer: Layer, start: int) -> str:
    """Where in the layer a byte stands: the JSON path, else the field's name, else ""."""
    if layer.found.key and not layer.found.fields and start == 0:
        return ""
    if layer.text:
        places: JsonPlaces = layer.places or JsonPlaces(layer.data)
        layer.places = places
        if (path := places.path(start)) is not None:
            return path
    return key_at(layer.data, start)


def path_of(layer: Layer, start: int | None = None) -> str:
    """From the message's part to the layer, and on to the byte `start` of it."""
    words = [layer.root] if layer.parent is None else []
    for step in layer.steps():
        assert step.parent is not None
        if not words:
            words.append(step.root)
        place = step.found.path or step.found.key or (place_in(step.parent, step.found.start) if step.found.end else "")
        if place:
            words[-1] += f" {place}"
        words.append(step.decoder)
    if start is not None and (place := place_in(layer, start)):
        words[-1] += f" {place}"
    return " > ".join(words)
