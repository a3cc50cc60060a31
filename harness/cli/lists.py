"""`harness lists`: the two lists of 292号文, made from what a run observed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.options import AppFile, Json, Language, ReportLanguage, read_app_file
from harness.cli.output import emit, err, printable, visible

if TYPE_CHECKING:
    from harness.render.double_list import Lists


def register(app: typer.Typer) -> None:
    @app.command("lists")
    def lists(
        bundle: Annotated[Path, typer.Argument(help="A bundle folder, a zip of one, or the folder of a run with several.")],
        out: Annotated[
            Path | None, typer.Option("--out", help="Write collected.csv, shared.csv and lists.md into this folder.")
        ] = None,
        app_file: AppFile = None,
        lang: Language = ReportLanguage.ZH,
        json: Json = False,
    ) -> int:
        """Make the lists of collected and shared information.

        Each row is what was observed: type, by whom, in which function and stage, how often; third party, company, types, way
        of sharing. The purpose is left for the developer to fill in. Without --out both are printed as Markdown.
        """
        from harness.cli.analyze import close_killed, note_opened
        from harness.render import double_list
        from harness.tables import AppFacts, load_run

        about = AppFacts.of(read_app_file(app_file)) if app_file else None
        close_killed(bundle)
        note_opened(bundle, "lists")
        made = double_list.double_list(load_run(bundle, app=about).tables)
        text = double_list.as_markdown(made, lang)
        if out is not None:
            _write(out, made, text, lang)
        if json:
            emit(double_list.as_json(made))
        elif out is None:
            typer.echo(visible(text))
        return 0


def _write(folder: Path, made: Lists, text: str, language: str) -> None:
    from harness.errors import UsageError
    from harness.render import double_list

    collected, shared = double_list.tables(made, language)
    files = {"collected.csv": "\ufeff" + double_list.as_csv(collected), "shared.csv": "\ufeff" + double_list.as_csv(shared),
             "lists.md": text}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for called, said in files.items():
            (folder / called).write_text(said, "utf-8", newline="")
    except OSError as error:
        raise UsageError(f"{folder} cannot be written.", str(error.strerror), "Name a folder that can.") from error
    err.print(printable(f"written: {', '.join(str(folder / called) for called in files)}"))
