"""`harness hooks`: what is watched on the device, and whether the framework has it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from harness.cli.options import Json
from harness.cli.output import emit, err, out
from harness.errors import UsageError

if TYPE_CHECKING:
    from harness.bundle import BundleReader
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
        recipients: Annotated[
            bool, typer.Option("--recipients", help="Print docs/recipients.md: whose hosts are known, and from where.")
        ] = False,
        json: Json = False,
    ) -> int:
        """List the methods that are watched on the device.

        With the kind of personal information that each gives and the API levels that have it.
        Exit status with --verify: 1 where the framework does not bear the catalogue out; with --coverage: 1 where a
        method of a public tool is missing without a reason.
        """
        from harness.capture.catalogue import load_catalogue

        if (index or write_index) and not verify:
            raise UsageError("--index and --write-index go with --verify.")
        a_page = coverage or recipients
        if sum((bool(bundle), verify, coverage, recipients)) > 1 or (index and write_index) or (a_page and json):
            raise UsageError("These options exclude each other.", fix="harness hooks --help says which go together.")
        if recipients:
            from harness.tables.attribution import load_sdks
            from harness.tables.recipients_page import page as recipients_page

            typer.echo(recipients_page(load_sdks()), nl=False)
            return 0
        catalogue = load_catalogue()
        if verify:
            from harness.cli.hook_check import check

            return check(catalogue, from_index=index, write=write_index, json=json)
        if coverage:
            from harness.capture.coverage import names, page, read_reasons, read_tools, unexplained

            typer.echo(page(catalogue), nl=False)
            missing = unexplained(names(catalogue), read_tools(), read_reasons())
            for method in missing:
                why = "a public tool hooks it, we do not, and hooks/peers-left-out.yaml has no reason"
                err.print(f"{method}: {why}.", markup=False)
            return 1 if missing else 0
        reader = None
        if bundle:
            from harness.bundle import open_bundle

            reader = open_bundle(bundle)
        rows = as_rows(catalogue, reader)
        if json:
            emit(rows)
            return 0
        show(rows, catalogue, reader)
        if reader is not None:
            for line in account(reader, catalogue):
                out.print(line, markup=False)
        return 0


def as_rows(catalogue: Catalogue, bundle: BundleReader | None) -> list[dict[str, Any]]:
    """The list of `hooks --json`; docs/json.md is its reference."""
    status: dict[str, set[str]] = {}
    why: dict[str, set[str]] = {}
    for fact in bundle.facts("hook") if bundle else ():
        method = str(fact.data.get("method"))
        status.setdefault(method, set()).add(str(fact.data.get("status")))
        if fact.data.get("why"):
            why.setdefault(method, set()).add(str(fact.data["why"]))
    return [
        {
            "method": hook.name,
            "item": hook.kind,
            "levels": hook.levels,
            "status": ", ".join(sorted(status.get(hook.name, ()))) or ("not asked" if bundle else None),
            "why": "; ".join(sorted(why.get(hook.name, ()))) or None,
            "unit": hook.unit,
            "from": hook.origin,
            "permission": hook.permission,
            "off": hook.off or None,
        }
        for hook in catalogue.hooks
    ]


def show(rows: list[dict[str, Any]], catalogue: Catalogue, bundle: BundleReader | None) -> None:
    """The same for a person."""
    from harness.capture.catalogue import BEHAVIOURS

    table = Table(box=None, header_style="bold")
    for title in ("item", "method", "API levels", *(("status",) if bundle else ())):
        table.add_column(title, overflow="fold")
    for row in sorted(rows, key=lambda r: (str(r["item"]), str(r["method"]))):
        became = [": ".join(filter(None, (row["status"], row["why"])))] if bundle else []
        table.add_row(row["item"], row["method"], row["levels"], *became)
    out.print(table)
    off = [hook for hook in catalogue.hooks if hook.off]
    kinds = {hook.kind for hook in catalogue.hooks}
    told = f"{len(kinds - BEHAVIOURS.keys())} kinds of personal information and {len(kinds & BEHAVIOURS.keys())} of behaviour"
    out.print(f"{len(catalogue.methods())} methods, {told}.", markup=False)
    if off:
        out.print(f"Off: {', '.join(sorted({_told(hook) for hook in off}))}", markup=False)


def account(bundle: BundleReader, catalogue: Catalogue) -> Iterator[str]:
    """What the run's hooks did besides: processes, canary calls, and all that was not seen."""
    from harness.model import GapKind as G

    hooked = [fact.data for fact in bundle.facts("process") if fact.data.get("state") == "hooked"]
    if not hooked:
        yield "No process was hooked in that run."
    if any(data.get("catalogue") != catalogue.version for data in hooked):
        yield "It was made with another catalogue than this one: what is only here was not asked."
    ends = Counter(str(fact.data["state"]) for fact in bundle.facts("process") if fact.data.get("state") != "hooked")
    processes = len({(data.get("pid"), data.get("process")) for data in hooked})
    yield f"{processes} processes hooked" + "".join(f", {n} {state}" for state, n in sorted(ends.items())) + "."
    words = Counter(str(fact.data.get("canary", "?")) for fact in bundle.facts("canary")
                    if "text" not in fact.data)
    if words:
        yield "Canary calls: " + ", ".join(f"{n} {word}" for word, n in words.most_common()) + "."
    of_hooks = {G.HOOK_NOT_INSTALLED, G.PROCESS_NOT_ATTACHED, G.PROCESS_LOST, G.MESSAGE_LOST, G.NATIVE_CODE, G.CLOCK_UNCERTAIN}
    blind = [gap for gap in bundle.gaps() if gap.kind in of_hooks or (gap.kind, gap.subject) == (G.CAPTURE_LOST, "hooks")]
    yield f"{len(blind)} gaps of the hooks" + (":" if blind else ".")
    for gap in blind:
        yield f"  {gap.kind}: {gap.detail}"


def _told(hook: Hook) -> str:
    return f"{hook.name} ({hook.off})"
