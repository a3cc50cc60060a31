"""Broadcasts: who gets one, in which order, and what they pass on to each other."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.lab.appprocess import AppProcessError, ProcessGone
from harness.lab.system.binders import ROOM, Binders, NoSuchBinder, Parcel
from harness.lab.system.broadcast_rules import EXEMPT_BROADCASTS, FLAG_RECEIVER_REGISTERED_ONLY
from harness.lab.system.components import ComponentRefused
from harness.lab.system.facts import Component
from harness.lab.system.identity import Caller
from harness.lab.system.intents import FLAG_INCLUDE_STOPPED_PACKAGES, Intent, short_component
from harness.lab.system.logs import LogBuffer
from harness.lab.system.packages import Package, Packages
from harness.lab.system.permissions import Permissions
from harness.lab.system.processes import Processes, RunningProcess, StartFailed
from harness.lab.system.resolution import find_answers

_STICKY_PERMISSION = "android.permission.BROADCAST_STICKY"
_MAX_STICKY = 200
_MAX_REGISTERED = 1000  # receivers of one process: as ActivityManager's MAX_RECEIVERS_ALLOWED_PER_APP


@dataclass(frozen=True)
class BroadcastResult:
    """What the last receiver set: result code (0 if none did), data, extras. `receivers`: how many got it."""

    code: int = 0
    data: str = ""
    receivers: int = 0
    extras: Parcel | None = None
    abort: bool = False

    def to_json(self) -> dict[str, Any]:
        """RESULT of docs/lab-protocol.md."""
        return {"result_code": self.code, "result_data": self.data or None, "extras": self.extras, "abort": self.abort}


@dataclass(frozen=True)
class _Receiver:
    """One who gets an ordered broadcast: `name` is a class of the manifest, or the process's id of a registered one."""

    priority: int
    package: str
    name: str
    component: Component | None = None
    process: RunningProcess | None = None


class Broadcasts:
    """Delivers broadcasts and keeps the sticky ones."""

    def __init__(
        self, packages: Packages, processes: Processes, permissions: Permissions, binders: Binders, logs: LogBuffer
    ) -> None:
        self._packages = packages
        self._processes = processes
        self._permissions = permissions
        self._binders = binders
        self._logs = logs
        self._sticky: dict[tuple[str, str, str], Intent] = {}

    # --- unordered

    async def send(self, intent: Intent, caller: Caller | None = None, permission: str = "") -> BroadcastResult:
        """To manifest receivers, started if need be, and to what running processes have registered.

        `caller`: in whose name it is sent, None for the system and the shell. `permission`: receivers must hold it; "" for none.
        """
        result = BroadcastResult()
        for package, component in self._receivers(intent, caller, permission):
            # `am broadcast` waits for a result, so that its broadcast is an ordered one
            answer = await self._deliver_to(package, component, intent, result if caller is None else None)
            result = self._counted(result, answer)
        if not intent.component:
            for process in self._processes.running():
                if process is caller or (intent.package and process.package != intent.package):
                    continue  # the sender's own receivers have had it already
                if not self._holds(process, permission):
                    continue
                answer = await self._deliver(process, intent, None, None, caller)
                if answer is not None and answer.get("result_code"):
                    result = self._counted(result, answer)
        return result

    def _counted(self, result: BroadcastResult, answer: Mapping[str, Any] | None) -> BroadcastResult:
        if answer is None:
            return result
        code = _number(answer.get("result_code"), result.code)
        return replace(result, code=code, data=str(answer.get("result_data") or result.data), receivers=result.receivers + 1)

    async def _deliver_to(
        self, package: Package, component: Component, intent: Intent, ordered: BroadcastResult | None
    ) -> Mapping[str, Any] | None:
        reason = f"broadcast {{{short_component(component.component)}}}"
        try:
            process = await self._processes.obtain(package, component.process, reason)
        except StartFailed as fault:
            self._logs.system("BroadcastQueue", f"{component.component}: {fault}", priority="W")
            return None
        return await self._deliver(process, intent.with_component(component.component), component.name, ordered)

    async def _deliver(
        self,
        process: RunningProcess,
        intent: Intent,
        receiver: str | None,
        ordered: BroadcastResult | None,
        caller: Caller | None = None,
    ) -> Mapping[str, Any] | None:
        """The answer, its extras as a Parcel; None when the process did not take it."""
        state: dict[str, Any] = {"ordered": ordered.to_json()} if ordered is not None else {}
        if caller is not None:
            state["caller_uid"] = caller.uid
        try:
            answer = await self._processes.call(process, "broadcast", intent=intent.to_json(), receiver=receiver, **state)
            extras = answer.get("extras")
            return {**answer, "extras": self._binders.accept_parcel(process, extras) if extras else None}
        except (ProcessGone, AppProcessError, NoSuchBinder) as fault:
            self._logs.system("BroadcastQueue", f"{process.name}: {fault}", priority="W")
            return None

    # --- ordered

    async def send_ordered(
        self, intent: Intent, caller: RunningProcess | None, permission: str, first: BroadcastResult
    ) -> BroadcastResult:
        """To one receiver after the other, each given what the one before has set, until one aborts."""
        state = first
        for one in await self._in_order(intent, caller, permission):
            if one.component is not None:
                package = self._packages.find(one.package)
                if package is None:
                    continue
                answer = await self._deliver_to(package, one.component, intent, state)
            else:
                assert one.process is not None
                answer = await self._deliver(one.process, intent, one.name, state)
            if answer is None:
                continue
            state = BroadcastResult(
                _number(answer.get("result_code"), state.code),
                str(answer.get("result_data") or ""),
                state.receivers + 1,
                answer["extras"],
                answer.get("abort") is True,
            )
            if state.abort:
                break
        return state

    async def _in_order(self, intent: Intent, caller: RunningProcess | None, permission: str) -> Sequence[_Receiver]:
        """The highest priority first; at the same priority registered receivers before those of manifests."""
        found = []
        if not intent.component:
            for process in self._processes.running():
                if (intent.package and process.package != intent.package) or not self._holds(process, permission):
                    continue
                found += await self._registered(process, intent, caller)
        found += [
            _Receiver(_priority(component, intent), package.name, component.name, component=component)
            for package, component in self._receivers(intent, caller, permission)
        ]
        return sorted(found, key=lambda one: -one.priority)

    async def _registered(self, process: RunningProcess, intent: Intent, caller: RunningProcess | None) -> list[_Receiver]:
        try:
            uid = -1 if caller is None else caller.uid
            answer = await self._processes.call(process, "receivers", intent=intent.to_json(), caller_uid=uid)
        except (ProcessGone, AppProcessError) as fault:
            self._logs.system("BroadcastQueue", f"{process.name}: {fault}", priority="W")
            return []
        listed = answer.get("receivers")
        return [
            _Receiver(_number(one.get("priority"), 0), process.package, one["id"], process=process)
            for one in (listed if isinstance(listed, list) else [])[:_MAX_REGISTERED]
            if isinstance(one, dict) and isinstance(one.get("id"), str)
        ]

    # --- sticky

    def keep_sticky(self, intent: Intent, caller: RunningProcess) -> None:
        """Raises ComponentRefused."""
        self._check_sticky(caller)
        if intent.component:
            raise ComponentRefused("Permission Denial: Sticky broadcasts can't target a specific component")
        if len(self._sticky) >= _MAX_STICKY and _filter(intent) not in self._sticky:
            raise ValueError("too many sticky broadcasts")
        if len(json.dumps(intent.extras)) > ROOM:
            raise ValueError("too large a sticky broadcast")
        self._sticky[_filter(intent)] = intent

    def remove_sticky(self, intent: Intent, caller: RunningProcess) -> None:
        """Raises ComponentRefused."""
        self._check_sticky(caller)
        self._sticky.pop(_filter(intent), None)

    def sticky(self, actions: Sequence[str]) -> list[Intent]:
        """Those of one of the actions."""
        return [one for one in self._sticky.values() if one.action in actions]

    def _check_sticky(self, caller: RunningProcess) -> None:
        if not self._permissions.is_granted(caller.package, _STICKY_PERMISSION):
            raise ComponentRefused(
                f"Permission Denial: broadcastIntent() requesting a sticky broadcast from pid={caller.pid}, uid={caller.uid} "
                f"requires {_STICKY_PERMISSION}"
            )

    # --- who

    def _holds(self, one: Caller, permission: str) -> bool:
        isolated = isinstance(one, RunningProcess) and one.isolated
        return not permission or (not isolated and self._permissions.is_granted(one.package, permission))

    def _receivers(self, intent: Intent, caller: Caller | None, permission: str) -> list[tuple[Package, Component]]:
        allowed: list[tuple[Package, Component]] = []
        if intent.flags & FLAG_RECEIVER_REGISTERED_ONLY:
            return allowed
        for package, component in find_answers(intent, self._packages, ("receiver",)):
            own = caller is not None and caller.uid == package.uid
            explicit = bool(intent.component or intent.package)
            if package.stopped and not explicit and not intent.flags & FLAG_INCLUDE_STOPPED_PACKAGES:
                continue
            if not component.exported and not own and caller is not None:
                continue
            sender_may = caller is None or own or self._holds(caller, component.permission)
            if not sender_may or (permission and not self._permissions.is_granted(package.name, permission)):
                self._logs.system(
                    "BroadcastQueue",
                    f"Permission Denial: receiving {intent.describe()} to {short_component(component.component)} requires "
                    f"{permission if sender_may else component.permission}",
                    priority="W",
                )
                continue
            if not explicit and package.facts.target_sdk >= 26 and intent.action not in EXEMPT_BROADCASTS:
                self._logs.system(
                    "BroadcastQueue",
                    f"Background execution not allowed: receiving {intent.describe()} to {short_component(component.component)}",
                    priority="W",
                )
                continue
            allowed.append((package, component))
        return allowed


def _priority(component: Component, intent: Intent) -> int:
    return max((one.priority for one in component.filters if intent.action in one.actions), default=0)


def _filter(intent: Intent) -> tuple[str, str, str]:
    """What makes two sticky broadcasts the same one: Intent.filterEquals, as far as such intents have it."""
    return intent.action, intent.data, intent.type


def _number(value: object, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else default
