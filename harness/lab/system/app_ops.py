"""The camera and the microphone: which app may use them now, and which does (AOSP AppOpsService, UidState).

Both are while-in-use: beside the permission an app needs to be in front, or to have a foreground service of the type.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from harness.lab.system.packages import Packages
from harness.lab.system.permissions import Permissions
from harness.lab.system.processes import RunningProcess
from harness.lab.system.running_services import RunningServices

CAMERA, RECORD_AUDIO = "CAMERA", "RECORD_AUDIO"
MODES = ("allow", "foreground", "ignore", "deny", "default")
_SETTLE_NS = 5 * 10**9  # ActivityManagerConstants.TOP_STATE_SETTLE_TIME: until then an app counts as in front
_SERVICE_TYPES = {CAMERA: 64, RECORD_AUDIO: 128}  # ServiceInfo.FOREGROUND_SERVICE_TYPE_CAMERA, _MICROPHONE
_LOOK_S = 1.0


@dataclass(eq=False)
class Use:
    """One camera that is open, one recording that runs. `told(allowed)`: whether it may go on has changed."""

    process: RunningProcess
    op: str
    told: Callable[[Use, bool], None]
    allowed: bool


@dataclass
class _Record:
    mode: str = "default"
    last_s: float | None = None
    rejected_s: float | None = None
    uses: list[Use] = field(default_factory=list)


class AppOps:
    """`was_foreground(package, within_ns)` of the activities."""

    def __init__(
        self,
        packages: Packages,
        permissions: Permissions,
        services: RunningServices,
        *,
        was_foreground: Callable[[str, int], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._packages = packages
        self._permissions = permissions
        self._services = services
        self._was_foreground = was_foreground
        self._clock = clock
        self._records: dict[tuple[str, str], _Record] = {}
        self._timer: asyncio.TimerHandle | None = None

    def _record(self, package: str, op: str) -> _Record:
        return self._records.setdefault((package, op), _Record())

    def holds_permission(self, package: str, op: str) -> bool:
        return self._permissions.is_granted(package, f"android.permission.{op}")

    def may_use(self, package: str, op: str) -> bool:
        """Now: by the permission, what `appops` set, and whether it is in front."""
        mode = self._record(package, op).mode
        if not self.holds_permission(package, op) or mode in ("ignore", "deny"):
            return False
        return mode == "allow" or self._in_use(package, op)

    def _in_use(self, package: str, op: str) -> bool:
        if self._was_foreground(package, _SETTLE_NS):
            return True
        # from target 30 on the service must say what it uses (developer.android.com, Android 11 behaviour changes)
        anything = self._packages.get(package).facts.target_sdk < 30
        return any(
            one.package == package and one.foreground_id and (anything or one.foreground_type & _SERVICE_TYPES[op])
            for one in self._services.all()
        )

    # --- uses

    def start(self, process: RunningProcess, op: str, told: Callable[[Use, bool], None]) -> Use:
        """It is used from now on. Whether it may is in the use, and told whenever it changes."""
        use = Use(process, op, told, self.may_use(process.package, op))
        record = self._record(process.package, op)
        record.uses.append(use)
        if use.allowed:
            record.last_s = self._clock()
        else:
            record.rejected_s = self._clock()
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_LOOK_S, self._tick)
        return use

    def refuse(self, package: str, op: str) -> None:
        self._record(package, op).rejected_s = self._clock()

    def finish(self, use: Use) -> None:
        record = self._record(use.process.package, use.op)
        if use in record.uses:
            record.uses.remove(use)
            if use.allowed:
                record.last_s = self._clock()

    def _tick(self) -> None:
        self._timer = None
        self.look()
        if any(record.uses for record in self._records.values()):
            self._timer = asyncio.get_running_loop().call_later(_LOOK_S, self._tick)

    def look(self) -> None:
        """Tells the uses that may go on no longer, or again."""
        for record in list(self._records.values()):
            for use in list(record.uses):
                allowed = self.may_use(use.process.package, use.op)
                if allowed != use.allowed:
                    use.allowed = allowed
                    use.told(use, allowed)

    def process_ended(self, process: RunningProcess) -> None:
        for record in self._records.values():
            for use in [one for one in record.uses if one.process is process]:
                self.finish(use)

    # --- the shell

    def set_mode(self, package: str, op: str, mode: str) -> None:
        self._record(package, op).mode = mode
        self.look()

    def describe(self, package: str, op: str) -> str:
        """A line of `appops get`."""
        record = self._record(package, op)
        held = self.holds_permission(package, op)
        mode = record.mode if record.mode != "default" else "foreground" if held else "ignore"
        words = [f"{op}: {mode}"]
        if record.last_s is not None:
            words.append(f"time=+{self._clock() - record.last_s:.0f}s ago")
        if record.rejected_s is not None:
            words.append(f"rejectTime=+{self._clock() - record.rejected_s:.0f}s ago")
        running = sum(use.allowed for use in record.uses)
        return "; ".join(words) + (" (running)" if running else "")

    def forget(self, package: str) -> None:
        """Uninstalled, or its data cleared: what was set for it goes."""
        for (name, _), record in self._records.items():
            if name == package:
                record.mode, record.last_s, record.rejected_s = "default", None, None

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
