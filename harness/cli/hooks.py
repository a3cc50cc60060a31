"""`harness hooks`: what is watched on the device, and whether the framework has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from harness.cli.options import Json
from harness.cli.output import emit, out
from harness.errors import UsageError

if TYPE_CHECKING:
    from harness.capture.catalogue import Catalogue, Hook


def register(app: typer.Typer) -> None:
    @app.command("hooks")
    def hooks(
        bundle: Annotated[str | None, typer.Argument(help="A bundle: show what became of each hook in that run.")] = None,
        verify: Annotated[
            bool, typer.Option("--verify", help="Check each hook against the framework of API levels 26 to 36 (1.6 GB, once).")
        ] = False,
        index: Annotated[
            bool, typer.Option("--index", help="With --verify: against the compact index, without the download.")
        ] = False,
        write_index: Annotated[
            bool, typer.Option("--write-index", help="With --verify: make the compact index anew from the framework.")
        ] = False,
        coverage: Annotated[
            bool, typer.Option("--coverage", help="Print docs/hook-coverage.md: our hooks beside those of public tools.")
        ] = False,
        json: Json = False,
    ) -> int:
        """List the methods that are watched on the device.

        With the kind of personal information that each gives and the API levels that have it.
        Exit status with --verify: 1 where the framework does not bear the catalogue out.
        """
        from harness.capture.catalogue import load_catalogue

        if (index or write_index) and not verify:
            raise UsageError("--index and --write-index go with --verify.")
        if sum((bool(bundle), verify, coverage)) > 1 or (index and write_index) or (coverage and json):
            raise UsageError("These options exclude each other.", fix="harness hooks --help says which go together.")
        catalogue = load_catalogue()
        if verify:
            from harness.cli.hook_check import check

            return check(catalogue, from_index=index, write=write_index, json=json)
        if coverage:
            from harness.capture.coverage import page

            typer.echo(page(catalogue), nl=False)
            return 0
        rows = as_rows(catalogue, bundle)
        if json:
            emit(rows)
        else:
            show(rows, catalogue, "status" if bundle else "")
        return 0


def as_rows(catalogue: Catalogue, bundle: str | None) -> list[dict[str, Any]]:
    """The list of `hooks --json`; docs/json.md is its reference."""
    from harness.bundle import open_bundle

    status: dict[str, set[str]] = {}
    if bundle:
        for fact in open_bundle(bundle).facts("hook"):
            status.setdefault(str(fact.data.get("method")), set()).add(str(fact.data.get("status")))
    return [
        {
            "method": hook.name,
            "item": hook.kind,
            "levels": hook.levels,
            "status": ", ".join(sorted(status.get(hook.name, ()))) or ("not asked" if bundle else None),
            "unit": hook.unit,
            "from": hook.origin,
            "permission": hook.permission,
            "off": hook.off or None,
        }
        for hook in catalogue.hooks
    ]


def show(rows: list[dict[str, Any]], catalogue: Catalogue, last: str) -> None:
    """The same for a person."""
    table = Table("item", "method", "API levels", last, box=None, header_style="bold")
    for row in sorted(rows, key=lambda r: (str(r["item"]), str(r["method"]))):
        table.add_row(row["item"], row["method"], row["levels"], row["status"] or ("off" if row["off"] else ""))
    out.print(table)
    off = [hook for hook in catalogue.hooks if hook.off]
    out.print(f"{len(catalogue.methods())} methods, {len({h.kind for h in catalogue.hooks})} kinds.", markup=False)
    if off:
        out.print(f"Off: {', '.join(sorted({_told(hook) for hook in off}))}", markup=False)


def _told(hook: Hook) -> str:
    return f"{hook.name} ({hook.off})"
