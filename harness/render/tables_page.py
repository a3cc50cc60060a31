"""docs/tables.md: every table of a bundle, its columns, and what each means."""

from __future__ import annotations

import sys

from harness.render.bundle_tables import TABLES
from harness.render.columns import Type, Way

_HEAD = """\
# Tables of a bundle

Made by `python -m harness.render.tables_page` from harness/render/bundle_tables.py. `harness report BUNDLE --format csv` or
`--format parquet` writes them, a file each, with a `datapackage.json` (Frictionless) that describes them; docs/machine.md says
how cells are written.

A column of type json holds a list or a mapping as JSON text. One that is marked ● may hold what is personal: it is masked
unless `--unmask` is given.
"""
_TYPES = {
    Type.STRING: "text", Type.INTEGER: "whole number", Type.BOOLEAN: "true or false", Type.DATETIME: "time", Type.JSON: "json",
}  # fmt: skip


def page() -> str:
    parts = [_HEAD]
    for table in TABLES:
        parts += [f"## {table.name}", table.about, "", "| column | type | |", "|---|---|---|"]
        for column in table.columns:
            mark = "" if column.way is Way.PLAIN else " ●"
            parts.append(f"| `{column.name}`{mark} | {_TYPES[column.type]} | {column.about} |")
        parts.append("")
    return "\n".join(parts)


if __name__ == "__main__":
    sys.stdout.write(page())
