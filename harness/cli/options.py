"""Options that several commands share, so that they read the same everywhere."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
AppFile = Annotated[
    Path | None,
    typer.Option("--app", help="What is known of the app: first-party domains, recipients its policy names (YAML)."),
]
Out = Annotated[Path, typer.Option("--out", "-o", help="Folder in which the run's own folder is made.")]


class ReportLanguage(StrEnum):
    """The languages that there are reports in; an option of this type is checked when the command line is read."""

    ZH = "zh"
    EN = "en"


Language = Annotated[ReportLanguage, typer.Option("--lang", "--language", help="Language of the report.")]


def read_app_file(path: Path | None) -> dict[str, Any] | None:
    """The mapping in an app file; None where none was named. Raises UsageError for a bad one."""
    if path is None:
        return None
    from harness.suite.app_file import read_app_file as read

    return read(path)
