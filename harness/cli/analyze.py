"""`harness analyze` and `harness report`: from a bundle alone, on any machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.options import AppFile, Json, Language, read_app_file
from harness.cli.output import emit, err, out


def register(app: typer.Typer) -> None:
    @app.command("analyze")
    def analyze(
        bundle: Annotated[Path, typer.Argument(help="A bundle folder, or a zip of one.")],
        rule: Annotated[list[str] | None, typer.Option("--rule", help="Only this rule (repeatable).")] = None,
        app_file: AppFile = None,
        json: Json = False,
    ) -> int:
        """Decide a bundle again, from its journals alone.

        The rules are those of this version. A bundle whose harness was killed is closed first and stays marked as
        interrupted. Exit status: 0 no violation, 1 violations, 2 not a bundle, 3 inconclusive only, 5 no such rule.
        """
        from harness.bundle import seal_interrupted
        from harness.cli.verdicts import print_analysis
        from harness.rules.analysis import analyse, as_json
        from harness.rules.engine import select
        from harness.tables import AppFacts

        select(rule or [])
        if bundle.is_dir() and seal_interrupted(bundle):
            err.print("The run that made this bundle was interrupted; it is closed now, and marked.", markup=False)
        about = AppFacts.of(read_app_file(app_file)) if app_file else None
        analysis = analyse(bundle, rules=rule or [], app=about)
        if json:
            emit(as_json(analysis))
        else:
            print_analysis(analysis)
        return analysis.exit_status

    @app.command("report")
    def report(
        bundle: Annotated[Path, typer.Argument(help="A bundle folder, or a zip of one.")],
        lang: Language = "zh",
        to: Annotated[Path | None, typer.Option("--to", help="File to write instead of BUNDLE/report/report.html.")] = None,
        app_file: AppFile = None,
        json: Json = False,
    ) -> int:
        """Write the report of a bundle: one self-contained page.

        Prints where it is. It is HTML, in BUNDLE/report/ unless --to says otherwise, and no part of what is sealed.
        """
        from harness.cli.verdicts import write_report
        from harness.rules.analysis import analyse
        from harness.tables import AppFacts

        about = AppFacts.of(read_app_file(app_file)) if app_file else None
        analysis = analyse(bundle, app=about)
        path = write_report(analysis, lang, to)
        if json:
            emit({"report": str(path), "bundle": str(bundle), "language": lang})
        else:
            out.print(str(path), markup=False)
        return 0
