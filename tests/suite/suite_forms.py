"""A scripted device whose pages have fields, and pages with tasks over it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import quoteattr

from suite_device import FakeDevice, Page
from suite_rig import Rig, rig

from harness.suite.app_file import KnownPage
from harness.suite.pages import Pages


@dataclass
class Form(Page):
    """`fields`: hints of what can be written in, below the buttons."""

    fields: tuple[str, ...] = ()


class FormDevice(FakeDevice):
    """`written`: what was typed, by hint."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.written: dict[str, str] = {}
        self.focus = ""

    def _fields(self) -> tuple[int, tuple[str, ...]]:
        page = self.pages[self.shown]
        return len(page.body) + len(page.boxes) + len(page.buttons), getattr(page, "fields", ())

    def xml(self) -> str:
        first, hints = self._fields()
        page = self.pages[self.shown]
        nodes = "".join(
            f'<node class="android.widget.EditText" package="{page.package}" text={quoteattr(self.written.get(hint, hint))} '
            f'clickable="true" enabled="true" bounds="[50,{100 + row * 100}][1030,{190 + row * 100}]"/>'
            for row, hint in enumerate(hints, start=first)
        )
        return super().xml().replace("</node></hierarchy>", f"{nodes}</node></hierarchy>")

    def tap(self, x: int, y: int) -> None:
        first, hints = self._fields()
        row = (y - 100) // 100 - first
        if 0 <= row < len(hints):
            self.clock.sleep(0.06)
            self.focus = hints[row]
            self.log.append(f"focus {self.focus}")
            return
        super().tap(x, y)

    def type(self, text: str) -> None:
        self.written[self.focus] = text


def on_pages(pages: dict[str, Page], known: Mapping[str, KnownPage] | None = None, **more: Any) -> tuple[Rig, Pages]:
    """A rig whose app is launched, and the pages of its scenario."""
    made = rig(pages, "main", device_class=FormDevice, **more)
    made.app.launch()
    return made, Pages(made.user, made.app, known or {}, made.clock.monotonic)


def told(made: Rig, kind: str) -> list[dict[str, Any]]:
    return [fact.data for fact in made.journal.facts if fact.type == kind]


def opened(made: Rig) -> list[str]:
    return [step.opens for step in made.journal.steps if step.opens]
