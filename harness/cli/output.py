"""How commands speak: results on stdout, everything else on stderr; with --json stdout is one JSON document.

What they print is in part written by others: a bundle, an app, a device. A terminal obeys control characters, so none
gets through here: each stands as an escape. The consoles let through their own styles and line ends and nothing else;
a text of unknown origin that must stay on its line goes through `printable`.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Any

from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderHook, RenderResult
from rich.segment import Segment
from rich.text import Text

from harness.errors import HarnessError


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode()


def printable(text: str) -> str:
    """A text of unknown origin on one line of a terminal: controls and line ends as escapes, so that it cannot feign
    what the harness says."""
    return "".join(c if c.isprintable() else _escaped(c) for c in text)


def cut(text: str, most: int) -> str:
    """A text on one line, of `most` characters at most."""
    said = " ".join(text.split())
    return said if len(said) <= most else said[: most - 1] + "…"


def first_two(ids: Sequence[str]) -> str:
    """Ids for a cell of a table; those beyond two are counted."""
    return ", ".join(ids[:2]) + (f" +{len(ids) - 2}" if len(ids) > 2 else "")


def visible(text: str) -> str:
    """The same for a text of several lines, whose line ends stay."""
    return "\n".join(map(printable, text.split("\n")))


class _Visible:
    """Something for a console, every segment of it without control characters."""

    def __init__(self, inside: ConsoleRenderable) -> None:
        self._inside = inside

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for segment in console.render(self._inside, options):
            yield segment if segment.control else Segment(visible(segment.text), segment.style)


class _AllVisible(RenderHook):
    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        return [_Visible(renderable) for renderable in renderables]


class SafeConsole(Console):
    """A console that prints no control character but its own. Markup and emoji codes stay the text they are."""

    def __init__(self, **options: Any) -> None:
        super().__init__(highlight=False, soft_wrap=True, markup=False, emoji=False, **options)
        self.push_render_hook(_AllVisible())

    def print(self, *objects: Any, **options: Any) -> None:
        # Here too: rich drops some of them from a text, which would hide that they were there.
        super().print(*(visible(o) if isinstance(o, str) else o for o in objects), **options)


class VisibleFormatter(logging.Formatter):
    """Log lines of libraries, which quote what a device said."""

    def format(self, record: logging.LogRecord) -> str:
        return visible(super().format(record))


err = SafeConsole(stderr=True)
out = SafeConsole(width=None if sys.stdout.isatty() else 180)


def cell(text: object, style: str = "") -> Text:
    """A table's cell, whose text stays on its line."""
    return Text(printable(str(text)), style=style)


def emit(data: Any) -> None:
    """One JSON document on stdout. A character that a terminal would obey, or that stdout cannot carry (half a surrogate
    pair, a terminal that is not UTF-8), stands as an escape."""
    text = json.dumps(data, ensure_ascii=False, indent=2, default=str)
    text = "".join(c if c == "\n" or c.isprintable() else json.dumps(c)[1:-1] for c in text)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(data, indent=2, default=str)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _indented(text: str) -> str:
    """An error's text: later lines are set in, so that none can pass for a line of the harness."""
    return re.sub(r"\r?\n", "\n       ", text.strip())


def fail(error: HarnessError) -> int:
    """Print what, why and what to do; give the exit status."""
    err.print(f"harness: {_indented(error.what)}", style="bold red")
    if error.why:
        err.print(f"  why: {_indented(error.why)}")
    if error.fix:
        err.print(f"  fix: {_indented(error.fix)}")
    return error.exit_status


def show_bug(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    """What Python prints of an error that is none of ours, without what a terminal would obey."""
    lines: Iterable[str] = traceback.format_exception(kind, error, where)
    sys.stderr.write(visible("".join(lines)))


def interrupted() -> int:
    err.print("harness: interrupted.", style="bold")
    return 130
