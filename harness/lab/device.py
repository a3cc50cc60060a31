"""A lab device put together: what adbd's `Device` asks for (harness.lab.adbd.device)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from harness.lab.adbd.device import FRIDA_PORT, UIAUTOMATOR_PORT, Handler
from harness.lab.adbd.files import DeviceTree
from harness.lab.adbd.ownership import Ownership
from harness.lab.adbd.properties import Properties
from harness.lab.containment.process import Container
from harness.lab.frida_service import FridaService
from harness.lab.shell.proc import device_files
from harness.lab.shell.processes import ShellProcesses
from harness.lab.system.server import SystemServer

_FOLDERS = (
    *("data", "dev", "proc", "mnt", "cache", "metadata", "storage/emulated/0", "storage/self"),
    *(f"storage/emulated/0/{name}" for name in ("Alarms", "DCIM", "Documents", "Download", "Movies", "Music", "Pictures")),
    *("system/bin", "system/etc", "system/fonts", "system/framework", "vendor", "apex", "product"),
)
_LINKS = {"sdcard": "/storage/self/primary", "storage/self/primary": "/storage/emulated/0", "etc": "/system/etc"}


_COMPLETED = "sys.boot_completed"


class LabDevice:
    """One device. `make_system` makes its system server, again after a reboot."""

    def __init__(
        self,
        container: Container,
        properties: Mapping[str, str],
        frida: FridaService,
        make_system: Callable[[], SystemServer],
    ) -> None:
        self.network = container
        self.processes = ShellProcesses()
        self.properties = Properties(dict(properties))
        self.serial = ""
        self._booted = time.monotonic()
        self._frida = frida
        self._make_system = make_system
        self._completion: asyncio.Task[None] | None = None
        self.system = make_system()
        self.tree = DeviceTree(
            root=_lay_out(container.data_root / "root"),
            ownership=Ownership(self._uid_of),
            virtual=device_files(self.properties, self.processes, lambda: self.system.running(), self._uptime),
        )

    @property
    def services(self) -> Mapping[int, Handler]:
        """The system server is another one after a reboot, so it is looked up at each connection."""
        uiautomator: Callable[..., Awaitable[None]] = self.system.handle_uiautomator
        return {FRIDA_PORT: self._frida.serve, UIAUTOMATOR_PORT: uiautomator}

    async def start(self) -> None:
        await self.system.start()

    async def stop(self) -> None:
        self._cancel_completion()
        await self.system.stop()

    async def reboot(self, reason: str) -> None:
        """Ends every app and starts the system again with what it had stored. `sys.boot_completed` is 1 again once the system can
        start a process, as on a phone."""
        self._cancel_completion()
        self.properties.set(_COMPLETED, "0")
        await self.system.stop()
        await self.processes.stop()
        self._booted = time.monotonic()
        self.system = self._make_system()
        await self.system.start()
        self._completion = asyncio.create_task(self._complete(self.system))

    async def _complete(self, system: SystemServer) -> None:
        await system.processes.ready()
        self.properties.set(_COMPLETED, "1")

    def _cancel_completion(self) -> None:
        if self._completion is not None:
            self._completion.cancel()

    def _uptime(self) -> float:
        return time.monotonic() - self._booted

    def _uid_of(self, package: str) -> int | None:
        found = self.system.packages.find(package)
        return found.uid if found else None


def _lay_out(root: Path) -> Path:
    for name in _FOLDERS:
        (root / name).mkdir(parents=True, exist_ok=True)
    for name, target in _LINKS.items():
        link = root / name
        if not link.is_symlink():
            link.symlink_to(target)
    return root
