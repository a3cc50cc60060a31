"""Names of fields: what stands in a field called `gpsLat`, and whether that is where a value was to be expected."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, lru_cache

import yaml

from harness.resources import resource

_NO_NAME = re.compile(r"[^0-9a-z\u4e00-\u9fff]+")
_ASIDE = re.compile(r"[(（\[].*?[)）\]]")    # what somebody added in brackets: "GPS (lat,lon)"
_NUMBERED = re.compile(r"[a-z]{0,3}\d{1,4}")  # names such as 17, A17, k2
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
# Names that say nothing of what stands in the field: neither for a value nor against it.
_EMPTY = frozenset({
    "", "v", "value", "val", "data", "d", "k", "key", "id", "info", "param", "params", "p", "q", "s", "t", "n", "c", "a", "b",
    "e", "f", "i", "x", "y", "z", "content", "body", "payload", "attr", "attrs", "attribute", "attributes", "properties",
    "property", "props", "args", "arg", "string", "text", "str", "msg", "message", "list", "items", "item", "extra", "ext",
    "custom", "context", "raw", "field", "fields", "object", "user", "device", "event", "events", "cookie", "result", "record",
    "records", "row", "array", "dimension", "values", "label", "el", "ev",
})  # fmt: skip


@dataclass(frozen=True)
class Field:
    id: str
    kind: str
    names: frozenset[str]


class Agreement(IntEnum):
    """How well a field's name fits a value: AGAINST, where the name says that something else stands there."""

    AGAINST = -2
    OTHER = -1  # a word that is known for nothing here
    UNKNOWN = 0  # no name, or one that says nothing
    LIKELY = 1
    NAMED = 2


@cache
def fields() -> Mapping[str, Field]:
    """hooks/keys.yaml, by id."""
    told: dict[str, dict[str, object]] = yaml.safe_load(resource("hooks", "keys.yaml").read_text("utf-8"))
    return {i: Field(i, str(f["kind"]), frozenset(map(bare, f["names"]))) for i, f in told.items()}  # type: ignore[call-overload]


@cache
def _by_name() -> Mapping[str, frozenset[str]]:
    """Bare name -> the fields that may stand under it."""
    found: dict[str, set[str]] = {}
    for field in fields().values():
        for name in field.names:
            found.setdefault(name, set()).add(field.id)
    return {name: frozenset(ids) for name, ids in found.items()}


@lru_cache(maxsize=65536)
def bare(name: str) -> str:
    """`X-Android_ID` -> `xandroidid`."""
    return _NO_NAME.sub("", name.lower())


@lru_cache(maxsize=65536)
def words(name: str) -> frozenset[str]:
    """`screenWidth` -> {screen, width}."""
    return frozenset(word.lower() for word in _WORDS.findall(name))


@lru_cache(maxsize=65536)
def field_of(name: str, value: str = "") -> str:
    """What a name stands for, by its whole, else by its longest part that is a field's own name: `userGpsLatitude` is a latitude.

    `value` helps where a name is used for two things: a region may be a province, or a country's code.
    """
    found = _field_of(name)
    by_shape = _BY_SHAPE.get(found)
    return by_shape(value) if value and by_shape else found


def _field_of(name: str) -> str:
    whole = bare(_ASIDE.sub("", name)) or bare(name)
    for field in fields().values():
        if whole in (bare(field.id), bare(field.id) + "s"):
            return field.id
    exact = [f for f in fields().values() if whole in f.names]
    if exact:
        return min(exact, key=lambda f: (len(f.names), f.id)).id
    best = ("", "")
    for field in fields().values():
        for candidate in (bare(field.id), *field.names):
            least = 4 if candidate.isascii() else 2
            if len(candidate) >= least and candidate in whole and len(candidate) > len(best[0]):
                best = (candidate, field.id)
    return best[1]


_CODE = re.compile(r"[A-Za-z]{2}")
_BY_SHAPE: dict[str, Callable[[str], str]] = {
    "carrier": lambda value: "mcc_mnc" if value.isdecimal() and len(value) in (5, 6) else "carrier",
    "mcc": lambda value: "mcc_mnc" if value.isdecimal() and len(value) in (5, 6) else "mcc",
    "province": lambda value: "country" if _CODE.fullmatch(value) else "province",
    "country": lambda value: "country" if len(value) <= 3 or value[:1].isupper() else "language",
}


@lru_cache(maxsize=65536)
def agreement(field: str, name: str, key: str) -> Agreement:
    """Whether `key` is where a value that is called `name`, and is a `field`, was to be expected."""
    where = bare(key)
    if where == bare(name) and where not in _EMPTY:
        return Agreement.NAMED
    known = fields().get(field)
    if known is not None and where in known.names:
        return Agreement.NAMED
    said, meant = words(key), words(name) | (words(field) if field else frozenset())
    strong = {w for w in said & meant if len(w) >= 3 and w not in _EMPTY}
    if strong and (said <= meant or words(name) <= said):
        return Agreement.NAMED
    if known is not None and any(len(n) >= 4 and n in where for n in known.names):
        return Agreement.LIKELY
    if strong:
        return Agreement.LIKELY
    if known is not None and len(said) > 1 and said & known.names:
        return Agreement.LIKELY
    if where in _EMPTY or _NUMBERED.fullmatch(where) or (len(where) <= 3 and where not in _by_name()):
        return Agreement.UNKNOWN
    others = _by_name().get(where)
    if not others:
        return Agreement.OTHER
    kin = known is not None and any(fields()[other].kind == known.kind for other in others)
    return Agreement.UNKNOWN if kin or field in others else Agreement.AGAINST


# What stands in objects of these names is not the device's: a version in `sdk` is the SDK's.
_OTHERS_OBJECTS = frozenset({
    "sdk", "library", "lib", "libs", "plugin", "engine", "browser", "webview", "product", "products", "item", "goods",
    "filter", "filters", "contentitems", "ad", "ads", "creative", "video", "image", "images", "page", "mbox", "mboxes",
    "query", "search", "dependency", "dependencies", "versions", "framework", "runtime", "template", "order", "coupon",
    "banner", "font", "music", "audio",
})  # fmt: skip


@lru_cache(maxsize=65536)
def in_object(parent: str, key: str, field: str, found: Agreement) -> Agreement:
    """The agreement, with the name of the object around the field in mind: `sdk.version` is no version of the app."""
    around = bare(parent)
    known = fields().get(field)
    if known is not None and around + bare(key) in known.names:
        return Agreement.NAMED
    if around in _OTHERS_OBJECTS and found > Agreement.AGAINST and bare(key) not in _SURE_NAMES:
        return Agreement.AGAINST
    return found


@lru_cache(maxsize=65536)
def object_matters(key: str, field: str, found: Agreement) -> bool:
    """Whether the name of the object around the field could make a difference, so that it is worth being looked for."""
    known = fields().get(field)
    return found > Agreement.OTHER or (known is not None and any(name.endswith(bare(key)) for name in known.names))


_SURE_NAMES = frozenset({"imei", "oaid", "androidid", "idfa", "gaid", "useragent", "ua", "osversion", "os", "appversion"})
