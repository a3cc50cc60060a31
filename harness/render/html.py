"""One self-contained HTML page: one script and one style sheet of ours, no request, nothing from the app unescaped.

The Content-Security-Policy allows the page's own script and style sheet by their hashes and pictures inside the page, and
nothing else. What the script shows is data inside the page (harness/render/events.py); it makes elements and texts, never markup.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import re

import jinja2
from markupsafe import Markup

from harness.bundle import AllObjects, Verification, open_bundle, verify
from harness.errors import UsageError
from harness.render import events, timeline, view
from harness.render.forms import visible
from harness.resources import resource
from harness.rules.analysis import Analysis
from harness.tables import records

LANGUAGES = ("zh", "en")
PARTS = (
    ("summary", "summary_title"), ("statements", "statements"), ("basis", "basis"), ("sample", "sample"),
    ("environment", "environment"), ("tools", "tools_title"), ("interventions", "interventions"), ("people", "people"),
    ("clocks", "clocks"), ("scenarios", "scenarios_title"), ("timeline", "timeline"), ("matrix", "matrix"),
    ("verdicts", "verdicts"), ("findings", "findings"), ("shared", "shared"), ("statistics", "statistics"),
    ("unseen", "unseen"), ("checklist", "checklist"), ("integrity", "integrity"), ("glossary", "glossary_title"),
)  # fmt: skip
"""(id, name of its title among the texts) of the page's parts, in their order."""


def policy(style: str, script: str) -> str:
    """The page's Content-Security-Policy."""
    allowed = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, script)]
    return (
        f"default-src 'none'; style-src 'sha256-{allowed[0]}'; script-src 'sha256-{allowed[1]}'; img-src data:; "
        "base-uri 'none'; form-action 'none'; connect-src 'none'"
    )


def page(
    analysis: Analysis, *, language: str = "zh", integrity: Verification | None = None, unmask: bool = False
) -> str:
    """The report as HTML. `integrity`: of the bundle without its report; checked here where it is not given. `unmask`: personal
    information is shown in full, and the page says so.

    Raises UsageError for a language that there is not.
    """
    if language not in LANGUAGES:
        raise UsageError(f"There is no report in {language!r}.", "", f"Choose one of: {', '.join(LANGUAGES)}.")
    bundle = AllObjects(open_bundle(analysis.bundle), [open_bundle(path) for path in analysis.bundles[1:]])
    checked = integrity or verify(analysis.bundle, report=False)
    material = view.gather(analysis, bundle, checked, language, unmask=unmask)
    made = view.build(analysis, bundle, checked, language, checked_at=datetime.datetime.now(datetime.UTC), material=material)
    style = resource("reports", "report.css").read_text("utf-8") + _on_each_sheet(made)
    script = resource("reports", "report.js").read_text("utf-8")
    environment = templates()
    environment.globals.update(v=made, t=made.t)
    return environment.get_template("report.html.j2").render(
        parts=[(id, made.t[title]) for id, title in PARTS],
        policy=Markup(policy(style, script)),    # single quotes and letters of Base64 only
        style=Markup(style),
        script=Markup(script),
        strips=timeline.strips(analysis.run, analysis.verdicts),
        stages=list(dict.fromkeys(s["stage"] for s in records(analysis.run.stages))),
        timeline=timeline,
        events=Markup(events.packed(events.payload(material))),
    )


def templates() -> jinja2.Environment:
    """Of the folder reports/: all that is written is escaped and made visible."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(resource("reports")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.finalize = _shown
    return environment


def _shown(value: object) -> object:
    """Whatever a template writes: no control, no turned writing, no half a surrogate pair."""
    return visible(value) if type(value) is str else value


def _on_each_sheet(made: view.View) -> str:
    """The report's number and the sheet's own at the foot of each printed sheet."""
    number = re.sub(r"[^0-9A-Za-z._-]", "-", made.number)
    look, pages = "font-size: 8pt; color: #556070", 'counter(page) " / " counter(pages)'
    return (f'\n@page {{ size: A4; margin: 16mm 14mm 18mm; @bottom-left {{ content: "{number}"; {look}; }} '
            f"@bottom-right {{ content: {pages}; {look}; }} }}\n")
