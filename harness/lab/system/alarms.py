"""Alarms: held here, so that they outlive the app's process (AOSP AlarmManagerService)."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.lab.system.identity import AppIdentity
from harness.lab.system.intents import Intent
from harness.lab.system.logs import LogBuffer
from harness.lab.system.packages import Packages
from harness.lab.system.pending_intents import PendingIntents
from harness.lab.system.permissions import Permissions
from harness.lab.system.processes import Processes, RunningProcess

SCHEDULE_EXACT_ALARM = "android.permission.SCHEDULE_EXACT_ALARM"
USE_EXACT_ALARM = "android.permission.USE_EXACT_ALARM"
EXACT_CHANGED = "android.app.action.SCHEDULE_EXACT_ALARM_PERMISSION_STATE_CHANGED"
TYPES = ("RTC_WAKEUP", "RTC", "ELAPSED_WAKEUP", "ELAPSED")
_WINDOW_EXACT, _WINDOW_HEURISTIC = 0, -1
_ALLOW_WHILE_IDLE = 4 | 8  # AlarmManager.FLAG_ALLOW_WHILE_IDLE and its unrestricted kin
_MIN_FUTURITY_MS = 5_000  # AlarmManagerService.Constants
_MIN_INTERVAL_MS = 60_000
_MOST = 500
_ALARM_COUNT = "android.intent.extra.ALARM_COUNT"


@dataclass
class Alarm:
    """One alarm. `due_ms`: on the device's monotonic clock (SystemClock.elapsedRealtime). `operation`: a pending intent's
    number, or "" for one of a listener, which `process` has under the number `listener`."""

    id: int
    owner: AppIdentity
    type: int
    due_ms: int
    window_ms: int
    interval_ms: int
    flags: int
    operation: str
    listener: str
    process: RunningProcess | None
    tag: str
    clock: Mapping[str, Any] | None
    count: int = 0

    @property
    def exact(self) -> bool:
        return self.window_ms == _WINDOW_EXACT


def elapsed_ms() -> int:
    """What SystemClock.elapsedRealtime gives in an app process: the clocks have one origin (lab.device.Clock)."""
    return time.monotonic_ns() // 1_000_000


def _number(value: Any) -> int:
    """A time as an app gives it: some 292 million years at most, so that no later sum is too large for a clock."""
    return max(-(1 << 62), min(int(value), 1 << 62))


class Alarms:
    """All of the device. They end with force-stop, uninstall and reboot; those of listeners with their process."""

    def __init__(
        self,
        packages: Packages,
        permissions: Permissions,
        processes: Processes,
        pending: PendingIntents,
        logs: LogBuffer,
        now_ms: Callable[[], int] = elapsed_ms,
        wall_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._packages = packages
        self._permissions = permissions
        self._processes = processes
        self._pending = pending
        self._logs = logs
        self._now_ms = now_ms
        self._wall_ms = wall_ms
        self._alarms: dict[int, Alarm] = {}
        self._numbers = itertools.count(1)
        self._timer: asyncio.TimerHandle | None = None
        self._exact_modes: dict[str, bool] = {}

    def all(self) -> list[Alarm]:
        """The next first."""
        return sorted(self._alarms.values(), key=lambda one: (one.due_ms, one.id))

    # --- whether exact ones may be set

    def may_be_exact(self, package: str) -> bool:
        """AlarmManager.canScheduleExactAlarms: by target level, manifest and what the user decided."""
        facts = self._packages.get(package).facts
        requested = {one.name for one in facts.requested}
        if facts.target_sdk < 31 or (facts.target_sdk >= 33 and USE_EXACT_ALARM in requested):
            return True
        # denied to begin with from target 33 on (developer.android.com, Android 14 behaviour changes)
        return SCHEDULE_EXACT_ALARM in requested and self._exact_modes.get(package, facts.target_sdk < 33)

    def exact_mode(self, package: str) -> bool | None:
        """What `appops` set; None: nothing."""
        return self._exact_modes.get(package)

    def allow_exact(self, package: str, allowed: bool | None) -> bool:
        """`appops set PACKAGE SCHEDULE_EXACT_ALARM`; None: as to begin with. True if the app has just lost it."""
        before = self.may_be_exact(package)
        if allowed is None:
            self._exact_modes.pop(package, None)
        else:
            self._exact_modes[package] = allowed
        lost = before and not self.may_be_exact(package)
        if lost:
            self._drop(lambda one: one.owner.package == package and one.exact and not one.listener)
        return lost

    # --- setting

    def set(self, process: RunningProcess, fields: Mapping[str, Any]) -> None:
        """From the app's ask. Raises ValueError for what is malformed, AlarmRefused where Android throws."""
        kind = int(fields["type"])
        if not 0 <= kind <= 3:
            raise ValueError(f"no alarm type {kind}")
        operation, listener = str(fields.get("operation") or ""), str(fields.get("listener") or "")
        if not operation and not listener:
            raise ValueError("Alarms must either supply a PendingIntent or an AlarmReceiver")
        clock = fields.get("clock")
        if clock is not None and not isinstance(clock, Mapping):
            raise ValueError("clock is no object")
        window, flags, interval = _number(fields["window_ms"]), _number(fields["flags"]), _number(fields["interval_ms"])
        exact = window == _WINDOW_EXACT
        if (exact or clock is not None) and operation and not self.may_be_exact(process.package):
            raise AlarmRefused(
                f"java.lang.SecurityException: Caller {process.package} needs to hold {SCHEDULE_EXACT_ALARM} or "
                f"{USE_EXACT_ALARM} to set exact alarms."
            )
        self._drop(lambda one: self._is_same(one, process, operation, listener))
        if sum(one.owner.package == process.package for one in self._alarms.values()) >= _MOST:
            raise AlarmRefused(
                f"java.lang.IllegalStateException: Maximum limit of concurrent alarms {_MOST} reached for uid: {process.uid}, "
                f"callingPackage: {process.package}"
            )
        now = self._now_ms()
        trigger = _number(fields["trigger_ms"]) - (self._wall_ms() - now if kind < 2 else 0)
        if 0 < interval < _MIN_INTERVAL_MS:
            interval = _MIN_INTERVAL_MS
        alarm = Alarm(
            next(self._numbers), AppIdentity(process.package, process.uid), kind, max(trigger, now + _MIN_FUTURITY_MS),
            window, max(0, interval), flags, operation, listener, process if listener else None,
            str(fields.get("tag") or ""), clock,
        )  # fmt: skip
        self._alarms[alarm.id] = alarm
        self._arm()

    @staticmethod
    def _is_same(one: Alarm, process: RunningProcess, operation: str, listener: str) -> bool:
        if operation:
            return one.operation == operation and one.owner.package == process.package
        return one.listener == listener and one.process is process

    def remove(self, process: RunningProcess, operation: str, listener: str) -> None:
        self._drop(lambda one: self._is_same(one, process, operation, listener))

    def forget(self, package: str) -> None:
        """force-stop or uninstall, and AlarmManager.cancelAll."""
        self._drop(lambda one: one.owner.package == package)

    def forget_settings(self, package: str) -> None:
        """The package is gone."""
        self._exact_modes.pop(package, None)

    def process_ended(self, process: RunningProcess) -> None:
        self._drop(lambda one: one.process is process)

    def next_clock(self) -> Alarm | None:
        """AlarmManager.getNextAlarmClock"""
        return next((one for one in self.all() if one.clock is not None), None)

    def _drop(self, meant: Callable[[Alarm], bool]) -> None:
        for one in [one for one in self._alarms.values() if meant(one)]:
            del self._alarms[one.id]
        self._arm()

    # --- firing

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due = min((one.due_ms for one in self._alarms.values()), default=None)
        if due is not None:
            wait = max(0.0, (due - self._now_ms()) / 1000)
            self._timer = asyncio.get_running_loop().call_later(wait, self._fire_due)

    def _fire_due(self) -> None:
        self._timer = None
        now = self._now_ms()
        for one in [one for one in self.all() if one.due_ms <= now]:
            one.count = 1
            if one.interval_ms:
                missed = (now - one.due_ms) // one.interval_ms
                one.count += missed
                one.due_ms += one.interval_ms * (1 + missed)
            else:
                del self._alarms[one.id]
            self._processes.run(self._deliver(one, one.count), f"an alarm of {one.owner.package}")
        self._arm()

    async def _deliver(self, one: Alarm, count: int) -> None:
        self._logs.system("AlarmManager", f"delivering {TYPES[one.type]} of {one.owner.package} {one.tag}".rstrip(), priority="D")
        if one.process is not None:
            await self._processes.call(one.process, "alarm", listener=one.listener)
            return
        pending = self._pending.find(one.operation)
        if pending is None:
            return
        # exact alarms may start services from the background (developer.android.com, "Exemptions from background start
        # restrictions"), activities none may
        allowed = pending.kind != 2 and (one.exact or one.clock is not None or bool(one.flags & _ALLOW_WHILE_IDLE))
        await self._pending.send(pending, more=Intent(extras={_ALARM_COUNT: count}), allowed=allowed)

    def stop(self) -> None:
        self._alarms.clear()
        self._arm()


class AlarmRefused(Exception):
    """What AlarmManager throws: "class: message"."""
