"""`harness lab check`: what an app needs that the lab device lacks, told before it is run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from harness.cli.options import Json
from harness.cli.output import cell, emit, err, out, printable

if TYPE_CHECKING:
    from harness.lab.check import Checked, Need

_STYLES = {"stops": "bold red", "limits": "yellow", "note": ""}
_SHOWN = 3  # names of a need that a person is shown; --json has more


def check(
    apks: Annotated[list[Path], typer.Argument(help="APK files; splits are judged with their base.", show_default=False)],
    json: Json = False,
) -> int:
    """Say beforehand what apps need that the lab device lacks.

    Reads the APKs only; no device is started. `stops`: it will not start; `limits`: parts of it will not work; `note`:
    worth knowing. Exit status 1 where something stops one of them.
    """
    from harness.lab.check import check_apk, grouped

    done = []
    apps = grouped(apks)
    for base, *splits in apps:
        if len(apps) > 1:
            err.print(printable(f"checking {base.name}"))
        done.append(check_apk(base, splits))
    if json:
        emit([as_json(one) for one in done])
    else:
        for one in done:
            show(one)
    return 1 if any(one.stops for one in done) else 0


def as_json(checked: Checked) -> dict[str, Any]:
    """One entry of `lab check --json`; docs/json.md is its reference."""
    return {
        "apk": str(checked.apk),
        "splits": [str(split) for split in checked.splits],
        "package": checked.package,
        "version": checked.version,
        "starts": not checked.stops,
        "needs": [
            {"severity": str(need.severity), "id": need.id, "what": need.what, "why": need.why, "then": need.then,
             "subjects": list(need.subjects), "count": need.count}
            for need in checked.needs
        ],
    }  # fmt: skip


def _what(need: Need) -> str:
    """What is needed, with a few of the names that it is about, as far as they say more."""
    names = [one.partition(" (")[0] for one in need.subjects]
    shown = [name for name in names[:_SHOWN] if name not in need.what]
    short = [name.rpartition(".")[2] if name.rpartition(".")[0] in need.what and "." in name else name for name in shown]
    more = f" and {need.count - len(short)} more" if short and need.count > len(short) else ""
    return need.what + (f": {', '.join(short)}{more}" if short else "")


def show(checked: Checked) -> None:
    """The same for a person. Names come from the APK, so each stays on its line."""
    more = "".join(f" + {split.name}" for split in checked.splits)
    out.print(printable(f"{checked.apk.name}{more}: {checked.package} {checked.version}"), style="bold")
    if not checked.needs:
        out.print("Nothing was found that the lab device lacks.")
        return
    table = Table("", "needs", "why", "then", box=None, header_style="bold", pad_edge=False)
    for column in table.columns[1:]:
        column.overflow = "fold"
    for need in checked.needs:
        table.add_row(cell(need.severity, _STYLES[need.severity]), cell(_what(need)), cell(need.why), cell(need.then))
    out.print(table)
