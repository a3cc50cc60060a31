"""`harness export`: a bundle as one file for the other side, and what it needs to check it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.options import Json
from harness.cli.output import emit, err, out, printable


def register(app: typer.Typer) -> None:
    @app.command("export")
    def command(
        bundle: Annotated[Path, typer.Argument(help="A bundle's folder.")],
        to: Annotated[Path | None, typer.Option("--to", help="The zip to write; else BUNDLE.zip beside the folder.")] = None,
        redact: Annotated[bool, typer.Option(
            "--redact", help="Leave out what is personal: values, messages, pictures. What is left still verifies.")] = False,
        sample: Annotated[bool, typer.Option("--sample/--without-sample", help="Whether the tested APK goes along.")] = True,
        by: Annotated[str, typer.Option("--by", help="Who exports; else HARNESS_OPERATOR, else the login name.")] = "",
        note: Annotated[str, typer.Option("--note", help="For the chain of custody: to whom, what for.")] = "",
        json: Json = False,
    ) -> int:
        """Pack a bundle into one zip that can be checked.

        The zip holds every file of the bundle, or with --redact those that hold nothing personal. Beside it check_bundle.py is
        written, with which anyone can check it by Python alone; a file of that name with other contents stays, and the script
        gets another name, which is told. The export is noted in the bundle's chain of custody.
        """
        from harness.bundle.export import CHECKER, export

        target = to or bundle.resolve().with_name(f"{bundle.resolve().name}{'-redacted' if redact else ''}.zip")
        with err.status("packing") as status:
            checker = export(bundle, target, redact=redact, sample=sample, by=by, note=note,
                             progress=lambda done, of: status.update(f"packing {done} of {of} files"))
        if checker.name != CHECKER:
            err.print(printable(f"{checker.with_name(CHECKER)} is another file, and stays: the script is {checker.name}."))
        if json:
            emit({"zip": str(target), "checker": str(checker), "bytes": target.stat().st_size, "redacted": redact})
        else:
            out.print(printable(f"written  {target} ({target.stat().st_size:,} bytes)"))
            out.print(printable(f"check    python {checker.name} {target.name}, or: harness verify {target.name}"))
        return 0
