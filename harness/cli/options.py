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


class ReportFormat(StrEnum):
    """What `harness report` can write."""

    HTML = "html"
    PDF = "pdf"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"
    HAR = "har"
    CSV = "csv"
    PARQUET = "parquet"
    PNG = "png"


FILES: dict[ReportFormat, str] = {
    ReportFormat.HTML: "report.html", ReportFormat.PDF: "report.pdf", ReportFormat.JSON: "findings.json",
    ReportFormat.SARIF: "results.sarif", ReportFormat.JUNIT: "junit.xml", ReportFormat.HAR: "traffic.har",
    ReportFormat.CSV: "tables-csv", ReportFormat.PARQUET: "tables-parquet", ReportFormat.PNG: "timeline.png",
}  # fmt: skip
"""How each is called in a folder."""
FOLDERS = frozenset({ReportFormat.CSV, ReportFormat.PARQUET})
"""Those that are a folder of files."""
Formats = Annotated[list[ReportFormat] | None, typer.Option(
    "--format", "-f", help="What to write instead of the page (repeatable): sarif, junit, har, csv, parquet, png, json, pdf.")]
Unmask = Annotated[bool, typer.Option("--unmask", help="Show personal information; else only its last signs are.")]


def read_app_file(path: Path | None) -> dict[str, Any] | None:
    """The mapping in an app file; None where none was named. Raises UsageError for a bad one."""
    if path is None:
        return None
    from harness.suite.app_file import read_app_file as read

    return read(path)
