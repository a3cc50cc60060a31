"""Reading a bundle: typed events, each journal in its order.

A last line without its line feed was cut off by a kill or a full disk: it is not parsed, and shows as a
Gap of kind capture_lost with the id `FILE@OFFSET`. Anything else that is wrong is an error that
names file and line.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, TypeVar

from harness.bundle.format import FORMAT, FORMATS, MIXED, PREFIXES, PROXY_JOURNAL, REDACTION, BundleError, Misfit, decode
from harness.bundle.migrations import to_now
from harness.bundle.objects import object_name
from harness.bundle.source import START, Source, Unreadable, lines_of, source_of
from harness.errors import UsageError
from harness.model import JOURNALS, Call, Event, Fact, Flow, Gap, GapKind, Screen, Stack, Step

E = TypeVar("E", bound=Event)
LOG = "device.log"
"""The device's log (`logcat -v epoch`), as the rig keeps it."""


class BundleReader:
    """What a bundle's journals say. Reads from the disk at each call, and keeps nothing.

    `notes` collects what a newer version wrote and this one left out.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.notes: set[str] = set()

    @property
    def path(self) -> Path:
        return Path(self.source.name)

    @cached_property
    def made(self) -> int:
        """The format that it was written in; where its first fact does not say, today's. Raises BundleError for a newer one."""
        try:
            first = json.loads(next(iter(self._raw(START)))[1])
            made = first["data"]["format"]
        except (StopIteration, ValueError, RecursionError, TypeError, KeyError):
            return FORMAT
        if type(made) is int and made not in FORMATS:
            raise BundleError(f"{self.source.name} has bundle format {made}.", f"This version reads formats up to {FORMAT}.",
                              "Use a newer harness.")
        return made if type(made) is int else FORMAT

    def calls(self) -> Iterator[Call]:
        return self.events(Call)

    def stacks(self) -> Iterator[Stack]:
        return self.events(Stack)

    def screens(self) -> Iterator[Screen]:
        return self.events(Screen)

    def steps(self) -> Iterator[Step]:
        return self.events(Step)

    def flow_lines(self) -> Iterator[Flow]:
        """Every line of flows.jsonl: an exchange has one to three, see `Flow.phase`."""
        return self.events(Flow)

    def flows(self) -> list[Flow]:
        """One record for each exchange and each WebSocket message, in the order in which they began.

        An exchange has the id of its first line and all that its last line knows; one that was never
        finished keeps the phase "open" or "request". A message keeps its own id and names its WebSocket
        in `of`.
        """
        return joined(self.events(Flow))

    def facts(self, type: str | None = None) -> list[Fact]:
        """The facts (of one type) of the harness, then those of the proxy."""
        return [fact for fact in self.events(Fact) if type is None or fact.type == type]

    @contextmanager
    def log(self) -> Iterator[Iterable[bytes]]:
        """The lines of the device's log; none where the bundle has no log."""
        if not self.source.has(LOG):
            yield ()
            return
        with self.source.open(LOG) as file:
            yield lines_of(file)

    def gaps(self) -> list[Gap]:
        """The gaps of the harness, of the proxy, and one for each journal that ends in a torn line."""
        return list(self.events(Gap))

    def complete(self) -> bool:
        """Whether the run came to its end and was never interrupted. Capture may still have gaps."""
        ends = self.facts("end")
        if not ends or ends[-1].data.get("complete") is not True:
            return False
        return all(gap.kind is not GapKind.INTERRUPTED for gap in self.gaps())

    def events(self, kind: type[E]) -> Iterator[E]:
        """All events of a type, those of the harness first."""
        for event in self._lines(kind.journal):
            if type(event) is kind:
                yield event
        for event in self._lines(PROXY_JOURNAL):
            if type(event) is kind:
                yield event
        if kind is Gap:
            for name in PREFIXES:
                if (torn := self.torn(name)) is not None:
                    yield torn  # type: ignore[misc]

    def torn(self, journal: str) -> Gap | None:
        """The gap that a torn last line is, or None where the journal ends as it should."""
        size = whole = 0
        before = b""
        for _, line in self._raw(journal):
            size += len(line)
            if line.endswith(b"\n"):
                whole, before = size, line
        if whole == size:
            return None
        last = _host_ns(before)
        return Gap(
            id=f"{journal}@{whole}", host_ns=last, kind=GapKind.CAPTURE_LOST, subject=journal, from_ns=last,
            detail=f"The last line of {journal} was cut off at byte {whole}; {size - whole} bytes of it are left.",
        )

    def has_object(self, sha256: str) -> bool:
        return self.source.has(object_name(sha256))

    def open_object(self, sha256: str) -> BinaryIO:
        try:
            return self.source.open(object_name(sha256))
        except Unreadable as bad:
            raise BundleError(
                f"Object {sha256} of {self.source.name} {bad}.", "The bundle was changed or copied in part.",
                "Run `harness verify` on it.",
            ) from bad

    def object(self, sha256: str, most: int = -1) -> bytes:
        """All of it, or the first `most` bytes."""
        with self.open_object(sha256) as file:
            return file.read(most)

    def _lines(self, journal: str) -> Iterator[Event]:
        mixed = MIXED.get(journal)
        for number, line in self._raw(journal):
            if not line.endswith(b"\n"):
                return
            where = f"{journal}, line {number}"
            try:
                fields = json.loads(line)
            except (ValueError, RecursionError) as bad:
                raise self._bad(where, f"it is not JSON: {bad}") from bad
            kind: type[Event] | None = JOURNALS.get(journal)
            if isinstance(fields, dict) and self.made < FORMAT:
                fields = to_now(self.made, FORMAT, journal, fields)
            if mixed is not None and isinstance(fields, dict):
                kind = mixed.get(fields.pop("record", None))
            if kind is None:
                raise self._bad(where, "its `record` is unknown")
            try:
                event = decode(kind, fields, self.notes)
            except Misfit as bad:
                raise self._bad(where, f"it is no {kind.__name__.lower()}: {bad}") from bad
            if event.id != f"{PREFIXES[journal]}{number}":
                raise self._bad(where, f"its id is {event.id!r}: lines are missing or were moved")
            yield event

    def _raw(self, journal: str) -> Iterator[tuple[int, bytes]]:
        if not self.source.has(journal):
            return
        try:
            with self.source.open(journal) as file:
                yield from enumerate(lines_of(file), 1)
        except Unreadable as bad:
            raise self._bad(journal, str(bad)) from bad

    def _bad(self, where: str, why: str) -> BundleError:
        return BundleError(
            f"{self.source.name}: {where} cannot be read: {why}.",
            "The bundle was damaged, changed, or made by another version.",
            "Run `harness verify` on it, and analyze an intact copy.",
        )


def open_bundle(path: Path | str) -> BundleReader:
    """The bundle in a folder or zip. Raises UsageError where there is none, BundleError for a newer format."""
    source = source_of(Path(path))
    if not source.has("run.jsonl"):
        raise UsageError(f"{path} is no bundle.", "It has no run.jsonl.", "Name the folder of a run.")
    if source.has(REDACTION):
        raise BundleError(
            f"{path} is a redacted copy.", "What its calls and messages held was taken out, so nothing can be decided from it.",
            "Check it with `harness verify`; analyze the bundle that it was made from.")
    reader = BundleReader(source)
    first = next(reader.events(Fact), None)
    made = first.data.get("format") if first is not None and first.type == "bundle" else None
    if first is not None and not isinstance(made, int):
        raise BundleError(
            f"{path} is no bundle of this harness.", "run.jsonl does not begin with the fact `bundle`.", "")
    return reader


def joined(lines: Iterator[Flow]) -> list[Flow]:
    """The lines of each exchange made into one record; see `BundleReader.flows`."""
    exchanges: dict[str, Flow] = {}
    for line in lines:
        if line.of is None or line.phase == "message":
            exchanges[line.id] = line
        elif line.phase == "closed":
            began = exchanges.get(line.of)
            if began is not None:
                exchanges[line.of] = dataclasses.replace(
                    began, end_ns=line.end_ns, error=began.error or line.error, phase="done")
        else:
            exchanges[line.of] = dataclasses.replace(line, id=line.of, of=None)
    return list(exchanges.values())


def _host_ns(line: bytes) -> int:
    """When the line was written, for a gap that begins there; 0 where it does not say."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return 0
    time = fields.get("host_ns") if isinstance(fields, dict) else None
    return time if isinstance(time, int) else 0
