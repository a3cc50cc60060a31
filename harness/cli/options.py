"""Options that several commands share, so that they read the same everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
import yaml

from harness.errors import UsageError
from harness.tables import AppFacts

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
AppFile = Annotated[
    Path | None,
    typer.Option("--app", help="What is known of the app: first-party domains, recipients its policy names (YAML)."),
]
Out = Annotated[Path, typer.Option("--out", "-o", help="Folder in which the run's own folder is made.")]
Language = Annotated[str, typer.Option("--lang", help="Language of the report: zh or en.")]


def read_app_file(path: Path | None) -> dict[str, object] | None:
    """The mapping in an app file; None where none was named. Raises UsageError for a bad one."""
    if path is None:
        return None
    try:
        data = yaml.safe_load(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"The app file {path} cannot be read.", str(error.strerror), "Name a YAML file.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UsageError(f"The app file {path} is no YAML.", str(error), "docs/app-file.md shows its shape.") from error
    if not isinstance(data, dict):
        raise UsageError(f"The app file {path} holds no mapping.", "", "docs/app-file.md shows its shape.")
    AppFacts.of(data)
    return data
