"""How commands speak: results on stdout, everything else on stderr; with --json stdout is one JSON document."""

from __future__ import annotations

import json
import sys
from typing import Any

from rich.console import Console

from harness.errors import HarnessError

err = Console(stderr=True, highlight=False, soft_wrap=True)
out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 180)


def emit(data: Any) -> None:
    """One JSON document on stdout. Where stdout cannot carry a character (half a surrogate pair, a terminal that is not
    UTF-8), all that is not ASCII stands as escapes."""
    text = json.dumps(data, ensure_ascii=False, indent=2, default=str)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(data, indent=2, default=str)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def printable(text: str) -> str:
    """A text of unknown origin on one line of a terminal: controls and line ends as escapes, so that it cannot feign
    what the harness says."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def fail(error: HarnessError) -> int:
    """Print what, why and what to do; give the exit status."""
    err.print(f"harness: {error.what}", style="bold red", markup=False)
    if error.why:
        err.print(f"  why: {error.why}", markup=False)
    if error.fix:
        err.print(f"  fix: {error.fix}", markup=False)
    return error.exit_status


def interrupted() -> int:
    err.print("harness: interrupted.", style="bold")
    return 130
