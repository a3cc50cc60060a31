"""What the system server is given by the daemon: how processes start, when they may run, how dex becomes a jar."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from harness.lab.appprocess import AppProcess, Callbacks

Spawn = Callable[[Callbacks], Awaitable[AppProcess]]
"""Starts one warm process (sandbox built, no app) that speaks to `Callbacks`. Raises RigError."""

Translate = Callable[[Path], Path]
"""The APK's classes as a jar; slow, so it is called in a thread. Raises HarnessError."""

Gate = Callable[[AppProcess, str, str], Awaitable[None]]
"""(process, package, process name): returns when the app may run its first line."""


async def open_gate(process: AppProcess, package: str, name: str) -> None:
    """The gate when nobody waits for new processes."""
