"""Services and broadcasts: what runs without a window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from harness.lab.appprocess import AppProcessError, ProcessGone
from harness.lab.system.broadcast_rules import EXEMPT_BROADCASTS, FLAG_RECEIVER_REGISTERED_ONLY
from harness.lab.system.facts import Component
from harness.lab.system.identity import Caller
from harness.lab.system.intents import FLAG_INCLUDE_STOPPED_PACKAGES, Intent, short_component
from harness.lab.system.logs import LogBuffer
from harness.lab.system.packages import Package, Packages
from harness.lab.system.permissions import Permissions
from harness.lab.system.processes import Processes, StartFailed
from harness.lab.system.resolution import find_answers
from harness.lab.system.running_services import RunningServices, ServiceRefused


class ComponentRefused(Exception):
    """A service or broadcast that is not allowed or leads nowhere; the text is Android's."""


@dataclass(frozen=True)
class BroadcastResult:
    """What the last receiver set: result code (0 if none did) and data. `receivers`: how many got it."""

    code: int = 0
    data: str = ""
    receivers: int = 0


class Components:
    """Starts services and delivers broadcasts. `running`: the started services, where somebody keeps them."""

    def __init__(
        self,
        packages: Packages,
        processes: Processes,
        permissions: Permissions,
        logs: LogBuffer,
    ) -> None:
        self._packages = packages
        self._processes = processes
        self._permissions = permissions
        self._logs = logs
        self.running: RunningServices | None = None

    # --- services

    def resolve_service(self, intent: Intent, caller: Caller | None) -> tuple[Package, Component] | None:
        """None where there is none. Raises ComponentRefused when the caller may not."""
        answers = find_answers(intent, self._packages, ("service",))
        if not answers:
            return None
        package, component = answers[0]
        own = caller is not None and caller.uid == package.uid
        held = caller is not None and self._permissions.is_granted(caller.package, component.permission)
        if not own and (not component.exported or (component.permission and not held)):
            raise ComponentRefused(
                f"java.lang.SecurityException: Not allowed to start service {intent.describe()} without permission "
                f"{component.permission or 'not exported from uid ' + str(package.uid)}"
            )
        return package, component

    async def service(self, verb: str, intent: Intent, caller: Caller | None = None, *, foreground: bool = False) -> str:
        """start, stop, bind, unbind. Gives the component, "" where there is none. Raises ComponentRefused."""
        found = self.check_service(verb, intent, caller, foreground=foreground)
        if found is None:
            return ""
        if verb == "start" and self.running is not None:
            self.running.starting(*found, foreground)
        await self.carry_out_service(verb, intent, *found)
        return found[1].component

    def check_service(
        self, verb: str, intent: Intent, caller: Caller | None, *, foreground: bool = False
    ) -> tuple[Package, Component] | None:
        """resolve_service plus the limits on starts from the background."""
        found = self.resolve_service(intent, caller)
        if found is None or verb != "start" or self.running is None:
            return found
        try:
            self.running.check_start(caller, *found, intent, foreground)
        except ServiceRefused as refused:
            raise ComponentRefused(str(refused)) from refused
        return found

    async def carry_out_service(self, verb: str, intent: Intent, package: Package, component: Component) -> None:
        """Raises StartFailed, ProcessGone, AppProcessError."""
        process = self._processes.find(package.name, component.process)
        if process is None and verb in ("stop", "unbind"):
            if self.running is not None and verb == "stop":
                self.running.forget_one(component.component)
            return
        await self._call_service(package, component, verb=verb, intent=intent.with_component(component.component).to_json())

    async def start_again(self, package: Package, component: Component, intent: Intent | None, flags: int) -> None:
        """A sticky service after the death of its process. Raises StartFailed, ProcessGone, AppProcessError."""
        again = {"intent": intent.with_component(component.component).to_json()} if intent is not None else {}
        await self._call_service(package, component, verb="start", again=True, flags=flags, **again)

    async def _call_service(self, package: Package, component: Component, **arguments: Any) -> None:
        reason = f"service {{{short_component(component.component)}}}"
        process = await self._processes.obtain(package, component.process, reason)
        self._packages.set_stopped(package.name, False)
        await self._processes.call(process, "service", component=component.component, **arguments)
        if arguments["verb"] == "stop":
            process.services.discard(component.name)
        elif arguments["verb"] == "start":
            process.services.add(component.name)

    # --- broadcasts

    async def broadcast(self, intent: Intent, caller: Caller | None = None, *, permission: str = "") -> BroadcastResult:
        """To manifest receivers, started if need be, and to what running processes have registered.

        `permission`: what a receiver's app must hold.
        """
        code, data, count = 0, "", 0
        for package, component in self._receivers(intent, caller):
            if permission and not self._permissions.is_granted(package.name, permission):
                continue
            try:
                process = await self._processes.obtain(
                    package, component.process, f"broadcast {{{short_component(component.component)}}}"
                )
                answer = await self._processes.call(
                    process,
                    "broadcast",
                    intent=intent.with_component(component.component).to_json(),
                    receiver=component.name,
                )
            except (StartFailed, ProcessGone, AppProcessError) as fault:
                self._logs.system("BroadcastQueue", f"{component.component}: {fault}", priority="W")
                continue
            count += 1
            code = _number(answer.get("result_code"), code)
            data = str(answer.get("result_data") or data)
        if not intent.component:
            for process in self._processes.running():
                if process is caller or (intent.package and process.package != intent.package):
                    continue  # the sender's own receivers have had it already
                try:
                    answer = await self._processes.call(process, "broadcast", intent=intent.to_json(), receiver=None)
                except (ProcessGone, AppProcessError) as fault:
                    self._logs.system("BroadcastQueue", f"{process.name}: {fault}", priority="W")
                    continue
                if answer.get("result_code"):
                    count += 1
                    code = _number(answer.get("result_code"), code)
                    data = str(answer.get("result_data") or data)
        return BroadcastResult(code, data, count)

    def _receivers(self, intent: Intent, caller: Caller | None) -> list[tuple[Package, Component]]:
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
            if not explicit and package.facts.target_sdk >= 26 and intent.action not in EXEMPT_BROADCASTS:
                self._logs.system(
                    "BroadcastQueue",
                    f"Background execution not allowed: receiving {intent.describe()} to {short_component(component.component)}",
                    priority="W",
                )
                continue
            allowed.append((package, component))
        return allowed


def _number(value: object, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else default
