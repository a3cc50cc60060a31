"""Tables: as many rows as the bundle has, the same columns in CSV and Parquet, and no cell that acts."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.clauses import catalogue
from harness.render.bundle_tables import TABLES, cells
from harness.render.cells import LONGEST, for_csv, whole
from harness.render.columns import Column, Type
from harness.render.forms import visible
from harness.render.machine import Machine
from harness.render.table_files import PACKAGE, files
from harness.render.tables_page import page
from harness.rules.analysis import Analysis
from tests.render import hostile_run

ROOT = Path(__file__).resolve().parents[2]
TEXT = Column("text", Type.STRING, "")
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
Of = Callable[..., Machine]
csv.field_size_limit(1 << 24)


def in_csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.fixture(scope="module", params=[False, True], ids=["masked", "unmasked"])
def both(request: pytest.FixtureRequest, hostile: Analysis, of: Of) -> tuple[Machine, dict[str, bytes], dict[str, bytes]]:
    machine = of(hostile, unmask=request.param)
    return machine, dict(files(machine, "csv")), dict(files(machine, "parquet"))


def test_rows_are_as_many_as_the_bundle_has(both: tuple[Machine, dict[str, bytes], dict[str, bytes]]) -> None:
    machine, as_csv, as_parquet = both
    run = machine.run
    expected = {
        name: len(getattr(run, name))
        for name in ("calls", "flows", "screens", "steps", "stages", "gaps", "sightings", "shared", "stacks",
                     "prompts", "marks", "typed")
    } | {
        "verdicts": len(machine.analysis.verdicts), "clauses": len(catalogue()), "texts": len(run.app_texts),
        "hooks": sum(fact.type == "hook" for fact in run.facts),
    }  # fmt: skip
    assert (expected["calls"], expected["flows"], expected["screens"], expected["steps"]) == (5, 5, 1, 3)
    assert expected["shared"] > 0
    for name, count in expected.items():
        assert len(in_csv(as_csv[f"{name}.csv"])) == count, name
        assert pq.read_table(io.BytesIO(as_parquet[f"{name}.parquet"])).num_rows == count, name


def test_both_kinds_have_the_same_columns_and_say_the_same(both: tuple[Machine, dict[str, bytes], dict[str, bytes]]) -> None:
    _, as_csv, as_parquet = both
    for table in TABLES:
        names = [column.name for column in table.columns]
        rows = in_csv(as_csv[f"{table.name}.csv"])
        parquet = pq.read_table(io.BytesIO(as_parquet[f"{table.name}.parquet"]))
        assert parquet.column_names == names
        assert as_csv[f"{table.name}.csv"].decode("utf-8-sig").splitlines()[0] == ",".join(names)
        frame = parquet.to_pylist() if not any(c.type is Type.DATETIME for c in table.columns) else _with_ns(parquet)
        for row, other in zip(rows, frame, strict=True):
            for column in table.columns:
                assert row[column.name] == for_csv(column, other[column.name]), (table.name, column.name)


def _with_ns(parquet: Any) -> list[dict[str, Any]]:
    """Rows with times as ns, which Python's own datetime cannot hold."""
    import pyarrow as pa

    for number, field in enumerate(parquet.schema):
        if pa.types.is_timestamp(field.type):
            parquet = parquet.set_column(number, field.name, parquet.column(number).cast(pa.int64()))
    rows: list[dict[str, Any]] = parquet.to_pylist()
    return rows


def test_parquet_unmasked_has_what_was_recorded(hostile: Analysis, of: Of) -> None:
    content = dict(files(of(hostile, unmask=True), "parquet"))
    calls = pq.read_table(io.BytesIO(content["calls.parquet"])).to_pandas()
    assert json.loads(calls["value"][1]) == hostile_run.IMEI
    assert json.loads(calls["value"][2]) == hostile_run.LONG
    assert calls["method"][3] == whole(hostile_run.ALL)
    assert calls["time"][0] == pd.Timestamp(hostile_run.T0 + 2, unit="ns", tz="UTC")
    assert "\u202e" in calls["method"][3]


def test_what_is_personal_is_masked_in_every_table(hostile: Analysis, of: Of) -> None:
    machine = of(hostile)
    for table in TABLES:
        for row in cells(machine, table):
            for column, value in zip(table.columns, row, strict=True):
                for secret in (hostile_run.IMEI, hostile_run.SSID, hostile_run.TOKEN):
                    assert secret not in str(value), (table.name, column.name)


def test_csv_has_no_formula_and_nothing_unseen_and_fits_a_cell(both: tuple[Machine, dict[str, bytes], dict[str, bytes]]) -> None:
    machine, as_csv, _ = both
    for table in TABLES:
        content = as_csv[f"{table.name}.csv"]
        assert content.startswith(b"\xef\xbb\xbf")
        for row in in_csv(content):
            for name, value in row.items():
                assert not value.startswith(STARTS), (table.name, name)
                assert visible(value) == value
                assert len(value) <= LONGEST
    texts = [row["value"] for row in in_csv(as_csv["calls.csv"])] + [row["texts"] for row in in_csv(as_csv["screens.csv"])]
    assert machine.mask.on or any("…[cut: 1048" in text and text.endswith("whole in Parquet]") for text in texts)


@given(
    st.text(st.characters(codec=None, exclude_categories=()))
    | st.sampled_from(STARTS).flatmap(lambda start: st.text().map(lambda rest: start + rest))
)
def test_no_text_is_a_formula_in_csv_and_every_text_comes_back(text: str) -> None:
    cell = for_csv(TEXT, text)
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([cell, "end"])
    [[read, end]] = csv.reader(io.StringIO(out.getvalue().encode("utf-8").decode("utf-8"), newline=""))
    assert (read, end) == (cell, "end")
    assert not cell.startswith(STARTS)
    assert visible(cell) == cell
    if len(text) < 1000:
        assert cell.removeprefix("'") == visible(text) or cell == visible(text)


@given(st.text(st.characters(codec=None, exclude_categories=())))
def test_parquet_takes_any_text_and_changes_only_halves_of_pairs(text: str) -> None:
    kept = whole(text)
    kept.encode("utf-8")
    if not any("\ud800" <= sign <= "\udfff" for sign in text):
        assert kept == text


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_the_data_package_describes_each_file(hostile: Analysis, of: Of, kind: str) -> None:
    content = dict(files(of(hostile), kind))
    package = json.loads(content[PACKAGE])
    assert {one["path"] for one in package["resources"]} == set(content) - {PACKAGE}
    assert package["masked"] is True
    for one in package["resources"]:
        assert one["bytes"] == len(content[one["path"]])
        assert one["hash"] == f"sha256:{hashlib.sha256(content[one['path']]).hexdigest()}"
        assert all(field["description"] and field["type"] for field in one["schema"]["fields"])


def test_parquet_says_what_its_columns_mean(hostile: Analysis, of: Of) -> None:
    content = dict(files(of(hostile), "parquet"))
    for table in TABLES:
        schema = pq.read_schema(io.BytesIO(content[f"{table.name}.parquet"]))
        assert {field.name: field.metadata[b"description"].decode() for field in schema} == {
            c.name: c.about for c in table.columns
        }


def test_the_page_of_tables_is_made_from_them() -> None:
    assert (ROOT / "docs" / "tables.md").read_text("utf-8") == page(), (
        "make it anew: python -m harness.render.tables_page > docs/tables.md"
    )
