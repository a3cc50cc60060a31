"""The JSON Schemas of a bundle (docs/schemas/bundle) take all that the harness writes, and refuse what its reader refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.bundle.format import Misfit, decode, encode
from harness.bundle.schemas import all_schemas
from harness.model import JOURNALS, Event
from tests.bundle.checked_lines import misfits
from tests.cli.command_line import violating_run

KEPT = Path(__file__).resolve().parents[2] / "docs" / "schemas" / "bundle"
SCHEMAS = all_schemas()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5,
)  # fmt: skip


def event(kind: type[Event]) -> st.SearchStrategy[Event]:
    free: dict[str, st.SearchStrategy[Any]] = {
        name: JSON for name in ("value", "arguments", "data", "detail") if name in kind.__annotations__}
    if "arguments" in free:
        free["arguments"] = st.lists(JSON, max_size=3)
    if kind.__name__ == "Gap":
        free.pop("detail")
    for name in free.keys() & {"data", "detail"}:
        free[name] = st.dictionaries(st.text(), JSON, max_size=3)
    return st.builds(kind, id=st.integers(1, 9).map(lambda n: f"{kind.prefix}{n}"), **free)


def test_the_kept_files_are_what_the_types_say() -> None:
    """`python -m harness.bundle.schemas docs/schemas/bundle` makes them."""
    assert {path.name: json.loads(path.read_text("utf-8")) for path in KEPT.iterdir()} == SCHEMAS


def test_each_is_a_schema() -> None:
    for schema in SCHEMAS.values():
        jsonschema.Draft202012Validator.check_schema(schema)


@settings(max_examples=60, deadline=None)
@pytest.mark.parametrize("journal", JOURNALS)
@given(data=st.data())
def test_whatever_is_written_fits_and_what_is_changed_is_judged_as_the_reader_does(journal: str, data: st.DataObject) -> None:
    kind = JOURNALS[journal]
    line: dict[str, Any] = json.loads(encode(data.draw(event(kind))))
    taken = jsonschema.Draft202012Validator(SCHEMAS[f"{journal}.schema.json"])
    taken.validate(line)
    name = data.draw(st.sampled_from(sorted(line.keys() - {"id"})))
    line[name] = data.draw(JSON)
    try:
        decode(kind, line, set())
    except Misfit:
        assert not taken.is_valid(line), (name, line[name])
    else:
        assert taken.is_valid(line), (name, line[name])


def test_all_of_a_sealed_bundle_fits(tmp_path: Path) -> None:
    assert misfits(violating_run(tmp_path / "run")) == []
