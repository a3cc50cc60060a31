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
    """One JSON document on stdout."""
    json.dump(data, sys.stdout, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write("\n")
    sys.stdout.flush()


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
