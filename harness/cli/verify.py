"""`harness verify`: was a bundle altered since it was sealed?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.bundle import verify
from harness.cli.output import emit, out

_WORDS = {
    "intact": "Every file is as it was when the bundle was sealed.",
    "incomplete": "What is there is unaltered, but the run did not end properly.",
    "altered": "Something was changed after the bundle was sealed.",
    "unverifiable": "It cannot be told whether anything was changed.",
}


def register(app: typer.Typer) -> None:
    @app.command("verify")
    def command(
        bundle: Annotated[Path, typer.Argument(help="A bundle folder, or a zip of one.")],
        json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    ) -> int:
        """Recompute every hash and the signature of BUNDLE and name what differs.

        Exit status: 0 intact, 1 altered, 3 incomplete or unverifiable, 2 not a bundle.
        """
        result = verify(bundle)
        status = str(result.status)
        differences = [{"file": d.file, "what": d.what} for d in result.differences]
        if json:
            emit({"status": status, "differences": differences})
        else:
            out.print(f"{status}: {_WORDS[status]}", markup=False)
            for difference in differences:
                out.print(f"  {difference['file']}: {difference['what']}", markup=False)
        return {"intact": 0, "altered": 1}.get(status, 3)
