"""The report as PDF/A-3 with tags (PDF/UA-1): for printing, for files, for courts.

The template, reports/report.typ, is set by Typst's compiler. It gets the view as a file of JSON, so that no text of an app is
ever read as markup. Equal views with equal attachments and an equal time give equal bytes.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import datetime
import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any

import typst

from harness.bundle import AllObjects, BundleReader, Verification, open_bundle, verify
from harness.bundle.format import MANIFEST, SIGNATURE
from harness.render import timeline, view
from harness.render.shapes import ScreenView, View
from harness.render.timeline import BAR, LABEL, LANE_HEIGHT, LANES, WIDTH, Strip
from harness.render.typeface import BREAK, FAMILY, MONO, font_file, printable
from harness.resources import resource
from harness.rules.analysis import Analysis
from harness.rules.rule import Rule

STAGES = {
    "before_consent": "#f0c75e", "after_refusal": "#eba294", "after_agree": "#9cc9a3", "after_permission_denial": "#d2b2df",
    "background": "#b3bcc9", "other": "#9fc2e3",
}  # fmt: skip
MARKS = {"steps": "#1d2430", "screens": "#667080", "calls": "#1f5fa8", "flows": "#22704f"}
_CITED = "#b3122b"
_TEMPLATE = "report.typ"
_JPEG = "data:image/jpeg;base64,"


def document(
    made: View, attachments: Mapping[str, bytes] | None = None, strips: Sequence[Strip] = (), *, at: datetime.datetime
) -> bytes:
    """The PDF. `attachments`: name -> bytes, kept as they are in the file; `at`: its date. Raises NoFont."""
    attached = attachments or {}
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(font_file().parent)])
    with tempfile.TemporaryDirectory(prefix="harness-pdf-") as folder:
        root = Path(folder)
        shutil.copyfile(resource("reports", _TEMPLATE), root / _TEMPLATE)
        for number, content in enumerate(attached.values()):
            (root / f"attachment-{number}").write_bytes(content)
        plain = _Plain(root, made.language)
        data = plain.of(made) | {
            "fonts": {"text": FAMILY, "mono": MONO},
            "stage_colours": STAGES,
            "totals_line": made.t["counts_line"] % tuple(f"{made.totals[name]:,}" for name in ("flows", "screens", "steps")),
            "hook_states": [(printable(made.t["hook_words"].get(word, word)), count) for word, count in made.hook_counts.items()],
            "attachments": [{"name": name, "file": f"attachment-{number}"} for number, name in enumerate(attached)],
            "strips": [plain.strip(number, strip) for number, strip in enumerate(strips)],
        }
        (root / "data.json").write_text(json.dumps(data), "ascii")
        compiler = typst.Compiler(str(root / _TEMPLATE), root=str(root), font_paths=fonts)
        compiled = compiler.compile(format="pdf", pdf_standards=["a-3a", "ua-1"], timestamp=int(at.timestamp()))
    assert isinstance(compiled, bytes)
    return compiled


def report(
    analysis: Analysis, *, language: str = "zh", integrity: Verification | None = None, unmask: bool = False,
    at: datetime.datetime | None = None,
) -> bytes:
    """The report of an analysis. `integrity`: of the bundle without its report; checked here where it is not given. `unmask`:
    personal information is shown in full, and the report says so. `at`: when that was checked; now where it is not given."""
    now = at or datetime.datetime.now(datetime.UTC)
    reader = open_bundle(analysis.bundle)
    bundle = AllObjects(reader, [open_bundle(path) for path in analysis.bundles[1:]])
    checked = integrity or verify(analysis.bundle, report=False)
    made = view.build(analysis, bundle, checked, language, checked_at=now, unmask=unmask)
    return document(made, _sealed(reader), timeline.strips(analysis.run, analysis.verdicts), at=now)


def _sealed(bundle: BundleReader) -> dict[str, bytes]:
    """The manifest and its signature as they lie in the bundle; without those that it does not have."""
    found = {}
    for name in (MANIFEST, SIGNATURE):
        if bundle.source.has(name):
            with bundle.source.open(name) as file:
                found[name] = file.read()
    return found


class _Plain:
    """A view as JSON: all texts printable, pictures as files in `root`."""

    def __init__(self, root: Path, language: str) -> None:
        self.root, self.language = root, language

    def of(self, value: Any) -> Any:
        """Raises TypeError for what a view cannot hold."""
        if isinstance(value, ScreenView):
            return self._fields(value) | {"image": self._picture(value.image)}
        if isinstance(value, Rule):
            return self._rule(value)
        if dataclasses.is_dataclass(value):
            return self._fields(value)
        if isinstance(value, Enum):
            return str(value)
        if isinstance(value, str):
            return printable(value)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int):
            return value if abs(value) < 2**63 else str(value)
        if isinstance(value, float):
            return value if abs(value) < float("inf") else str(value)
        if isinstance(value, Mapping):
            return {printable(str(key)).replace(BREAK, ""): self.of(one) for key, one in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.of(one) for one in value]
        if isinstance(value, frozenset):
            return [self.of(one) for one in sorted(value)]
        raise TypeError(f"A report cannot hold a {type(value).__name__}.")

    def strip(self, number: int, strip: Strip) -> dict[str, Any]:
        """What the template needs of a strip, whose drawing becomes a file. `lane`: height by the drawing's width."""
        name = f"strip-{number}.svg"
        (self.root / name).write_text(_svg(strip), "ascii")
        return {"scenario": printable(strip.scenario), "seconds": strip.seconds, "file": name, "lanes": list(LANES),
                "lane": LANE_HEIGHT / (WIDTH - LABEL)}

    def _fields(self, value: Any) -> dict[str, Any]:
        return {field.name: self.of(getattr(value, field.name)) for field in dataclasses.fields(value) if field.name != "image"}

    def _rule(self, rule: Rule) -> dict[str, Any]:
        title = rule.title_zh if self.language == "zh" else rule.title
        return {name: self.of(text) for name, text in (
            ("id", rule.id), ("title", title), ("sees", rule.sees), ("cannot_see", rule.cannot_see), ("readings", rule.readings))}

    def _picture(self, uri: str) -> str:
        """The name of a file with the picture; "" where there is none."""
        if not uri.startswith(_JPEG):
            return ""
        try:
            content = base64.b64decode(uri.removeprefix(_JPEG), validate=True)
        except binascii.Error:
            return ""
        name = f"{hashlib.sha256(content).hexdigest()}.jpg"
        (self.root / name).write_bytes(content)
        return name


def _svg(strip: Strip) -> str:
    """A strip without its words: numbers and colours of ours, nothing of an app."""
    bar = strip.height - BAR
    parts = [f'<line x1="{LABEL}" x2="{WIDTH}" y1="{y}" y2="{y}" stroke="#d0d6df"/>'
             for y in (n * LANE_HEIGHT + LANE_HEIGHT / 2 for n in range(len(LANES)))]
    parts += [f'<rect x="{b.x}" y="{bar}" width="{b.width}" height="{BAR}" fill="{STAGES.get(b.stage, STAGES["other"])}"/>'
              for b in strip.bars]
    parts += [f'<circle cx="{m.x}" cy="{m.y}" r="{4.5 if m.cited else 3}" fill="{_CITED if m.cited else MARKS[m.kind]}"/>'
              for m in strip.marks]
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{LABEL} 0 {WIDTH - LABEL} {strip.height}">'
            + "".join(parts) + "</svg>")
