"""`harness timestamp`: somebody else's word on when a bundle was there."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.options import Json
from harness.cli.output import emit, out, printable


def register(app: typer.Typer) -> None:
    @app.command("timestamp")
    def command(
        bundle: Annotated[Path, typer.Argument(help="A sealed bundle's folder.")],
        tsa: Annotated[str, typer.Option("--tsa", help="Address of the time-stamp authority (RFC 3161 over HTTP).")],
        tsa_ca: Annotated[Path | None, typer.Option(
            "--tsa-ca", help="The authority's root certificates (PEM), to check its answer.")] = None,
        by: Annotated[str, typer.Option("--by", help="Who asks; else HARNESS_OPERATOR, else the login name.")] = "",
        note: Annotated[str, typer.Option("--note", help="For the chain of custody.")] = "",
        json: Json = False,
    ) -> int:
        """Have a time-stamp authority vouch for a bundle's signature.

        The token goes into the chain of custody: from then on the authority's word says that the signature, and so all that it
        covers, was there at that time. Where no answer comes nothing is written.
        """
        from harness.bundle.timestamp import read_roots, stamp

        made = stamp(bundle, tsa, roots=read_roots(tsa_ca) if tsa_ca else (), by=by, note=note)
        if json:
            emit(vars(made))
        else:
            out.print(printable(f"stamped  {made.at} by {made.authority}"))
            unsure = "" if made.checked else "; whose key that is was not checked (--tsa-ca)"
            out.print(f"entry    {made.entry} of the chain of custody{unsure}")
        return 0
