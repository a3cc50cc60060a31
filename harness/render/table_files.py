"""The tables of a bundle as files: CSV for spreadsheets, Parquet for programs, and a data package that describes both."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from harness import __version__
from harness.render.bundle_tables import TABLES, Table, cells
from harness.render.cells import for_csv
from harness.render.columns import Type
from harness.render.machine import Machine

PACKAGE = "datapackage.json"
_ARROW = {
    Type.STRING: pa.string(), Type.JSON: pa.string(), Type.INTEGER: pa.int64(), Type.BOOLEAN: pa.bool_(),
    Type.DATETIME: pa.timestamp("ns", tz="UTC"),
}  # fmt: skip
_MEDIA = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}


def files(machine: Machine, kind: str) -> Iterator[tuple[str, bytes]]:
    """(name, content) of each table's file and, last, of datapackage.json. `kind`: csv or parquet."""
    described = []
    for table in TABLES:
        rows = list(cells(machine, table))
        content = as_csv(table, rows) if kind == "csv" else as_parquet(table, rows)
        path = f"{table.name}.{kind}"
        described.append(_resource(table, path, kind, content, len(rows)))
        yield path, content
    package = {
        "name": f"{machine.run.package or 'bundle'}-tables".lower(),
        "title": f"Tables of the bundle {machine.analysis.bundle.resolve().name}",
        "created": machine.made.isoformat(timespec="seconds"),
        "software": f"privacy-harness {__version__}",
        "masked": machine.mask.on,
        "resources": described,
    }
    yield PACKAGE, (json.dumps(package, ensure_ascii=True, indent=1) + "\n").encode("ascii")


def as_csv(table: Table, rows: Sequence[Sequence[Any]]) -> bytes:
    """RFC 4180 in UTF-8 with its mark, without which spreadsheets read Chinese wrongly."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([column.name for column in table.columns])
    writer.writerows([for_csv(column, value) for column, value in zip(table.columns, row, strict=True)] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def as_parquet(table: Table, rows: Sequence[Sequence[Any]]) -> bytes:
    """Texts as they are, times in ns, UTC; each column's meaning is in its metadata."""
    schema = pa.schema(
        [pa.field(column.name, _ARROW[column.type], metadata={"description": column.about}) for column in table.columns],
        metadata={"description": table.about, "software": f"privacy-harness {__version__}"})
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(table.columns)
    arrays = [pa.array(values, type=field.type) for values, field in zip(columns, schema, strict=True)]
    out = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), out, compression="zstd")
    return out.getvalue()


def _resource(table: Table, path: str, kind: str, content: bytes, rows: int) -> dict[str, Any]:
    return {
        "name": table.name,
        "path": path,
        "description": table.about,
        "format": kind,
        "mediatype": _MEDIA[kind],
        **({"encoding": "utf-8"} if kind == "csv" else {}),
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "rows": rows,
        "schema": {"fields": [
            {"name": column.name, "type": "string" if column.type is Type.JSON else str(column.type), "description": column.about,
             **({"format": "any"} if column.type is Type.DATETIME else {}),
             **({"contents": "JSON"} if column.type is Type.JSON else {})}
            for column in table.columns
        ]},
    }  # fmt: skip
