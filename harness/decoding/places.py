"""Where in a message something stands, in words: `body.events[0].props > base64 > json.device.imei`."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TypeAlias

from harness.decoding.layer import Layer, as_key

_LOOKED_BACK = 400
_PATH_LIMIT = 1 << 20  # bytes of a text within which a path is worked out; beyond it the place is told in bytes
_DEEPEST = 100  # objects and lists one inside another; a path through more tells nobody anything
_KEY_SHOWN = 80  # letters of a key
_MARKED = 4096  # bytes of a JSON text from one place that is remembered to the next

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
        rb"[^\n{}:=&<>,;|]{0,200}(?<!//)(?<!/\\/\\):[ \t]?([\w.-]{1,64})(?=[\s]*[\n{,;|\x00-\x1f]|$)",  # no URL's scheme
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


# An object or a list: its kind, the key or index in it, whether a key comes next; and what it is inside of.
_Open: TypeAlias = "tuple[str, str | int, bool, _Open] | None"


class JsonPlaces:
    """Where things stand in a JSON text. It is read once, as far as is asked, and what is open is remembered every 4 KiB: from
    there each place is reached, in whatever order they are asked for."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._asked = 0
        self._tokens = _TOKEN.finditer(data)
        self._next = next(self._tokens, None)
        self._open: _Open = None
        self._depth = 0
        self._pending = ""
        self._broken = False
        self._starts: list[int] = []  # of the tokens at which it is remembered what is open
        self._marks: list[tuple[re.Match[bytes], _Open, int, str]] = []

    def path(self, offset: int) -> str | None:
        """`$.a.b[2]`: where the byte stands; None where the text is no JSON up to there, or nests too deep."""
        if self._data[:1] not in (b"{", b"[") or offset > _PATH_LIMIT:
            return None
        at = bisect_right(self._starts, offset) - 1  # the last place before this one that is remembered
        if at >= 0 and (offset < self._asked or self._next is None or self._starts[at] > self._next.start()):
            self._go_to(at)
        self._asked = offset
        while self._next is not None and not self._broken and self._next.start() <= offset:
            self._mark(self._next)
            token = self._next[0]
            if self._next.end() > offset and token[:1] not in b"{[,:":
                break
            self._read(token)
            self._next = next(self._tokens, None)
        if self._broken or self._depth > _DEEPEST:
            return None
        path, around = "", self._open
        while around is not None:
            kind, key, _, around = around
            path = (f"[{key}]" if kind == "[" else f".{key}" if _PLAIN_KEY.fullmatch(str(key)) else f"[{str(key)!r}]") + path
        return "$" + path

    def _mark(self, token: re.Match[bytes]) -> None:
        """A long token is remembered itself, so that it is not read again for each place in it."""
        if not self._starts or (token.start() > self._starts[-1] and token.end() >= self._starts[-1] + _MARKED):
            self._starts.append(token.start())
            self._marks.append((token, self._open, self._depth, self._pending))

    def _go_to(self, at: int) -> None:
        token, self._open, self._depth, self._pending = self._marks[at]
        self._next, self._broken = token, False
        self._tokens = _TOKEN.finditer(self._data, token.end())

    def _read(self, token: bytes) -> None:
        first, around = token[:1], self._open
        if first == b"{":
            self._open, self._depth = ("{", "", True, around), self._depth + 1
        elif first == b"[":
            self._open, self._depth = ("[", 0, False, around), self._depth + 1
        elif first in (b"}", b"]"):
            if around is None:
                self._broken = True
            else:
                self._open, self._depth = around[3], self._depth - 1
        elif around is not None:
            kind, key, key_next, outside = around
            if first == b",":
                self._open = (kind, int(key) + 1, False, outside) if kind == "[" else (kind, key, True, outside)
            elif first == b":" and kind == "{":
                self._open = (kind, self._pending, False, outside)
            elif first not in b",:" and key_next:
                self._pending = token.strip(b'"').decode("utf-8", "replace")[:_KEY_SHOWN]


_PLAIN_KEY = re.compile(r"[\w~-]+")


def json_path(data: bytes, offset: int) -> str | None:
    return JsonPlaces(data).path(offset)


_PATH = re.compile(rb"[a-z][a-z0-9+.-]{1,20}://[^/?#]*/(?:[^?#/]*/)*+", re.IGNORECASE)
_LONGEST_PATH = 4096
_SEGMENT_NAME = re.compile(rb"[A-Za-z][\w-]{0,39}")


def segment_key(layer: Layer, start: int) -> str | None:
    """In the path of the message's own URL the segment before, which is what names a value there: `user_id` of
    /user_id/837261. "" where that is no name; None where the place does not lie in such a path."""
    if layer.root != "url" or start > _LONGEST_PATH or any(one.decoder != "percent" or one.found.start for one in layer.steps()):
        return None
    match = _PATH.match(layer.data, 0, start)
    if match is None or b"?" in (rest := layer.data[match.end() : start]) or b"#" in rest:
        return None
    before = match[0].split(b"/")[-2] if match[0].count(b"/") > 3 else b""
    return before.decode() if _SEGMENT_NAME.fullmatch(before) else ""


def place_in(layer: Layer, start: int) -> str:
    """Where in the layer a byte stands: the JSON path, else the field's name, else ""."""
    if layer.found.key and not layer.found.fields and start == 0:
        return ""
    if layer.text:
        places: JsonPlaces = layer.places or JsonPlaces(layer.data)
        layer.places = places
        if (path := places.path(start)) is not None:
            return path
    named = segment_key(layer, start)
    return key_at(layer.data, start) if named is None else named


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
