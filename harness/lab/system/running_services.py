"""Services as the system keeps them: started, in the foreground, sticky (AOSP ActiveServices)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from harness.lab.system.facts import Component
from harness.lab.system.identity import Caller
from harness.lab.system.intents import Intent, short_component
from harness.lab.system.logs import LogBuffer
from harness.lab.system.packages import Package, Packages
from harness.lab.system.permissions import Permissions
from harness.lab.system.processes import Processes, RunningProcess

_SETTLE_NS = 60 * 10**9  # ActivityManagerConstants.BACKGROUND_SETTLE_TIME: until then a uid is not idle
_TYPES = {
    "dataSync": (1, ("FOREGROUND_SERVICE_DATA_SYNC",), ()),
    "mediaPlayback": (2, ("FOREGROUND_SERVICE_MEDIA_PLAYBACK",), ()),
    "phoneCall": (4, ("FOREGROUND_SERVICE_PHONE_CALL",), ("MANAGE_OWN_CALLS",)),
    "location": (8, ("FOREGROUND_SERVICE_LOCATION",), ("ACCESS_COARSE_LOCATION", "ACCESS_FINE_LOCATION")),
    "connectedDevice": (16, ("FOREGROUND_SERVICE_CONNECTED_DEVICE",), ()),
    "mediaProjection": (32, ("FOREGROUND_SERVICE_MEDIA_PROJECTION",), ()),
    "camera": (64, ("FOREGROUND_SERVICE_CAMERA",), ("CAMERA",)),
    "microphone": (128, ("FOREGROUND_SERVICE_MICROPHONE",), ("RECORD_AUDIO",)),
    "health": (256, ("FOREGROUND_SERVICE_HEALTH",), ()),
    "remoteMessaging": (512, ("FOREGROUND_SERVICE_REMOTE_MESSAGING",), ()),
    "specialUse": (1 << 30, ("FOREGROUND_SERVICE_SPECIAL_USE",), ()),
}
"""ServiceInfo.FOREGROUND_SERVICE_TYPE_*: number, permissions of which all are needed, and of which one is
(developer.android.com, "Foreground service types are required")."""
_FROM_MANIFEST = -1
_REMOVE = 1  # Service.STOP_FOREGROUND_REMOVE
STICKY_COMPATIBILITY, STICKY, NOT_STICKY, REDELIVER = 0, 1, 2, 3
"""What Service.onStartCommand returns."""
_FLAG_REDELIVERY = 1


class ServiceRefused(Exception):
    """What startService or startForeground throws: "class: message"."""


@dataclass(eq=False)
class ServiceRecord:
    """A started service. `foreground_id`: its notification's, 0 while it is in the background.

    `ahead`: starts that were let through and that its process has not carried out yet.
    """

    package: str
    component: str
    process: RunningProcess | None = None
    sticky: int = NOT_STICKY
    last: Intent | None = None
    foreground_id: int = 0
    foreground_type: int = 0
    must_come_forward: bool = False
    timer: asyncio.TimerHandle | None = None
    restarts: int = 0
    ahead: int = 0


class RunningServices:
    """The started services of all apps.

    `was_foreground(package, within_ns)` of the activities; `show`, `hide`: the foreground notification, by package, id and
    the protocol's fields; `restart(component, intent, flags)` starts one again; `promise_s` is how long a service has to
    come to the foreground (ActivityManagerConstants, SERVICE_START_FOREGROUND_TIMEOUT), `delay_s` what passes before a
    sticky one is started again (SERVICE_RESTART_DURATION).
    """

    def __init__(
        self,
        packages: Packages,
        permissions: Permissions,
        processes: Processes,
        logs: LogBuffer,
        *,
        was_foreground: Callable[[str, int], bool],
        show: Callable[[RunningProcess, int, Mapping[str, Any]], None],
        hide: Callable[[str, int], None],
        restart: Callable[[Package, Component, Intent | None, int], Coroutine[Any, Any, None]],
        promise_s: float = 30.0,
        delay_s: float = 1.0,
    ) -> None:
        self._packages = packages
        self._permissions = permissions
        self._processes = processes
        self._logs = logs
        self._was_foreground = was_foreground
        self._show = show
        self._hide = hide
        self._restart = restart
        self._promise_s = promise_s
        self._delay_s = delay_s
        self._records: dict[str, ServiceRecord] = {}
        self._allowed: dict[str, int] = {}

    def all(self) -> list[ServiceRecord]:
        return list(self._records.values())

    def find(self, component: str) -> ServiceRecord | None:
        return self._records.get(component)

    def has_foreground(self, package: str) -> bool:
        """Whether one of its services is in the foreground."""
        return any(one.package == package and one.foreground_id for one in self._records.values())

    def runs_in_foreground(self, process: RunningProcess) -> bool:
        """Whether one of the process's services is in the foreground."""
        return any(one.process is process and one.foreground_id for one in self._records.values())

    # --- starting

    def allow_for(self, package: str) -> _Allowance:
        """While it is open, the app may start services from the background (the temporary allow list)."""
        return _Allowance(self._allowed, package)

    def check_start(
        self, caller: Caller | None, package: Package, component: Component, intent: Intent, foreground: bool
    ) -> None:
        """The limits of target 26 and 31 on starts from the background. Raises ServiceRefused."""
        if caller is None or self._may_start(caller.package):
            return
        target = self._packages.get(caller.package).facts.target_sdk
        if foreground:
            if target >= 31:
                raise ServiceRefused(
                    "android.app.ForegroundServiceStartNotAllowedException: startForegroundService() not allowed due to "
                    f"mAllowStartForeground false: service {short_component(component.component)}"
                )
            return
        if package.facts.target_sdk >= 26:
            raise ServiceRefused(
                f"java.lang.IllegalStateException: Not allowed to start service {intent.describe()}: "
                f"app is in background uid {package.uid}"
            )

    def _may_start(self, package: str) -> bool:
        return bool(self._allowed.get(package)) or self.has_foreground(package) or self._was_foreground(package, _SETTLE_NS)

    def starting(self, package: Package, component: Component, foreground: bool) -> None:
        """A start was let through."""
        record = self._records.setdefault(component.component, ServiceRecord(package.name, component.component))
        record.ahead += 1
        if foreground and not record.foreground_id and not record.must_come_forward:
            record.must_come_forward = True
            record.timer = asyncio.get_running_loop().call_later(self._promise_s, self._broke_promise, record)

    def _broke_promise(self, record: ServiceRecord) -> None:
        record.timer = None
        process = record.process or self._process_of(record)
        if not record.must_come_forward or process is None or process.ended:
            return
        record.must_come_forward = False
        exception = (
            "android.app.RemoteServiceException$ForegroundServiceDidNotStartInTimeException: "
            "Context.startForegroundService() did not then call Service.startForeground(): "
            f"ServiceRecord{{{short_component(record.component)}}}"
        )
        self._processes.run(self._processes.call(process, "throw", exception=exception), "a promise not kept")

    def _process_of(self, record: ServiceRecord) -> RunningProcess | None:
        found = self._packages.find_component(record.component)
        return self._processes.find(record.package, found[1].process) if found else None

    def note(self, process: RunningProcess, component: str, state: str, fields: Mapping[str, Any]) -> None:
        """A process tells of a service of its own (event `service`)."""
        if state == "started":
            record = self._records.setdefault(component, ServiceRecord(process.package, component))
            record.process = process
            record.ahead = max(0, record.ahead - 1)
            record.sticky = int(fields.get("result", NOT_STICKY))
            intent = fields.get("intent")
            record.last = Intent.from_json(intent) if isinstance(intent, dict) else None
        elif state == "destroyed":
            ended = self._records.get(component)
            if ended is not None and ended.ahead:
                self._begin_anew(ended)
            elif ended is not None:
                del self._records[component]
                self._end(ended)

    def _begin_anew(self, record: ServiceRecord) -> None:
        """It was stopped, and started once more before its process had done so: what the next start owes stays."""
        if record.foreground_id:
            self._hide(record.package, record.foreground_id)
        record.foreground_id = record.foreground_type = 0
        record.sticky, record.last = NOT_STICKY, None

    def _end(self, record: ServiceRecord) -> None:
        """Stopped: its notification goes, and one that still owes to come to the foreground brings its app down."""
        if record.foreground_id:
            self._hide(record.package, record.foreground_id)
        if record.timer is not None:
            record.timer.cancel()
        if record.must_come_forward:
            self._broke_promise(record)

    # --- the foreground

    def come_forward(self, process: RunningProcess, fields: Mapping[str, Any]) -> int:
        """Service.startForeground, stopForeground where there is no notification; the type it has then.

        Raises ServiceRefused, and ValueError for what is malformed.
        """
        component = str(fields["component"])
        found = self._packages.find_component(component)
        if found is None or found[0].name != process.package or found[1].process != process.name:
            raise ValueError(f"{component} is no service of this process")
        record = self._records.setdefault(found[1].component, ServiceRecord(process.package, found[1].component, process))
        record.process = process
        notification = fields.get("notification")
        if notification is None:
            if record.foreground_id and int(fields.get("flags") or 0) & _REMOVE:
                self._hide(process.package, record.foreground_id)
            record.foreground_id = record.foreground_type = 0
            return 0
        number = int(fields["id"])
        if number == 0 or not isinstance(notification, Mapping):
            raise ServiceRefused("java.lang.IllegalArgumentException: id 0 or no notification")
        kind = self._check_type(process, found[0], found[1], int(fields["type"]))
        promised = record.must_come_forward or record.foreground_id != 0
        if not promised and found[0].facts.target_sdk >= 31 and not self._may_start(process.package):
            raise ServiceRefused(
                "android.app.ForegroundServiceStartNotAllowedException: Service.startForeground() not allowed due to "
                f"mAllowStartForeground false: service {short_component(record.component)}"
            )
        record.must_come_forward = False
        if record.timer is not None:
            record.timer.cancel()
            record.timer = None
        if record.foreground_id not in (0, number):
            self._hide(process.package, record.foreground_id)
        record.foreground_id, record.foreground_type = number, kind
        self._show(process, number, notification)
        return kind

    def _check_type(self, process: RunningProcess, package: Package, component: Component, asked: int) -> int:
        target = package.facts.target_sdk
        allowed = component.foreground_types
        held = {one for one in self._permissions.states(package.name) if self._permissions.is_granted(package.name, one)}
        if target >= 28 and "android.permission.FOREGROUND_SERVICE" not in held:
            raise ServiceRefused(
                f"java.lang.SecurityException: Permission Denial: startForeground from pid={process.pid}, uid={process.uid} "
                "requires android.permission.FOREGROUND_SERVICE"
            )
        kind = allowed if asked == _FROM_MANIFEST else asked
        if kind & ~allowed:
            raise ServiceRefused(
                f"java.lang.IllegalArgumentException: foregroundServiceType 0x{kind:08x} is not a subset of "
                f"foregroundServiceType attribute 0x{allowed:08x} in service element of manifest file"
            )
        if target < 34:
            return kind
        if kind == 0:
            raise ServiceRefused(
                "android.app.MissingForegroundServiceTypeException: Starting FGS without a type  "
                f"callerApp=ProcessRecord{{{process.pid}:{process.name}/{package.user}}} targetSDK={target}"
            )
        for name, (bit, every, some) in _TYPES.items():
            lacks = [one for one in every if f"android.permission.{one}" not in held]
            if kind & bit and (lacks or (some and not any(f"android.permission.{one}" in held for one in some))):
                wanted = ", ".join(f"android.permission.{one}" for one in (*every, *some))
                raise ServiceRefused(
                    f"java.lang.SecurityException: Starting FGS with type {name} "
                    f"callerApp=ProcessRecord{{{process.pid}:{process.name}/{package.user}}} targetSDK={target} "
                    f"requires permissions: [{wanted}]"
                )
        return kind

    # --- the end of processes and packages

    def process_ended(self, process: RunningProcess) -> None:
        """Sticky services of a process that died are started again, later each time."""
        for record in [one for one in self._records.values() if one.process is process]:
            record.process = None
            if record.timer is not None:
                record.timer.cancel()
                record.timer = None
            if record.foreground_id:
                self._hide(record.package, record.foreground_id)
            record.foreground_id = record.foreground_type = 0
            record.must_come_forward = False
            record.ahead = 0
            if record.sticky == NOT_STICKY or (record.sticky == REDELIVER and record.last is None):
                del self._records[record.component]
                continue
            wait = self._delay_s * 4**record.restarts  # SERVICE_RESTART_DURATION_FACTOR
            record.restarts = min(record.restarts + 1, 6)
            self._logs.system(
                "ActivityManager",
                f"Scheduling restart of crashed service {short_component(record.component)} in {int(wait * 1000)}ms "
                "for start-requested",
                priority="W",
            )
            record.timer = asyncio.get_running_loop().call_later(wait, self._start_again, record)

    def _start_again(self, record: ServiceRecord) -> None:
        record.timer = None
        found = self._packages.find_component(record.component)
        if self._records.get(record.component) is not record or found is None or found[0].stopped:
            self._records.pop(record.component, None)
            return
        redeliver = record.sticky == REDELIVER
        intent, flags = (record.last, _FLAG_REDELIVERY) if redeliver else (None, 0)
        self._processes.run(self._restart(found[0], found[1], intent, flags), f"restart of {record.component}")

    def forget_one(self, component: str) -> None:
        """stopService while no process of it runs."""
        record = self._records.pop(component, None)
        if record is not None and record.timer is not None:
            record.timer.cancel()

    def forget(self, package: str) -> None:
        """force-stop or uninstall: nothing is started again."""
        for record in [one for one in self._records.values() if one.package == package]:
            del self._records[record.component]
            if record.timer is not None:
                record.timer.cancel()
            if record.foreground_id:
                self._hide(package, record.foreground_id)

    def stop(self) -> None:
        for record in self._records.values():
            if record.timer is not None:
                record.timer.cancel()
        self._records.clear()


class _Allowance:
    """An entry of the temporary allow list."""

    def __init__(self, counts: dict[str, int], package: str) -> None:
        self._counts = counts
        self._package = package

    def __enter__(self) -> None:
        self._counts[self._package] = self._counts.get(self._package, 0) + 1

    def __exit__(self, *_: object) -> None:
        self._counts[self._package] -= 1
