"""What the suite wrote down beside its steps: facts of the screens, and texts of the app. docs/driving.md lists their fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.model import Fact
from harness.tables.stages import Interval


@dataclass(frozen=True, kw_only=True)
class Note:
    """A fact of the suite. `t`: ns, host's clock; `scenario`, `stage`: where it was written. `screens`: the ids of the screens
    that it names, and `evidence` itself with these: what a finding that rests on it cites."""

    id: str
    t: int
    type: str
    data: Mapping[str, Any]
    scenario: str
    stage: str

    @property
    def screens(self) -> list[str]:
        named = [self.data.get("screen"), self.data.get("notice"), *(self.data.get("screens") or ())]
        return list(dict.fromkeys(one for one in named if isinstance(one, str) and one.startswith("v")))

    @property
    def evidence(self) -> list[str]:
        return [self.id, *self.screens]


@dataclass(frozen=True, kw_only=True)
class AppText:
    """A text of the app, as the suite read it. `page`: policy, summary, collected_list, ...; `whole`: to its end. What a person
    attached for a clause is one, too: its `page` is the clause."""

    page: str
    text: str
    whole: bool
    outcome: str
    note: Note


def place(fact: Fact, found: Sequence[Interval]) -> Note:
    """The fact with its scenario, as it says or by its time, and the stage that its time falls in."""
    at = next((i for i in reversed(found) if i.from_ns <= fact.host_ns < i.to_ns), None)
    said = fact.data.get("scenario")
    return Note(id=fact.id, t=fact.host_ns, type=fact.type, data=fact.data,
                scenario=said if isinstance(said, str) and said else at.scenario if at else "",
                stage=at.base if at and (not said or said == at.scenario) else "")


def texts(notes: Sequence[Note], read: Callable[[str], bytes | None]) -> list[AppText]:
    """The texts that the facts `page` keep, and the files attached for a clause (`checklist`) that are texts. `read`: an object's
    bytes by its name; None where it is not there."""
    found = []
    for note in notes:
        name = note.data.get("object")
        if note.type == "checklist" and isinstance(name, str):
            found += _attached(note, read(name))
        if note.type != "page" or not isinstance(name, str):
            continue
        data = read(name)
        if data is not None:
            found.append(AppText(page=str(note.data.get("page", "")), text=data.decode("utf-8", "replace"),
                                 whole=bool(note.data.get("whole", True)), outcome=str(note.data.get("outcome", "")), note=note))
    return found


def _attached(note: Note, data: bytes | None) -> list[AppText]:
    """The file attached for a clause; none where it is no text (a picture, a PDF)."""
    try:
        said = (data or b"").decode("utf-8-sig")
    except UnicodeDecodeError:
        return []
    if not said.strip() or "\0" in said:
        return []
    return [AppText(page=str(note.data.get("clause", "")), text=said, whole=True, outcome="opened", note=note)]
