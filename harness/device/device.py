"""A device as the harness sees it, whatever it is: phone, emulator or lab."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Shell:
    """What a command on the device answered."""

    status: int
    output: str
    error: str = ""


@dataclass(frozen=True)
class Permission:
    """A permission of a package. `runtime`: asked for at run time; `flags` as dumpsys names them (USER_FIXED, ...)."""

    name: str
    granted: bool
    runtime: bool
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class DeviceFacts:
    """For the journal. `kind`: lab, emulator or phone, only to record it; `root`: how root was had ("" where not)."""

    serial: str
    kind: str
    model: str
    brand: str
    release: str
    sdk: int
    abis: tuple[str, ...]
    fingerprint: str
    patch: str
    root: str
    locale: str
    timezone: str
    properties: dict[str, str] = field(default_factory=dict)


class Device(Protocol):
    """Every method raises RigError where the device is lost or does not do it."""

    @property
    def serial(self) -> str: ...

    def facts(self) -> DeviceFacts: ...

    def clock(self) -> AbstractContextManager[Callable[[], int]]:
        """A function that asks the device for its time, ns since 1970."""

    # -- apps -----------------------------------------------------------------------------------

    def install(self, apk: Path) -> None: ...
    def uninstall(self, package: str) -> None: ...
    def clear(self, package: str) -> None: ...
    def launch(self, package: str) -> None:
        """As a tap on its icon does."""

    def stop(self, package: str) -> None:
        """Force-stop: SIGKILL for every process of it."""

    def packages(self) -> list[str]: ...
    def permissions(self, package: str) -> list[Permission]: ...
    def foreground(self) -> str:
        """The activity in front, `package/class`; "" where there is none."""

    def processes(self) -> list[tuple[int, str]]:
        """Pid and name of every process."""

    def pids(self, package: str) -> list[int]:
        """Of all processes of the package, those with a name of their own (":push") included."""

    # -- keys and shell -------------------------------------------------------------------------

    def home(self) -> None: ...
    def back(self) -> None: ...
    def shell(self, *words: str, seconds: float = 30.0) -> Shell: ...
    def root_shell(self, script: str, seconds: float = 30.0) -> Shell:
        """A script for the device's sh as root; RigError where root is not to be had."""

    def push(self, data: bytes, remote: str, mode: int = 0o644) -> None: ...
    def pull(self, remote: str) -> bytes: ...
    def get_setting(self, namespace: str, key: str) -> str | None: ...
    def put_setting(self, namespace: str, key: str, value: str | None) -> None: ...
    def log(self, into: Path) -> AbstractContextManager[None]:
        """Writes the device's log into a file while it lasts."""

    # -- ports ----------------------------------------------------------------------------------

    def forward(self, remote_port: int) -> int:
        """A port of this machine that leads to the device's; opened once."""

    def reverse(self, device_port: int, host_port: int) -> None: ...
    def reversed(self) -> list[tuple[int, int]]: ...
    def unreverse(self, device_port: int) -> None: ...


def quote(words: Sequence[str]) -> str:
    """Words as one line for the device's sh."""
    return " ".join(w if w and all(c.isalnum() or c in "-_./:=@%+," for c in w) else _quoted(w) for w in words)


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "'\\''") + "'"
