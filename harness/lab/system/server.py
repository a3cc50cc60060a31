"""The system server of one lab device: the facade that adb's shell, uiautomator and the daemon call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.lab.system.intents import Intent
from harness.lab.system.process_link import Gate, Spawn, Translate, open_gate


@dataclass(frozen=True)
class StartResult:
    """The outcome of starting an activity, as `am start -W` needs it. Times in milliseconds."""

    started: bool
    component: str = ""
    why: str = ""  # "Activity class {...} does not exist.", a SecurityException's text, ...
    state: str = "COLD"  # COLD, WARM, HOT: am's LaunchState
    total_ms: int = 0
    wait_ms: int = 0
    brought_to_front: bool = False  # "Warning: Activity not started, its current task has been brought to the front"


@dataclass(frozen=True)
class BroadcastResult:
    """What the last receiver set: result code (0 if none did) and data."""

    code: int = 0
    data: str = ""


@dataclass(frozen=True)
class ProcessInfo:
    """One line of `ps`: uid name as Android prints it ("u0_a101", "root", "system"), sizes in KiB."""

    pid: int
    ppid: int
    user: str
    name: str
    package: str = ""
    vsz: int = 0
    rss: int = 0


class SystemServer:
    """One device. All methods run on the daemon's event loop.

    Parts (each has its own module): `packages`, `permissions`, `settings`, `logs`, `activities`, `processes`,
    `screen`, `profile`. The methods here are the operations that touch more than one of them.
    """

    def __init__(
        self,
        *,
        data_root: Path,
        profile: object,
        spawn: Spawn,
        translate: Translate,
        gate: Gate = open_gate,
        inside: Callable[[Path], str] = str,
        fonts: Path | None = None,
        warm_processes: int = 1,
    ) -> None:
        """`inside` turns a path of the host into the path at which app processes see the same file."""
        raise NotImplementedError

    async def start(self) -> None:
        """Reads the kept state, warms the first process, shows the launcher."""
        raise NotImplementedError

    async def stop(self) -> None:
        """Ends all processes and writes the state."""
        raise NotImplementedError

    # packages: raise InstallFailed(code, detail) / UnknownPackage(name)
    async def install(
        self, apk: Path, *, replace: bool = True, grant: bool = False, downgrade: bool = False, test_only: bool = False
    ) -> object:
        """The new package's record."""
        raise NotImplementedError

    async def uninstall(self, package: str, *, keep_data: bool = False) -> None: ...

    async def clear_data(self, package: str) -> None: ...

    async def set_enabled(self, target: str, state: str) -> None:
        """`target`: package or package/class; `state`: enabled, disabled, disabled-user, default."""

    # permissions: raise SecurityRefusal(text) with the text that `pm grant` prints
    async def grant(self, package: str, permission: str) -> None: ...

    async def revoke(self, package: str, permission: str) -> None: ...

    async def reset_permissions(self, package: str | None = None) -> None: ...

    # activities and processes
    async def start_activity(self, intent: Intent, *, wait: bool = False, stop: bool = False) -> StartResult:
        raise NotImplementedError

    async def launch(self, package: str) -> StartResult:
        """As a tap on its icon (monkey -p PACKAGE -c LAUNCHER 1)."""
        raise NotImplementedError

    async def force_stop(self, package: str) -> None: ...

    async def kill_background(self, package: str) -> None: ...

    async def crash(self, package: str) -> None: ...

    async def broadcast(self, intent: Intent) -> BroadcastResult:
        raise NotImplementedError

    async def start_service(self, intent: Intent) -> str:
        """The component started; raises ActivityRefused when there is none."""
        raise NotImplementedError

    async def stop_service(self, intent: Intent) -> bool:
        raise NotImplementedError

    async def home(self) -> None: ...

    async def back(self) -> None: ...

    async def recents(self) -> None: ...

    def running(self) -> list[ProcessInfo]:
        raise NotImplementedError

    # settings: namespace is system, secure or global
    async def put_setting(self, namespace: str, key: str, value: str | None) -> None:
        """None deletes. `global http_proxy` HOST:PORT or ":0" reaches running apps at once."""

    # screen
    async def tap(self, x: int, y: int, *, ms: int = 0) -> None: ...

    async def swipe(self, x: int, y: int, x2: int, y2: int, *, ms: int = 300) -> None: ...

    async def key(self, code: int, *, meta: int = 0, long: bool = False) -> None: ...

    async def text(self, text: str) -> None: ...

    async def screenshot(self) -> bytes:
        """The whole screen as PNG."""
        raise NotImplementedError

    async def handle_uiautomator(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection to the uiautomator server (HTTP/1.1); ends when the peer closes."""
        raise NotImplementedError
