"""`harness demo`: the main job on the lab with the example shop in both editions, compared with what was planted."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.options import Json, Language, Out, ReportLanguage
from harness.cli.output import emit, err, out, printable


def register(app: typer.Typer) -> None:
    @app.command("demo")
    def demo(
        out_dir: Out = Path("harness-results"),
        observe: Annotated[float | None, typer.Option("--observe", help="Seconds of every observation window.")] = None,
        lang: Language = ReportLanguage.ZH,
        json: Json = False,
    ) -> int:
        """Test a violating and a compliant shop app, end to end.

        Both run at once, each on a lab device of its own; what is found is compared with what was planted in them.
        Exit status: 0 where all that was planted was found and nothing else, 1 otherwise.
        """
        from harness.cli import editions

        begun = time.monotonic()

        def say(text: str) -> None:
            err.print(printable(f"{time.monotonic() - begun:6.1f}s  {text}"))

        options = ["--out", str(out_dir), "--lang", lang, "--limits", "demo"]
        options += ["--observe", str(observe)] if observe is not None else []
        judged = editions.run_all(options, say)
        ok = editions.as_planted(judged)
        seconds = time.monotonic() - begun
        if json:
            emit(editions.as_json(judged, seconds))
        else:
            for one in judged:
                editions.show(one)
            out.print(f"\n{'As planted.' if ok else 'NOT as planted.'} {seconds:.0f} s.")
            out.print(printable(f"{out_dir / 'latest'} is the run of the violating edition."))
        return 0 if ok else 1
