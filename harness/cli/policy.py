"""`harness policy`: what a privacy policy declares, and what a newer version of it changes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.options import Json
from harness.cli.output import cell, cut, emit, err, out, printable

if TYPE_CHECKING:
    from rich.table import Table

    from harness.policy import Declared
    from harness.policy.changes import Changes

_QUOTED = 90
_SHOWN_TEXT = 12


def register(app: typer.Typer) -> None:
    @app.command("policy")
    def policy(
        file: Annotated[Path, typer.Argument(help="A privacy policy or list of SDKs: HTML, PDF, Markdown or plain text.")],
        # An option and no second argument, so that `policy *.html` by mistake is refused and compares nothing.
        against: Annotated[
            Path | None, typer.Option("--against", help="A newer version: say what it changes, instead of what FILE declares.")
        ] = None,
        json: Json = False,
    ) -> int:
        """Say what a privacy policy declares.

        Kinds of personal information, denied ones apart; SDKs, recipients, rights and the ways to them, terms and dates, each
        with its quote. With --against, what a newer version adds and takes away.
        """
        from harness.policy import records
        from harness.policy.changes import compare

        read = _read(file)
        if against is not None:
            changes = compare(read, _read(against))
            if json:
                emit(records.changes_as_json(changes))
            else:
                show_changes(changes)
            return 0
        if json:
            emit(records.as_json(read))
        else:
            _show(read)
        for note in read.notes:
            err.print(printable(f"note {note.kind}: {note.detail}"))
        return 0


def _read(file: Path) -> Declared:
    from harness.errors import UsageError
    from harness.policy import from_bytes

    try:
        data = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read.", str(error.strerror), "Name the file of a privacy policy.") from error
    return from_bytes(data, name=file.name)


def _table(*titles: str) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for title in titles:
        table.add_column(title, overflow="fold")
    return table


def _show(read: Declared) -> None:
    out.print(printable(f"of: {', '.join(read.parties_named) or 'nobody named'}"))
    out.print(f"updated: {read.update_date or 'not said'}   effective: {read.effective_date or 'not said'}")
    kinds = _table("kind", "", "said in")
    for kind in read.kinds:
        state = "not collected" if kind.denied else "optional" if kind.optional else "collected"
        kinds.add_row(cell(kind.kind), cell(state), cell(cut(kind.passage.text, _QUOTED)))
    out.print(kinds)
    sdks = _table("SDK", "company", "purpose", "kinds")
    for sdk in read.sdks:
        sdks.add_row(*(cell(x) for x in (sdk.name, sdk.company, cut(sdk.purpose, _QUOTED), ", ".join(sdk.kinds))))
    if read.sdks:
        out.print(sdks)
    rights = _table("right", "", "way")
    for name, right in read.rights.items():
        rights.add_row(cell(name), cell("stated" if right.stated else "not stated"), cell(cut(right.path, _QUOTED)))
    out.print(rights)
    for channel in read.channels:
        out.print(printable(f"{channel.kind}: {channel.value}"))
    days = read.reply_days
    out.print(f"answers within {days.number} {'working ' if days.working else ''}days" if days else "no term for answers")
    for name in ("minors", "retention", "personalisation_optout", "cross_border"):
        said = getattr(read, name)
        out.print(printable(f"{name}: {cut(said.passage.text, _QUOTED) if said.passage else 'not said'}"))


def show_changes(changes: Changes) -> None:
    if not changes.any:
        out.print("Nothing changes.")
        return
    for name in ("kinds", "denials", "sdks", "recipients", "rights"):
        for sign, what in (("+", "added"), ("-", "removed")):
            for one in getattr(changes, f"{name}_{what}"):
                out.print(printable(f"{sign} {name}: {one}"))
    for sdk in changes.sdks_changed:
        told = [f"+{k}" for k in sdk.kinds_added] + [f"-{k}" for k in sdk.kinds_removed]
        told += [
            f"{what}: {old or 'none'} -> {new or 'none'}"
            for what, pair in (("company", sdk.company), ("purpose", sdk.purpose))
            if pair
            for old, new in (pair,)
        ]
        out.print(printable(f"~ sdk {sdk.name}: {', '.join(told)}"))
    for right, old, new in changes.paths:
        out.print(printable(f"~ way to {right}: {cut(old, _QUOTED) or 'none'} -> {cut(new, _QUOTED) or 'none'}"))
    for name, old, new in changes.values:
        out.print(printable(f"~ {name}: {old or 'none'} -> {new or 'none'}"))
    for sign, text in (("+", changes.text_added), ("-", changes.text_removed)):
        for sentence in text[:_SHOWN_TEXT]:
            out.print(printable(f"{sign} {cut(sentence, _QUOTED)}"))
        if len(text) > _SHOWN_TEXT:
            out.print(f"{sign} and {len(text) - _SHOWN_TEXT} more sentences (--json has them all)")
