"""The format of a bundle in constants, and the turning of events into lines and back.

docs/bundle.md says the same for readers in other languages.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Callable
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

from harness.errors import HarnessError
from harness.model import JOURNALS, Event, Fact, Gap

FORMAT = 1
FORMATS = range(1, FORMAT + 1)
"""All that are read and checked (migrations.py)."""

MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"
PENDING = {MANIFEST: ".manifest.json", SIGNATURE: ".manifest.sig"}
"""The names under which both are written, before they are moved to their own."""

OBJECTS = "objects"
PARTIAL = "objects/.partial"
SAMPLE = "sample"
REPORT = "report"
REPORT_SIGNATURE = "report/report.sig"
CUSTODY = "custody.jsonl"
CUSTODY_SIGNATURE = "custody.sig"
REDACTION = "redaction.sig"
ATTACHMENTS = "attachments"
"""The folder of what people answered and attached later: the chain of custody lists its files, not the manifest."""
LATER = frozenset({CUSTODY, CUSTODY_SIGNATURE, REDACTION})
"""What is added to a bundle after it was sealed (docs/evidence.md)."""

PROXY_JOURNAL = "proxy.jsonl"
CONTINUES = "continues"
"""The fact of a run that goes on from another: bundle (its folder's name), path, manifest_sha256, scenarios (done there)."""
"""Gaps and facts of the proxy process: a journal has one writer, so they cannot go to gaps and run."""

MIXED: dict[str, dict[str, type[Event]]] = {PROXY_JOURNAL: {"gap": Gap, "fact": Fact}}
"""Journals whose lines are of several types; each line says which in `record`."""

PREFIXES: dict[str, str] = {name: kind.prefix for name, kind in JOURNALS.items()} | {PROXY_JOURNAL: "p"}
"""Journal -> the letter its ids begin with."""


class BundleError(HarnessError):
    """The bundle cannot be written or read."""

    exit_status = 2


def encode(event: Event, record: str | None = None) -> bytes:
    """The event as a line: UTF-8 JSON without spaces, ended by a line feed.

    A text with half a surrogate pair, which Java allows and UTF-8 does not, makes its line all ASCII.
    """
    fields = {"record": record, **vars(event)} if record else vars(event)
    try:
        return _WRITE(fields).encode("utf-8") + b"\n"
    except UnicodeEncodeError:
        return _WRITE_ASCII(fields).encode("ascii") + b"\n"


def _nested(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return vars(value)
    raise TypeError(f"{type(value).__name__} has no place in a journal")


_WRITE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_nested).encode
_WRITE_ASCII = json.JSONEncoder(separators=(",", ":"), allow_nan=False, default=_nested).encode


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and no choice left to the writer: equal data, equal bytes."""
    return json.dumps(value, sort_keys=True, ensure_ascii=True, indent=1, allow_nan=False).encode("ascii") + b"\n"


class Misfit(ValueError):
    """A line is JSON, but not a record of its journal."""


Decoder = Callable[[Any], Any]
E = TypeVar("E", bound=Event)


def decode(kind: type[E], line: Any, unknown: set[str]) -> E:
    """The record in `line`. Fields that this version does not know are left out and named in `unknown`."""
    decoded = _record(typing.cast(Any, kind))(line, unknown)  # a class is hashable; mypy sees its instances
    assert isinstance(decoded, kind)
    return decoded


@cache
def _record(kind: Any) -> Callable[[Any, set[str]], Any]:
    hints = typing.get_type_hints(kind)
    decoders: dict[str, Decoder] = {}
    required: set[str] = set()
    for part in dataclasses.fields(kind):
        decoders[part.name] = _decoder(hints[part.name])
        if part.default is dataclasses.MISSING and part.default_factory is dataclasses.MISSING:
            required.add(part.name)

    def build(line: Any, unknown: set[str]) -> Any:
        if not isinstance(line, dict):
            raise Misfit(f"an object was expected, not {type(line).__name__}")
        values: dict[str, Any] = {}
        for name, value in line.items():
            decoder = decoders.get(name)
            if decoder is None:
                unknown.add(f"{kind.__name__}.{name}")
                continue
            try:
                values[name] = decoder(value)
            except Misfit as bad:
                raise Misfit(f"{name}: {bad}") from bad
        if missing := required - values.keys():
            raise Misfit(f"{', '.join(sorted(missing))} missing")
        return kind(**values)

    return build


def _decoder(hint: Any) -> Decoder:
    origin = typing.get_origin(hint)
    if hint is Any:
        return _anything
    if origin in (types.UnionType, typing.Union):
        inner = [_decoder(arm) for arm in typing.get_args(hint) if arm is not types.NoneType]
        assert len(inner) == 1, f"only `X | None` is used in records, not {hint}"
        return lambda value: None if value is None else inner[0](value)
    if origin is list:
        return _list_of(_decoder(typing.get_args(hint)[0]), list)
    if origin is tuple:
        return _list_of(_decoder(typing.get_args(hint)[0]), tuple)
    if origin is dict:
        return _exactly(dict)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return _word_of(hint)
    if dataclasses.is_dataclass(hint):
        record = _record(typing.cast(Any, hint))
        return lambda value: record(value, set())
    return _exactly(hint)


def _anything(value: Any) -> Any:
    return value


def _exactly(kind: type) -> Decoder:
    def check(value: Any) -> Any:
        if type(value) is not kind:
            raise Misfit(f"{kind.__name__} was expected, not {type(value).__name__}")
        return value

    return check


def _list_of(inner: Decoder, kind: type) -> Decoder:
    def check(value: Any) -> Any:
        if not isinstance(value, list):
            raise Misfit(f"a list was expected, not {type(value).__name__}")
        return kind(inner(part) for part in value)

    return check


def _word_of(kind: type[StrEnum]) -> Decoder:
    def check(value: Any) -> Any:
        try:
            return kind(value)
        except ValueError as bad:
            raise Misfit(f"{value!r} is no {kind.__name__}") from bad

    return check
