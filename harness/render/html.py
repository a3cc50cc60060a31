"""One self-contained HTML page: no script, no request, nothing from the app unescaped.

The Content-Security-Policy allows the page's own style sheet by its hash and pictures inside the page,
and nothing else.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
from pathlib import Path

import jinja2
from markupsafe import Markup

from harness.bundle import AllObjects, Verification, open_bundle, report_place, verify, write_report
from harness.errors import UsageError
from harness.render import timeline, view
from harness.resources import resource
from harness.rules.analysis import Analysis
from harness.tables import boundaries

LANGUAGES = ("zh", "en")


def policy(style: str) -> str:
    """The page's Content-Security-Policy."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'; "
        "script-src 'none'; connect-src 'none'"
    )


def page(analysis: Analysis, *, language: str = "zh", integrity: Verification | None = None) -> str:
    """The report as HTML. `integrity`: of the bundle without its report; checked here where it is not given.

    Raises UsageError for a language that there is not.
    """
    if language not in LANGUAGES:
        raise UsageError(f"There is no report in {language!r}.", "", f"Choose one of: {', '.join(LANGUAGES)}.")
    bundle = AllObjects(open_bundle(analysis.bundle), [open_bundle(path) for path in analysis.bundles[1:]])
    checked = integrity or verify(analysis.bundle, report=False)
    made = view.build(analysis, bundle, checked, language, checked_at=datetime.datetime.now(datetime.UTC))
    style = resource("reports", "report.css").read_text("utf-8")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(resource("reports")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.j2").render(
        v=made,
        t=made.t,
        policy=policy(style),
        style=Markup(style),
        strips=timeline.strips(analysis.run, analysis.verdicts),
        boundaries=boundaries(analysis.run),
        timeline=timeline,
        clock=view.clock,
    )


def write(analysis: Analysis, path: Path, *, language: str = "zh", integrity: Verification | None = None) -> None:
    """Write the page, and sign it where it lies in the bundle. Raises UsageError where the file cannot be written, or
    where it would alter the bundle."""
    in_bundle = report_place(analysis.bundle, path)
    text = page(analysis, language=language, integrity=integrity)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not in_bundle:
            path.write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(
            f"The report cannot be written to {path}.", str(error.strerror), "Name another file with --to."
        ) from error
    if in_bundle:
        write_report(analysis.bundle, path, text.encode("utf-8"))
