"""What the system server needs of an app process, whoever starts it (docs/lab-protocol.md is the wire).

`harness.lab.appprocess` gives the real one; tests give one of their own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Protocol


class AppProcess(Protocol):
    """A process of the device, warm or bound."""

    @property
    def pid(self) -> int:
        """The process id as the device (Frida, ps) shows it."""

    async def call(self, op: str, **arguments: Any) -> dict[str, Any]:
        """Sends a call of the protocol and waits for its answer.

        Raises `AppRefused` when the app answers with an error, `AppGone` when it ends before answering.
        How long to wait is the caller's business (asyncio.timeout).
        """

    def kill(self) -> None:
        """SIGKILL to it and all its children; returns at once, `ended` follows."""


class ProcessListener(Protocol):
    """What the system server does when an app process speaks."""

    async def asked(self, process: AppProcess, op: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Answers an ask; an exception of type `AppMisbehaved` is sent back as the error."""

    def event(self, process: AppProcess, name: str, fields: Mapping[str, Any]) -> None:
        """An event line."""

    def ended(self, process: AppProcess, why: str) -> None:
        """The socket ended: called once, last."""


class AppRefused(Exception):
    """The app process answered a call with an error."""


class AppGone(Exception):
    """The app process ended before it answered."""


class AppMisbehaved(Exception):
    """The app process asked for what it may not, or in a form that is not the protocol's."""


class SpawnFailed(Exception):
    """No process could be started; the text says why."""


Spawn = Callable[[ProcessListener], Awaitable[AppProcess]]
"""Starts one warm process (sandbox built, no app)."""

Translate = Callable[[Path], Path]
"""The APK's classes as a jar; slow, so it is called in a thread. Raises HarnessError."""

Gate = Callable[[AppProcess, str, str], Awaitable[None]]
"""(process, package, process name): returns when the app may run its first line."""


async def open_gate(process: AppProcess, package: str, name: str) -> None:
    """The gate when nobody waits for new processes."""
