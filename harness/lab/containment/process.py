"""A process of a lab device, and what the rest of the lab may ask of the container it lives in."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from harness.lab.containment.limits import APP_LIMITS, Limits


@dataclass(frozen=True)
class Blocked:
    """An attempt that containment refused. `count`: how often this very attempt was made so far."""

    pid: int
    what: str
    detail: str
    count: int = 1


class ContainedProcess:
    """`pid`: as everything in the device sees it (ps, Frida, the process itself); `host_pid`: as the host sees it.

    Without containment the two are the same. `pidfd` is -1 where the platform has none.
    """

    def __init__(self, pid: int, host_pid: int, pidfd: int = -1) -> None:
        self.pid = pid
        self.host_pid = host_pid
        self._pidfd = pidfd
        self._ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @property
    def status(self) -> int | None:
        """As `subprocess.Popen.returncode`: None while it runs, -9 after SIGKILL."""
        return self._ended.result() if self._ended.done() else None

    async def wait(self) -> int:
        """The status it ended with; not cancelled for others when this wait is."""
        return await asyncio.shield(self._ended)

    def kill(self) -> None:
        """SIGKILL, at once; in a container everything it started goes with it. No error if it has ended already."""
        if self._ended.done():
            return
        try:
            if self._pidfd >= 0:
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
            else:
                os.kill(self.host_pid, getattr(signal, "SIGKILL", signal.SIGTERM))
        except ProcessLookupError:
            return

    def send_signal(self, number: int) -> None:
        """Only SIGKILL has a meaning for an app process (`harness.lab.appprocess.Handle`)."""
        if number != signal.SIGKILL:
            raise ValueError(f"a device's processes take SIGKILL, not {number}")
        self.kill()

    def ended(self, status: int) -> None:
        """Called by the container."""
        if self._ended.done():
            return
        self._ended.set_result(status)
        if self._pidfd >= 0:
            os.close(self._pidfd)
            self._pidfd = -1


class Container(Protocol):
    """One device's walls. The daemon side: every method runs on the daemon's event loop."""

    @property
    def contained(self) -> bool: ...

    @property
    def why_not(self) -> str:
        """Why there is no containment; "" where there is."""

    @property
    def data_root(self) -> Path:
        """The system server's folder: `root`, the device's file system as the daemon sees it, and its own state."""

    def inside(self, path: Path) -> str:
        """The path at which an app process sees a file of the host; the host's own without containment."""

    def outside(self, path: str) -> Path:
        """Where on the host the file lies for which `inside` gave `path`. Raises KeyError for any other."""

    async def spawn(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        fds: Sequence[int],
        limits: Limits = APP_LIMITS,
        uid: int = 10000,
        directory: str = "/data",
    ) -> ContainedProcess:
        """Starts an app process. `argv[0]` is a path as seen inside; descriptor n of it is `fds[n]` of ours.

        Raises RigError saying why it could not be started.
        """

    async def spawn_service(self, argv: Sequence[str], *, env: Mapping[str, str], fds: Sequence[int]) -> ContainedProcess:
        """Starts a part of the lab that must see and trace the device's processes, and is no app."""

    async def add_wireless(self, mac: str, address: str, prefix: int) -> str:
        """Gives the device an interface wlan0 with these addresses, which leads nowhere. Answers why it could not, or "";
        without containment the host's interfaces are what an app sees."""

    async def expose(self, process: ContainedProcess, source: Path, target: str = "", *, read_only: bool = True) -> str:
        """Makes a file or folder of the daemon's visible to one running app process; returns where it sees it.

        `target` is a path below /data; without one it is `inside(source)`.
        """

    async def listen(self, port: int, *, service: bool = False) -> socket.socket:
        """A listening socket on the device's 127.0.0.1:port (0: any), to be accepted on by the daemon.

        Raises OSError as bind does. `service`: in the network of the lab's own services, which no app can reach.
        """

    async def connect(self, port: int, *, service: bool = False) -> socket.socket:
        """A socket connected to the device's 127.0.0.1:port; raises OSError as connect does."""

    async def close(self) -> None:
        """Ends every process and takes everything away."""


OnBlocked = Callable[[Blocked], None]
OnLost = Callable[[str], None]
