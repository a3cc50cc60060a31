"""A bundle's files against their JSON Schemas."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema

from harness.bundle.schemas import all_schemas


def misfits(bundle: Path) -> list[str]:
    """Each line or file that does not fit, with why."""
    found = []
    for name, schema in all_schemas().items():
        stem = name.removesuffix(".schema.json")
        path = bundle / ("report" if stem == "report.sig" else "") / stem
        if path.exists():
            content = path.read_text("utf-8")
            checked = jsonschema.Draft202012Validator(schema)
            for number, text in enumerate(content.split("\n")[:-1] if stem.endswith(".jsonl") else [content], 1):
                found += [f"{stem} {number}: {error.message[:300]}" for error in checked.iter_errors(json.loads(text))]
    return found
