"""What the adb daemon and the shell need of the device behind them; the daemon of the lab provides it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Protocol

from harness.lab.adbd.files import DeviceTree
from harness.lab.adbd.properties import Properties

if TYPE_CHECKING:
    from harness.lab.shell.processes import ShellProcesses
    from harness.lab.shell.system import System

UIAUTOMATOR_PORT = 9008
FRIDA_PORT = 27042

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""Serves one connection to a port that the daemon answers itself; returns when it is over."""


class Network(Protocol):
    """The device's loopback."""

    async def connect(self, port: int) -> socket.socket:
        """A connected TCP socket to 127.0.0.1:`port` inside the device.

        Raises OSError (ConnectionRefusedError where nothing listens).
        """

    async def listen(self, port: int) -> socket.socket:
        """A TCP socket listening on 127.0.0.1:`port` inside the device; 0 means any. Raises OSError."""


class Device(Protocol):
    """One lab device as adb sees it."""

    @property
    def serial(self) -> str:
        """What `adb get-serialno` and ro.serialno say."""

    @property
    def tree(self) -> DeviceTree:
        """The file system."""

    @property
    def network(self) -> Network: ...

    @property
    def services(self) -> Mapping[int, Handler]:
        """Ports that the daemon answers itself, `UIAUTOMATOR_PORT` and, where Frida answers from the start, `FRIDA_PORT`.

        The uiautomator server is one only while a shell holds its app_process open, as on a phone.
        """

    @property
    def frida(self) -> Handler:
        """What answers the port that a frida-server holds open."""

    @property
    def properties(self) -> Properties: ...

    @property
    def system(self) -> System: ...

    @property
    def processes(self) -> ShellProcesses:
        """The processes that shells started; the apps' are the system's."""

    async def reboot(self, reason: str) -> None:
        """Ends every app and starts the system again. The daemon drops its transports before."""
