"""JSON Schemas (2020-12) of all JSON in a bundle, for readers in other languages; those of records are made from the types in
harness/model/events.py and their comments. `python -m harness.bundle.schemas FOLDER` writes them (docs/schemas/bundle)."""

from __future__ import annotations

import dataclasses
import inspect
import json
import re
import sys
import types
import typing
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from harness.bundle.custody import HEAD, VOUCHED, Action
from harness.bundle.format import FORMAT, MIXED, PREFIXES
from harness.bundle.manifest import VOUCHED as SEALED
from harness.bundle.report import VOUCHED as REPORTED
from harness.bundle.signed import ALGORITHM, COMMON
from harness.bundle.verify import REDACTED
from harness.model import JOURNALS, Event

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NULL: dict[str, Any] = {"type": "null"}
_PLAIN: dict[Any, dict[str, Any]] = {
    str: {"type": "string"}, int: {"type": "integer"}, bool: {"type": "boolean"}, Any: {},
}
_COMMENT = re.compile(r"^    (\w+): .*?#\s*(.+)$", re.M)
_HEX = {"type": "string", "pattern": "^([0-9a-f]{2})*$"}
_SHA256 = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
_HASHED = {
    "path": {"type": "string", "minLength": 1}, "bytes": {"type": "integer", "minimum": 0},
    "hash": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
}  # fmt: skip


def all_schemas() -> dict[str, dict[str, Any]]:
    """File name -> schema. A journal's schema is that of one of its lines."""
    found = {f"{journal}.schema.json": _line(journal, kind) for journal, kind in JOURNALS.items()}
    found |= {f"{journal}.schema.json": _mixed(journal, kinds) for journal, kinds in MIXED.items()}
    found["manifest.json.schema.json"] = _manifest()
    for name, vouched, title in (
        ("manifest.sig", SEALED, "who sealed the bundle"), ("custody.sig", HEAD, "where its chain of custody ends"),
        ("redaction.sig", REDACTED, "what a redacted copy lacks"), ("report.sig", REPORTED, "who made the report"),
        ("custody.jsonl", VOUCHED, "one entry of the chain of custody"),
    ):
        found[f"{name}.schema.json"] = _signed(name, vouched, title)
    return found


def schema_of(hint: Any) -> dict[str, Any]:
    """Of a type as records have them: a dataclass, a word, X | None, list, tuple, dict, or plain."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return {"anyOf": [schema_of(arm) if arm is not types.NoneType else _NULL for arm in inner]}
    if origin is list:
        return {"type": "array", "items": schema_of(inner[0])}
    if origin is tuple:
        return {"type": "array", "items": schema_of(inner[0]), "minItems": len(inner), "maxItems": len(inner)}
    if origin is dict:
        return {"type": "object"}
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {"enum": [str(word) for word in hint]}
    if dataclasses.is_dataclass(hint):
        return _record(typing.cast(type, hint))
    return dict(_PLAIN[hint])


def _record(kind: type) -> dict[str, Any]:
    """A reader leaves out fields that it does not know, so others are allowed."""
    hints = typing.get_type_hints(kind)
    comments = {name: told for base in reversed(kind.__mro__) if dataclasses.is_dataclass(base)
                for name, told in _COMMENT.findall(inspect.getsource(base))}
    properties: dict[str, Any] = {}
    required = []
    for part in dataclasses.fields(kind):
        told = {"description": comments[part.name]} if part.name in comments else {}
        properties[part.name] = schema_of(hints[part.name]) | told
        if part.default is dataclasses.MISSING and part.default_factory is dataclasses.MISSING:
            required.append(part.name)
    return {"type": "object", "required": required, "properties": properties,
            "description": " ".join(inspect.cleandoc(kind.__doc__ or "").split())}


def _line(journal: str, kind: type[Event]) -> dict[str, Any]:
    record = _record(kind)
    record["properties"]["id"]["pattern"] = f"^{PREFIXES[journal]}[1-9][0-9]*$"
    record["required"] = ["id", *record["required"]]
    return {"$schema": _DIALECT, "title": f"a line of {journal}, bundle format {FORMAT}", **record}


def _mixed(journal: str, kinds: dict[str, type[Event]]) -> dict[str, Any]:
    """Lines of several types; `record` says which."""
    arms = []
    for word, kind in kinds.items():
        record = _record(kind)
        record["properties"] |= {"record": {"const": word}}
        record["properties"]["id"]["pattern"] = f"^{PREFIXES[journal]}[1-9][0-9]*$"
        arms.append({**record, "required": ["id", "record", *record["required"]]})
    return {"$schema": _DIALECT, "title": f"a line of {journal}, bundle format {FORMAT}", "oneOf": arms}


def _manifest() -> dict[str, Any]:
    cut = {"type": "object", "required": ["bytes", "hash"], "properties": {key: _HASHED[key] for key in ("bytes", "hash")}}
    resource = {
        "type": "object", "required": list(_HASHED), "additionalProperties": False, "properties": _HASHED | {"redacted": cut}}
    return {
        "$schema": _DIALECT, "title": f"manifest.json, bundle format {FORMAT}", "type": "object",
        "required": ["profile", "format", "resources"],
        "properties": {
            "profile": {"const": "data-package"}, "format": {"const": FORMAT}, "custody": {"type": "boolean"},
            "resources": {"type": "array", "items": resource},
        },
        "additionalProperties": False,
    }  # fmt: skip


_FIELDS: dict[str, dict[str, Any]] = {
    "algorithm": {"const": ALGORITHM}, "created": _TIME, "format": {"const": FORMAT}, "software": {"type": "string"},
    "public_key": _SHA256 | {"description": "the raw key, 32 bytes"},
    "signature": _HEX | {"minLength": 128, "maxLength": 128, "description": "over the canonical JSON of all other fields"},
    "manifest_sha256": _SHA256, "head": _SHA256 | {"description": "of the last line of custody.jsonl"},
    "entries": {"type": "integer", "minimum": 1}, "entry": {"type": "integer", "minimum": 1}, "previous": _SHA256,
    "action": {"enum": [str(action) for action in Action]}, "by": {"type": "string"}, "note": {"type": "string"},
    "data": {"type": "object"},
    "files": {"type": "array", "items": {"type": "object", "required": list(_HASHED), "properties": _HASHED}},
    "cut": {"type": "array", "items": {"type": "string"}}, "removed": {"type": "array", "items": {"type": "string"}},
}  # fmt: skip


def _signed(name: str, vouched: Sequence[str], title: str) -> dict[str, Any]:
    keys = sorted((*COMMON, *vouched, "signature"))
    return {"$schema": _DIALECT, "title": f"{name}: {title}, bundle format {FORMAT}", "type": "object", "required": keys,
            "properties": {key: _FIELDS[key] for key in keys}, "additionalProperties": False}


def write(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in all_schemas().items():
        (folder / name).write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
