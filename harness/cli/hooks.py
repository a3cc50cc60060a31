"""`harness hooks`: what is watched on the device."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from harness.cli.options import Json
from harness.cli.output import emit, out


def register(app: typer.Typer) -> None:
    @app.command("hooks")
    def hooks(
        bundle: Annotated[str | None, typer.Argument(help="A bundle: show what became of each hook in that run.")] = None,
        json: Json = False,
    ) -> int:
        """List the methods that are watched on the device.

        With the kind of personal information that each gives and the API levels that have it.
        """
        from harness.bundle import open_bundle
        from harness.capture.catalogue import load_catalogue

        catalogue = load_catalogue()
        status: dict[str, set[str]] = {}
        if bundle:
            for fact in open_bundle(bundle).facts("hook"):
                status.setdefault(str(fact.data.get("method")), set()).add(str(fact.data.get("status")))
        rows = [
            {
                "method": hook.name,
                "item": hook.kind,
                "levels": hook.levels,
                "status": ", ".join(sorted(status.get(hook.name, ()))) or ("not asked" if bundle else None),
            }
            for hook in catalogue.hooks
        ]
        if json:
            emit(rows)
            return 0
        table = Table("item", "method", "API levels", "status" if bundle else "", box=None, header_style="bold")
        for row in sorted(rows, key=lambda r: (str(r["item"]), str(r["method"]))):
            table.add_row(row["item"], row["method"], row["levels"], row["status"] or "")
        out.print(table)
        out.print(f"{len(catalogue.methods())} methods, {len({h.kind for h in catalogue.hooks})} kinds.", markup=False)
        return 0
