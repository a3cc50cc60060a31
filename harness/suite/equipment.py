"""What a session needs of the rig, so that a session is the same over a phone, the lab and a script of screens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from harness.bundle import Bundle
from harness.capture.screen import ScreenSource
from harness.device.apk import ApkFacts
from harness.suite.app import Hooked, Phone
from harness.suite.driver import Hands
from harness.suite.outside import Outside


class Equipment(Protocol):
    """A device with its captures. Made idle; `start` sets everything going, `stop` undoes it.

    `serial`: the device's. `ui`: the connected uiautomator2 device, for testers who know it.
    `outside`: set by the session that uses it.
    """

    outside: Outside

    @property
    def serial(self) -> str: ...
    @property
    def ui(self) -> Any: ...
    @property
    def screen(self) -> ScreenSource: ...
    @property
    def hands(self) -> Hands: ...
    @property
    def phone(self) -> Phone: ...
    @property
    def hooked(self) -> Hooked: ...

    def start(self, bundle: Bundle, package: str, progress: Callable[[str], None]) -> None:
        """Proxy, the device's way to it, hooks. Raises RigError or UsageError, having undone what was done."""

    def again(self, seconds: float) -> None:
        """After a restart of the device: waits until it is up, that long at most, and sets up anew what ended with it."""

    def check_app(self, app: ApkFacts) -> None:
        """Raises BadApk where this device cannot install it."""

    def device_facts(self) -> dict[str, Any]: ...

    def tool_facts(self) -> dict[str, Any]: ...

    def clock_facts(self) -> dict[str, Any]:
        """The device's clock measured against the host's: offset and how well it is known, ns."""

    def permissions(self, package: str) -> dict[str, Any]:
        """The state of each permission the app asks for, as the system keeps it."""

    def check(self) -> None:
        """Raises what went wrong on the captures' own threads since the last time."""

    def losses(self) -> list[str]:
        """What died on the way though the run could go on: the proxy."""

    def log(self) -> dict[str, Any]:
        """Where the device's log of this run lies in the bundle: source, file, size."""

    def stop(self) -> list[str]:
        """Takes everything back: hooks, proxy settings, proxy. What could not be undone, in words for the user."""
