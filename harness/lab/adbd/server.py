"""The daemon's listening socket."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from harness.lab.adbd.device import Device
from harness.lab.adbd.services import Services
from harness.lab.adbd.transport import Transport
from harness.lab.shell.call import ShellCommand
from harness.lab.shell.catalogue import load_commands

LOOPBACK = "127.0.0.1"
ADB_SCANS = range(5555, 5586)
"""Ports on which every adb server looks for emulators by itself; a lab device keeps clear of them."""

MAX_TRANSPORTS = 16

log = logging.getLogger(__name__)


class AdbDaemon:
    """adbd of one device, on loopback. `adb connect 127.0.0.1:PORT` is the way in."""

    def __init__(self, device: Device, *, commands: Mapping[str, ShellCommand] | None = None) -> None:
        self._device = device
        self._services = Services(device, commands or load_commands(), self.drop_transports, self.reboot)
        self._server: asyncio.Server | None = None
        self._transports: dict[Transport, asyncio.Task[None]] = {}
        self._up = asyncio.Event()
        self._up.set()
        self._rebooting: asyncio.Task[None] | None = None
        self.port = 0

    async def start(self, port: int = 0) -> int:
        """Listens on 127.0.0.1:`port`, 0 meaning any outside `ADB_SCANS`; gives the port. Raises OSError."""
        if port in ADB_SCANS:
            raise ValueError(f"port {port} is one that adb servers scan by themselves")
        while True:
            server = await asyncio.start_server(self._accept, LOOPBACK, port, limit=2**16)
            self.port = server.sockets[0].getsockname()[1]
            if self.port not in ADB_SCANS:
                self._server = server
                return self.port
            server.close()
            await server.wait_closed()

    async def stop(self) -> None:
        """Ends listening, all transports and all the processes that shells started."""
        if self._server is not None:
            self._server.close()
        if self._rebooting is not None:
            self._rebooting.cancel()
        self.drop_transports()
        if self._transports:
            await asyncio.wait(self._transports.values(), timeout=10)
        await self._device.processes.stop()
        if self._server is not None:
            await self._server.wait_closed()
            self._server = None

    def drop_transports(self) -> None:
        """As when a device restarts its adbd: adb servers connect again by themselves."""
        for transport in list(self._transports):
            transport.kick()

    def reboot(self, reason: str) -> None:
        """Drops the transports and restarts the device; new ones get no answer before it is up again."""
        if self._rebooting is not None and not self._rebooting.done():
            return
        self._up.clear()
        self._rebooting = asyncio.get_running_loop().create_task(self._reboot(reason))

    async def _reboot(self, reason: str) -> None:
        try:
            self.drop_transports()
            await self._device.reboot(reason)
        except Exception:
            log.exception("the device did not come up after a reboot")
            raise
        finally:
            self._up.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._transports) >= MAX_TRANSPORTS:
            log.warning("adb connection refused: %d are open", len(self._transports))
            writer.close()
            return
        transport = Transport(reader, writer, banner=self._banner, open_service=self._services.open)
        task = asyncio.current_task()
        assert task is not None
        self._transports[transport] = task
        try:
            await self._up.wait()
            await transport.run()
        finally:
            del self._transports[transport]

    def _banner(self) -> str:
        names = ("ro.product.name", "ro.product.model", "ro.product.device")
        return "device::" + ";".join(f"{name}={_plain(self._device.properties.get(name))}" for name in names)


def _plain(value: str) -> str:
    """A property's value where ";", "=" and ":" separate."""
    return "".join("_" if char in ";=:" else char for char in value)
