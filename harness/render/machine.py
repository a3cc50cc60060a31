"""What every format for programs is made from, and the texts in it: masked unless asked for as they are."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.bundle import AllObjects, BundleReader, Verification, label_of, open_bundle
from harness.bundle.format import PREFIXES
from harness.render.forms import visible
from harness.render.masking import WHOLE, Masker, knowns
from harness.rules.analysis import Analysis
from harness.tables import Tables

_JOURNAL = {letter: journal for journal, letter in PREFIXES.items()}
_ID = re.compile(r"([a-z])([1-9]\d{0,9})(?:@(.+))?")
_NO_XML = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, kw_only=True)
class Machine:
    """One judged bundle. `language`: zh or en, of what is written for people. `made`: when the files are made."""

    analysis: Analysis
    bundle: BundleReader
    integrity: Verification
    mask: Masker
    language: str
    made: datetime.datetime

    @property
    def run(self) -> Tables:
        return self.analysis.run

    @property
    def zh(self) -> bool:
        return self.language == "zh"

    @property
    def masks(self) -> Masker | None:
        """For traffic that other programs read (harness/render/http.py): None where it is to be as it was on the wire."""
        return self.mask if self.mask.on else None

    @property
    def why_incomplete(self) -> str:
        """Of a run that did not come to its end."""
        return self.text(str(self.run.fact("end").get("reason") or "The run did not come to its end."))

    def text(self, text: Any) -> str:
        """A text that may hold what is personal, whole."""
        return self.mask.text(text, WHOLE)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a record stands: `journal` is a file of the bundle, `line` counts from 1. `label`: "" for the bundle that was asked
    for, else whose it is (docs/json.md, `bundles`)."""

    journal: str
    line: int
    label: str


def machine(analysis: Analysis, integrity: Verification, *, language: str = "zh", unmask: bool = False) -> Machine:
    """`integrity`: what `verify` said of the bundle. Raises HarnessError where a bundle can no longer be read."""
    bundle = AllObjects(open_bundle(analysis.bundles[0]), [open_bundle(path) for path in analysis.bundles[1:]])
    mask = Masker(knowns(analysis.run), spare=(analysis.run.package,), on=not unmask)
    return Machine(analysis=analysis, bundle=bundle, integrity=integrity, language=language, mask=mask,
                   made=datetime.datetime.now(datetime.UTC))


def place(event_id: str) -> Place | None:
    """None for what has no line: a gap that only the analysis could tell of, a line that was cut off."""
    found = _ID.fullmatch(event_id)
    if found is None or found[1] not in _JOURNAL:
        return None
    return Place(journal=_JOURNAL[found[1]], line=int(found[2]), label=found[3] or "")


def base_ids(analysis: Analysis) -> dict[str, str]:
    """Label of a bundle -> what stands for its folder: BUNDLE for the one that was asked for, BUNDLE_3f2a1c for others."""
    ids = {label_of(path.name): f"BUNDLE_{label_of(path.name)}" for path in analysis.bundles}
    return ids | {"": "BUNDLE"}


def shown(value: Any) -> Any:
    """The same document, in whose texts nothing is left that a reader would not see, nor what UTF-8 cannot carry."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, Mapping):
        return {visible(str(key)): shown(one) for key, one in value.items()}
    return [shown(one) for one in value] if isinstance(value, list | tuple) else value


def for_xml(text: str) -> str:
    """A text without what XML 1.0 has no place for: that stands as its escape."""
    return _NO_XML.sub(lambda found: f"\\u{ord(found[0]):04x}", visible(text))


def span(run: Tables) -> tuple[int, int]:
    """ns: when the first and the last thing of a run happened; 0, 0 where nothing did."""
    times: list[int] = []
    for frame in (run.calls, run.flows, run.screens, run.steps):
        if len(frame):
            times += [int(frame["t"].min()), int(frame["t"].max())]
    times += _ends(fact.host_ns for fact in run.facts)
    return (min(times), max(times)) if times else (0, 0)


def _ends(times: Iterable[int]) -> list[int]:
    found = sorted(t for t in times if t)
    return [found[0], found[-1]] if found else []
