"""`harness custody`: who did what with a bundle since its run."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.options import Json
from harness.cli.output import emit, out, printable

if TYPE_CHECKING:
    from harness.bundle.custody import Entry


class Noted(StrEnum):
    """What a person may add; the rest is added by the commands that do it."""

    ANNOTATED = "annotated"
    RECEIVED = "received"
    HANDED_OVER = "handed_over"


def register(app: typer.Typer) -> None:
    @app.command("custody")
    def command(
        bundle: Annotated[Path, typer.Argument(help="A bundle's folder, or a zip of one (to look at only).")],
        add: Annotated[Noted | None, typer.Option("--add", help="Append an entry.")] = None,
        note: Annotated[str, typer.Option("--note", help="Its text: from whom, to whom, why.")] = "",
        by: Annotated[str, typer.Option("--by", help="Who; else HARNESS_OPERATOR, else the login name.")] = "",
        token: Annotated[Path | None, typer.Option(
            "--token", help="Write the last time stamp's token into this file, for `openssl ts`.")] = None,
        json: Json = False,
    ) -> int:
        """Show a bundle's chain of custody, or append to it.

        Each entry is signed and names the hash of the one before. Nothing is ever edited: a correction is another entry.
        Exit status: 0 the chain holds, 1 it does not, 2 there is none.
        """
        from harness.bundle import custody
        from harness.bundle.format import MANIFEST
        from harness.bundle.manifest import manifest_sha256
        from harness.bundle.source import Unreadable, source_of
        from harness.errors import UsageError

        if add is not None:
            custody.append(bundle, custody.Action(add), note=note, by=by)
        elif note or by:
            raise UsageError("There is nothing to add.", "--note and --by go with --add.", "Say what was done: --add received.")
        source = source_of(bundle)
        if not source.has(MANIFEST):
            raise UsageError(f"{bundle} has no chain of custody.", "It is not sealed.", "`harness analyze` closes a killed run.")
        try:
            entries, broken = custody.read_chain(source, manifest_sha256(source)), ""
        except custody.BrokenChain as bad:
            entries, broken = [], f"{bad.file} {bad}"
        except Unreadable as bad:
            entries, broken = [], str(bad)
        if not entries and not broken:
            raise UsageError(f"{bundle} has no chain of custody yet.", "It was sealed by a version that began none.",
                             "--add begins one.")
        if token is not None:
            _write_token(token, entries)
        if json:
            emit({"entries": [vars(entry) for entry in entries], "broken": broken})
        else:
            for entry in entries:
                told = f"{entry.number:>3}  {entry.at}  {entry.action:<11}  {entry.by or '?'}  {entry.note}"
                out.print(printable(told.rstrip()))
                out.print(f"     key {entry.fingerprint}")
            if broken:
                out.print(printable(f"The chain does not hold: {broken}."))
        return int(bool(broken))


def _write_token(path: Path, entries: Sequence[Entry]) -> None:
    from harness.bundle.timestamp import BadToken, token_of
    from harness.errors import UsageError

    stamped = [entry for entry in entries if entry.action == "timestamped"]
    try:
        path.write_bytes(token_of(stamped[-1]))
    except (IndexError, BadToken) as bad:
        raise UsageError("There is no time stamp in the chain.", "", "`harness timestamp` asks for one.") from bad
    except OSError as bad:
        raise UsageError(f"{path} cannot be written.", str(bad.strerror), "Name another file.") from bad
