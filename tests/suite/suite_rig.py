"""The suite's parts put together over a fake device, with a journal in memory."""

from __future__ import annotations

import dataclasses
import hashlib
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from suite_device import APP, Clock, FakeDevice, Page

from harness.capture.screen import ScreenCapture
from harness.model import Event, Fact, Gap, Screen, Step
from harness.screens.recogniser import recognise
from harness.suite.app import App, Timeline
from harness.suite.driver import UiDriver
from harness.suite.explorer import Explorer
from harness.suite.limits import Limits, load_limits
from harness.suite.steps import Steps


@dataclass
class MemoryJournal:
    events: list[Event] = field(default_factory=list)
    objects: dict[str, bytes] = field(default_factory=dict)

    def append(self, event: Any) -> Any:
        count = sum(type(e) is type(event) for e in self.events) + 1
        numbered = dataclasses.replace(event, id=f"{event.prefix}{count}")
        self.events.append(numbered)
        return numbered

    def put_object(self, content: bytes) -> str:
        name = hashlib.sha256(content).hexdigest()
        self.objects[name] = content
        return name

    def of(self, kind: type) -> list[Any]:
        return [e for e in self.events if type(e) is kind]

    @property
    def steps(self) -> list[Step]:
        return self.of(Step)

    @property
    def screens(self) -> list[Screen]:
        return self.of(Screen)

    @property
    def gaps(self) -> list[Gap]:
        return self.of(Gap)

    @property
    def facts(self) -> list[Fact]:
        return self.of(Fact)


class NoHooks:
    alone = 0
    holds = False

    def prove(self, where: str) -> None:
        pass

    def holding(self):
        return self.holds

    def stopping(self):
        return nullcontext()

    def leaving_alone(self):
        self.alone += 1
        return nullcontext()


@dataclass
class Rig:
    device: FakeDevice
    clock: Clock
    journal: MemoryJournal
    capture: ScreenCapture
    steps: Steps
    user: UiDriver
    app: App
    timeline: Timeline


def rig(pages: dict[str, Page], start: Any = "main", *, limits: Limits | None = None, apk: Path | None = None,
        device_class: type[FakeDevice] = FakeDevice) -> Rig:
    clock = Clock()
    device = device_class(clock, pages, start)
    journal = MemoryJournal()
    capture = ScreenCapture(device, journal, recognise, APP, clock=clock.time_ns, monotonic=clock.monotonic,
                            sleep=clock.sleep)
    steps = Steps(journal, capture, clock=clock.time_ns)

    class Life:
        def is_running(self) -> bool:
            return bool(device.pids(APP))

    user = UiDriver(capture, steps, device, Life(), APP, limits or load_limits().observing(5), clock.monotonic)
    app = App(device, APP, apk, user, NoHooks(), lambda app, answer: Explorer(
        user, app, answer, clock.monotonic).explore(), clock.monotonic)
    steps.begin("test")
    return Rig(device, clock, journal, capture, steps, user, app, Timeline(app, user))
