"""What a report holds, as plain data: every format (page, PDF, ...) lays out a `View` and looks nowhere else.

All texts are for a reader and in the report's language. They may come from an app and are escaped by the format; what is
personal in them is masked here already, unless the report was asked for unmasked. What the bundle does not hold reads
`not recorded` in a `Row`; an empty text or list anywhere else says that there is nothing to show.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.bundle import Verification
from harness.model import Verdict
from harness.rules.readings import Readings
from harness.rules.rule import Rule


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of a form. `recorded`: whether the bundle holds it; else `value` says that it does not. `code`: a hash, a path or
    another text for machines. `note`: how it is known, or what it is not."""

    key: str
    label: str
    value: str
    recorded: bool = True
    code: bool = False
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """A line of a call stack. `own`: neither framework nor JVM."""

    text: str
    own: bool


@dataclass(frozen=True, kw_only=True)
class CallView:
    """A hooked call. `value`: what the app got, or the error; `outcome`: value, empty, denied or thrown."""

    id: str
    time: str
    method: str
    arguments: str
    value: str
    outcome: str
    outcome_word: str
    process: str
    thread: str
    caller: str
    frames: list[Frame]


@dataclass(frozen=True, kw_only=True)
class RequestView:
    """A value found in a request. `steps`: the way from the request's bytes to the value, outermost first, each (what was
    undone or where it stands, detail); `before`, `matched`, `after`: the text there. `body_sha256`: of the object in the
    bundle, "" where the value stood in no body. `of`: the calls that read the value."""

    id: str
    time: str
    line: str
    status: str
    where: str
    form: str
    steps: list[tuple[str, str]]
    before: str
    matched: str
    after: str
    item: str
    of: list[str]
    sender: str    # whose request it was, and by what that is known; "" where it is not
    recipient: str
    encrypted: bool
    body_sha256: str
    body_bytes: int


@dataclass(frozen=True, kw_only=True)
class SharedView:
    """A row of what left the device."""

    item: str
    sensitive: bool
    value: str
    sender: str
    recipient: str
    where: str
    form: str
    stage: str
    encrypted: bool
    count: int
    first: str
    last: str
    ids: str


@dataclass(frozen=True, kw_only=True)
class ScreenView:
    """A screen. `image`: a data URI (JPEG), "" where there is no picture; `sha256`: of the picture in the bundle. `marked`: what
    the framed control says; `covered`: how many texts on it were painted over because they are personal; `withheld`: why it is
    not shown, "" where it is."""

    id: str
    time: str
    kind: str
    image: str
    sha256: str
    marked: str = ""
    withheld: str = ""
    covered: int = 0
    width: int = 0
    height: int = 0


@dataclass(frozen=True, kw_only=True)
class Clause:
    """`force`: what the document is, in words; `quoted`: whether the Chinese text is the document's own wording."""

    id: str
    source: str
    force: str
    text: str
    quoted: bool


@dataclass(frozen=True, kw_only=True)
class NoteView:
    """What the suite wrote down: a fact that a finding rests on, as rows of a table."""

    id: str
    time: str
    kind: str
    rows: list[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Frequency:
    """How often. `window`: seconds from the first to the last; `most_1s`, `most_60s`: the most in any window of that length;
    `least_gap`: seconds, None of one event. `rate`: a minute over the window, "" where there is none to speak of."""

    count: int
    first: str
    last: str
    window: float
    rate: str
    most_1s: int
    most_60s: int
    least_gap: float | None


@dataclass(frozen=True, kw_only=True)
class FindingView:
    """One finding. `key` survives another run of the same app: the same as in every format (rules.identity). `trigger`:
    the scenario, the step before and how long before; `permission`, `disclosure`: as rows say them. `evidence`: the ids as
    ranges; `more`: pieces of evidence that are not shown whole."""

    number: int
    key: str
    verdict: Verdict
    rule: Rule
    title: str
    item: str
    subject: str
    stage: str
    recipient: str
    grade: str
    reason: str
    severity: str
    clauses: list[Clause]
    calls: list[CallView]
    requests: list[RequestView]
    notes: list[NoteView]
    screens: list[ScreenView]
    advice: str
    first: str
    count: int
    frequency: Frequency | None
    trigger: str
    run_state: str
    permission: str
    reproduction: str
    evidence: str
    more: int


@dataclass(frozen=True, kw_only=True)
class VerdictView:
    """A row of all verdicts. `finding`: the number of its finding, 0 where it is none."""

    title: str
    word: str
    word_text: str
    item: str
    subject: str
    stage: str
    recipient: str
    grade: str
    reason: str
    gaps: list[str]
    finding: int


@dataclass(frozen=True, kw_only=True)
class ClauseRow:
    """A clause and what was decided of it. `word`: a verdict, or unanswered (a person has to say), answered, undecided (nothing
    decides it); `findings`: their numbers; `scenarios`: those among the run's that it needs."""

    clause: Clause
    word: str
    word_text: str
    rules: list[str]
    scenarios: list[str]
    evidence: str
    findings: list[int]
    gaps: list[str]


@dataclass(frozen=True, kw_only=True)
class BasisRow:
    """A document of the catalogue. `clauses`: how many of its clauses; `file`, `sha256`: the catalogue's file."""

    document: str
    title: str
    force: str
    text_basis: str
    clauses: int
    file: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class StepView:
    id: str
    time: str
    action: str
    target: str
    opens: str
    outcome: str
    screen: str


@dataclass(frozen=True, kw_only=True)
class StageView:
    """A stage and what it begins with."""

    stage: str
    word: str
    begins: str
    ends: str
    seconds: float
    opened_by: str
    action: str
    screen: str


@dataclass(frozen=True, kw_only=True)
class ScenarioView:
    """`reached`: it was run to its end."""

    id: str
    title: str
    reached: bool
    seconds: float
    stages: list[StageView]
    steps: list[StepView]


@dataclass(frozen=True, kw_only=True)
class TableView:
    """A table of figures. `columns`: their names; `numeric`: the places of those that hold numbers; `left_out`: rows that are
    not shown."""

    id: str
    title: str
    note: str
    columns: list[str]
    rows: list[list[str]]
    numeric: frozenset[int]
    left_out: int = 0


@dataclass(frozen=True, kw_only=True)
class GapView:
    id: str
    kind: str
    detail: str
    span: str
    cited_by: list[str]


@dataclass(frozen=True, kw_only=True)
class ChecklistRow:
    """A clause that a person has to answer. `state`: unanswered, attached, met, not_met, not_applicable; `answer`: "" where
    nobody did, or its words are not in this copy; `attachments`: (name, SHA-256)."""

    clause: Clause
    wanted: str
    state: str
    state_text: str
    answer: str
    by: str
    at: str
    attachments: list[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class FileRow:
    """A file of the manifest."""

    path: str
    what: str
    bytes: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class CustodyRow:
    number: int
    at: str
    action: str
    by: str
    note: str
    key: str


@dataclass(kw_only=True)
class View:
    """The whole report, its parts in the order in which a format prints them. `t`: the texts of its language.

    `masked`: whether personal information is masked. `number`: the report's number. `cover`, `summary`, `sample`, `environment`,
    `tools`, `interventions`, `people`, `clocks`, `seals`: forms. `counts`: verdict word -> how many. `totals`: calls, flows,
    screens, steps, gaps. `files`: those of the manifest that are no objects, then the objects that findings show; `files_left`:
    how many more the manifest lists. `facts`: all that was recorded of device and tools, as (key, value).
    """

    language: str
    t: Mapping[str, Any]
    masked: bool
    number: str
    app_name: str
    package: str
    complete: bool
    simulated: bool

    cover: list[Row]
    summary: list[Row]
    statements: list[str]
    basis: list[BasisRow]
    basis_rows: list[Row]
    sample: list[Row]
    environment: list[Row]
    tools: list[Row]
    interventions: list[Row]
    people: list[Row]
    clocks: list[Row]
    scenarios: list[ScenarioView]
    matrix: list[ClauseRow]
    verdicts: list[VerdictView]
    counts: dict[str, int]
    findings: list[FindingView]
    shared: list[SharedView]
    statistics: list[TableView]
    gaps: list[GapView]
    rules: list[Rule]
    readings: Readings
    hooks: list[dict[str, Any]]
    hook_counts: dict[str, int]
    checklist: list[ChecklistRow]
    integrity: Verification
    seals: list[Row]
    files: list[FileRow]
    files_left: int
    custody: list[CustodyRow]
    checked: str  # when and by which tool, for a page says nothing of a bundle that was changed later
    facts: list[tuple[str, str]]
    totals: dict[str, int]
    glossary: list[tuple[str, str]]
