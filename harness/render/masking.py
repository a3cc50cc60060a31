"""Personal information made unreadable for whoever reads a report: the last signs of a value stay, so that two can be told apart.

A value is masked by its place (what a hooked call gave, what was found in a request) and by its text: whatever a hooked call
gave is looked for in all other texts, in the spellings and hashes that docs/report.md lists. In texts of requests every
value of a field is masked, known or not, since only the app knows what it put there.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any
from urllib.parse import quote, quote_plus, unquote

import ahocorasick_rs

from harness.matching.spellings import spellings
from harness.render.forms import cut, plain, visible
from harness.rules.sensitive import kinds
from harness.tables import Tables, columns_of
from harness.tables.marks import typed_texts
from harness.tables.values import PLACEHOLDERS

SIGN = "*"
WHOLE = 1 << 30
"""For a Masker's `length`: nothing is cut."""
_BEGIN, _END = "\ue000", "\ue001"  # around what is masked already, while a text is worked on
_MARKS = str.maketrans("", "", _BEGIN + _END)
_DONE = re.compile(f"({_BEGIN}[^{_END}]*{_END})")
FREE = frozenset({
    "device_model", "os_version", "device_info_other", "app_info", "network_type", "sensors", "nfc", "system_property", "region",
    "permission_request",
})  # fmt: skip
"""Kinds whose values say nothing of a person or of one device: shown, with what is personal in them masked."""
_CONTENT = frozenset({"crypto"})        # what was encrypted, hashed and signed: nobody knows what it is
_WIRE = frozenset({"http_write", "http_request", "socket", "web_view"})
_LONGEST = 2000     # signs of a value that are looked for as they are; of a longer one its beginning
_PIECE = 32
_REMEMBERED = 50_000_000    # signs of texts, with what is shown for them
_IN_ALL_FORMS = 2000  # values that are looked for in every form; later ones as they are
_MOST_LEAVES = 400  # texts of one value that are looked for elsewhere

_EMAIL = re.compile(r"[A-Za-z0-9._+-]{1,64}(?:@|%40)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_SURE = re.compile(
    r"(?<![0-9A-Za-z])(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}(?![0-9A-Za-z])"    # mobile numbers of the PRC
    r"|(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])\d{5}[\dXx](?![0-9A-Za-z])"    # identity cards
    r"|(?<![0-9A-Fa-f:])(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}(?![0-9A-Fa-f:])"      # MAC addresses
)
_LIKELY = re.compile(
    r"(?<![0-9A-Za-z])[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}(?![0-9A-Za-z])"  # UUIDs
    r"|(?<![0-9A-Za-z.])-?\d{1,3}\.\d{4,}(?![0-9A-Za-z])"                                  # coordinates
    r"|(?<![0-9A-Za-z])(?=[0-9A-Za-z_-]*\d)[0-9A-Za-z_-]{14,}(?:={1,2})?(?![0-9A-Za-z])"   # identifiers, digests, Base64
    r"|\d{7,}"
)
_TOKEN = re.compile(r"""[^\s"'=&;,{}\[\]()<>?|\\]+""")
_NAME = re.compile(r"[A-Za-z_$][\w.$\[\]-]{0,60}")
_KEPT = frozenset({"true", "false", "null", "none", "get", "post", "put", "http/1.1", "http/2", "https", "http"})
_CODE_NAME = re.compile(r"[a-z][a-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)+")
_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)} | dict.fromkeys(range(0xD800, 0xE000), 0xFFFD)
"""For searching: a letter's case does not matter, and half a surrogate pair, which no search takes, is a sign like any other."""


def masked(text: str) -> str:
    """A value as it is shown: an e-mail address keeps its first letter and its domain, a short name of another script than Latin
    its first sign, anything else its last signs, at most a third of it."""
    mail = _EMAIL.fullmatch(text)
    if mail:
        at = "@" if "@" in text else "%40"
        local, _, domain = text.partition(at)
        return f"{local[0]}{SIGN * max(3, len(local) - 1)}{at}{domain}"
    size = len(text)
    if 2 <= size <= 4 and not any(sign.isascii() for sign in text):
        return text[0] + SIGN * (size - 1)
    kept = 4 if size >= 12 else 3 if size >= 9 else 2 if size >= 6 else 0
    hidden = size - kept
    return SIGN * min(hidden, 24) + (text[-kept:] if kept else "")


def knowns(run: Tables) -> Iterator[tuple[str, Any]]:
    """(kind, value) of what is masked wherever it stands: what hooked calls gave, what was found of it in requests with what
    stood there, and what the suite typed for a person, wherever that went. Each once."""
    seen = set()
    gave = ((kind, value) for kind, value, outcome in columns_of(run.calls, "kind", "value", "outcome") if outcome == "value")
    left = ((kind, [value, matched]) for kind, value, matched in columns_of(run.sightings, "kind", "value", "matched"))
    for kind, value in chain(gave, left):
        key = (kind, value if isinstance(value, str) else repr(value))
        if key not in seen:
            seen.add(key)
            yield kind, value
    for text in typed_texts(run.facts):
        yield "user_content", text


class Masker:
    """`knowns`: (kind, value) of what hooked calls gave, personal or not; `spare`: texts that are no secret though a call gave
    them (the app's own package). With `on` false every method shows what it is given."""

    def __init__(self, knowns: Iterable[tuple[str, Any]], *, spare: Iterable[str] = (), on: bool = True) -> None:
        self.on = on
        self._seen: dict[tuple[str, str, int], str] = {}
        self._room = _REMEMBERED
        self._found: ahocorasick_rs.AhoCorasick | None = None
        if on:
            kept = {one.lower() for one in (*spare, *PLACEHOLDERS) if one}
            of_kind: dict[str, dict[str, None]] = {}
            for kind, value in knowns:
                if kind in kinds() and kind not in FREE:
                    of_kind.setdefault(kind, {}).update((text, None) for text in _leaves(value) if _worth(text, kept))
            texts = dict.fromkeys(text for found in sorted(of_kind.values(), key=len) for text in found)
            written = {form for at, text in enumerate(texts) for form in (forms(text) if at < _IN_ALL_FORMS else (text,))}
            written |= {piece for text in texts if len(text) > _PIECE for piece in _pieces(text)}
            patterns = sorted({visible(form).translate(_LOWER) for form in written if _worth(form, kept)})
            if patterns:
                self._found = ahocorasick_rs.AhoCorasick(patterns, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)

    def value(self, value: Any, length: int = 400) -> str:
        """A value that is personal by its place, of whatever shape: names of fields stay, what they hold does not."""
        if not self.on:
            return cut(value, length)
        return cut(_inside(value, 0), length)

    def text(self, text: Any, length: int = 400) -> str:
        """A text that may hold what a hooked call gave, an e-mail address, a telephone or identity number, a MAC address."""
        return self._kept("text", text, length)

    def loose(self, text: Any, length: int = 400) -> str:
        """The same, and whatever looks like an identifier: for arguments of calls and paths of requests."""
        return self._kept("loose", text, length)

    def wire(self, text: Any, length: int = 400) -> str:
        """A piece of a request or of an answer: names of fields stay, all values are masked."""
        return self._kept("wire", text, length)

    def url(self, url: Any, length: int = 300) -> str:
        """Scheme, host and path, in which what is known or looks like an identifier is masked; of the rest only names."""
        text = plain(url)
        if not self.on:
            return cut(text, length)
        head, mark, rest = _split(text)
        scheme, there, below = head.partition("://")
        host, slash, path = below.partition("/") if there else ("", "", head)
        user, at, host = host.rpartition("@")
        first = f"{scheme}{there}{'*' if user else ''}{at}{self.text(host)}{slash}" if there else ""
        return cut(f"{first}{'/'.join(self.loose(unquote(one)) for one in path.split('/'))}{mark}{self.wire(rest)}", length)

    def argument(self, kind: str, value: Any, length: int = 200) -> str:
        """An argument of a call of this kind."""
        if kind in _CONTENT:
            return self.value(value, length)
        return self.wire(value, length) if kind in _WIRE else self.loose(value, length)

    def returned(self, kind: str, value: Any, length: int = 400) -> str:
        """What a call of this kind gave."""
        if kind in _CONTENT or (kind in kinds() and kind not in FREE):
            return self.value(value, length)
        return self.wire(value, length) if kind in _WIRE else self.loose(value, length)

    def _kept(self, way: str, given: Any, length: int) -> str:
        early = (way, given, length) if type(given) is str else None
        if early is not None and (shown := self._seen.get(early)) is not None:
            return shown
        text = plain(given)
        if not self.on or not text:
            return cut(text, length)
        text = visible(text[:length + 400])  # a value that is cut at the end is looked for as a whole
        key = (way, text, length)
        found = self._seen.get(key)
        if found is None:
            done = self._shapes(self._known(text), likely=way != "text")
            if way == "wire":
                done = _fields(done)
            found = cut(done.translate(_MARKS), length)
            needed = len(text) + len(found) + (len(given) if early is not None else 0)
            if needed <= self._room:
                self._room -= needed
                self._seen[key] = found
                if early is not None:
                    self._seen[early] = found
        return found

    def _known(self, text: str) -> str:
        text = text.translate(_MARKS)
        if self._found is None:
            return text
        done, last = [], 0
        for _, start, end in self._found.find_matches_as_indexes(text.translate(_LOWER)):
            done += [text[last:start], _hold(text[start:end])]
            last = end
        return "".join([*done, text[last:]])

    def _shapes(self, text: str, *, likely: bool) -> str:
        text = _EMAIL.sub(lambda found: _hold(found[0]), text)
        text = _SURE.sub(lambda found: _hold(found[0]), text)
        return _LIKELY.sub(lambda found: _hold(found[0]), text) if likely else text

    def spots(self, texts: Iterable[tuple[str, tuple[int, int, int, int]]]) -> list[tuple[int, int, int, int]]:
        """Of (text, bounds) on a screen, the bounds of those that hold what is masked."""
        return [bounds for text, bounds in texts if self.on and text.strip() and self.text(text, 4000) != cut(text, 4000)]


def _hold(text: str) -> str:
    return f"{_BEGIN}{masked(text)}{_END}"


def _fields(text: str) -> str:
    """The names of fields in a piece of a request stay, everything else goes."""
    return "".join(piece if place % 2 else _values(piece, first=place == 0) for place, piece in enumerate(_DONE.split(text)))


def _values(text: str, *, first: bool) -> str:
    """The same of a piece in which nothing is masked yet. `first`: nothing stands before it."""
    done, last = [], 0
    for found in _TOKEN.finditer(text):
        token, after = found[0], text[found.end():found.end() + 8]
        done.append(text[last:found.start()])
        bare = not any(map(str.isalnum, token)) or token.lower() in _KEPT
        begins = found.start() == 0 and first
        done.append(token if bare or _is_name(token, text, found.start(), after, begins=begins) else _hold(token))
        last = found.end()
    return "".join([*done, text[last:]])


def _is_name(token: str, text: str, start: int, after: str, *, begins: bool) -> bool:
    bare = token.rstrip(":")
    if not _NAME.fullmatch(bare):
        return False
    if bare != token:  # `Name: value`, a line of a head, or {name: value}
        return begins or (start > 0 and text[start - 1] in "\r\n{,")
    return bool(re.match(r"""=|\\?["']\s*:""", after))


def _split(url: str) -> tuple[str, str, str]:
    """What stands before `?` or `#`, that sign, and the rest."""
    found = re.search(r"[?#]", url)
    return (url, "", "") if found is None else (url[:found.start()], found[0], url[found.end():])


def _inside(value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, (int, float)):
        return masked(str(value))
    if depth > 6:
        return SIGN * 3
    if isinstance(value, Mapping):
        return {visible(str(key)): one if _names_columns(key, one) else _inside(one, depth + 1)
                for key, one in list(value.items())[:50]}
    shown = [_inside(one, depth + 1) for one in list(value)[:3]]
    return [*shown, f"… {len(value)}"] if len(value) > 3 else shown


def _names_columns(key: object, value: Any) -> bool:
    """Whether it is the names of a cursor's columns, which are no values."""
    return key == "columns" and isinstance(value, list) and all(isinstance(one, str) and _NAME.fullmatch(one) for one in value)


def _leaves(value: Any) -> Iterator[str]:
    """The texts of a value that say something by themselves."""
    waiting, given = [value], 0
    while waiting and given < _MOST_LEAVES:
        one = waiting.pop()
        if isinstance(one, str):
            given += 1
            yield one[:_LONGEST]
        elif isinstance(one, bool) or one is None:
            continue
        elif isinstance(one, (int, float)):
            given += 1
            yield str(one)
        elif isinstance(one, Mapping):
            waiting += [inner for key, inner in one.items() if not _names_columns(key, inner)]
        elif isinstance(one, (list, tuple)):
            waiting += list(one)


def _pieces(text: str) -> Iterator[str]:
    """Of a long value its lines and, since a text that holds it may be cut, pieces of it."""
    yield from text.splitlines()
    for start in range(0, len(text), _PIECE):
        yield text[start:start + _PIECE]


def _worth(text: str, spare: set[str]) -> bool:
    """Whether a text is looked for everywhere. Short ones, names of code and of common words would be found where they mean
    something else; where they are values they are masked by their place."""
    bare = text.strip()
    if bare.lower() in spare or _CODE_NAME.fullmatch(bare) or bare.startswith("android."):
        return False
    if not bare.isascii():
        return len(bare) >= 2
    return len(bare) >= 6 and (any(c.isdigit() for c in bare) or len(bare) >= 8 or "@" in bare)


def forms(text: str) -> set[str]:
    """How a value may stand in a text: its spellings, encodings of these, and their digests in hexadecimal and Base64."""
    found = set(spellings(text)) if len(text) <= 200 else {text}
    found |= {text.upper(), text.lower()}
    for one in list(found):
        raw = one.encode("utf-8", "surrogatepass")
        found |= {quote(one, safe="", errors="replace"), quote_plus(one, errors="replace"), raw.hex()}
        for skipped in range(3):  # Base64 of it wherever it begins among groups of three bytes; its ends mix with what is beside
            code = base64.b64encode(b"\0" * skipped + raw).decode()
            core = code[(0, 2, 3)[skipped]:].rstrip("=")
            core = core[:-1] if (len(raw) + skipped) % 3 else core
            found |= {core, core.replace("+", "-").replace("/", "_")}
        if len(raw) <= 64:
            for name in ("md5", "sha1", "sha256"):
                digest = hashlib.new(name, raw, usedforsecurity=False).digest()
                found |= {digest.hex(), base64.b64encode(digest).decode().rstrip("=")}
    return found
