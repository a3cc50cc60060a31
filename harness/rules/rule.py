"""What a rule is, and what it can say that it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from harness.model import Finding, Gap, GapKind
from harness.rules.readings import Readings
from harness.tables import Tables, records

Decide = Callable[[Tables, Readings], Iterator[Finding]]


class Need(Protocol):
    """Something without which silence means nothing. `missing` gives the gaps that say it was lacking."""

    def missing(self, run: Tables, readings: Readings) -> list[Gap]: ...


def _of_kinds(run: Tables, *kinds: GapKind) -> list[Gap]:
    return [g for g in run.gaps if g.kind in kinds]


def not_reached(run: Tables, why: str, subject: str, *also: str, why_zh: str = "") -> list[Gap]:
    """The gaps that the run itself recorded of not reaching this subject (or one of `also`); else one that says why."""
    named = {*subject.split(), *also}
    recorded = [gap for gap in run.recorded_gaps() if gap.kind == GapKind.NOT_REACHED and named & set(gap.subject.split())]
    return recorded or [run.add_gap(GapKind.NOT_REACHED, why, subject, why_zh)]


@dataclass(frozen=True)
class Hooks:
    """Hooks of these kinds of personal information were in place in every process, nothing of theirs was lost, and the
    device had what was asked for.

    A gap that names the kinds it concerns (subject `kind:imei,imsi`) counts only for those; what else a device lacks
    (`device_limit` with another subject) counts for none.
    """

    kinds: frozenset[str]

    @classmethod
    def of(cls, *kinds: str) -> Hooks:
        return cls(frozenset(kinds))

    def missing(self, run: Tables, readings: Readings) -> list[Gap]:
        gaps = [g for g in _of_kinds(run, GapKind.HOOK_NOT_INSTALLED) if self._concerns(g)]
        gaps += [g for g in _of_kinds(run, GapKind.DEVICE_LIMIT) if g.subject.startswith("kind:") and self._concerns(g)]
        gaps += _of_kinds(run, GapKind.PROCESS_NOT_ATTACHED, GapKind.PROCESS_LOST, GapKind.MESSAGE_LOST)
        return gaps + [g for g in _of_kinds(run, GapKind.CAPTURE_LOST) if g.subject in {"", "hooks"}]

    def _concerns(self, gap: Gap) -> bool:
        if not gap.subject.startswith("kind:"):
            return True
        return not self.kinds or bool(self.kinds & set(gap.subject.removeprefix("kind:").split(",")))


@dataclass(frozen=True)
class Clock:
    """No call of these kinds came so near after one of these stages that the clocks cannot tell on which side it was."""

    stages: tuple[str, ...]
    kinds: frozenset[str]

    def missing(self, run: Tables, readings: Readings) -> list[Gap]:
        gaps = _of_kinds(run, GapKind.CLOCK_UNCERTAIN)
        if not len(run.calls):
            return gaps
        near = run.calls[run.calls["or_stage"].isin(self.stages) & ~run.calls["base"].isin(self.stages)
                         & run.calls["kind"].isin(self.kinds) & (run.calls["outcome"] == "value")
                         & (run.calls["origin"] != "framework")]
        for call in records(near):
            gaps.append(run.add_gap(
                GapKind.CLOCK_UNCERTAIN,
                f"{call['event_id']} ({call['method']}) came so near to the end of {call['or_stage']} that the clocks of "
                "device and host, which are not known exactly, cannot tell on which side.", call["event_id"]))
        return gaps


@dataclass(frozen=True)
class Traffic:
    """Traffic was captured from the first to the last moment and could be read. `third`: that to others than the first
    party; what is dark on the way to the app's own servers says nothing of these."""

    third: bool = False

    def missing(self, run: Tables, readings: Readings) -> list[Gap]:
        lost = [g for g in _of_kinds(run, GapKind.CAPTURE_LOST) if g.subject in {"", "traffic", "proxy"}]
        own = set(run.flows[run.flows["relation"] == "first"]["host"]) if self.third and len(run.flows) else set()
        return lost + [g for g in _of_kinds(run, GapKind.TRAFFIC_NOT_READ) if g.subject not in own]


@dataclass(frozen=True)
class Screens:
    """The screen could be read and dialogs recognised."""

    def missing(self, run: Tables, readings: Readings) -> list[Gap]:
        lost = [g for g in _of_kinds(run, GapKind.CAPTURE_LOST) if g.subject in {"", "screens"}]
        return lost + _of_kinds(run, GapKind.SCREEN_NOT_READABLE)


@dataclass(frozen=True)
class Boundary:
    """A stage was really entered by an act on the screen; else its rules decide nothing."""

    stage: str

    def missing(self, run: Tables, readings: Readings) -> list[Gap]:
        if len(run.steps) and (run.steps["opens"] == self.stage).any():
            return []
        return not_reached(run, f"No step of this run opened the stage {self.stage}.", self.stage)


@dataclass(frozen=True)
class Noted:
    """The suite wrote a fact of one of these types: it looked at, or did, what the rule judges. `having`: only a fact with
    one of these values in this field counts (("page", ("withdraw",)))."""

    types: tuple[str, ...]
    having: tuple[str, tuple[str | bool, ...]] | None = None

    @classmethod
    def of(cls, *types: str, having: tuple[str, tuple[str | bool, ...]] | None = None) -> Noted:
        return cls(types, having)

    def missing(self, run: Tables, readings: Readings) -> list[Gap]:
        for note in run.noted(*self.types):
            if self.having is None or note.data.get(self.having[0]) in self.having[1]:
                return []
        what = " or ".join(self.types) + (f" of {' or '.join(map(str, self.having[1]))}" if self.having else "")
        wanted = (*self.types, *(map(str, self.having[1]) if self.having else ()))
        return not_reached(run, f"This run has no record ({what}) of what the rule judges.", " ".join(wanted))


@dataclass(frozen=True)
class Text:
    """A text of the app was read to its end: any of these pages (`policy`, `collected_list`, ...)."""

    pages: tuple[str, ...]

    @classmethod
    def of(cls, *pages: str) -> Text:
        return cls(pages)

    def missing(self, run: Tables, readings: Readings) -> list[Gap]:
        if any(text.whole for page in self.pages for text in run.texts(page)):
            return []
        what = " or ".join(self.pages)
        return not_reached(run, f"No text ({what}) of the app was read to its end.", " ".join(self.pages))


@dataclass(frozen=True)
class Policy:
    """What the app's policy declares is known (`--app FILE`)."""

    def missing(self, run: Tables, readings: Readings) -> list[Gap]:
        if run.app.known:
            return []
        why = "No app file was given, so what the policy declares is not known."
        return [run.add_gap(GapKind.NOT_REACHED, why, "policy")]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One offence. `scenarios`: any of these must have been run; `needs`: what its silence rests on.

    `clauses`: those it decides; clauses that ask the same (`same_as`) are added by the engine. `readings`: the numbers that
    it asks the profile for. `sees`, `cannot_see`: for its page. `decide` yields findings only; the engine does the rest.
    """

    id: str
    title: str
    title_zh: str
    clauses: tuple[str, ...]
    scenarios: tuple[str, ...]
    needs: Sequence[Need]
    decide: Decide
    sees: str
    cannot_see: str
    advice: str
    advice_zh: str
    readings: tuple[str, ...] = ()
