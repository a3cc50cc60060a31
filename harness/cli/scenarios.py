"""`harness scenarios`: what can be driven, for which clauses, and what each needs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from harness.cli.options import Json
from harness.cli.output import cell, emit, out


def register(app: typer.Typer) -> None:
    @app.command("scenarios")
    def scenarios(
        suite: Annotated[str | None, typer.Option("--suite", help="Only those of this suite.")] = None,
        folders: Annotated[list[Path] | None, typer.Option("--scenarios", help="A folder with more of them.")] = None,
        json: Json = False,
    ) -> int:
        """List the scenarios, their clauses and what they need.

        `harness run --scenario ID` runs one, `--suite NAME` those of a suite; without either, the suite `quick` runs.
        """
        from harness.suite.scenario import find, of_suite

        files = of_suite(suite, folders or ()) if suite else list(find(folders or ()).values())
        rows: list[dict[str, Any]] = [
            {
                "id": f.scenario.id,
                "title": f.scenario.title,
                "title_zh": f.scenario.title_zh,
                "about": " ".join(f.doc.split()),
                "clauses": list(f.scenario.clauses),
                "opens": list(f.scenario.opens),
                "windows": list(f.scenario.windows),
                "needs": list(f.scenario.needs),
                "suites": list(f.scenario.suites),
                "file": str(f.path),
            }
            for f in files
        ]
        if json:
            emit(rows)
            return 0
        table = Table("scenario", "title", "clauses", "opens", "windows", "needs", "suites", box=None, header_style="bold")
        for row in rows:
            lists = ["\n".join(map(str, row[name])) for name in ("clauses", "opens", "windows", "needs")]
            title = f"{row['title']}\n{row['title_zh']}"
            table.add_row(cell(row["id"]), title, *lists, ", ".join(row["suites"]))
        out.print(table)
        return 0
