"""The device on which a person records: what it shows now, and what they do to it.

No hooks and no proxy: the scenario is run with them later.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from harness.capture.screen import ScreenCapture, ScreenSource
from harness.errors import HarnessError
from harness.model import Event
from harness.screens.reading import FoundControl, Reading
from harness.screens.recogniser import recognise
from harness.suite.app import Phone
from harness.suite.app_file import written
from harness.suite.driver import Hands, Sight, swipe_through
from harness.suite.recording import Act, Recording, name_of, source, under
from harness.suite.refusing import screen_size

E = TypeVar("E", bound=Event)
SETTLE = 2.0
"""Seconds that a screen may take to change after an act, and again to come to rest; the page looks again from time to time."""


class NothingThere(HarnessError):
    """What was asked for is not on the screen as it is now."""


class _Nowhere:
    """Where a capture's journal goes while a person records: what is on the screen now is all that is needed."""

    def __init__(self) -> None:
        self._count = 0

    def append(self, event: E) -> E:
        self._count += 1
        return replace(event, id=f"v{self._count}")

    def put_object(self, content: bytes) -> str:
        return hashlib.sha256(content).hexdigest()


class Desk:
    """One app on one device. Each act is done on the device and written down, then what came of it is looked at;
    what the device refused is not written down. One act at a time."""

    def __init__(
        self, phone: Phone, screen: ScreenSource, hands: Hands, package: str, apk: Path | None, *,
        id: str, title: str, doc: str, file: Path, monotonic: Callable[[], float], sleep: Callable[[float], None],
    ) -> None:
        self.file = file
        self.recording = Recording()
        self._phone, self._hands, self._package, self._apk = phone, hands, package, apk
        self._id, self._title, self._doc = id, title, doc
        self._source = screen
        self._capture: ScreenCapture[Reading] = ScreenCapture(
            screen, _Nowhere(), recognise, package, monotonic=monotonic, sleep=sleep)
        self._seen: Sight | None = None
        self._picture: bytes | None = None
        self._turn = threading.Lock()

    def begin(self) -> None:
        """The app as a user gets it, started. Raises RigError where the device does not do it."""
        with self._turn:
            if self._apk is None:
                self._phone.clear(self._package)
            else:
                if self._package in self._phone.packages():
                    self._phone.uninstall(self._package)
                self._phone.install(self._apk)
            self._phone.launch(self._package)
            self._look()
            self._save()

    def state(self) -> dict[str, Any]:
        """What the page shows: the screen's reading, its controls, the acts and the scenario so far."""
        reading = self._seen.reading if self._seen is not None else None
        return {
            "file": str(self.file),
            "kind": reading.kind if reading else "unreadable",
            "reason": reading.reason if reading else "The device gave no hierarchy that can be read.",
            "controls": [_control(c) for c in reading.controls] if reading else [],
            "fields": [{**_control(c), "name": name_of(c, reading)} for c in reading.fields] if reading else [],
            "acts": [act.said() for act in self.recording.acts],
            "source": self.source(),
        }

    def source(self) -> str:
        return source(self.recording.acts, id=self._id, title=self._title, doc=self._doc)

    @property
    def picture(self) -> bytes | None:
        return self._picture

    def look(self) -> None:
        with self._turn:
            self._look()

    def tap(self, x: int, y: int) -> None:
        with self._turn:
            reading = self._reading()
            self._on_screen(x, y)
            act = self.recording.tap(reading, x, y)
            self._done(act, lambda: self._hands.tap(x, y))

    def type(self, x: int, y: int, text: str) -> None:
        """Writes into the field there; `$NAME` stands for the environment's variable. Raises NothingThere, UsageError."""
        with self._turn:
            reading = self._reading()
            self._on_screen(x, y)
            control = under(reading.fields, x, y)
            if control is None:
                raise NothingThere("There is no field there.", f"The screen has {len(reading.fields)}.", "Choose a field.")
            value, said = written(text, "the page")
            act = self.recording.add(Act("type", name_of(control, reading), said, (x, y)))

            def do() -> None:
                self._hands.tap(x, y)
                self._capture.take(1.0)
                self._hands.type(value)

            self._done(act, do)

    def do(self, verb: str) -> None:
        """One of `recording.PLAIN_VERBS`. An observation is only written down: the scenario looks on, not the person."""
        with self._turn:
            self._done(self.recording.add(Act(verb)), lambda: self._act(verb))

    def undo(self) -> None:
        with self._turn:
            self.recording.undo()
            self._save()

    def _act(self, verb: str) -> None:
        if verb == "back":
            self._hands.press("back")
        elif verb == "background":
            self._hands.press("home")
        elif verb == "restart":
            self._phone.stop(self._package)
            self._phone.launch(self._package)
        elif verb == "return":
            self._phone.launch(self._package)
        elif verb in ("scroll_down", "scroll_up"):
            swipe_through(self._hands, self._reading(), verb.removeprefix("scroll_"))

    def _done(self, act: Act, do: Callable[[], None]) -> None:
        """Takes the act out again where the device did not do it, whatever was raised."""
        try:
            do()
        except BaseException:
            self.recording.acts = [one for one in self.recording.acts if one is not act]
            raise
        finally:
            self._save()
        if act.verb != "observe":
            self._look(changed=True)

    def _look(self, *, changed: bool = False) -> None:
        before = self._seen.fingerprint if self._seen is not None and changed else None
        seen = self._capture.take_other_than(before, SETTLE) if before else self._capture.take(SETTLE)
        self._seen = seen or self._seen
        self._picture = self._source.picture() or self._picture

    def _reading(self) -> Reading:
        if self._seen is None:
            raise NothingThere("The screen cannot be read.", "The device gave no hierarchy.", "Look again in a moment.")
        return self._seen.reading

    def _on_screen(self, x: int, y: int) -> None:
        """Raises NothingThere for a place that the screen does not have."""
        if self._seen is None:
            return
        sizes = [screen_size(replace(self._seen, picture=picture)) for picture in (self._seen.picture, self._picture)]
        width, height = max(w for w, _ in sizes), max(h for _, h in sizes)
        if x < 0 or y < 0 or (width and x >= width) or (height and y >= height):
            raise NothingThere(
                f"The screen has no place {x},{y}.", f"It is {width} wide and {height} high.", "Tap within the picture.")

    def _save(self) -> None:
        """After every act, so that nothing is lost however the recording ends."""
        part = self.file.with_name(f".{self.file.name}.part")
        part.write_text(self.source(), "utf-8")
        part.replace(self.file)


def _control(control: FoundControl) -> dict[str, Any]:
    return {"text": control.text, "role": control.role, "bounds": list(control.bounds), "enabled": control.enabled,
            "why": control.why}
