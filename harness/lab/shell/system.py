"""What the shell's commands ask of the system server.

`harness.lab.system.server.SystemServer` is the real one; only what the commands use stands here, so that
they can be tried without apps. Errors are those of `harness.lab.system`: InstallFailed, UnknownPackage,
SecurityRefusal, ActivityRefused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from harness.lab.system.activities import StartResult
from harness.lab.system.broadcasts import BroadcastResult
from harness.lab.system.intents import Intent
from harness.lab.system.logs import LogBuffer
from harness.lab.system.packages import Package
from harness.lab.system.permission_table import PermissionTable
from harness.lab.system.permissions import PackagePermissions
from harness.lab.system.process_list import ProcessInfo
from harness.lab.system.settings import Settings
from harness.lab.system.tasks import Tasks
from harness.lab.ui.hierarchy import Display

if TYPE_CHECKING:
    from harness.lab.system.app_services import AppServices
    from harness.lab.system.server import SystemServer


class InstalledPackages(Protocol):
    """The part of `harness.lab.system.packages.Packages` that looks."""

    def __iter__(self) -> Iterator[Package]: ...

    def find(self, name: str) -> Package | None: ...


class PermissionStates(Protocol):
    """The part of `harness.lab.system.permissions.Permissions` that looks."""

    @property
    def table(self) -> PermissionTable: ...

    def of(self, package: str) -> PackagePermissions:
        """KeyError when it is not installed."""


class System(Protocol):
    """One device's system server."""

    @property
    def packages(self) -> InstalledPackages: ...

    @property
    def permissions(self) -> PermissionStates: ...

    @property
    def settings(self) -> Settings: ...

    @property
    def logs(self) -> LogBuffer: ...

    @property
    def tasks(self) -> Tasks: ...

    @property
    def display(self) -> Display: ...

    @property
    def display_on(self) -> bool: ...

    @property
    def app_services(self) -> AppServices:
        """What the system holds for apps."""

    @property
    def profile(self) -> Mapping[str, Any]:
        """The device's profile as docs/lab-protocol.md has it."""

    def focused_window(self) -> str:
        """package/class of the window that has the focus, system windows included; "" for none."""

    def running(self) -> Sequence[ProcessInfo]:
        """The device's processes: the system's own and the apps'."""

    async def install(
        self,
        *apks: Path,
        replace: bool = True,
        grant: bool = False,
        downgrade: bool = False,
        test_only: bool = False,
        inherit: str = "",
    ) -> Package: ...

    async def remove_splits(self, package: str, splits: Collection[str]) -> None: ...

    async def uninstall(self, package: str, *, keep_data: bool = False) -> None: ...

    async def clear_data(self, package: str) -> None: ...

    async def set_enabled(self, target: str, state: str) -> object: ...

    async def grant(self, package: str, permission: str) -> None: ...

    async def revoke(self, package: str, permission: str) -> None: ...

    async def reset_permissions(self, package: str | None = None) -> None: ...

    async def start_activity(self, intent: Intent, *, wait: bool = False, stop: bool = False) -> StartResult: ...

    async def launch(self, package: str) -> StartResult: ...

    async def force_stop(self, package: str) -> None: ...

    async def kill_package(self, package: str, why: str) -> None:
        """Ends the package's processes, whatever they are doing."""

    async def kill_background(self, package: str) -> None: ...

    async def crash(self, package: str) -> None: ...

    async def kill_process(self, pid: int) -> None:
        """SIGKILL to one app process, as `kill -9` by root. Nothing where there is none of that pid."""

    async def broadcast(self, intent: Intent) -> BroadcastResult: ...

    async def start_service(self, intent: Intent, *, foreground: bool = False) -> str:
        """The component started, "" where there is none."""

    async def stop_service(self, intent: Intent) -> bool: ...

    async def put_setting(self, namespace: str, key: str, value: str | None) -> None: ...

    async def home(self) -> None: ...

    async def tap(self, x: int, y: int, *, ms: int = 0) -> None: ...

    async def swipe(self, x: int, y: int, x2: int, y2: int, *, ms: int = 300) -> None: ...

    async def key(self, code: int, *, meta: int = 0, long: bool = False) -> None: ...

    async def text(self, text: str) -> None: ...

    async def screenshot(self) -> bytes: ...

    async def dump_hierarchy(self, *, compressed: bool = False) -> str:
        """The windows' XML, as `uiautomator dump` writes it."""


if TYPE_CHECKING:

    def _conforms(server: SystemServer) -> System:
        """Checked by the type checker alone: the real one answers all of this."""
        return server
