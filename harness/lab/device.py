"""A lab device put together: what adbd's `Device` asks for (harness.lab.adbd.device)."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from harness.lab.adbd.device import FRIDA_PORT, UIAUTOMATOR_PORT, Handler
from harness.lab.adbd.files import DeviceTree, VirtualFiles
from harness.lab.adbd.properties import Properties
from harness.lab.containment.process import Container
from harness.lab.frida_service import FridaService
from harness.lab.shell.processes import ShellProcesses
from harness.lab.system.server import SystemServer

_FOLDERS = (
    *("data", "dev", "proc", "mnt", "cache", "metadata", "storage/emulated/0", "storage/self"),
    *("system/bin", "system/etc", "system/fonts", "system/framework", "vendor", "apex", "product"),
)
_LINKS = {"sdcard": "/storage/self/primary", "storage/self/primary": "/storage/emulated/0", "etc": "/system/etc"}


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
        self.system = make_system()
        self.tree = DeviceTree(
            root=_lay_out(container.data_root / "root"),
            virtual=VirtualFiles({"/proc/uptime": self._uptime}, self._of_process),
        )

    @property
    def services(self) -> Mapping[int, Handler]:
        """The system server is another one after a reboot, so it is looked up at each connection."""
        uiautomator: Callable[..., Awaitable[None]] = self.system.handle_uiautomator
        return {FRIDA_PORT: self._frida.serve, UIAUTOMATOR_PORT: uiautomator}

    async def start(self) -> None:
        await self.system.start()

    async def stop(self) -> None:
        await self.system.stop()

    async def reboot(self, reason: str) -> None:
        """Ends every app and starts the system again with what it had stored."""
        await self.system.stop()
        await self.processes.stop()
        self._booted = time.monotonic()
        self.system = self._make_system()
        await self.system.start()

    def _uptime(self) -> bytes:
        seconds = time.monotonic() - self._booted
        return f"{seconds:.2f} {seconds:.2f}\n".encode()

    def _of_process(self, path: str) -> bytes | None:
        """/proc/PID/cmdline of apps and shells."""
        parts = path.split("/")
        if len(parts) != 4 or parts[1] != "proc" or not parts[2].isdecimal() or parts[3] != "cmdline":
            return None
        pid = int(parts[2])
        shell = self.processes.get(pid)
        if shell:
            return b"\0".join(argument.encode() for argument in shell.argv) + b"\0"
        return next((one.name.encode() + b"\0" for one in self.system.running() if one.pid == pid), None)


def _lay_out(root: Path) -> Path:
    for name in _FOLDERS:
        (root / name).mkdir(parents=True, exist_ok=True)
    for name, target in _LINKS.items():
        link = root / name
        if not link.is_symlink():
            link.symlink_to(target)
    return root
