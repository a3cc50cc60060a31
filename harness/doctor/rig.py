"""What checks may ask of a rig: this machine, its adb server, the device. Each thing is asked once."""

from __future__ import annotations

import io
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import adbutils
from PIL import Image

from harness.device.adb import AdbDevice
from harness.device.choosing import adb_errors, choose
from harness.device.device import DeviceFacts, Shell
from harness.device.frida_server import cached
from harness.device.staging import STAGING
from harness.device.tools import installed
from harness.errors import HarnessError, RigError, UsageError

if TYPE_CHECKING:
    from harness.doctor.canary import Canary

LISTENING = "0A"    # the state of a socket in /proc/net/tcp
_SERVER = re.compile(r"(?i)(?:\w+-)?frida-?server[\w.-]*?(?<!\.xz)")
_NETWORK = re.compile(r"NetworkAgentInfo\W.*?\bnetwork\{(\d+)\}.*?\bnc\{\[ Transports: (\S+)(?: Capabilities: (\S+))?")
_TCP = re.compile(r"^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F:]+ (\w\w) ", re.MULTILINE)


class Machine:
    """This computer."""

    def installed(self, distribution: str) -> str:
        """Its version, "" where it is not installed."""
        return installed(distribution)

    def free_bytes(self, folder: Path) -> int:
        return shutil.disk_usage(folder).free

    def now(self) -> float:
        return time.time()


@dataclass(frozen=True)
class Network:
    """One that the device is connected to. `transports` (WIFI, VPN ...) and `capabilities` (VALIDATED ...) in Android's words."""

    id: str
    transports: frozenset[str]
    capabilities: frozenset[str]


@dataclass(frozen=True)
class FridaEndpoint:
    """What answers at the device's port of Frida. `kind`: portal or server, "" where nobody does; then `error` says why."""

    kind: str
    error: HarnessError | None = None


class Rig:
    """A device and what tests it. `canary`: makes the short run of the canary app; None: none is to be made."""

    def __init__(
        self,
        serial: str | None,
        *,
        client: adbutils.AdbClient | None = None,
        machine: Machine | None = None,
        frida: Callable[[AdbDevice], FridaEndpoint] | None = None,
        canary: Callable[[AdbDevice], Canary] | None = None,
    ) -> None:
        self.named = serial
        self.client = client or adbutils.AdbClient()
        self.machine = machine or Machine()
        self._frida = frida or _ask_frida
        self._canary = canary
        self._said: dict[tuple[str, ...], Shell] = {}
        self._as_root: dict[str, Shell] = {}

    # -- the device -----------------------------------------------------------------------------

    @cached_property
    def serial(self) -> str:
        """Raises HarnessError where none can be used."""
        return choose(self.client, self.named)

    @cached_property
    def device(self) -> AdbDevice:
        return AdbDevice(self.serial, self.client)

    @cached_property
    def facts(self) -> DeviceFacts:
        return self.device.facts()

    @cached_property
    def packages(self) -> frozenset[str]:
        return frozenset(self.device.packages())

    def adb_server_version(self) -> int:
        with adb_errors("Asking adb's server"):
            return int(self.client.server_version())

    def shell(self, *words: str) -> Shell:
        if words not in self._said:
            self._said[words] = self.device.shell(*words)
        return self._said[words]

    def setting(self, namespace: str, key: str) -> str:
        """"" where it is not set."""
        said = self.shell("settings", "get", namespace, key).output.strip()
        return "" if said == "null" else said

    @property
    def root(self) -> str:
        """How root is had; "" where it is not."""
        return self.device.root()

    def as_root(self, script: str) -> Shell:
        """Only where `root` is not empty."""
        if script not in self._as_root:
            self._as_root[script] = self.device.root_shell(script)
        return self._as_root[script]

    def root_command(self, script: str) -> str:
        """What a person types to have the device's root do it, in the way in which root is had on this one. `script`: without
        quotes."""
        return f'adb shell "{script}"' if self.root == "shell" else f"""adb shell "{self.root or 'su -c'} '{script}'\""""

    @cached_property
    def networks(self) -> list[Network]:
        """Those that are up. What apps ask for stands in the same dump, and is none of them."""
        text = self.shell("dumpsys", "connectivity").output
        found = (_NETWORK.match(text, begin.start()) for begin in re.finditer("NetworkAgentInfo", text))
        return [Network(one[1], frozenset(one[2].split("|")), frozenset((one[3] or "").split("&"))) for one in found if one]

    # -- Frida ----------------------------------------------------------------------------------

    @cached_property
    def frida(self) -> FridaEndpoint:
        return self._frida(self.device)

    @cached_property
    def listening(self) -> frozenset[int]:
        """The TCP ports that something listens at, on any of the device's addresses."""
        text = self.shell("cat", "/proc/net/tcp").output + self.shell("cat", "/proc/net/tcp6").output
        return frozenset(int(port, 16) for port, state in _TCP.findall(text) if state == LISTENING)

    @cached_property
    def frida_files(self) -> list[str]:
        """Paths of frida-server, as people name it, in the folder in which it is put."""
        said = self.shell("ls", STAGING).output.split()
        return [f"{STAGING}/{name}" for name in said if _SERVER.fullmatch(name)]

    @cached_property
    def frida_to_bring(self) -> Path | None:
        """The frida-server of the cache that a run brings to this device where none answers."""
        return cached(self.facts.abis) if self.root else None

    # -- the screen -----------------------------------------------------------------------------

    def screen_size(self) -> tuple[int, int]:
        """Pixels, as uiautomator2 sees it, which is set up for that. Raises RigError."""
        from harness.suite.rig import screen_and_hands

        with _forwards_kept(self.device):
            screen, _ = screen_and_hands(self.serial)
            picture = screen.picture()
            if picture is None:
                raise RigError("uiautomator2 gives no picture of the screen.", "", "Look whether the device is unlocked.")
            screen.hierarchy()
        return Image.open(io.BytesIO(picture)).size

    # -- the canary -----------------------------------------------------------------------------

    @cached_property
    def canary(self) -> Canary:
        """What came of the canary's run, which is made now. Only where `may_run_canary`."""
        if self._canary is None:
            raise UsageError("The canary app is not to be run.", "", "Leave --quick out.")
        return self._canary(self.device)

    @property
    def may_run_canary(self) -> bool:
        return self._canary is not None

    def forget(self) -> None:
        """Asks everything anew but the canary."""
        self._said.clear()
        self._as_root.clear()
        for name in ("facts", "packages", "networks", "frida", "listening", "frida_files", "frida_to_bring"):
            self.__dict__.pop(name, None)


def _ask_frida(device: AdbDevice) -> FridaEndpoint:
    from harness.device.frida_link import FridaLink

    with _forwards_kept(device):
        try:
            link = FridaLink.connect(device, gating=False)      # another run's gate stays as it is
        except HarnessError as error:
            return FridaEndpoint("", error)
        link.close()
        return FridaEndpoint(link.kind)


@contextmanager
def _forwards_kept(device: AdbDevice) -> Iterator[None]:
    """Ends what was forwarded meanwhile; neither Frida's client nor uiautomator2 does."""
    before = device.forwards()
    try:
        yield
    finally:
        for local in device.forwards() - before:
            device.unforward(local)
