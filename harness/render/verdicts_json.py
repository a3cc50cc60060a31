"""The verdicts of a bundle as JSON: what `harness analyze --json` prints, masked unless asked for as it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from harness.render.machine import Machine, shown
from harness.render.masking import WHOLE
from harness.rules.analysis import as_json

_IDS = frozenset({
    "bundle", "bundles", "rule", "clauses", "verdict", "grade", "evidence", "gaps", "key", "id", "from", "to", "flows", "calls",
    "read_by", "opened_by", "screen", "sha256",
})  # fmt: skip
"""Keys whose values are no text of an app: left as they are."""


def write(machine: Machine) -> bytes:
    """UTF-8 JSON of docs/schemas/analyze.schema.json."""
    document = as_json(machine.analysis) | {"integrity": str(machine.integrity.status)}
    if machine.mask.on:
        document = {key: _masked(machine, key, value) for key, value in document.items()}
    return (json.dumps(shown(document), ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _masked(machine: Machine, key: str, value: Any) -> Any:
    if key in _IDS and not isinstance(value, Mapping) and not _rows(value):
        return value
    if key == "value":
        return machine.mask.value(value, WHOLE)
    if isinstance(value, Mapping):
        return {name: _masked(machine, name, one) for name, one in value.items()}
    if isinstance(value, list):
        return [_masked(machine, key, one) for one in value]
    return machine.text(value) if isinstance(value, str) else value


def _rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)
